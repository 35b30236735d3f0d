"""The list of imported feeds: which versions of each are kept, and what is known of them.

One JSON file, replaced as a whole. Files of feeds are named by their digest alone.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from scanner.errors import RuleError
from scanner.model.indicators import FeedKind, Signature
from scanner.model.observables import Tlp

VERSIONS = 30  # of one feed
OLD_BYTES = 2**30  # of all versions of one feed but the newest
SIZE_LIMIT = 64 * 2**20
FORMAT = 1

FeedId = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9.-]{0,63}\Z")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]


class Version(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One state of a feed, as it was imported."""

    sha256: Sha256
    size: int
    kind: FeedKind
    title: str
    indicators: int  # that can be evaluated
    unusable: int = 0
    fetched_at: datetime
    published_at: datetime | None = None
    signed_at: datetime | None = None
    signature: Signature = "none"
    tlp: Tlp | None = None  # what whoever imported it said
    origin: str  # without credentials
    name: str  # of its file: some readers take a hint from it


class Validators(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a server gave to ask with whether a file has changed."""

    address: Sha256  # of the address, which may hold credentials
    etag: str | None = None
    last_modified: str | None = None


class StoredFeed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A feed and its versions, the oldest first."""

    id: FeedId
    versions: Annotated[tuple[Version, ...], Meta(min_length=1)]
    first_at: datetime  # when it was first imported; that version may no longer be kept
    checked_at: datetime  # when it was last compared with its source
    public_key: str | None = None  # every later version must be signed with it
    validators: Validators | None = None

    @property
    def newest(self) -> Version:
        return self.versions[-1]


class Catalogue(Struct, frozen=True, kw_only=True):
    """All feeds that were imported, by id."""

    format: int = FORMAT
    feeds: tuple[StoredFeed, ...] = ()

    def find(self, id: str) -> StoredFeed | None:
        return next((each for each in self.feeds if each.id == id), None)

    def with_feed(self, feed: StoredFeed) -> Catalogue:
        """Return a catalogue in which a feed is new, or stands for the one of its id."""
        others = self.without(feed.id).feeds
        return Catalogue(feeds=tuple(sorted((*others, feed), key=lambda each: each.id)))

    def without(self, id: str) -> Catalogue:
        return Catalogue(feeds=tuple(each for each in self.feeds if each.id != id))


def read(path: Path) -> Catalogue:
    """Read a catalogue; a file that is not there is an empty one. RuleError for garbage."""
    try:
        with path.open("rb") as stream:
            data = stream.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        return Catalogue()
    except OSError as error:
        raise _damaged(path, f"cannot be read: {error.strerror}") from error
    try:
        found = msgspec.json.decode(data, type=Catalogue)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _damaged(path, f"damaged: {error}") from error
    if found.format != FORMAT:
        raise _damaged(path, f"of format {found.format}, {FORMAT} expected")
    ids = [each.id for each in found.feeds]
    if len(ids) != len(set(ids)):
        raise _damaged(path, "damaged: two feeds have one id")
    return found


def written(catalogue: Catalogue) -> bytes:
    """Return the bytes of a catalogue."""
    return msgspec.json.format(msgspec.json.encode(catalogue), indent=1) + b"\n"


def kept(versions: tuple[Version, ...]) -> tuple[Version, ...]:
    """Return the versions that stay: the newest ones, as far as they fit."""
    recent = versions[-VERSIONS:]
    total = sum(version.size for version in recent[:-1])
    while len(recent) > 1 and total > OLD_BYTES:
        total -= recent[0].size
        recent = recent[1:]
    return recent


def _damaged(path: Path, reason: str) -> RuleError:
    remedy = "remove its folder and import the feeds again, or leave them out with --no-feeds"
    return RuleError(path, "list of imported feeds", reason, remedy=remedy)
