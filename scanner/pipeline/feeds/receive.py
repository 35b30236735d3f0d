"""Taking a feed in: measured, verified, read and compared with what is there, then put in place.

A file that fails in any of this leaves the store as it was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Literal

from msgspec import Struct
from msgspec.structs import replace

from scanner.detect.feeds import NotFeed, read_feed
from scanner.errors import ParseError, RuleError, UsageError
from scanner.model.indicators import Feed, FeedKind, Signature
from scanner.model.observables import Tlp
from scanner.pipeline.feeds import parsed, signatures
from scanner.pipeline.feeds.catalogue import StoredFeed, Validators, Version, kept
from scanner.pipeline.feeds.files import MAX_FEED_BYTES
from scanner.pipeline.feeds.parsed import with_id
from scanner.pipeline.feeds.store import Store

State = Literal[
    "new", "updated", "unchanged", "fresh", "offline", "unreachable", "refused", "passed_over"
]
_CHUNK = 2**20


class Outcome(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one feed."""

    id: str
    state: State
    version: Version | None = None  # that counts now
    reason: str | None = None  # why it was refused, passed over, or not reached
    remedy: str | None = None
    others: tuple[str, ...] = ()  # what else is wrong with it, bounded


class Terms(Struct, frozen=True, kw_only=True):
    """What is said of a feed by whoever imports it, and what is allowed."""

    id: str
    title: str | None = None
    kind: FeedKind | None = None  # None: told by its content
    tlp: Tlp | None = None
    public_key: str | None = None  # it must be signed with it
    limit: int = MAX_FEED_BYTES
    allow_older: bool = False


class Received(Struct, frozen=True, kw_only=True):
    """A file that arrived whole, as a draft of the store."""

    path: Path
    sha256: str
    size: int
    origin: str  # as errors and reports name it: without credentials
    name: str  # of the file, from which its reader may take a hint
    signature: bytes | None = None
    validators: Validators | None = None


def copied(stream: Iterable[bytes], out: BinaryIO, limit: int, origin: str) -> tuple[str, int]:
    """Write what arrives, and return its digest and size; RuleError as soon as it is too much."""
    digest, size = hashlib.sha256(), 0
    for data in stream:
        size += len(data)
        if size > limit:
            raise too_large(origin, limit)
        digest.update(data)
        out.write(data)
    out.flush()
    os.fsync(out.fileno())
    return digest.hexdigest(), size


def chunks(stream: BinaryIO) -> Iterable[bytes]:
    """Return the bytes of a file in pieces."""
    return iter(lambda: stream.read(_CHUNK), b"")


def too_large(origin: str, limit: int) -> RuleError:
    """Return the error of a feed over its limit."""
    remedy = "if it is right: raise --max-feed-bytes, or max_bytes of its source"
    return RuleError(origin, "size", f"larger than {limit} bytes", remedy=remedy)


def take_in(store: Store, received: Received, terms: Terms) -> Outcome:
    """Put a feed into the store. RuleError, and nothing is changed, where it is refused."""
    now = datetime.now(UTC)
    before = store.catalogue().find(terms.id)
    terms = _with_pinned_key(terms, before, received.origin)
    signed = _verified(received, terms.public_key)
    version, feed = _read(received, terms, before, signed, now)
    with store.change() as catalogue:
        current = catalogue.find(terms.id)
        if (current and current.public_key) != (before and before.public_key):
            raise UsageError(f"{terms.id}: another import has changed it", remedy="Try again.")
        state = _state(current, version, received.origin, terms)
        stored = StoredFeed(
            id=terms.id,
            versions=_versions(current, version, state),
            first_at=current.first_at if current else now,
            checked_at=now,
            public_key=terms.public_key,
            validators=received.validators,
        )
        with store.trouble():
            store.adopt(received.path, version.sha256)  # also mends one that was damaged
            if feed is not None:
                parsed.keep(store, terms.id, version, feed)
        store.save(catalogue.with_feed(stored))
    outcome = Outcome(id=terms.id, state=state, version=stored.newest)
    if current is None or current.newest.origin == received.origin:
        return outcome
    reason = f"it stands for the feed of this id that came from {current.newest.origin}"
    return replace(outcome, reason=reason, remedy="if it is another one: give it an id of its own")


def _with_pinned_key(terms: Terms, before: StoredFeed | None, origin: str) -> Terms:
    """Let a feed that was signed once never be replaced by one that is not, or not by this key."""
    pinned = before.public_key if before else None
    if pinned is None or terms.public_key == pinned:
        return terms
    if terms.public_key is None:
        return replace(terms, public_key=pinned)
    remedy = f"if the key has really changed: scanner indicators remove {terms.id}, then import it"
    raise RuleError(origin, "public key", "not the key of the version that is there", remedy=remedy)


