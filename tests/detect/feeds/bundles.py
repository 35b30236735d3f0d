"""Bundles of STIX, made for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from uuid import UUID

from scanner.detect.feeds import read_feed
from scanner.model.indicators import Feed, Indicator


def number(kind: str, value: int) -> str:
    """Return an id of STIX."""
    return f"{kind}--{UUID(int=value, version=4)}"


def indicator(pattern: str, value: int = 1, **keys: Any) -> dict[str, Any]:
    """Return an indicator object."""
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": number("indicator", value),
        "created": "2026-01-01T00:00:00.000Z",
        "modified": "2026-01-01T00:00:00.000Z",
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": "2026-01-01T00:00:00Z",
        **keys,
    }


def bundle(objects: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return a bundle."""
    return {"type": "bundle", "id": number("bundle", 1), "objects": list(objects)}


def read(folder: Path, content: Any, file: str = "feed.json", **keys: Any) -> Feed:
    """Write a feed, and read it."""
    path = folder / file
    if isinstance(content, str):
        content = content.encode()
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return read_feed(path, **keys)


def values(found: Iterable[Indicator]) -> list[tuple[str, str]]:
    """Return type and value of each indicator."""
    return [(one.type, one.value) for one in found]


def reasons(feed: Feed) -> list[str]:
    """Return why objects of a feed are not used."""
    return [str(one.params["reason"]) for one in feed.unusable]
