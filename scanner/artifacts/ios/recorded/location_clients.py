"""Programs that locationd knows, from its clients.plist; positions are never read.

The key of an entry is a bundle identifier, the path of a bundle or program behind a prefix
(`com.apple.locationd.bundle-/System/Library/...`), or both within `icom.example.app:`. An entry
holds BundleId, BundlePath, Executable, Registered (path of the program that registered it),
Authorization, and for each kind of service when it was started and stopped, Mac absolute time:
LocationTimeStarted, LocationTimeStopped, FenceTimeStopped ... Entries outlive what they name.

Sources: the fields that Apple's own power log takes from locationd, public readers of backups.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from msgspec import UNSET, UnsetType

from scanner.errors import ParseError
from scanner.formats.apple_time import day, mac_absolute
from scanner.formats.plists import Map, Value, number, read_map, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import LocationClient
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB

_LENGTH = 1000  # characters of a path
_STARTED, _STOPPED = "TimeStarted", "TimeStopped"


def parse(file: EvidenceFile) -> Iterator[LocationClient]:
    """Yield each client; ParseError behind them where an entry was of another shape."""
    clients = read_map(file, limit=16 * MiB)
    for name, entry in clients.items():
        if isinstance(entry, dict):
            yield _client(name, entry)
    if not all(isinstance(entry, dict) for entry in clients.values()):
        raise ParseError("a dictionary for each client expected")


def _client(name: str, entry: Map) -> LocationClient:
    return LocationClient(
        client=name[:_LENGTH],
        bundle=text(entry, "BundleId", limit=_LENGTH),
        bundle_path=text(entry, "BundlePath", limit=_LENGTH),
        executable=text(entry, "Executable", limit=_LENGTH),
        registered=text(entry, "Registered", limit=_LENGTH),
        authorization=number(entry, "Authorization"),
        started_on=_latest(entry, _STARTED),
        stopped_on=_latest(entry, _STOPPED),
    )


def _latest(entry: Map, ending: str) -> str | None | UnsetType:
    """Return the last day of what ends so; None where the entry holds no such time."""
    values = [value for key, value in entry.items() if key.endswith(ending)]
    moments = [moment for moment in map(_moment, values) if moment is not None]
    if values and not moments:
        return UNSET
    return day(max(moments, default=None))


def _moment(value: Value) -> datetime | None:
    if isinstance(value, datetime):  # a date of a property list is in UTC without saying so
        return value.replace(tzinfo=UTC)
    if isinstance(value, str):  # older versions write the number as a text
        try:
            return mac_absolute(float(value))
        except ValueError:
            return None
    return mac_absolute(value)


LOCATION_CLIENTS = Artifact(
    name="ios.location_clients",
    title="Programs that ask where the phone is",
    platform="ios",
    states=(Stated(LocationClient),),
    readings=(
        Reading(Glob(pattern="/private/var/root/Library/Caches/locationd/clients.plist"), parse),
        Reading(Glob(pattern="/private/var/mobile/Library/Caches/locationd/clients.plist"), parse),
    ),
)
