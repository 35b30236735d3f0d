"""Sources of feeds, declared in a file: where each is updated from, and what is expected of it.

TOML: a table `[[source]]` for each, with `id` and one of `path` and `url`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from msgspec import Struct

from scanner.case.pseudonym import home
from scanner.detect.problems import Place, Problems
from scanner.errors import ParseError, UsageError
from scanner.model.indicators import FeedKind
from scanner.model.observables import TLPS, Tlp
from scanner.pipeline.feeds import signatures
from scanner.pipeline.feeds.download import address_of
from scanner.pipeline.feeds.files import MAX_FEED_BYTES

SIZE_LIMIT = 256 * 1024
COUNT_LIMIT = 500
FEED_ID = re.compile(r"[a-z0-9][a-z0-9.-]{0,63}")
_HEADER = re.compile(r"\s*\[\[\s*source\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z_]+)\s*=")
_REMEDY = "tables [[source]], each with `id` and one of `url` and `path`"
_LONGEST = 2000


class Source(Struct, frozen=True, kw_only=True):
    """Where one feed, or a folder of them, comes from."""

    id: str
    path: Path | None = None
    url: str | None = None
    title: str | None = None
    kind: FeedKind | None = None
    tlp: Tlp | None = None
    max_bytes: int = MAX_FEED_BYTES
    signature: str | None = None  # where it is, if not beside the feed as NAME.minisig
    public_key: str | None = None
    refresh_days: int = 0


def default_file() -> Path:
    """Return where sources are declared unless a file is named."""
    return home() / "indicators.toml"


def read_sources(path: Path) -> tuple[Source, ...]:
    """Read a file of sources. RuleErrors with all that is wrong in it; UsageError without one."""
    problems = Problems(str(path))
    try:
        with path.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        remedy = (
            "declare sources there, or name a file with --sources; see scanner indicators update -h"
        )
        raise UsageError(f"{path}: no such file of sources", remedy=remedy) from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
    tables = _tables(raw, problems)
    problems.raise_any()
    found = [_source(number, table, path.parent, problems) for number, table in enumerate(tables)]
    seen: set[str] = set()
    for number, table in enumerate(tables):
        id = table.get("id")
        if isinstance(id, str):
            if id in seen:
                problems.add(_place(number, "id"), f"`{id[:80]}` stands twice", "one id each")
            seen.add(id)
    problems.raise_any()
    return tuple(each for each in found if each is not None)


def _tables(raw: bytes, problems: Problems) -> list[dict[str, Any]]:
    if len(raw) > SIZE_LIMIT:
        problems.add((), f"larger than {SIZE_LIMIT} bytes", _REMEDY)
        return []
    try:
        text = raw.decode()
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        problems.add((), f"no UTF-8 text at byte {error.start}", "save the file as UTF-8")
        return []
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        if line := re.search(r"at line (\d+)", str(error)):
            problems.lines[()] = int(line[1])
        problems.add((), f"no TOML: {error}", _REMEDY)
        return []
    problems.lines.update(_lines(text))
    for key in data.keys() - {"source"}:
        problems.unknown((key,), "key", key, ["source"])
    tables = data.get("source")
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        problems.add(("source",), "tables expected", _REMEDY)
        return []
    if len(tables) > COUNT_LIMIT:
        problems.add(("source",), f"more than {COUNT_LIMIT} sources", "write several files")
    return tables


def _lines(text: str) -> dict[Place, int]:
    """Return the line of each table and key, which the reader of TOML does not tell."""
    lines: dict[Place, int] = {}
    number = -1
    for line, content in enumerate(text.splitlines(), 1):
        if _HEADER.match(content):
            number += 1
            lines[_place(number)] = line
        elif number >= 0 and (key := _KEY.match(content)):
            lines.setdefault(_place(number, key[1]), line)
    return lines


def _place(number: int, *key: str) -> Place:
    return (f"source {number + 1}", *key)


def _source(number: int, table: dict[str, Any], folder: Path, problems: Problems) -> Source | None:
    before = len(problems.errors)
    said: dict[str, Any] = {}
    for key, value in table.items():
        place = _place(number, key)
        if key not in _KEYS:
            problems.unknown(place, "key", key, _KEYS)
            continue
        try:
            said[key] = _KEYS[key](value)
        except ValueError as error:
            problems.add(place, str(error), _REMEDIES.get(key, "one line of text, in quotes"))
    if "id" not in table:
        problems.add(_place(number, "id"), "is missing", _REMEDIES["id"])
    if ("url" in table) == ("path" in table):
        problems.add(_place(number), "one of `url` and `path` expected", _REMEDY)
    if "signature" in table and "public_key" not in table:
        remedy = "add public_key, the key of whoever signs the feed"
        problems.add(_place(number, "signature"), "nothing to check it with", remedy)
    if len(problems.errors) > before:
        return None
    if "path" in said:
        said["path"] = folder / Path(said["path"]).expanduser()
    return Source(**said)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > _LONGEST:
        raise ValueError("a text expected")
    return value


def _id(value: Any) -> str:
    if not FEED_ID.fullmatch(_text(value)):
        raise ValueError("not an id")
    return str(value)


def _url(value: Any) -> str:
    address_of(_text(value))
    return str(value)


def _key(value: Any) -> str:
    try:
        return signatures.public_key(_text(value))
    except ParseError as error:
        raise ValueError(str(error)) from error


def _one_of(choices: tuple[str, ...]) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} expected")
        return str(value)

    return check


def _number(least: int, most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"a number from {least} to {most} expected")
        return value

    return check


_KEYS: dict[str, Callable[[Any], Any]] = {
    "id": _id,
    "path": _text,
    "url": _url,
    "title": _text,
    "kind": _one_of(get_args(FeedKind)),
    "tlp": _one_of(TLPS),
    "max_bytes": _number(1, 2**40),
    "signature": _text,
    "public_key": _key,
    "refresh_days": _number(0, 3650),
}
_REMEDIES = {
    "id": "lower-case letters, digits, `-` and `.`, at most 64",
    "kind": "leave it out: the kind is told by the content",
    "tlp": "choose one of them, or leave it out",
    "max_bytes": "a number without quotes",
    "refresh_days": "a number without quotes",
    "url": "an https address",
    "public_key": "the second line of the publisher's minisign.pub, or `ssh-ed25519 AAAA...`",
}
