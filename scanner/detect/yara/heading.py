"""What a rule of YARA says of itself, in its `meta`.

Ours carry the keys of a Sigma rule: id, title, description, level, class, confidence, status, and
advice, falsepositives, reference, platform, filetype as texts; a list is written with commas, or as
the same key several times. Techniques of ATT&CK stand among the tags (`attack_t1417_001`) or in
meta `attack` (`T1417.001`). A file of rules without `class` and `level` was written for another
program: its rules are experimental and of low confidence here, and a match is for a person to
review.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar, get_args

from msgspec import Struct

from scanner.detect.foreign import plain
from scanner.detect.header import ADVICE, CLASSES, STATUSES, techniques
from scanner.detect.problems import Problems
from scanner.detect.yara.syntax import line_of
from scanner.model.content import ContentKind, MetaValue, RuleHead
from scanner.model.findings import CONFIDENCES, LEVELS, Confidence, Level, RuleClass
from scanner.model.report import RuleLine

PLATFORMS = ("android", "ios")
KINDS: tuple[ContentKind, ...] = get_args(ContentKind)
TEXTS = ("title", "description", "id")
CHOICES: dict[str, tuple[str, ...]] = {
    "level": LEVELS,
    "class": CLASSES,
    "confidence": CONFIDENCES,
    "status": STATUSES,
    "platform": PLATFORMS,
}
KIND_WORDS: dict[str, tuple[ContentKind, ...]] = {
    "apk": ("zip",),
    "ipa": ("zip",),
    "jar": ("zip",),
    "dylib": ("macho",),
    "so": ("elf",),
    **{kind: (kind,) for kind in KINDS},
}
_LISTED = 20

Word = TypeVar("Word", bound=str)


class Heading(Struct, frozen=True, kw_only=True):
    """One rule, with the words a report needs."""

    name: str
    line: RuleLine
    advice: tuple[str, ...]
    platform: str | None  # None: any
    kinds: tuple[ContentKind, ...]  # none: any
    foreign: bool
    stated: frozenset[str]  # keys of its meta
    uuid: str | None  # that it gives itself

    @property
    def review(self) -> bool:
        """Whether a match is for a person to look at before it is a finding."""
        return self.line.status == "experimental" or self.line.confidence == "low"


Meta = Mapping[str, tuple[MetaValue, ...]]


def meta_of(head: RuleHead) -> Meta:
    """Return the values of each key, in their order."""
    found: dict[str, tuple[MetaValue, ...]] = {}
    for key, value in head.meta:
        found[key] = (*found.get(key, ()), value)
    return found


def is_own(meta: Meta) -> bool:
    """Whether a rule makes use of our keys."""
    return "class" in meta and "level" in meta


def check(head: RuleHead, text: str, problems: Problems) -> None:
    """Note every wrong value of a rule of ours."""
    meta = meta_of(head)
    if not is_own(meta):
        return
    problems.lines[head.name,] = line_of(text, head.name)
    for key, value, choices in _choices(meta):
        if value not in choices:
            problems.unknown((head.name, "meta", key), key, value, choices)
    if meta["class"] == ("posture",) and meta["level"] == ("critical",):
        place = (head.name, "meta", "level")
        problems.add(place, "posture is never critical", "lower the level")


def _choices(meta: Meta) -> Iterator[tuple[str, str, Iterable[str]]]:
    """Yield each value that must be one of a few, and those."""
    for key, choices in CHOICES.items():
        yield from ((key, str(value), choices) for value in meta.get(key, ()))
    for key, words in (("advice", ADVICE), ("filetype", KIND_WORDS), ("file_type", KIND_WORDS)):
        yield from ((key, value, words) for value in _listed(meta, key))


def heading(head: RuleHead, file: str, sha256: str) -> Heading:
    """Return the heading of a rule; what it leaves out is told by a lint."""
    meta = meta_of(head)
    own = is_own(meta)
    title = _text(meta, "title") or head.name.replace("_", " ")
    level: Level = _choice(meta, "level", LEVELS, "low")
    confidence: Confidence = _choice(meta, "confidence", CONFIDENCES, "low") if own else "low"
    rule_class: RuleClass = "posture" if own and meta["class"] == ("posture",) else "compromise"
    line = RuleLine(
        id=f"yara:{file}:{head.name}",
        title=title,
        description=_text(meta, "description") or title,
        level=level,
        confidence=confidence,
        rule_class=rule_class,
        status=_choice(meta, "status", STATUSES, "experimental") if own else "experimental",
        tags=tuple(dict.fromkeys((*_techniques(head, meta), *_tags(head)))),
        falsepositives=_listed(meta, "falsepositives", separator=";"),
        references=(*_listed(meta, "reference"), *_listed(meta, "references")),
        sha256=sha256,
    )
    words = (*_listed(meta, "filetype"), *_listed(meta, "file_type")) if own else ()
    return Heading(
        name=head.name,
        line=line,
        advice=_listed(meta, "advice") if own else (),
        platform=_text(meta, "platform") if own and _text(meta, "platform") in PLATFORMS else None,
        kinds=tuple(dict.fromkeys(kind for word in words for kind in KIND_WORDS[word])),
        foreign=not own,
        stated=frozenset(meta),
        uuid=_uuid(_text(meta, "id")),
    )


def _uuid(value: str) -> str | None:
    try:
        return value if str(uuid.UUID(value)) == value else None
    except ValueError:
        return None


def _choice(meta: Meta, key: str, choices: tuple[Word, ...], default: Word) -> Word:
    value = _text(meta, key)
    return next((each for each in choices if each == value), default)


def _text(meta: Meta, key: str) -> str:
    return plain(str(meta[key][0])) if key in meta else ""


def _listed(meta: Meta, key: str, separator: str = ",") -> tuple[str, ...]:
    texts = (part for value in meta.get(key, ()) for part in str(value).split(separator))
    return tuple(text for each in texts if (text := plain(each)))[:_LISTED]


def _techniques(head: RuleHead, meta: Meta) -> Iterator[str]:
    """Yield the techniques that a rule names, as Sigma rules do: `attack.t1417.001`."""
    named = [tag.removeprefix("attack_").replace("_", ".") for tag in head.tags]
    for word in (*named, *_listed(meta, "attack")):
        if word.upper() in techniques():
            yield f"attack.{word.lower()}"


def _tags(head: RuleHead) -> Iterator[str]:
    """Yield the first tags that name no technique."""
    for tag in head.tags[:_LISTED]:
        if tag.removeprefix("attack_").replace("_", ".").upper() not in techniques():
            yield plain(tag)
