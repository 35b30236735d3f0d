"""Indicators: values that are known to belong to a threat, and the feeds that they come from.

Indicators are never called rules. What an indicator is matched against is an observable: a value of
an entity in the normal form of its type.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from scanner.model.findings import Message
from scanner.model.observables import ObservableType, Tlp

FeedKind = Literal["stix", "misp", "csv", "hosts", "plain", "stalkerware"]
Signature = Literal["none", "valid", "invalid", "unknown_key"]

Atom = tuple[ObservableType, str]


class Indicator(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One observable that a feed names, in its normal form.

    A pattern with OR gives one indicator for each alternative, all with the pattern's `id`. One
    with AND names the others that must be seen as well in `also`: on the same entity (`together`,
    they stand within one pair of brackets) or anywhere on the device.
    """

    type: ObservableType
    value: str  # in the normal form of its type
    id: str  # of the object in its feed; without one `<type>:<value>`
    names: tuple[str, ...] = ()  # of the malware, campaign or report that it belongs to
    valid_from: datetime | None = None
    valid_until: datetime | None = None  # from then on it no longer counts
    revoked: bool = False
    confidence: int | None = None  # 0 to 100; None: not stated
    tlp: Tlp | None = None  # None: that of the feed
    references: tuple[str, ...] = ()  # https addresses
    also: tuple[Atom, ...] = ()
    together: bool = True


class Feed(Struct, frozen=True, kw_only=True):
    """One file of indicators, read."""

    id: str  # short and stable: letters, digits, `-`, `.`
    title: str
    kind: FeedKind
    sha256: str  # of the file
    size: int  # bytes
    published_at: datetime | None = None  # the newest date that it states of itself
    fetched_at: datetime | None = None  # when it was imported; None: a file that was named
    origin: str | None = None  # where it was imported from, without credentials
    signature: Signature = "none"
    tlp: Tlp | None = None
    indicators: tuple[Indicator, ...]
    unusable: tuple[Message, ...] = ()  # objects of it that cannot be evaluated, bounded
    unusable_count: int = 0


class FeedLine(Struct, frozen=True, kw_only=True):
    """A feed, as a report names it."""

    id: str
    title: str
    kind: FeedKind
    sha256: str
    published_at: datetime | None
    fetched_at: datetime | None
    signature: Signature
    tlp: Tlp | None
    types: dict[ObservableType, int]  # indicators that counted, by type
    expired: int  # at *now* of the case
    not_yet_valid: int
    revoked: int
    unusable: int
    origin: str | None = None  # address that it was fetched from; never a path of this computer


class IndicatorSet(Struct, frozen=True, kw_only=True):
    """The indicators of one examination."""

    digest: str  # sha256 over the digests of all feeds
    feeds: tuple[FeedLine, ...] = ()
    unusable: tuple[Message, ...] = ()
