"""What a collection of androidqf says of itself: when, by which computer, and of its own files.

`acquisition.json` holds `started` and `completed` (RFC 3339, the collecting computer's clock, Go's
zero where it did not end). The public key of that computer's adb stands there as
`adb_host_public_key`, or in `adb_host_key.pub`; many collections hold neither. `hashes.csv` holds a
path and the SHA-256 of each file that was written before it, without a header; the paths are those
of the collecting computer, Windows' among them, or names within the archive.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from datetime import datetime

import msgspec
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.adb_key import fingerprint
from scanner.formats.container import Container
from scanner.formats.lines import decode
from scanner.model.recording import Flaw
from scanner.model.requests import MiB

ABOUT = "acquisition.json"
KEY = "adb_host_key.pub"
DIGESTS = "hashes.csv"
_LIMIT = 32 * MiB  # bytes of either
_UNSET_TIME = 1  # the year of a time that Go never set
_PATH_LIMIT = 4096
_DIGEST_LENGTH = 64


class About(Struct, frozen=True):
    """What `acquisition.json` says; other keys are not read."""

    started: str | None = None
    completed: str | None = None
    adb_host_public_key: str | None = None


class Collection(Struct, frozen=True, kw_only=True):
    """What a collection says of its own making."""

    recorded_at: str | None = None
    host_keys: tuple[str, ...] | None = None
    digests: Mapping[str, str]  # by the name of a file below the collection's top
    flaws: tuple[Flaw, ...] = ()


def collection(container: Container, top: str) -> Collection:
    """Read what a collection says of itself, below `top`; what cannot be read is a flaw."""
    flaws: list[Flaw] = []
    texts = dict(_texts(container, top, flaws))

    def flaw(name: str, expected: str) -> None:
        detail, place = f"{expected} expected", container.locator(top + name)
        flaws.append(Flaw(reason="parse_error", detail=detail, locator=place))

    about = About()
    try:
        about = msgspec.json.decode(texts.get(ABOUT, "{}"), type=About)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        flaw(ABOUT, "a JSON object with the times of the collection")
    keys = {KEY: texts.get(KEY, ""), ABOUT: about.adb_host_public_key or ""}
    prints = {name: fingerprint(key) for name, key in keys.items() if key.strip()}
    for name, found in prints.items():
        if found is None:
            flaw(name, "a public key of adb")
    digests: dict[str, str] = {}
    try:
        digests = _digests(texts.get(DIGESTS, ""))
    except (csv.Error, ValueError):
        flaw(DIGESTS, "a path and its SHA-256 in each line")
    return Collection(
        recorded_at=_time(about.completed) or _time(about.started),
        host_keys=tuple(sorted({each for each in prints.values() if each})) or None,
        digests=digests,
        flaws=tuple(flaws),
    )


def _texts(container: Container, top: str, flaws: list[Flaw]) -> Iterator[tuple[str, str]]:
    names = {top + name: name for name in (ABOUT, KEY, DIGESTS)}
    for member in container.members:
        if member.readable and member.name in names:
            try:
                yield names[member.name], _text(container, member.name)
            except ParseError as error:
                place = container.locator(member.name)
                flaws.append(Flaw(reason=error.reason, detail=str(error), locator=place))


def _text(container: Container, name: str) -> str:
    with container.open(name) as stream:
        data = stream.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ParseError(f"at most {_LIMIT} bytes expected")
    return decode(data).removeprefix("\ufeff")


def _digests(text: str) -> dict[str, str]:
    """Return digests by name, below the folder that all the paths have in common."""
    rows = []
    for row in csv.reader(text.splitlines()):
        path, digest = row
        if len(digest) != _DIGEST_LENGTH or len(path) > _PATH_LIMIT:
            raise ValueError("a path and its SHA-256 expected")
        rows.append((path.replace("\\", "/").split("/"), digest.lower()))
    if not rows:
        return {}
    shared = min(len(path) for path, _ in rows) - 1
    first = rows[0][0]
    for names, _ in rows:
        while names[:shared] != first[:shared]:
            shared -= 1
    return {"/".join(path[shared:]): digest for path, digest in rows}


def _time(text: str | None) -> str | None:
    """Return a time with its offset; None for none, for Go's zero, and for one without offset."""
    try:
        time = datetime.fromisoformat((text or "")[:64])
    except ValueError:
        return None
    return None if time.tzinfo is None or time.year == _UNSET_TIME else time.isoformat()
