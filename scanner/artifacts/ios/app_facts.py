"""What an app of iOS is as a whole, put together from its lists, its programs and its profile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from msgspec import UNSET, Struct, structs

from scanner.artifacts.ios.code_files import Inspected
from scanner.formats.ios_app.embedded_profile import EmbeddedProfile
from scanner.formats.ios_app.information import Information
from scanner.formats.ios_app.libraries import injected, is_hooking
from scanner.formats.ios_app.seal import Seal
from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.reasons import error, verdict
from scanner.model.entities import AppFile, Signature, SigningError
from scanner.model.entities.app_files import AppFileKind

_STORE_LIST = "iTunesMetadata.plist"  # names the buyer: never read
_STORE_FOLDER = "SC_Info/"
_FRAMEWORK, _LIBRARY = ".framework", ".dylib"
_LIST = 2000


class Examined(Struct, kw_only=True):
    """What was found of an app; filled while it is read."""

    anomalies: set[Anomaly]
    programs: list[Inspected]
    main: Inspected | None = None
    names: tuple[str, ...] = ()  # of all its files
    outside: frozenset[str] = frozenset()  # names of files beside its folder
    information: Information | None = None
    seal: Seal | None = None
    profile: EmbeddedProfile | None = None
    extensions: dict[str, None] = {}
    errors: list[SigningError] = []  # of what its main program is not alone responsible for

    def executable(self, folder: str) -> str:
        """Return the name of the executable: as stated, or as the folder is called."""
        stated = self.information.executable if self.information else None
        return stated or folder.removesuffix(".app")

    @property
    def package(self) -> str | None:
        return self.information.identifier if self.information else None


def app_file(
    found: Examined,
    *,
    kind: AppFileKind,
    sha256: str,
    name: str,
    origin: str,
    size: int,
    within: str | None = None,
) -> AppFile:
    """State what a file is; a bundle also what it holds, a loose program only what it is."""
    signature, signed_as = _signature(found)
    stated = {**_of_program(found), **(_of_bundle(found) if kind != "macho" else {})}
    odd = sorted(
        {
            *found.anomalies,
            *(word for each in found.programs for word in each.entity.anomalies or ()),
            *_oddities(found, signed_as),
        }
    )
    return AppFile(
        sha256=sha256,
        name=name,
        origin=origin,
        origins=(origin,),
        kind=kind,
        size=size,
        within=within,
        signature=signature,
        signed_as=signed_as,
        has_code=bool(found.programs),
        anomalies=tuple(odd) or None,
        **stated,
    )


def _signature(found: Examined) -> tuple[Signature | None, str]:
    """Return the signature of the main program, with what else speaks against the app."""
    if found.main is None or found.main.code is None:
        return None, "none"
    own = cast("Signature", found.main.entity.signature)  # there is one where there is code
    beside = tuple(_of_others(found, found.main))
    errors = (*own.errors, *beside, *found.errors)
    broken = {each.scheme for each in (*beside, *found.errors)}
    broken |= {"code"} if "pages" in broken else set()
    more = ("resources",) if found.seal else ()
    profile = ("profile",) if found.profile else ()
    return structs.replace(
        own,
        verified=verdict(errors),
        errors=errors,
        present=(*own.present, *more, *profile),
        schemes=tuple(each for each in (*own.schemes, *more, *profile) if each not in broken),
    ), found.main.code.signed_as


def _of_others(found: Examined, main: Inspected) -> Iterator[SigningError]:
    """Yield why the other architectures of the same file are not signed, or not so well."""
    for each in found.programs:
        if each is main or each.loading.path != main.loading.path:
            continue
        if each.code is None:
            yield error("code", "missing", each.entity.architecture)
        else:
            for why in cast("Signature", each.entity.signature).errors:
                yield structs.replace(
                    why, detail=f"{each.entity.architecture} {why.detail}".strip()
                )


def _of_program(found: Examined) -> dict[str, Any]:
    """State what the main program says; nothing where there is none."""
    encrypted = {each.program.encrypted for each in found.programs}
    teams = {each.entity.team for each in found.programs if isinstance(each.entity.team, str)}
    stated = {
        "teams": tuple(sorted(teams)) or None,
        "encrypted": True if True in encrypted else False if False in encrypted else None,
    }
    if found.main is None:
        return stated
    entity, code = found.main.entity, found.main.code
    asked = (code.entitlements if code else None) or {}
    is_read = code is None or code.directory is not None
    return {
        **stated,
        "package": entity.identifier,
        "platform": entity.platform,
        "min_os": entity.min_os,
        "team": entity.team,
        "entitlements": entity.entitlements,
        "debuggable": asked.get("get-task-allow") is True if is_read else UNSET,
    }


def _of_bundle(found: Examined) -> dict[str, Any]:
    loading = [each.loading for each in found.programs]
    main = found.main.loading if found.main else None
    shipped = frozenset(found.names)
    stated = {
        "injected": tuple(injected(loading, shipped, main))[:_LIST] or None,
        "frameworks": _kept(_frameworks(found.names)),
        "libraries": _kept(name for name in found.names if name.endswith(_LIBRARY)),
        "extensions": tuple(found.extensions)[:_LIST] or None,
        **_of_profile(found.profile),
    }
    if (said := found.information) is None:
        return stated
    return {
        **stated,
        "package": said.identifier,
        "version_name": said.version,
        "bundle_version": said.bundle_version,
        "label": said.label,
        "cleartext": said.cleartext,
        "url_schemes": said.url_schemes,
        "queried_schemes": said.queried_schemes,
        "background_modes": said.background_modes,
        **({"min_os": said.min_os} if said.min_os else {}),
        **({"platform": said.platform} if said.platform and found.main is None else {}),
    }


def _of_profile(profile: EmbeddedProfile | None) -> dict[str, Any]:
    return {
        "profile": profile.uuid if profile else None,
        "profile_kind": profile.kind if profile else None,
        "profile_verified": profile.verified if profile else None,
        "profile_expires_at": profile.expires_at if profile else None,
    }


def _frameworks(names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        folders = name.split("/")[:-1]
        yield from (each for each in folders if each.endswith(_FRAMEWORK))


def _kept(names: Iterator[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(name.rpartition("/")[2] for name in names))[:_LIST] or None


def _oddities(found: Examined, signed_as: str) -> Iterator[Anomaly]:
    teams = {each.entity.team for each in found.programs if each.code and each.code.directory}
    if len(teams) > 1:
        yield "teams_differ"
    if any(map(is_hooking, found.names)):
        yield "hooking_library"
    loading = [each.loading for each in found.programs]
    main = found.main.loading if found.main else None
    if found.names and any(injected(loading, frozenset(found.names), main)):
        yield "library_not_shipped"
    named = found.main.entity.identifier if found.main else None
    if found.information and isinstance(named, str) and named != found.package:
        yield "identifier_differs"
    traces = _STORE_LIST in found.outside or any(
        name.startswith(_STORE_FOLDER) for name in found.names
    )
    if traces and signed_as != "store":
        yield "store_copy_resigned"
    if found.main is None or signed_as != "store":
        return
    if found.main.program.encrypted is False:
        yield "store_code_decrypted"
