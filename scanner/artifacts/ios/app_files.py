"""Apps of iOS as files: an IPA, an unpacked folder, or a loose program (Mach-O).

What the store writes beside an app (iTunesMetadata.plist) names the buyer: that it is there is
seen, and nothing of it is read.

FairPlay: where `encrypted` is true the code is as the store sends it. Load commands, signature and
digests of pages are readable; what the code does is not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import cast

from msgspec import Struct

from scanner.artifacts.ios import provisioning
from scanner.artifacts.ios.app_contents import content, programs, read_lists, seal_errors
from scanner.artifacts.ios.app_facts import Examined, app_file
from scanner.artifacts.ios.code_files import Place, inspected, preferred
from scanner.errors import ParseError
from scanner.formats.buffer import HELD_LIMIT, Buffer
from scanner.formats.certificates import Certificate
from scanner.formats.ios_app.bundle import ArchivedBundle, Bundle
from scanner.formats.ios_app.embedded_profile import EmbeddedProfile, objections
from scanner.formats.macho.code_signature import CodeSignature
from scanner.formats.macho.reasons import error
from scanner.model.entities import ProvisioningProfile, SigningError, Statement
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile

_NEEDS_PROFILE = frozenset(("development", "distribution"))


class Origin(Struct, frozen=True, kw_only=True):
    """Where a file of an app lies, and what was read of it before."""

    name: str
    origin: str
    sha256: str | None = None  # None: not read yet
    within: str | None = None  # SHA-256 of the archive of apps that it lies in


def inspect_macho(
    data: Buffer, origin: Origin, *, roots: Sequence[Certificate] | None = None
) -> Iterator[Statement]:
    """State what a loose program is; ParseError where it is none."""
    sha256 = origin.sha256 or _sha256(data)
    place = Place(name=origin.name, origin=origin.origin, sha256=sha256, app=sha256)
    found = Examined(programs=list(inspected(data, place, roots=roots)), anomalies=set())
    found.main = preferred(found.programs)
    yield from (each.entity for each in found.programs)
    yield app_file(
        found,
        kind="macho",
        sha256=sha256,
        name=origin.name,
        origin=origin.origin,
        within=origin.within,
        size=len(data),
    )


def inspect_ipa(
    data: Buffer, origin: Origin, *, roots: Sequence[Certificate] | None = None
) -> Iterator[Statement]:
    """State what an IPA holds; ParseError where it is no archive with an app."""
    bundle = ArchivedBundle(data)
    found = Examined(programs=[], anomalies=set())
    if bundle.app_count > 1:
        found.anomalies.add("several_apps")
    if bundle.is_cut:
        found.anomalies.add("parts_left")
    if bundle.is_repeated:
        found.anomalies.add("member_repeated")
    sha256 = origin.sha256 or _sha256(data)
    app = Place(name=origin.name, origin=f"{origin.origin}!/{bundle.top}", sha256=sha256)
    yield from _examined(bundle, app, found, roots)
    yield app_file(
        found,
        kind="ipa",
        sha256=sha256,
        name=origin.name,
        origin=origin.origin,
        within=origin.within,
        size=len(data),
    )


def inspect_bundle(
    bundle: Bundle, origin: Origin, *, roots: Sequence[Certificate] | None = None
) -> Iterator[Statement]:
    """State what an unpacked app holds; ParseError where it has no executable.

    `origin` is that of the folder. The digest of the app is that of its executable.
    """
    found = Examined(programs=[], anomalies=set())
    top = f"{origin.origin.rstrip('/')}/"
    sha256 = origin.sha256 or _digest_of_executable(bundle, roots)
    app = Place(name=origin.name, origin=top, sha256=sha256)
    yield from _examined(bundle, app, found, roots)
    yield app_file(
        found,
        kind="app",
        sha256=sha256,
        name=origin.name,
        origin=origin.origin,
        within=origin.within,
        size=sum(bundle.size(name) or 0 for name in bundle.names),
    )


def _examined(
    bundle: Bundle, app: Place, found: Examined, roots: Sequence[Certificate] | None
) -> Iterator[Statement]:
    """Read all of an app; its programs and its profile are stated on the way."""
    read_lists(bundle, found, roots)
    executable = found.executable(bundle.folder)
    own = Place(
        name=app.name,
        origin=app.origin,
        sha256=app.sha256,
        app=app.sha256,
        package=found.package,
    )
    for each in programs(bundle, own, found, roots):
        found.programs.append(each)
        yield each.entity
    found.main = preferred([each for each in found.programs if each.loading.path == executable])
    if found.main is None:
        found.anomalies.add("executable_missing")
    elif found.main.code is not None:
        found.errors += seal_errors(found, executable)
        found.errors += _profile_errors(found, found.main.code)
    if found.profile is not None:
        try:
            yield from _profile(found.profile)
        except ParseError:
            found.errors.append(error("profile", "malformed"))


def _profile_errors(found: Examined, code: CodeSignature) -> Iterator[SigningError]:
    if code.signed_as not in _NEEDS_PROFILE or found.main is None:
        return
    if found.profile is not None:
        yield from objections(found.profile, code)
    elif found.main.program.platform == "ios":
        yield error("profile", "missing")


def _profile(profile: EmbeddedProfile) -> Iterator[ProvisioningProfile]:
    yield from provisioning.parse(BytesFile(ProfileFile(form="provisioning"), profile.data))


def _digest_of_executable(bundle: Bundle, roots: Sequence[Certificate] | None) -> str:
    about = Examined(programs=[], anomalies=set())
    read_lists(bundle, about, roots)
    data = content(bundle, about.executable(bundle.folder), HELD_LIMIT)
    if data is None:
        raise ParseError("the executable of the app expected in its folder")
    return _sha256(data)


def _sha256(data: Buffer) -> str:
    return hashlib.sha256(cast("bytes", data)).hexdigest()
