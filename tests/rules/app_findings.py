"""What the shipped rules find in the bytes of one app file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import cast

from scanner.artifacts.apps.app_files import APP_FILES, IOS_APP_FILES, parse
from scanner.detect import ScanFacts, inspect, load
from scanner.detect.yara.yarax import Compiled, YaraX
from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.container import RecordedFile
from scanner.model.entities import Statement
from scanner.model.evidence import BytesFile, Locator
from scanner.model.findings import LEVELS, Level
from scanner.model.requests import AppBytes
from scanner.snapshot import Snapshot
from tests.rules.yara.shipped import FILES, text_of

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PACK = load()
TITLES = {rule.id: rule.title for rule in PACK.rules}
CODE = (b"dex\n", b"\x7fELF")

Found = set[tuple[Level, str]]


def found_in(data: bytes, path: str) -> Found:
    """Return level and title of what the Sigma rules find in a file; what is unread gives none."""
    return found_of(parse(BytesFile(AppBytes(path=path), data)), platform="android")


def found_at(path: Path, platform: str = "android") -> Found:
    """Return level and title of what is found in a file on the disk, and in what lies beside it."""
    file = RecordedFile(AppBytes(path=f"apps/{path.name}"), path, Locator())
    data = path.read_bytes()
    try:
        in_code = found_in_code(data)
    except ParseError:
        in_code = _matched(data)
    return found_of(parse(file), platform=platform) | in_code


def found_of(statements: Iterable[Statement], *, platform: str) -> Found:
    """Return level and title of what the Sigma rules find in what is stated of a file."""
    artifact = APP_FILES if platform == "android" else IOS_APP_FILES
    snapshot = Snapshot(platform, now=NOW, skew_seconds=2.0)
    try:
        for entity in statements:
            snapshot.add(entity, evidence="e1", provenance="derived_from_bytes", rank=0)
    except ParseError:
        pass
    results = inspect(
        snapshot, PACK, platform=platform, gaps=(), statements=(artifact,), facts=ScanFacts()
    )
    return {(each.level, TITLES[each.rule]) for _, found in results for each in found}


def found_in_code(data: bytes) -> Found:
    """Return level and title of what the YARA rules find in a file and in the code within."""
    archive, found = ApkArchive(data), _matched(data)
    for entry in archive.entries:
        try:
            content = archive.read(entry)
        except ParseError:
            continue
        if content.startswith(CODE):
            found |= _matched(content)
    return found


@cache
def _rules_of_bytes() -> Compiled:
    return YaraX().compile([text_of(path) for path in FILES])


def _matched(data: bytes) -> Found:
    heads = (dict(each.meta) for each in _rules_of_bytes().scan(data))
    return {(cast("Level", head["level"]), str(head["title"])) for head in heads}


def above(found: Found, level: Level) -> list[str]:
    """Return the titles of what was found above a level."""
    return sorted(title for each, title in found if LEVELS.index(each) > LEVELS.index(level))
