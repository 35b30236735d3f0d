"""What a feed states, gathered while its file is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from scanner.detect.feeds.markings import strictest
from scanner.detect.indicators.normal import classify_host, normalise
from scanner.errors import RuleError
from scanner.formats.text import safe_text
from scanner.model.findings import Message
from scanner.model.indicators import Atom, Indicator
from scanner.model.observables import ObservableType, Tlp

INDICATOR_LIMIT = 2_000_000
LISTED_LIMIT = 200  # objects that are named one by one; the others are counted
NAMES_LIMIT = 20
REFERENCES_LIMIT = 10
CONFIDENCE_LIMIT = 100
_NAME_LENGTH = 200
_REFERENCE_LENGTH = 2048
_HOST_LENGTH = 1024  # as written; punycode of more takes long to make


class NotFeed(RuleError):
    """A file that is empty or of no known kind: nothing says that it was meant as a feed."""


class Draft:
    """One feed while it is read: its indicators, and what cannot be used, with the reason."""

    def __init__(self, path: str, feed: str, *, tlp: Tlp | None = None) -> None:
        self.path, self.feed, self.tlp = path, feed, tlp
        self.title = ""
        self.title_tlp: Tlp | None = None  # who may read the title, and what nothing else marks
        self.published_at: datetime | None = None
        self.indicators: list[Indicator] = []
        self.unusable: list[Message] = []
        self.unusable_count = 0

    def add(self, indicator: Indicator) -> None:
        """Keep an indicator. RuleError for more of them than a feed may have."""
        if len(self.indicators) >= INDICATOR_LIMIT:
            raise RuleError(
                self.path,
                "file",
                f"more than {INDICATOR_LIMIT} indicators",
                remedy="split the feed into several files",
            )
        self.indicators.append(indicator)

    def leave_out(
        self, written: str, reason: str, count: int = 1, *, tlp: Tlp | None = None
    ) -> None:
        """List an object, or several of one kind, that cannot be used; `tlp` is of the object."""
        self.unusable_count += count
        if len(self.unusable) < LISTED_LIMIT:
            params: dict[str, str | int] = {
                "feed": self.feed,
                "object": safe_text(written, 120),
                "reason": safe_text(reason),
            }
            if tlp is not None:
                params["tlp"] = tlp
            self.unusable.append(Message("indicator.unusable", params))

    def stated(self, date: datetime | None) -> None:
        """Note a date that the feed states of itself; the newest one counts."""
        if date is not None and (self.published_at is None or date > self.published_at):
            self.published_at = date

    def refuse(self, where: str, reason: str, remedy: str = "") -> RuleError:
        """Return the error that refuses the whole file."""
        return RuleError(self.path, where, reason, remedy=remedy)

    def strictest(self, *stated: Tlp | None) -> Tlp | None:
        """Return the strictest of what is stated of an object and of the whole feed.

        None where nothing is stated of the object: the feed's own then holds.
        """
        if not any(stated):
            return None
        return strictest(*stated, self.tlp)


def atom(type: str, written: str) -> Atom:
    """Return the observable of a value in its normal form. ValueError with the reason.

    `host` is decided by the value, `folder` is a path, and a file's name with folders is one too.
    """
    if type == "host":
        return _host(written)
    if type == "folder" or (type == "file_name" and "/" in written):
        return "file_path", normalise("file_path", written)
    known: ObservableType = type  # type: ignore[assignment]  # the tables name no other
    return known, normalise(known, written)


def _host(written: str) -> Atom:
    host, slash, rest = written.partition("/")
    if len(host) > _HOST_LENGTH:
        raise ValueError(f"a domain of more than {_HOST_LENGTH} characters")
    numeric = ":" in host or host.rpartition(".")[2].isdecimal()
    if slash and not (numeric and rest.isdecimal()):
        return "url", normalise("url", written)  # a domain with a path is not the whole domain
    return classify_host(written)


def kept_names(names: Iterable[str]) -> tuple[str, ...]:
    """Return names once each, in their order and within bounds."""
    kept = dict.fromkeys(safe_text(name.strip(), _NAME_LENGTH) for name in names)
    kept.pop("", None)
    return tuple(kept)[:NAMES_LIMIT]


def kept_id(stated: str, type: str, value: str) -> str:
    """Return the id that a feed states, as people may see it; else one of type and value."""
    return safe_text(stated, _NAME_LENGTH) if stated else f"{type}:{value}"


def kept_references(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return https addresses once each, in their order and within bounds."""
    return tuple(dict.fromkeys(filter(_reference, addresses)))[:REFERENCES_LIMIT]


def _reference(address: str) -> bool:
    plain = address.isascii() and address.isprintable() and " " not in address
    return plain and address.startswith("https://") and len(address) <= _REFERENCE_LENGTH


@lru_cache(maxsize=4096)
def moment(text: str | None) -> datetime | None:
    """Return a time of ISO 8601, or of a day alone, as UTC. ValueError where it is none."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("no date") from None


def epoch(text: str | int | None) -> datetime | None:
    """Return seconds since 1970 as UTC; None where it is no such number, or zero."""
    try:
        seconds = int(text or 0)
        return datetime.fromtimestamp(seconds, tz=UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None
