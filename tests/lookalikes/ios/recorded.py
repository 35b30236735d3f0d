"""What recordings of an iPhone tell of its past, and the title of the rule that must find it."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.model.entities import (
    Crash,
    Entity,
    FileEntry,
    LocationClient,
    Mount,
    PrivacyGrant,
    ShutdownClient,
    TrafficRecord,
)
from tests.lookalikes.ios.phone import image

STAGING = "/private/var/db/com.apple.xpc.roleaccountd.staging"
TEMPORARY = "/private/var/tmp/exampled"


def waited_for(path: str, area: str) -> ShutdownClient:
    """Return a program that a shutdown waited for."""
    return ShutdownClient(file="shutdown.log", index=0, pid=612, path=path, area=area)


def crashed(process: str, minute: int, name: str | None = None) -> Crash:
    """Return a crash in one hour."""
    at = datetime(2026, 11, 2, 10, minute, tzinfo=UTC)
    return Crash(file=name or process, process=process, exposed=True, kind="crash", at=at)


# Each makes an iPhone suspicious.
RECORDED: dict[str, list[Entity]] = {
    "A program named BackupAgent used the network": [
        TrafficRecord(source="data_usage", process="BackupAgent", bundle=None)
    ],
    "A file of a jailbreak is on the iPhone": [
        FileEntry(path="/private/var/jb/usr/bin/example", area="jailbreak")
    ],
}

# Each leaves the verdict open until somebody has looked at it.
RECORDED_FOR_REVIEW: dict[str, list[Entity]] = {
    "A part of iOS that strangers can reach crashed three times on one day": [
        crashed("imagent", 0, name=str(number)) for number in range(3)
    ],
    "A program in a folder that no program belongs to was there at a shutdown": [
        waited_for(TEMPORARY, "temporary")
    ],
    "A program in the staging folder at a shutdown is not where updates are": [
        waited_for(f"{STAGING}/exampled", "staging")
    ],
    "A program of a jailbreak was there at a shutdown": [
        waited_for("/private/var/jb/usr/bin/example", "jailbreak")
    ],
    "A program from a folder for temporary files may reach personal data": [
        PrivacyGrant(
            service="kTCCServiceMicrophone",
            client=TEMPORARY,
            client_kind="path",
            decision="allowed",
        )
    ],
    "A program from a folder for temporary files asked for the location": [
        LocationClient(client=TEMPORARY, bundle_path=None)
    ],
    "A program lies in a folder for temporary files of the iPhone": [
        FileEntry(path=TEMPORARY, area="temporary", kind="file", executable=True, ending=None)
    ],
    "A file system of a jailbreak is mounted on the iPhone": [
        Mount(point="/private/var/jb", device="/dev/disk4s1", filesystem="apfs")
    ],
    "The sealed system of the iPhone is mounted for writing": [
        Mount(point="/", device="/dev/disk0s1s1", filesystem="apfs", writable=True)
    ],
    "A part of iOS that reads messages crashed, and soon one that takes them": [
        crashed("MessagesBlastDoorService", 0),
        crashed("imagent", 2),
    ],
    "A program in an unusual place bears all but the name of a part of iOS": [
        image("/private/var/db/com.example/locatiomd", "other")
    ],
}
