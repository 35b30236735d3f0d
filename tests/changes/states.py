"""States made by hand, as an examination would make them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from scanner.changes.noise import policy
from scanner.model.changes import Plain, Seen, State, StateLine
from scanner.model.evidence import Gap

PACKAGES = "android.packages"
THEN = datetime(2026, 11, 14, 14, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 14, tzinfo=UTC)


def thing(entity: str, artifact: str = PACKAGES, **stated: Plain) -> Seen:
    """Return an entity of a state, which one artifact lists."""
    identity = policy()[entity].identity
    return Seen(
        entity=entity,
        identity={name: stated.get(name) for name in identity},
        fields={name: value for name, value in stated.items() if name not in identity},
        evidence=(f"e-{entity}",),
        artifacts=(artifact,),
    )


def app(package: str = "com.example.app", **stated: Plain) -> Seen:
    return thing("app", user=0, package=package, **({"installed": True} | stated))


def state(
    *entities: Seen,
    at: datetime = NOW,
    gaps: Iterable[Gap] = (),
    read: Iterable[str] = (PACKAGES, "android.ps", "android.settings"),
    **line: Any,
) -> State:
    """Return a state that holds what is given and read what is named."""
    known: dict[str, Any] = {
        "case": f"{at:%Y%m%d}",
        "digest": None,
        "device": "7f3a",
        "platform": "android",
        "taken_at": at,
    }
    return State(
        line=StateLine(**(known | line)), entities=entities, read=tuple(read), gaps=tuple(gaps)
    )


def before(*entities: Seen, **stated: Any) -> State:
    return state(*entities, at=THEN, **stated)
