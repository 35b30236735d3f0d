"""What is allowed, forced or limited on the phone, from the settings that are in force.

EffectiveUserSettings.plist holds dictionaries by kind, in each a dictionary by name of a setting:
`restrictedBool` and `restrictedValue` with `value` (what may not be passed) and `preference` (what
the user chose), `intersectedValues` and `unionValues` (also `intersection`, `union`) with a list
`values`. Of lists only those of apps are read; others hold domains and addresses, and are counted.

ProfileTruth.plist names for each profile, by its identifier, what it demands, in the same kinds.

A name stands there whether or not anybody set it: `value` true of `allowLockdownMode` says that it
is permitted, not that it is on.

Sources: ManagedConfiguration's code (decompiled), MCRestrictionManager; names of keys as seen in
backups of iOS 9 to 27.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.recorded.profile_places import of_system, of_user
from scanner.errors import ParseError
from scanner.formats.plists import Map, Value, mapping, read_map, texts
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Restriction
from scanner.model.evidence import EvidenceFile

_COUNT = 10_000  # names of settings
_APPS = 10_000  # of one list
_LENGTH = 255  # characters
_LARGEST = 2**63
_SINGLE = ("restrictedBool", "restrictedValue")
_LISTS = ("intersectedValues", "intersection", "unionValues", "union")
_OF_APPS = ("AppBundleIDs", "AppIDs", "BundleIDs")
_KINDS = (*_SINGLE, *_LISTS)
_EFFECTIVE = "EffectiveUserSettings.plist"
_DEMANDED = "ProfileTruth.plist"


def parse(file: EvidenceFile) -> Iterator[Restriction]:
    """Yield each setting that is in force."""
    content = read_map(file)
    if not any(isinstance(content.get(kind), dict) for kind in _KINDS):
        raise ParseError("settings by their kind expected")
    for name, details in _settings(content, _SINGLE):
        yield Restriction(
            name=name,
            value=_plain(details.get("value")),
            preference=_plain(details.get("preference")),
        )
    for name, details in _settings(content, _LISTS):
        values = details.get("values")
        listed = isinstance(values, list)
        yield Restriction(
            name=name,
            count=len(values) if isinstance(values, list) else UNSET,
            apps=_apps(name, details) if listed else UNSET,
        )


def parse_demanded(file: EvidenceFile) -> Iterator[Restriction]:
    """Yield for each setting which profiles demand it."""
    demanded: dict[str, dict[str, None]] = defaultdict(dict)
    for identifier, content in read_map(file).items():
        if not isinstance(content, dict):
            raise ParseError("settings of a profile expected")
        for name, _ in _settings(content, _KINDS):
            demanded[name][identifier[:_LENGTH]] = None
        if len(demanded) > _COUNT:
            raise ParseError(f"at most {_COUNT} settings expected")
    for name, identifiers in demanded.items():
        yield Restriction(name=name, profiles=tuple(sorted(identifiers)))


def _settings(content: Map, kinds: tuple[str, ...]) -> Iterator[tuple[str, Map]]:
    for kind in kinds:
        found = mapping(content, kind)
        if len(found) > _COUNT:
            raise ParseError(f"at most {_COUNT} settings expected")
        for name, details in found.items():
            if not isinstance(details, dict):
                raise ParseError("a setting with its value expected")
            yield name[:_LENGTH], details


def _plain(value: Value) -> bool | int | UnsetType:
    """Return a boolean or a whole number; UNSET for what is neither."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool):
        return value
    return value if isinstance(value, int) and abs(value) < _LARGEST else UNSET


def _apps(name: str, details: Map) -> tuple[str, ...] | None | UnsetType:
    """Return the apps of a list of apps; UNSET for a list of anything else."""
    if not name.endswith(_OF_APPS):
        return UNSET
    found = dict.fromkeys(texts(details, "values", limit=_LENGTH))
    return UNSET if len(found) > _APPS else tuple(sorted(found)) or None


RESTRICTIONS = Artifact(
    name="ios.restrictions",
    title="Restrictions in force",
    platform="ios",
    states=(Stated(Restriction),),
    readings=(
        *(
            Reading(request, parse, covers=("settings",))
            for request in (
                *of_user(_EFFECTIVE),
                *of_system(_EFFECTIVE),
                *of_system(f"UserSettings/{_EFFECTIVE}"),
            )
        ),
        *(
            Reading(request, parse_demanded, covers=("profiles",))
            for request in (*of_system(_DEMANDED), *of_user(_DEMANDED))
        ),
    ),
)
