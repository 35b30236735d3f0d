"""Configuration profiles that are installed, from MCInstall.

`GetProfileList` answers with Status `Acknowledged` and

- OrderedIdentifiers: the identifiers of all profiles;
- ProfileManifest: for each Description (its name again) and IsActive;
- ProfileMetadata: for each PayloadUUID, PayloadDisplayName, PayloadOrganization,
  PayloadDescription, PayloadVersion and PayloadRemovalDisallowed.

A recording holds a stub of each instead (`recorded/profile_stubs`).

What a profile does is not told: its payloads are known only where the profile is at hand as a file.
A profile that stands in one of the three lists is installed, whatever the others say. One that has
metadata without an organization or description has none.

Sources: pymobiledevice3 mobile_config.py, the service's code (decompiled).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.recorded import profile_stubs
from scanner.artifacts.ios.reply import known, reply_with
from scanner.errors import ParseError
from scanner.formats.plists import Map, flag, mapping, text, texts
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Profile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

_COUNT = 2000  # profiles
_LENGTH = 255  # characters of an identifier


def parse(file: EvidenceFile) -> Iterator[Profile]:
    """Yield each profile."""
    reply = reply_with(file, "Acknowledged")
    if not isinstance(reply.get("OrderedIdentifiers"), list):
        raise ParseError("a list of profiles expected")
    manifest, metadata = mapping(reply, "ProfileManifest"), mapping(reply, "ProfileMetadata")
    ordered = texts(reply, "OrderedIdentifiers", limit=_LENGTH + 1)
    identifiers = dict.fromkeys((*ordered, *manifest, *metadata))
    if len(identifiers) > _COUNT:
        raise ParseError(f"at most {_COUNT} profiles expected")
    for identifier in identifiers:
        yield _profile(identifier, mapping(manifest, identifier), mapping(metadata, identifier))


def _profile(identifier: str, manifest: Map, metadata: Map) -> Profile:
    uuid = text(metadata, "PayloadUUID", limit=100)
    locked = flag(metadata, "PayloadRemovalDisallowed")
    name = text(metadata, "PayloadDisplayName") or text(manifest, "Description")
    return Profile(
        identifier=identifier[:_LENGTH],
        uuid=uuid.upper() if uuid else None,
        file=None,
        name=known(name),
        organization=text(metadata, "PayloadOrganization") if metadata else known(None),
        description=text(metadata, "PayloadDescription") if metadata else known(None),
        active=known(flag(manifest, "IsActive")),
        installed=True,
        removable=known(None if locked is None else not locked),
    )


PROFILES = Artifact(
    name="ios.profiles",
    title="Installed configuration profiles",
    platform="ios",
    states=(
        Stated(
            Profile,
            (
                "identifier",
                "uuid",
                "file",
                "name",
                "organization",
                "description",
                "active",
                "installed",
                "removable",
            ),
        ),
    ),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.mobile.MCInstall",
                arguments=(("RequestType", "GetProfileList"),),
            ),
            parse,
        ),
        *profile_stubs.LISTED,
    ),
)
