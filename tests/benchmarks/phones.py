"""Small catalogues and phones: one requirement held against a few entities."""

from __future__ import annotations

from typing import Any

from msgspec import convert

from scanner.benchmarks import Catalogue, evaluate
from scanner.model.artifact import Artifact, Stated
from scanner.model.benchmarks import Benchmark, BenchmarkLine
from scanner.model.entities import Entity, Management, Payload, Property, Restriction, Setting, User
from scanner.snapshot import Snapshot

GROUND = Property(name="ground", value="1")  # so that something is always examined
ACCESS = "com.apple.applicationaccess"


def artifact(name: str, *entities: type[Entity]) -> Artifact:
    return Artifact(
        name=name,
        title=name,
        platform="ios",
        states=tuple(Stated(entity) for entity in entities),
        readings=(),
    )


RESTRICTIONS = artifact("ios.restrictions", Restriction)
PROFILES = artifact("ios.profiles", Payload)
MANAGEMENT = artifact("ios.management", Management)
SETTINGS = artifact("android.settings", Setting)
USERS = artifact("android.users", User)
ASKED = (RESTRICTIONS, PROFILES, MANAGEMENT, SETTINGS, USERS)


def catalogue(
    *conditions: dict[str, Any], ownership: str = "institution", **also: Any
) -> Catalogue:
    """Return a catalogue of a benchmark with the requirement `asked`, and one that always holds."""
    return convert(
        {
            "platform": "ios",
            "defaults_from": "https://example.org/defaults",
            "benchmarks": [
                {
                    "id": "bench",
                    "title": "Bench",
                    "version": "1",
                    "level": "1",
                    "ownership": ownership,
                    "family": "family",
                    "source": "https://example.org/bench",
                }
            ],
            "requirements": [
                {
                    "id": "ground",
                    "title": "Ground",
                    "benchmarks": ["bench"],
                    "conditions": [{"kind": "property", "name": "ground", "equals": 1}],
                },
                {
                    "id": "asked",
                    "title": "Asked",
                    "benchmarks": ["bench"],
                    "conditions": list(conditions),
                }
                | also,
            ],
        },
        Catalogue,
    )


def snapshot(*entities: Entity, platform: str = "ios") -> Snapshot:
    made = Snapshot(platform)
    for number, entity in enumerate((GROUND, *entities)):
        made.add(entity, evidence=f"e-{number}", provenance="os_claimed", rank=0)
    return made


def held(of: Catalogue, *entities: Entity, **options: Any) -> BenchmarkLine:
    """Return the line of the requirement `asked` on a phone with some entities."""
    options.setdefault("statements", ASKED)
    (benchmark,) = evaluate([of], snapshot(*entities), **options)
    assert "asked" == benchmark.lines[1].requirement
    return benchmark.lines[1]


def by_id(benchmarks: tuple[Benchmark, ...]) -> dict[str, Benchmark]:
    return {each.id: each for each in benchmarks}
