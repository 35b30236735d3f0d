"""Indicators of STIX 2.0 and 2.1: bundles, TAXII envelopes, lists and lines of objects.

Format: https://docs.oasis-open.org/cti/stix/v2.1/os/stix-v2.1-os.html. Objects are taken out of the
file one at a time, so that a file of a hundred thousand is never decoded as a whole. Of several
versions of an object the newest counts; two contents of one version are forged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Raw

from scanner.detect.feeds.draft import CONFIDENCE_LIMIT, Draft, kept_id, moment
from scanner.detect.feeds.meanings import meanings
from scanner.detect.feeds.stix_context import REPORTS, THREATS, Context, taken
from scanner.detect.feeds.stix_objects import HEAD, INDICATOR, Head, IndicatorObject, texts
from scanner.model.indicators import Indicator

_READ = frozenset({"indicator", "marking-definition"}) | THREATS | REPORTS
# What describes, and so names no value that a phone could have.
_DESCRIBING = frozenset(
    {"identity", "note", "opinion", "location", "language-content", "extension-definition"}
    | {"attack-pattern", "course-of-action", "vulnerability", "malware-analysis", "sighting"}
)
# Ordinary things, and the services that many people use to hide where they are.
_ORDINARY = frozenset({"benign", "anonymization", "whitelist"})
_USUAL = ["malicious-activity"]
_CALLED_ORDINARY = "its source calls it ordinary"
_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z\Z", re.ASCII)
_NO_DATE = datetime.min.replace(tzinfo=UTC)


def read_stix(objects: Iterable[Raw], draft: Draft) -> None:
    """Read the objects of a bundle. RuleError where one of them is forged or of another shape."""
    kept, links = _newest(objects, draft)
    context = Context()
    context.read(kept, links, draft)
    for id, raw in taken(kept.pop("indicator", {})):
        try:
            one = INDICATOR.decode(raw)
        except msgspec.ValidationError as error:
            draft.leave_out(id, str(error))
            continue
        _read_indicator(id, one, context, draft)


def _newest(objects: Iterable[Raw], draft: Draft) -> tuple[dict[str, dict[str, Raw]], list[Raw]]:
    """Return the newest version of each object that is read, by type and id, and relationships.

    There are often as many relationships as all others together: nothing asks for one by its id.
    """
    kept: dict[str, dict[str, Raw]] = {}
    links: list[Raw] = []
    linked: set[str] = set()
    dates = _Dates(draft)
    again = False
    unread: dict[str, int] = {}
    for number, raw in enumerate(objects, start=1):
        try:
            head = HEAD.decode(raw)
        except msgspec.ValidationError as error:
            draft.leave_out(f"object {number}", str(error))
            continue
        dates.note(head.modified or head.created)
        if head.type == "relationship":
            again = again or head.id in linked
            if head.id:
                linked.add(head.id)
            links.append(raw)
            continue
        if head.type not in _READ:
            if head.type not in _DESCRIBING:
                unread[head.type] = unread.get(head.type, 0) + 1
            continue
        same = kept.setdefault(head.type, {})
        id = head.id or f"object {number}"
        if (earlier := same.get(id)) is None or _replaces(head, raw, earlier, draft):
            same[id] = raw
    for type, count in unread.items():
        draft.leave_out(f"{count} objects `{type}`", "no indicator that names a value", count)
    return kept, _of_one_version(links, draft) if again else links


def _of_one_version(links: list[Raw], draft: Draft) -> list[Raw]:
    """Return the newest version of each relationship."""
    same: dict[str, Raw] = {}
    for number, raw in enumerate(links):
        head = HEAD.decode(raw)
        id = head.id or f"relationship {number}"
        if (earlier := same.get(id)) is None or _replaces(head, raw, earlier, draft):
            same[id] = raw
    return list(same.values())


class _Dates:
    """The dates of the objects of a feed, of which the newest is that of the feed."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._newest = ""  # as it is written

    def note(self, written: str) -> None:
        newest = self._newest
        # Of two texts of one form the later one is also the greater one: most need no reading.
        if written <= newest and (
            written == newest or (_FORM.match(written) and len(written) == len(newest))
        ):
            return
        try:
            date = moment(written)
        except ValueError:
            return  # it only describes the feed
        self._draft.stated(date)
        if date is not None and date == self._draft.published_at and _FORM.match(written):
            self._newest = written


def _replaces(head: Head, raw: Raw, earlier: Raw, draft: Draft) -> bool:
    """Whether a further object of one id is a newer version."""
    if bytes(raw) == bytes(earlier):
        return False
    one, other = _date(head), _date(HEAD.decode(earlier))
    if one == other and not _same(raw, earlier):
        raise draft.refuse(
            head.id[:100] or "id",
            "two objects of one id and version differ",
            "get the feed again from its source",
        )
    return one > other


def _same(raw: Raw, earlier: Raw) -> bool:
    try:
        return bool(msgspec.json.decode(raw) == msgspec.json.decode(earlier))
    except msgspec.ValidationError:  # a number beyond all bounds
        return False


def _date(head: Head) -> datetime:
    try:
        return moment(head.modified or head.created) or _NO_DATE
    except ValueError:
        return _NO_DATE


def _read_indicator(id: str, one: IndicatorObject, context: Context, draft: Draft) -> None:
    """Keep an indicator for each alternative of a pattern; the others are listed."""
    tlp = draft.strictest(context.tlp(one))
    if reason := _unread(one):
        draft.leave_out(id, reason, tlp=tlp)
        return
    try:
        valid_from, valid_until = moment(one.valid_from), moment(one.valid_until)
    except ValueError:
        draft.leave_out(id, "valid_from or valid_until: no date", tlp=tlp)
        return
    names, references = context.about(one, tlp or draft.tlp)
    for meaning in meanings(one.pattern):
        if isinstance(meaning, str):
            draft.leave_out(id, meaning, tlp=tlp)
            continue
        type, value = meaning.atom
        draft.add(
            Indicator(
                type=type,
                value=value,
                id=kept_id(id if one.id else "", type, value),  # the text that is kept already
                names=names,
                valid_from=valid_from,
                valid_until=valid_until,
                revoked=one.revoked,
                confidence=_confidence(one.confidence),
                tlp=tlp,
                references=references,
                also=meaning.also,
                together=meaning.together,
            )
        )


def _unread(one: IndicatorObject) -> str:
    """Return why an indicator does not count, whatever its pattern says."""
    if one.pattern_type != "stix":
        return f"a pattern of the language {one.pattern_type[:40]}"
    if one.indicator_types == _USUAL and one.labels is None:
        return ""
    stated = [*texts(one.indicator_types), *texts(one.labels)]
    if _ORDINARY.isdisjoint(map(str.lower, stated)):
        return ""
    words = set(map(str.lower, stated))
    return _CALLED_ORDINARY if "benign" in words or words <= _ORDINARY else ""


def _confidence(stated: Any) -> int | None:
    if stated is None or isinstance(stated, bool) or not isinstance(stated, int):
        return None
    return stated if 0 <= stated <= CONFIDENCE_LIMIT else None
