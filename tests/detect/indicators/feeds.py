"""Feeds of the tests."""

from __future__ import annotations

import hashlib
from typing import Any

from scanner.detect.indicators import Index, normalise
from scanner.model.indicators import Feed, Indicator
from scanner.model.observables import ObservableType
from tests.detect.devices import NOW


def indicator(type: ObservableType, written: str, **stated: Any) -> Indicator:
    """Return an indicator, its value as a reader of feeds brings it into its normal form."""
    value = normalise(type, written)
    return Indicator(type=type, value=value, **{"id": f"{type}:{value}"} | stated)


def feed(*indicators: Indicator, id: str = "made", **stated: Any) -> Feed:
    data = repr((id, indicators)).encode()
    return Feed(
        id=id,
        title=f"Feed {id}",
        kind="stix",
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        indicators=indicators,
        **stated,
    )


def index(*indicators: Indicator) -> Index:
    return Index.of([feed(*indicators)], NOW)


def found(
    known: Index, type: ObservableType, value: str, platform: str = "android"
) -> list[tuple[str, str]]:
    """Return the relation and value of each indicator that a value matches."""
    return [
        (each.relation, each.indicator.value) for each in known.find(type, value, platform=platform)
    ]
