"""Feeds of the store as data: read once, then kept in the form that loads fastest.

What was read is kept under the digest of the file and of the readers' own source, so that neither
a new version of a feed nor one of the scanner ever meets what an older one made of it. It is data
of ours that can be made again at any time: where it is damaged, the file itself is read.
"""

from __future__ import annotations

import contextlib
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec

from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError, UsageError
from scanner.model import indicators as model
from scanner.model.findings import Message
from scanner.model.indicators import Feed
from scanner.pipeline.feeds.catalogue import StoredFeed, Version
from scanner.pipeline.feeds.store import Store

_DIGEST = 32  # bytes in front of what was read
_READERS = 16  # digits of their digest


def stored_feeds(at: datetime | None = None, *, store: Store | None = None) -> tuple[Feed, ...]:
    """Return the feeds that were imported, as they are or as they were at a moment.

    RuleError where the store is damaged; UsageError where the state of that moment is not kept.
    """
    store = store or Store()
    try:
        return tuple(_all(store, at))
    except FileNotFoundError:  # another process put a newer version in its place meanwhile
        with contextlib.suppress(FileNotFoundError):
            return tuple(_all(store, at))
        raise RuleError(
            store.folder, "feeds", "a file that the list names is missing",
            remedy="import the feeds again, or leave them out with --no-feeds",
        ) from None  # fmt: skip


def load(store: Store, id: str, version: Version) -> Feed:
    """Return one version of a feed; FileNotFoundError where it is not there."""
    feed = _kept(store, id, version) or _read_again(store, id, version)
    return msgspec.structs.replace(
        feed,
        title=version.title,
        fetched_at=version.fetched_at,
        origin=version.origin,
        signature=version.signature,
    )


def keep(store: Store, id: str, version: Version, feed: Feed) -> None:
    """Keep what was read of a feed."""
    data = msgspec.msgpack.encode(feed)
    path = _path(store, id, version)
    store.put(path, hashlib.sha256(data).digest() + data)
    for other in store.folder.glob(f"{version.sha256}.*.parsed"):
        if not other.name.startswith(f"{version.sha256}.{readers()[:_READERS]}"):
            other.unlink(missing_ok=True)  # what earlier readers made of it


def version_at(feed: StoredFeed, at: datetime) -> Version | None:
    """Return the version that counted at a moment; None before the first import."""
    if at < feed.first_at:
        return None
    found = [version for version in feed.versions if version.fetched_at <= at]
    if not found:
        oldest = feed.versions[0].fetched_at
        raise UsageError(
            f"{feed.id}: its state of {at:%Y-%m-%d} is no longer kept",
            remedy=f"the oldest that is kept is of {oldest:%Y-%m-%d %H:%M} UTC",
        )
    return found[-1]


def named(error: RuleError, origin: str) -> RuleErrors:
    """Return the errors of a file of the store, by what a person knows it by."""
    errors = error.errors if isinstance(error, RuleErrors) else (error,)
    return RuleErrors(
        [RuleError(origin, one.where, one.reason, remedy=one.remedy) for one in errors]
    )


def with_id(feed: Feed, id: str) -> Feed:
    """Return a feed under another id."""
    if id == feed.id:
        return feed
    unusable = tuple(
        Message(each.id, {**each.params, "feed": id}) if "feed" in each.params else each
        for each in feed.unusable
    )
    return msgspec.structs.replace(feed, id=id, unusable=unusable)


def _all(store: Store, at: datetime | None) -> list[Feed]:
    feeds = store.catalogue().feeds
    versions = [(each.id, each.newest if at is None else version_at(each, at)) for each in feeds]
    return [load(store, id, version) for id, version in versions if version is not None]


def _kept(store: Store, id: str, version: Version) -> Feed | None:
    try:
        data = memoryview(_path(store, id, version).read_bytes())
    except OSError:
        return None
    if hashlib.sha256(data[_DIGEST:]).digest() != data[:_DIGEST]:
        return None
    try:
        feed = msgspec.msgpack.decode(data[_DIGEST:], type=Feed)
    except msgspec.DecodeError:
        return None
    return feed if (feed.id, feed.sha256) == (id, version.sha256) else None


def _read_again(store: Store, id: str, version: Version) -> Feed:
    path = store.file(version.sha256)
    with path.open("rb") as stream:
        found = hashlib.file_digest(stream, "sha256").hexdigest()
    if found != version.sha256:
        remedy = f"scanner indicators remove {id}, then import it again"
        raise RuleError(path, f"feed {id}", "damaged: not what was imported", remedy=remedy)
    # The readers are needed once for each version of a feed, and take longer to load than it does.
    from scanner.detect.feeds import read_feed  # noqa: PLC0415

    try:
        feed = read_feed(
            path, name=version.name, limit=version.size, kind=version.kind, tlp=version.tlp
        )
    except RuleError as error:  # an earlier version of the scanner took it
        raise named(error, f"imported feed {id}") from error
    feed = with_id(feed, id)
    with contextlib.suppress(OSError):  # a home that cannot be written to is slower, no more
        keep(store, id, version, feed)
    return feed


def _path(store: Store, id: str, version: Version) -> Path:
    said = f"{id}\0{version.kind}\0{version.tlp}\0{version.name}"
    key = readers()[:_READERS] + hashlib.sha256(said.encode()).hexdigest()[:16]
    return store.parsed_file(version.sha256, key)


@cache
def readers() -> str:
    """Return a digest over the source of all that decides what a file of indicators becomes."""
    package = Path(model.__file__).parent.parent
    sources = [
        package / "model" / "indicators.py",
        package / "model" / "observables.py",
        *(package / "detect" / "feeds").rglob("*.py"),
        *(package / "detect" / "indicators").rglob("*.py"),
    ]
    digest = hashlib.sha256()
    for path in sorted(sources):
        digest.update(path.read_bytes())
    return digest.hexdigest()
