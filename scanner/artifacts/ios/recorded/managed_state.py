"""With which management server the phone is enrolled, from the files of its client (mdmd).

MDM.plist: ManagingProfileIdentifier, ServerURL, CheckInURL, Topic, AccessRights, IsUserEnrollment,
IsADEProfile (Apple's server enrolled it), IsProfileLocked, LastPollingSuccess. Tokens, the
identity and PushMagic stand there too and are never read, nor more of an address than its host.
MDMAppManagement.plist: `metadataByBundleID`, a dictionary of the apps that the server manages.
A phone that is not enrolled has neither file. An enrolment takes a profile, so where the list of
profiles (PayloadManifest.plist) names none, there is none.

Sources: ManagedConfiguration's code (decompiled), MDMConfiguration; clients that read the files.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.payload_fields import Fields, listed
from scanner.artifacts.ios.payloads import RIGHTS
from scanner.artifacts.ios.recorded.profile_places import of_system, of_user
from scanner.artifacts.ios.recorded.profile_stubs import parse_manifest
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.plists import Map, flag, moment, number, read_map, text
from scanner.formats.servers import server_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Management
from scanner.model.evidence import EvidenceFile

_LENGTH = 255  # characters of an identifier
_APPS = 10_000
_FIELDS = (
    "enrolled",
    "enrolment",
    "server",
    "check_in",
    "topic",
    "profile",
    "profile_locked",
    "access_rights",
    "rights",
    "last_contact_at",
)


def parse(file: EvidenceFile) -> Iterator[Management]:
    """Yield the enrolment."""
    content = read_map(file)
    if not {"ServerURL", "ManagingProfileIdentifier"} & set(content):
        raise ParseError("the enrolment with a management server expected")
    yield Management(
        enrolled=True,
        enrolment=_enrolment(content),
        server=_host(content, "ServerURL"),
        check_in=_host(content, "CheckInURL"),
        topic=text(content, "Topic", limit=_LENGTH),
        profile=text(content, "ManagingProfileIdentifier", limit=_LENGTH),
        profile_locked=known(flag(content, "IsProfileLocked")),
        last_contact_at=moment(content, "LastPollingSuccess"),
        **_rights(content),
    )


def parse_apps(file: EvidenceFile) -> Iterator[Management]:
    """Yield which apps the server manages."""
    found = read_map(file).get("metadataByBundleID", {})
    if not isinstance(found, dict) or len(found) > _APPS:
        raise ParseError(f"a dictionary of at most {_APPS} managed apps expected")
    yield Management(managed_apps=tuple(sorted(each[:_LENGTH] for each in found)) or None)


def parse_none(file: EvidenceFile) -> Iterator[Management]:
    """Yield that there is no enrolment, where no profile is installed; NotAvailable otherwise."""
    for _ in parse_manifest(file):
        return
    yield Management(
        enrolled=False, server=None, check_in=None, topic=None, profile=None, managed_apps=None
    )


def _enrolment(content: Map) -> str:
    if flag(content, "IsUserEnrollment"):
        return "user"
    return "automated" if flag(content, "IsADEProfile") else "device"


def _host(content: Map, key: str) -> str | None | UnsetType:
    """Return the host of an address; UNSET where it cannot be read."""
    if key not in content:
        return None
    server = server_of(content[key])
    return server.host if server else UNSET


def _rights(content: Map) -> Fields:
    rights = number(content, "AccessRights")
    if rights is None:
        return {"access_rights": UNSET if "AccessRights" in content else None}
    named = (name for bit, name in enumerate(RIGHTS) if rights >> bit & 1)
    return {"access_rights": rights, "rights": listed(named)}


MANAGED_STATE = Artifact(
    name="ios.managed_state",
    title="Enrolment with a management server",
    platform="ios",
    states=(Stated(Management, (*_FIELDS, "managed_apps")),),
    readings=(
        *(
            Reading(request, parse, covers=("enrolment",))
            for request in (*of_system("MDM.plist"), *of_user("MDM.plist"))
        ),
        *(
            Reading(request, parse_apps, covers=("apps",))
            for request in of_system("MDMAppManagement.plist")
        ),
        *(
            Reading(request, parse_none, covers=("enrolment", "apps"))
            for request in of_system("PayloadManifest.plist")
        ),
    ),
)