def _verified(received: Received, key: str | None) -> tuple[Signature, datetime | None]:
    if key is None:
        return ("none" if received.signature is None else "unknown_key"), None
    if received.signature is None:
        place = f"NAME{signatures.suffix(key)}"
        remedy = f"put it beside the feed as {place}, or name it: signature in its source"
        raise RuleError(received.origin, "signature", "missing", remedy=remedy)
    try:
        with received.path.open("rb") as stream:
            found = signatures.verify(stream, received.signature, key)
    except ParseError as error:
        remedy = "ask whoever publishes the feed"
        raise RuleError(received.origin, "signature", str(error), remedy=remedy) from error
    if found.state == "valid":
        return "valid", found.signed_at
    reason = {
        "invalid": "not valid: the feed is not what was signed",
        "unknown_key": "made with another key than the one that is known",
    }[found.state]
    remedy = "the version that is there stays; ask whoever publishes the feed"
    raise RuleError(received.origin, "signature", reason, remedy=remedy)


def _read(
    received: Received,
    terms: Terms,
    before: StoredFeed | None,
    signed: tuple[Signature, datetime | None],
    now: datetime,
) -> tuple[Version, Feed | None]:
    """Read a feed, unless it is byte for byte what is there already."""
    (signature, signed_at), newest = signed, before.newest if before else None
    same = newest is not None and newest.sha256 == received.sha256 and newest.tlp == terms.tlp
    same = same and newest is not None and newest.name == received.name
    if newest is not None and same and terms.kind in {None, newest.kind}:
        title = terms.title or newest.title
        return replace(
            newest, signature=signature, signed_at=signed_at, origin=received.origin, title=title
        ), None
    feed = _read_draft(received, terms)
    version = Version(
        sha256=received.sha256,
        size=received.size,
        kind=feed.kind,
        title=terms.title or feed.title,
        indicators=len(feed.indicators),
        unusable=feed.unusable_count,
        fetched_at=now,
        published_at=feed.published_at,
        signed_at=signed_at,
        signature=signature,
        tlp=terms.tlp,
        origin=received.origin,
        name=received.name,
    )
    return version, feed


def _read_draft(received: Received, terms: Terms) -> Feed:
    """Read what arrived; errors name where it comes from."""
    try:
        feed = read_feed(
            received.path,
            name=received.name,
            limit=terms.limit,
            kind=terms.kind,
            tlp=terms.tlp,
        )
    except NotFeed as error:
        raise NotFeed(received.origin, error.where, error.reason, remedy=error.remedy) from error
    except RuleError as error:
        raise parsed.named(error, received.origin) from error
    return with_id(feed, terms.id)


def _state(
    current: StoredFeed | None, version: Version, origin: str, terms: Terms
) -> Literal["new", "updated", "unchanged"]:
    """Tell what a version is to those that are there; RuleError for one from before."""
    if current is None:
        return "new"
    if current.newest.sha256 == version.sha256:
        return "unchanged"
    if not terms.allow_older and (reason := _older(current, version)):
        remedy = "the version that is there stays; --allow-older takes the older one"
        raise RuleError(origin, "version", reason, remedy=remedy)
    return "updated"


def _older(current: StoredFeed, version: Version) -> str:
    """Say why a version is older than the one that is there, or may be; nothing where it is not."""
    newest = current.newest
    if any(version.sha256 == each.sha256 for each in current.versions):
        return "an earlier version, which a newer one had replaced"
    for name in ("signed_at", "published_at"):
        # A date from the future would bar every later version: it counts as the day it came.
        there, new = getattr(newest, name), getattr(version, name)
        there = there and min(there, newest.fetched_at)
        if there and not new:
            return f"states no date, and the version that is there is of {there:%Y-%m-%d %H:%M}"
        if there and new < there:
            return f"of {new:%Y-%m-%d %H:%M}, older than the one there, of {there:%Y-%m-%d %H:%M}"
    return ""


def _versions(current: StoredFeed | None, version: Version, state: State) -> tuple[Version, ...]:
    if current is None:
        return (version,)
    if state == "unchanged":  # what is said of it may be new; when it came is not
        version = replace(version, fetched_at=current.newest.fetched_at)
        return (*current.versions[:-1], version)
    return kept((*current.versions, version))
