"""How much a match says, by the type of its indicator.

| type                                 | level  | confidence | because                           |
|--------------------------------------|--------|------------|-----------------------------------|
| digests, certificates                | high   | high       | one belongs to one file, one key  |
| adb_key                              | high   | high       | a key belongs to one computer     |
| package, profile                     | high   | medium     | anybody may take a name           |
| domain, url, email                   | high   | medium     | they are sold, and hacked         |
| file_path                            | high   | medium     | anybody may take a name           |
| ip                                   | medium | medium     | many share an address             |
| property, process                    | medium | medium     | names are short, and shared       |
| file_name                            | medium | low        | names are short, and shared       |

Confidence is `low` where a name was cut and where the feed is less than 30 (of 100) sure, and at
most `medium` where it is less than 70 sure. What is of low confidence is for a person to review.

A domain, an address or a page that stands as a text in the code of an app is `medium` and `low`:
programs that block such names hold long lists of them. One in personal content is `medium` at most:
it was received or visited, and nothing says that it did anything.
"""

from __future__ import annotations

from collections.abc import Mapping

from scanner.detect.indicators.carriers import Carrier
from scanner.detect.indicators.index import Found
from scanner.model.entities import ContentMatch
from scanner.model.findings import CONFIDENCES, LEVELS, Confidence, Level
from scanner.model.observables import ObservableType

_UNSURE, _SURE = 30, 70  # a feed's own confidence, of 100

_HIGH: tuple[Level, Confidence] = ("high", "high")
_NAMED: tuple[Level, Confidence] = ("high", "medium")
_SHARED: tuple[Level, Confidence] = ("medium", "medium")
_WEIGHTS: Mapping[ObservableType, tuple[Level, Confidence]] = {
    "adb_key": _HIGH,
    "certificate_md5": _HIGH,
    "certificate_sha1": _HIGH,
    "certificate_sha256": _HIGH,
    "domain": _NAMED,
    "email": _NAMED,
    "file_name": ("medium", "low"),
    "file_path": _NAMED,
    "ip": _SHARED,
    "md5": _HIGH,
    "package": _NAMED,
    "process": _SHARED,
    "profile": _NAMED,
    "property": _SHARED,
    "sha1": _HIGH,
    "sha256": _HIGH,
    "url": _NAMED,
}
_FIRST = "save_evidence_first"
_LAST = ("do_not_confront", "seek_help")
_ADVICE: Mapping[ObservableType, tuple[str, ...]] = {
    "adb_key": ("revoke_adb_keys",),
    "certificate_md5": ("review_app",),
    "certificate_sha1": ("review_app", "review_certificates"),
    "certificate_sha256": ("review_app", "review_certificates"),
    "domain": ("check_proxy",),
    "ip": ("check_proxy",),
    "package": ("review_app",),
    "profile": ("review_profiles",),
    "md5": ("review_app",),
    "sha1": ("review_app",),
    "sha256": ("review_app",),
}


def weigh(found: Found, carrier: Carrier) -> tuple[Level, Confidence]:
    """Return the level and the confidence of a match."""
    level, confidence = _WEIGHTS[found.indicator.type]
    if carrier.literal:
        return min(level, "medium", key=LEVELS.index), "low"
    if carrier.entity is ContentMatch:
        level = min(level, "medium", key=LEVELS.index)
    sure = found.indicator.confidence
    if found.relation == "cut" or (sure is not None and sure < _UNSURE):
        return level, "low"
    if sure is not None and sure < _SURE:
        return level, min(confidence, "medium", key=CONFIDENCES.index)
    return level, confidence


def advice(type: ObservableType) -> tuple[str, ...]:
    """Return the ids of what to do about a match."""
    return (_FIRST, *_ADVICE.get(type, ()), *_LAST)
