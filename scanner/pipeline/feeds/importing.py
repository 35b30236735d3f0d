"""Importing feeds from files, and removing them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from msgspec.structs import replace

from scanner.detect.feeds import NotFeed
from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError, UsageError
from scanner.formats.minisign import SIGNATURE_LIMIT
from scanner.pipeline.feeds.catalogue import StoredFeed
from scanner.pipeline.feeds.files import (
    SIGNATURE_SUFFIXES,
    feed_files,
    id_of,
    unused,
    without_feeds,
)
from scanner.pipeline.feeds.receive import Outcome, Received, Terms, chunks, copied, take_in
from scanner.pipeline.feeds.sources import FEED_ID
from scanner.pipeline.feeds.store import Store


def import_feed(
    path: Path,
    terms: Terms | None = None,
    *,
    signature: Path | None = None,
    store: Store | None = None,
) -> Iterator[Outcome]:
    """Import a file, or all files of a folder; yield what became of each.

    An empty id in the terms is made from the name. RuleError, after all others were imported, where
    one is refused: what is there of it stays as it was. What is no feed in a folder is passed over;
    UsageError where all of it is.
    """
    store, terms = store or Store(), terms or Terms(id="")
    files = feed_files(path)
    if terms.id and not FEED_ID.fullmatch(terms.id):
        remedy = "lower-case letters, digits, `-` and `.`, at most 64"
        raise UsageError(f"{terms.id!r} is no id of a feed", remedy=remedy)
    if signature is not None and path.is_dir():
        raise UsageError("a signature is of one file", remedy="put each beside its file")
    taken: set[str] = set()
    errors: list[RuleError] = []
    passed_over = 0
    for file in files:
        id = terms.id or id_of(file)
        if path.is_dir():
            id = id_of(file, path, f"{terms.id}-" if terms.id else "")
        named = replace(terms, id=unused(id, taken))
        try:
            yield import_file(store, file, named, signature=signature)
        except RuleError as error:
            if path.is_dir() and isinstance(error, NotFeed):
                passed_over += 1
                yield Outcome(id=named.id, state="passed_over", reason=f"{file}: {error.reason}")
            else:
                errors += error.errors if isinstance(error, RuleErrors) else (error,)
    if errors:
        raise RuleErrors(errors)
    if passed_over == len(files):
        raise without_feeds(path)


def import_file(
    store: Store, path: Path, terms: Terms, *, signature: Path | None = None
) -> Outcome:
    """Import one file. RuleError where it is refused, UsageError where it cannot be read."""
    origin = str(path)
    with store.draft() as (draft, out):
        try:
            with path.open("rb") as stream:
                sha256, size = copied(chunks(stream), out, terms.limit, origin)
        except OSError as error:
            raise UsageError(f"{path}: cannot be read: {error.strerror}") from error
        out.close()
        received = Received(
            path=draft,
            sha256=sha256,
            size=size,
            origin=origin,
            name=path.name,
            signature=signature_of(path, signature),
        )
        return take_in(store, received, terms)


def signature_of(path: Path, named: Path | None = None) -> bytes | None:
    """Return the signature of a file: the one that is named, or the one beside it, or none."""
    beside = (path.with_name(f"{path.name}{suffix}") for suffix in SIGNATURE_SUFFIXES)
    place = named or next((each for each in beside if each.exists()), None)
    if place is None:
        return None
    try:
        with place.open("rb") as stream:
            return stream.read(SIGNATURE_LIMIT + 1)
    except OSError as error:
        raise RuleError(path, "signature", f"{place}: {error.strerror}") from error


def remove(id: str, *, store: Store | None = None) -> StoredFeed:
    """Forget a feed with all its versions. UsageError where none has this id."""
    store = store or Store()
    find(id, store=store)
    with store.change() as catalogue:
        found = catalogue.find(id)
        if found is None:
            raise _unknown(id)
        store.save(catalogue.without(id))
    return found


def find(id: str, *, store: Store | None = None) -> StoredFeed:
    """Return a feed that was imported. UsageError where none has this id."""
    found = (store or Store()).catalogue().find(id)
    if found is None:
        raise _unknown(id)
    return found


def _unknown(id: str) -> UsageError:
    return UsageError(f"no feed {id!r} was imported", remedy="scanner indicators list names them")
