"""The facts of a device as they stand in its case: `data/fleet.json`."""

from __future__ import annotations

import msgspec

from scanner.errors import CaseError
from scanner.fleet.facets import BOTH, BY_NAME
from scanner.fleet.values import LENGTH, MOST
from scanner.model.fleet import FACTS_VERSION, DeviceFacts, Facet

LIMIT = 4 * 2**20  # bytes: of a phone with thousands of apps they are some hundred thousand
_YEARS = range(2000, 2101)
_FACETS = 200  # those of later versions, too
_COUNT = 1_000_000
_MOMENT = 40  # characters of a time
_WORDS = (
    "device", "case", "transport", "profile", "manufacturer", "model", "release", "build",
    "security_patch", "verdict",
)  # fmt: skip


def encoded(facts: DeviceFacts) -> bytes:
    """Return facts as they stand in a case."""
    return msgspec.json.encode(facts)


def decoded(data: bytes, where: str) -> DeviceFacts:
    """Read facts; CaseError where they are no such facts, or of another version."""
    try:
        facts = msgspec.json.decode(data, type=DeviceFacts)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise CaseError(
            f"{where}: holds no facts that can be read", remedy="examine the phone again"
        ) from error
    if facts.version != FACTS_VERSION:
        raise CaseError(
            f"{where}: facts of version {facts.version}, not {FACTS_VERSION}",
            remedy="compare with the version of the scanner that wrote the case",
        )
    if not _are_bounded(facts):
        raise CaseError(f"{where}: facts beyond any bounds", remedy="examine the phone again")
    return facts


def _are_bounded(facts: DeviceFacts) -> bool:
    """Whether these are as many facts as a scan writes, and each as long as it writes them."""
    words = (getattr(facts, name) for name in _WORDS)
    return (
        facts.platform in BOTH
        and bool(facts.device)
        and all(word is None or len(word) <= LENGTH for word in words)
        and facts.taken_at.tzinfo is not None
        and facts.taken_at.year in _YEARS
        and all(0 <= count <= _COUNT for count in facts.findings.values())
        and len(facts.facets) <= _FACETS
        and all(_is_bounded(facet) for name, facet in facts.facets.items() if name in BY_NAME)
    )


def _is_bounded(facet: Facet) -> bool:
    return len(facet.facts) <= MOST and all(
        len(fact.value) <= LENGTH + 1 and len(fact.since or "") <= _MOMENT for fact in facet.facts
    )
