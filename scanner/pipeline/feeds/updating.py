"""Updating feeds from their sources: the one act of the scanner that reaches out for indicators."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePosixPath
from urllib.parse import unquote, urljoin, urlsplit

from msgspec import Struct
from msgspec.structs import replace

from scanner.detect.problems import RuleErrors
from scanner.errors import RuleError, UsageError
from scanner.formats.minisign import SIGNATURE_LIMIT
from scanner.pipeline.feeds.catalogue import StoredFeed
from scanner.pipeline.feeds.download import SECONDS, Unreachable, fetch, origin_of
from scanner.pipeline.feeds.importing import import_feed
from scanner.pipeline.feeds.receive import Outcome, Received, Terms, take_in
from scanner.pipeline.feeds.signatures import suffix
from scanner.pipeline.feeds.sources import Source
from scanner.pipeline.feeds.store import Store

_OTHERS = 50  # errors of one file that are told after the first


class Updating(Struct, frozen=True, kw_only=True):
    """What an update may do."""

    offline: bool = False  # no connection is opened; only sources that are files are read
    allow_http: bool = False
    allow_older: bool = False
    now: bool = False  # also what was looked at within its refresh_days
    max_bytes: int | None = None  # instead of what each source says
    seconds: float = SECONDS  # for one address


def update(
    sources: Iterable[Source],
    allowed: Updating | None = None,
    *,
    begun: Callable[[Source], None] | None = None,
    store: Store | None = None,
) -> Iterator[Outcome]:
    """Bring feeds up to date; yield what became of each.

    One that is refused or not reached stops no other, and what is there of it stays. RuleError
    where the store itself is damaged.
    """
    store, allowed = store or Store(), allowed or Updating()
    for source in sources:
        known = store.catalogue().find(source.id)
        if known is not None and not allowed.now and _fresh(source, known):
            yield Outcome(id=source.id, state="fresh", version=known.newest)
        elif source.url is not None and allowed.offline:
            version = known.newest if known else None
            yield Outcome(id=source.id, state="offline", version=version)
        else:
            if begun is not None:
                begun(source)
            yield from _update(store, source, known, allowed)


def chosen(sources: Sequence[Source], ids: Sequence[str]) -> tuple[Source, ...]:
    """Return the sources of these ids, all without any. UsageError for an id that none has."""
    for id in ids:
        if all(id != each.id for each in sources):
            listed = ", ".join(each.id for each in sources[:20])
            raise UsageError(f"no source {id!r} is declared", remedy=f"declared: {listed}")
    return tuple(each for each in sources if not ids or each.id in ids)


def _update(
    store: Store, source: Source, known: StoredFeed | None, allowed: Updating
) -> Iterator[Outcome]:
    limit = source.max_bytes if allowed.max_bytes is None else allowed.max_bytes
    terms = Terms(
        id=source.id,
        title=source.title,
        kind=source.kind,
        tlp=source.tlp,
        public_key=source.public_key,
        limit=limit,
        allow_older=allowed.allow_older,
    )
    version = known.newest if known else None
    try:
        if source.path is not None:
            signature = source.path.parent / source.signature if source.signature else None
            yield from import_feed(source.path, terms, signature=signature, store=store)
        elif source.url is not None:
            yield _download(store, source, terms, known, allowed)
    except RuleError as error:
        first, *others = error.errors if isinstance(error, RuleErrors) else (error,)
        yield Outcome(
            id=source.id,
            state="refused",
            version=version,
            reason=str(first),
            remedy=first.remedy,
            others=tuple(map(str, others[:_OTHERS])),
        )
    except (Unreachable, UsageError) as error:
        yield Outcome(
            id=source.id,
            state="unreachable",
            version=version,
            reason=str(error),
            remedy=error.remedy,
        )


def _download(
    store: Store, source: Source, terms: Terms, known: StoredFeed | None, allowed: Updating
) -> Outcome:
    url = source.url or ""
    asked = known.validators if known and _unchanged_terms(store, terms, known) else None
    with store.draft() as (draft, out):
        found = fetch(
            url,
            out,
            limit=terms.limit,
            validators=asked,
            allow_http=allowed.allow_http,
            seconds=allowed.seconds,
        )
        if found.sha256 is None:
            return _checked(store, terms.id)
        out.close()
        received = Received(
            path=draft,
            sha256=found.sha256,
            size=found.size,
            origin=origin_of(url),
            name=PurePosixPath(unquote(urlsplit(url).path)).name or terms.id,
            signature=_signature(store, source, known, allowed),
            validators=found.validators,
        )
        return take_in(store, received, terms)


def _signature(
    store: Store, source: Source, known: StoredFeed | None, allowed: Updating
) -> bytes | None:
    """Fetch the signature of a feed where one is expected."""
    key = source.public_key or (known.public_key if known else None)
    if key is None:
        return None
    address = f"{source.url}{suffix(key)}"
    if source.signature:
        address = urljoin(source.url or "", source.signature)
    with store.draft() as (draft, out):
        fetch(
            address,
            out,
            limit=SIGNATURE_LIMIT,
            allow_http=allowed.allow_http,
            seconds=allowed.seconds,
        )
        return draft.read_bytes()


def _unchanged_terms(store: Store, terms: Terms, known: StoredFeed) -> bool:
    """Tell whether "not modified" would be an answer: what is there is what is asked for."""
    newest = known.newest
    return (
        store.file(newest.sha256).exists()
        and terms.public_key in {None, known.public_key}
        and terms.kind in {None, newest.kind}
        and terms.tlp == newest.tlp
        and terms.title in {None, newest.title}
        and newest.size <= terms.limit
    )


def _checked(store: Store, id: str) -> Outcome:
    """Note that a feed was found unchanged."""
    with store.change() as catalogue:
        found = catalogue.find(id)
        if found is None:
            raise Unreachable(f"{id}: was removed meanwhile", remedy="Update again.")
        store.save(catalogue.with_feed(replace(found, checked_at=datetime.now(UTC))))
    return Outcome(id=id, state="unchanged", version=found.newest)


def _fresh(source: Source, known: StoredFeed) -> bool:
    age = datetime.now(UTC) - known.checked_at
    return timedelta(0) <= age < timedelta(days=source.refresh_days)
