"""Whether Lockdown Mode is on, from the preferences that all programs of a phone share.

.GlobalPreferences.plist: LDMGlobalEnabled. The system asks there, and takes a key that is not there
for off: so nobody ever switched it on, or the version has no such mode. Languages, keyboards and
names that stand beside it are personal and not read.

Sources: a backup of a phone with the mode on; programs that ask the same key.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.formats.plists import Map, flag, read_map
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB

_KEY = "LDMGlobalEnabled"


def parse(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield whether Lockdown Mode is on."""
    yield DeviceState(lockdown_mode=_mode(read_map(file, limit=16 * MiB)))


def _mode(preferences: Map) -> bool | UnsetType:
    """Return the mode; UNSET where nothing at all is kept, or no yes or no."""
    if _KEY not in preferences:
        return False if preferences else UNSET
    mode = flag(preferences, _KEY)
    return UNSET if mode is None else mode


GLOBAL_PREFERENCES = Artifact(
    name="ios.global_preferences",
    title="Lockdown Mode",
    platform="ios",
    states=(Stated(DeviceState, ("lockdown_mode",)),),
    readings=(
        Reading(
            Glob(pattern="/private/var/mobile/Library/Preferences/.GlobalPreferences.plist"), parse
        ),
    ),
)
