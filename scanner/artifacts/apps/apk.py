"""APKs, splits, archives of both, and JARs of code: what they are, who signed them, what they can.

What tells what an app is comes first: should its code be too large for the time that is given, that
stands. What could not be read is said at the end, so that nothing is lost by it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import TypeVar

from msgspec import UNSET, Struct, UnsetType, field, structs

from scanner.artifacts.apps.code import code_file
from scanner.artifacts.apps.opened import AppBytesRead, older_digests, sha256_of
from scanner.errors import NotAvailable, ParseError
from scanner.formats.apk.app import ApkFacts, read_app
from scanner.formats.apk.archive import ApkArchive, Entry
from scanner.formats.apk.components import Component
from scanner.formats.apk.manifest import Manifest
from scanner.formats.apk_signing.verifier import signers_only, verify
from scanner.formats.programs.app_code import AppCode, CodeSummary, Program
from scanner.model.entities import (
    AppComponent,
    AppFile,
    CodeFile,
    EmbeddedFile,
    Signature,
    SigningError,
)
from scanner.model.requests import MiB

DEPTH_LIMIT = 3  # archives within each other
MEMBER_LIMIT = 256 * MiB  # bytes of an app within another archive
MEMBERS_LIMIT = 200  # apps within one archive
ALL_LIMIT = 1000  # apps within a file, however deep
PACKAGE_LIMIT = 255  # characters
NAME_LIMIT = 1000  # characters of a name that are kept; a zip holds names of 65,535 bytes
_APK = re.compile(r"(?:.*/)?[^/]+\.apk", re.IGNORECASE)
_KNOWS_V2 = 24  # the first version of Android that knows a signature of the whole file
_UNREADABLE = frozenset(("manifest_unreadable", "xml_text"))
_BOUND = ("service", "receiver")
T = TypeVar("T")


class Read(Struct, kw_only=True):
    """What of an app could not be read, gathered on the way; in our words, and never its own."""

    gaps: list[str] = field(default_factory=list)
    apps: int = 0  # that lie within the file, as far as they were looked at


def inspect_apk(app: AppBytesRead, read: Read) -> Iterator[AppFile | AppComponent | CodeFile]:
    """Yield what an archive is, and what is in it; ParseError where it holds no app."""
    try:
        archive = ApkArchive(app.data)
    except ParseError as error:
        yield _unreadable(app, str(error))
        raise
    facts = read_app(archive, whole=not app.partial)
    yield _app_file(app, archive, facts)
    if facts.kind == "other":
        raise ParseError("an app expected in the archive")
    if facts.manifest is not None:
        for component in facts.manifest.components:
            yield _component(app, facts.manifest, component)
    read.gaps += [f"of an app within: {each}" if app.depth else each for each in facts.gaps]
    if app.partial:
        raise NotAvailable("not_selected", "only the parts of the file that tell what it is")
    if facts.kind == "bundle" and facts.manifest is None:
        yield from _within(app, archive, read, ())  # its parts are apps; nothing else is code
        return
    code = AppCode(archive)
    yield from _programs(app, code, facts, read)
    found = code.summary()
    yield _able(app, found, {*facts.anomalies, *archive.anomalies})
    carried = {each.path for each in found.embedded if each.kind == "apk"}
    yield from _within(app, archive, read, carried)


def _unreadable(app: AppBytesRead, detail: str) -> AppFile:
    error = SigningError(scheme="archive", reason="not_zip", detail=detail)
    return AppFile(
        sha256=app.sha256,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        size=len(app.data),
        within=app.within,
        anomalies=("archive_unreadable",),
        signature=Signature(verified=False, errors=(error,)),
    )


def _app_file(app: AppBytesRead, archive: ApkArchive, facts: ApkFacts) -> AppFile:
    manifest = facts.manifest
    bare = AppFile(
        sha256=app.sha256,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        kind=facts.kind if facts.kind != "other" else UNSET,
        size=len(app.data),
        within=app.within,
        partial=app.partial,
        platform="android",
        anomalies=facts.anomalies or None,
        signature=None if facts.kind == "bundle" else _signature(app, archive, facts),
        libraries=tuple(dict.fromkeys(map(_kept, facts.libraries))) or None,
        abis=facts.abis or None,
    )
    return bare if manifest is None else _declared(bare, facts, manifest)


def _declared(bare: AppFile, facts: ApkFacts, manifest: Manifest) -> AppFile:
    """Return a file with what its manifest declares."""
    is_split = manifest.split is not None
    return structs.replace(
        _asking(bare, facts, manifest),
        package=_package(manifest),
        split=manifest.split,
        version_code=manifest.version_code,
        version_name=manifest.version_name,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        max_sdk=manifest.max_sdk,
        label=_of_base(facts.label, is_split),
        label_skeleton=_of_base(facts.label_skeleton, is_split),
        icon_sha256=_of_base(facts.icon_sha256, is_split),
        debuggable=manifest.debuggable,
        test_only=manifest.test_only,
        launcher=_of_base(bool(manifest.launchers), is_split),
        has_code=manifest.has_code,
        backup=_of_base(manifest.backup, is_split),
    )


def _asking(bare: AppFile, facts: ApkFacts, manifest: Manifest) -> AppFile:
    """Return a file with what it asks for, answers to, and allows."""
    components, network = manifest.components, facts.network
    return structs.replace(
        bare,
        shared_user=manifest.shared_user,
        overlay_of=manifest.overlay_of,
        instruments=manifest.instruments or None,
        permissions_requested=manifest.permissions_requested or None,
        permissions_declared=manifest.permissions_declared or None,
        features=manifest.features or None,
        queries=manifest.queries or None,
        receiver_actions=_of(components, "receiver", "actions"),
        service_actions=_of(components, "service", "actions"),
        bound_permissions=_bound(components),
        cleartext=network.cleartext if network is not None else UNSET,
        trusts_user_certificates=_known(facts.trusts_user_certificates),
        pinned_domains=(network.pinned_domains or None) if network is not None else UNSET,
    )


def _of_base(value: T, is_split: bool) -> T | UnsetType:
    """Return what only a base states: of a split it says nothing."""
    return UNSET if is_split else value


def _known(value: T | None) -> T | UnsetType:
    return UNSET if value is None else value


def _signature(app: AppBytesRead, archive: ApkArchive, facts: ApkFacts) -> Signature:
    # Of several manifests Android opens the first: what another one states does not count here.
    manifest = None if _UNREADABLE.intersection(facts.anomalies) else facts.manifest
    min_sdk = manifest.min_sdk if manifest is not None else None
    if min_sdk is None and app.has_base and manifest is not None and manifest.split:
        min_sdk = _KNOWS_V2  # its base says, and no store makes splits for older ones
    if app.partial:
        return signers_only(archive, min_sdk=min_sdk, asked_min_sdk=app.min_sdk)
    return verify(
        archive,
        min_sdk=min_sdk,
        target_sdk=manifest.target_sdk if manifest is not None else None,
        asked_min_sdk=app.min_sdk,
        idsig=app.idsig,
        target_sandbox=manifest.target_sandbox if manifest is not None else None,
        manifest_read=manifest is not None,
    )


def _of(components: Iterable[Component], kind: str, field: str) -> tuple[str, ...] | None:
    found = (name for each in components if each.kind == kind for name in getattr(each, field))
    return tuple(dict.fromkeys(found)) or None


def _bound(components: Iterable[Component]) -> tuple[str, ...] | None:
    asked = (each.permission for each in components if each.kind in _BOUND and each.permission)
    return tuple(dict.fromkeys(asked)) or None


def _component(app: AppBytesRead, manifest: Manifest, component: Component) -> AppComponent:
    return AppComponent(
        file=app.sha256,
        kind=component.kind,
        name=component.name,
        package=_package(manifest),
        exported=component.exported,
        enabled=component.enabled,
        permission=component.permission,
        process=component.process,
        actions=component.actions or None,
        categories=component.categories or None,
        schemes=component.schemes or None,
        priority=component.priority,
        authorities=component.authorities or None,
    )


def _within(
    app: AppBytesRead, archive: ApkArchive, read: Read, carried: Collection[str]
) -> Iterator[AppFile | AppComponent | CodeFile]:
    """Yield the apps that lie in an archive: the parts of a bundle, and what an app carries."""
    members = [
        entry for entry in archive.entries if _APK.fullmatch(entry.name) or entry.name in carried
    ]
    if members and app.depth == DEPTH_LIMIT:
        read.gaps.append(f"at most {DEPTH_LIMIT} apps within each other are read")
        return
    for entry in members[:MEMBERS_LIMIT]:
        read.apps += 1
        if read.apps > ALL_LIMIT:
            read.gaps.append(f"at most {ALL_LIMIT} apps within each other are read")
            return
        try:
            yield from inspect_apk(_member(app, archive, entry), read)
        except ParseError as error:
            read.gaps.append(f"an app within: {error}")
    if len(members) > MEMBERS_LIMIT:
        read.gaps.append(f"at most {MEMBERS_LIMIT} apps in an archive are read")


def _member(app: AppBytesRead, archive: ApkArchive, entry: Entry) -> AppBytesRead:
    data = archive.read(entry, MEMBER_LIMIT)
    return AppBytesRead(
        data=data,
        sha256=sha256_of(data),
        name=_kept(entry.name.rpartition("/")[2]),
        origin=f"{app.origin}!/{_kept(entry.name)}",
        min_sdk=app.min_sdk,
        within=app.sha256,
        depth=app.depth + 1,
        has_base=True,
    )


def _programs(app: AppBytesRead, code: AppCode, facts: ApkFacts, read: Read) -> Iterator[CodeFile]:
    """Yield the programs in an archive."""
    package = _package(facts.manifest) if facts.manifest is not None else UNSET
    for program in code.programs():
        if isinstance(program, Program):
            yield code_file(
                program.facts,
                sha256=program.sha256,
                size=program.size,
                name=_kept(program.path.rpartition("/")[2]),
                origin=f"{app.origin}!/{_kept(program.path)}",
                app=app.sha256,
                package=package,
            )
        else:
            read.gaps.append(f"a program within: {program.detail}")


def _able(app: AppBytesRead, found: CodeSummary, anomalies: Collection[str]) -> AppFile:
    """Return what the programs of an app are as a whole; reading them may show what is odd."""
    sha1, md5 = older_digests(app.data)
    return AppFile(
        sha256=app.sha256,
        sha1=sha1,
        md5=md5,
        capabilities=found.capabilities or None,
        packers=found.packers or None,
        embedded=tuple(map(_named, found.embedded)) or None,
        urls=found.urls or None,
        domains=found.domains or None,
        addresses=found.addresses or None,
        certificates=found.certificates or None,
        anomalies=tuple(sorted(anomalies)) or None,
    )


def _named(file: EmbeddedFile) -> EmbeddedFile:
    return structs.replace(file, path=_kept(file.path))


def _package(manifest: Manifest) -> str | None:
    """Return the name of the package, as far as any system would take it."""
    return manifest.package and manifest.package[:PACKAGE_LIMIT]


def _kept(name: str) -> str:
    """Return a name as far as it is kept."""
    return name if len(name) <= NAME_LIMIT else f"{name[:NAME_LIMIT]}…"
