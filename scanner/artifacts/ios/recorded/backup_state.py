"""When the phone was set up from a backup, and last backed up to iCloud, as its own list says.

com.apple.MobileBackup.plist: RestoreInfo with RestoreDate and WasCloudRestore, on a phone that was
set up from a backup; BackupStateInfo with `isCloud` and `errors`, which lists what came of the last
backups: `date`, and `code` 0 for one that was made. A day stands for it: phones are backed up while
their owners sleep. Sizes by app, and names of devices, are not read.

Sources: a file of iOS 16; MobileBackup's code (decompiled), MBRestoreInfo.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.payload_fields import Fields, maps
from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.apple_time import day
from scanner.formats.plists import Map, flag, mapping, moment, number, read_map
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob

_KNOWN = {
    "AccountEnabledDate",
    "BackupStateInfo",
    "CloudBackupEnabled",
    "LastOnConditionEvents",
    "PreflightSizing",
    "RemoteConfiguration",
    "RestoreInfo",
}


def parse(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield when the phone was restored and backed up."""
    content = read_map(file)
    if content and not _KNOWN & set(content):
        raise ParseError("the state of backups expected")
    yield DeviceState(**_restored(content), cloud_backup_on=_backed_up(content))


def _restored(content: Map) -> Fields:
    found = mapping(content, "RestoreInfo")
    if not found:
        return {"restored_at": None}
    return {
        "restored_at": moment(found, "RestoreDate") or UNSET,
        "restored_from_cloud": known(flag(found, "WasCloudRestore")),
    }


def _backed_up(content: Map) -> str | None | UnsetType:
    """Return the day of the last backup to iCloud; None for none, UNSET where it is not said."""
    if "BackupStateInfo" not in content:
        return None
    state = mapping(content, "BackupStateInfo")
    if flag(state, "isCloud") is False:
        return UNSET
    made = (moment(each, "date") for each in maps(state, "errors") if number(each, "code") == 0)
    return day(max(filter(None, made), default=None)) or UNSET


_NAME = "com.apple.MobileBackup.plist"
BACKUP_STATE = Artifact(
    name="ios.backup_state",
    title="Restores and backups of the phone",
    platform="ios",
    states=(Stated(DeviceState, ("restored_at", "restored_from_cloud", "cloud_backup_on")),),
    readings=(
        *(
            Reading(Glob(pattern=f"{home}/Library/Preferences/{_NAME}"), parse)
            for home in ("/private/var/root", "/private/var/mobile")
        ),
        Reading(Diagnostic(name=f"logs/MobileBackup/{_NAME}"), parse),
    ),
)
