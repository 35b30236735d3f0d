"""Reading a file of indicators: its kind by its content, its size within bounds."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
from itertools import chain, islice
from pathlib import Path

from scanner.detect.feeds.columns import header_of, read_csv
from scanner.detect.feeds.documents import documents, objects_of
from scanner.detect.feeds.draft import Draft, NotFeed
from scanner.detect.feeds.lines import SAMPLE, declared_kind, stated_values
from scanner.detect.feeds.lists import HOSTS_LINE, read_hosts, read_plain
from scanner.detect.feeds.markings import strictest
from scanner.detect.feeds.misp import read_misp
from scanner.detect.feeds.shapes import shape_of
from scanner.detect.feeds.stix import read_stix
from scanner.errors import RuleError
from scanner.formats.text import safe_text
from scanner.model.indicators import Feed, FeedKind
from scanner.model.observables import Tlp

MAX_FEED_BYTES = 256 * 1024 * 1024

_JSON = re.compile(rb"\s*+(?:\{|\[\s*+[\[{\]])")  # `[Adblock]` begins a list
_MARKUP = re.compile(rb"\s*+<")  # XML of STIX 1, or the page that a server gives instead of a feed
_CHUNK = 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_ENTRY = re.compile(rb"(?:\s*#[^\n]*\n|---[^\n]*\n|\s*\n)*+-\s+[\"']?name[\"']?\s*:")
_ID = re.compile(r"[^A-Za-z0-9.-]+")
_ID_LENGTH = 64
_KINDS_REMEDY = (
    "a STIX bundle, a MISP event, a table with column names, a hosts file, or one value to a line"
)


def read_feed(
    path: Path,
    *,
    name: str | None = None,
    limit: int = MAX_FEED_BYTES,
    kind: FeedKind | None = None,
    tlp: Tlp | None = None,
) -> Feed:
    """Read a file of indicators. RuleError where it is malformed, forged or over the limit.

    The RuleError is NotFeed where nothing says that the file was meant as a feed.

    `name` becomes the feed's id, otherwise its file name does; `tlp` is who may read all of it.
    """
    data = _bytes(path, limit)
    digest = hashlib.sha256(data).hexdigest()
    size = len(data)
    data = data.removeprefix(_BOM)
    _check_text(data, str(path))
    draft = Draft(str(path), feed_id(name or path.name), tlp=tlp)
    found = _read(data, path, name, kind, draft)
    return Feed(
        id=draft.feed,
        title=safe_text(draft.title or name or path.name),
        kind=found,
        sha256=digest,
        size=size,
        published_at=draft.published_at,
        tlp=strictest(tlp, draft.title_tlp),
        indicators=tuple(draft.indicators),
        unusable=tuple(draft.unusable),
        unusable_count=draft.unusable_count,
    )


def sniff(data: bytes, path: Path) -> FeedKind | None:
    """Return the kind of a whole file by its content; None where it is of no known kind.

    RuleError where it is no UTF-8 text, or broken JSON. The name only decides what lines do not
    tell.
    """
    text = data.removeprefix(_BOM)
    _check_text(text, str(path))
    if not _JSON.match(text):
        return _sniff_text(text, path.name)
    first = next((document for _, document in documents(text, str(path))), None)
    if first is None:
        return None
    return "misp" if first.misp else "stix" if first.stix else None


def feed_id(name: str) -> str:
    """Return a name as a feed's id: letters, digits, dashes and dots."""
    return _ID.sub("-", name)[:_ID_LENGTH].strip("-.") or "feed"


def _bytes(path: Path, limit: int) -> bytes:
    try:
        if not path.is_file():
            raise RuleError(path, "file", "no file", remedy="name a file")
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size
            data = b"" if size > limit else stream.read(size + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror}"
        raise RuleError(path, "file", reason, remedy="check the path and its permissions") from None
    if size > limit or len(data) > limit:
        remedy = "split the feed, or raise --max-feed-bytes"
        raise RuleError(path, "file", f"larger than {limit} bytes", remedy=remedy)
    if not data.strip():
        raise NotFeed(path, "file", "empty", remedy="get the feed again from its source")
    return data


def _check_text(data: bytes, path: str) -> None:
    """RuleError where data is no UTF-8, or holds what no text has."""
    if (at := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, at) + 1
        raise RuleError(path, f"line {line}", "no text: a NUL", remedy="save the file as UTF-8")
    if data.isascii():
        return
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        try:
            decoder.decode(data[start : start + _CHUNK], final=start + _CHUNK >= len(data))
        except UnicodeDecodeError:
            line = data.count(b"\n", 0, start) + 1
            where = f"line {line} or below"
            raise RuleError(path, where, "no UTF-8 text", remedy="save the file as UTF-8") from None


def _read(
    data: bytes, path: Path, name: str | None, kind: FeedKind | None, draft: Draft
) -> FeedKind:
    """Read a feed into `draft`, and return its kind."""
    names = tuple(one for one in (name, path.name) if one)
    if kind in {"stix", "misp"} or (kind is None and _JSON.match(data)):
        return _read_json(data, kind, draft)
    found = kind or _sniff_text(data, *names)
    if found == "stalkerware":
        # Only some feeds are YAML, and its parser takes as long to load as the rest.
        from scanner.detect.feeds.stalkerware import read_stalkerware  # noqa: PLC0415

        read_stalkerware(data, draft)
    elif found == "csv":
        read_csv(data, draft)
    elif found == "hosts":
        read_hosts(data, draft)
    elif found == "plain":
        read_plain(data, draft, *names)
    else:
        raise NotFeed(draft.path, "file", "of no known kind", remedy=_KINDS_REMEDY)
    return found


def _read_json(data: bytes, kind: FeedKind | None, draft: Draft) -> FeedKind:
    found = documents(data, draft.path)
    misp = [one for one in found if one[1].misp]
    stix = [one for one in found if one[1].stix]
    if misp and not stix and kind != "stix":
        for raw, document in misp:
            read_misp(raw, document, draft)
        return "misp"
    if stix and not misp and kind != "misp":
        read_stix(chain.from_iterable(objects_of(*one) for one in stix), draft)
        return "stix"
    if kind is not None:
        raise draft.refuse("file", f"no JSON of the kind {kind}", _KINDS_REMEDY)
    if stix:
        raise draft.refuse("file", "STIX and MISP in one file", "split the feed")
    raise NotFeed(draft.path, "file", "JSON of no known kind", remedy=_KINDS_REMEDY)


def _sniff_text(data: bytes, *names: str) -> FeedKind | None:
    if _MARKUP.match(data):
        return None
    if _ENTRY.match(data):
        return "stalkerware"
    values = [value for _, value in islice(stated_values(data), SAMPLE)]
    if values and all(map(HOSTS_LINE.match, values)):
        return "hosts"
    if header_of(data) is not None:
        return "csv"
    if values and (declared_kind(data, *names) or any(map(_tells, values))):
        return "plain"
    return None


def _tells(value: str) -> bool:
    try:
        shape_of(value)
    except ValueError:
        return False
    return True
