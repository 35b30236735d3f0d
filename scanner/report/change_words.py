"""The words of a change: what appeared, what is gone, what is another than before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.formats.text import ELLIPSIS, safe_text
from scanner.model.changes import ChangeLine, Plain, Unsettled
from scanner.model.findings import Message
from scanner.report.messages import catalogue, named, text
from scanner.report.subjects import key_words

ARROW = "\N{RIGHTWARDS ARROW}"
_VALUE = 60  # characters of a value in a sentence
_FEW = 3  # elements of a list, facts of an entity: the rest is counted
_SHORT_DIGEST = 12
# What tells most of a thing that came or went, the first of it first.
_TELLING = (
    *("name", "label", "package", "organization", "app_id", "subject", "value", "host"),
    *("executable", "owner", "installer", "signer", "signed_as", "team", "enabled", "active"),
    *("always_on", "payload_types", "policies", "mode"),
)
_PLACES = {name: place for place, name in enumerate(_TELLING)}
_DIGEST = re.compile(r"[0-9A-Fa-f]{32,128}|(?:[0-9A-Fa-f]{2}:){15,63}[0-9A-Fa-f]{2}")


class ChangeShown(Struct, frozen=True, kw_only=True):
    """One change in words, with its place in the document."""

    number: int
    line: ChangeLine
    kind: str  # App
    subject: str  # com.example.sync, user 0
    title: str  # App appeared
    said: str  # a1b2… → c3d4…
    means: str | None  # what it may mean, where the catalogue says so
    why: str | None  # what makes it ordinary


def describe(line: ChangeLine, number: int, language: str = "en") -> ChangeShown:
    """Say a change in words."""
    kind = named("subject", line.entity, language)
    params: dict[str, str | int] = {"kind": kind, "field": field_words(line.field or "", language)}
    return ChangeShown(
        number=number,
        line=line,
        kind=kind,
        subject=safe_text(", ".join(key_words(line.identity, language, skip_none=True))),
        title=text(Message(f"change_title.{line.change}", params), language),
        said=difference(line, language),
        means=_means(line, language),
        why=text(line.explained, language) if line.explained else None,
    )


def said(line: ChangeLine, language: str = "en") -> str:
    """Say a change in one line, where no title names its field: `signer: a1b2… → c3d4…`."""
    words = difference(line, language)
    if line.change != "modified":
        return words
    return f"{field_words(line.field or '', language)}: {words}"


def difference(line: ChangeLine, language: str = "en") -> str:
    """Say what is another than before; of what came or went what it states."""
    if line.change == "modified":
        return "; ".join(_difference(line, language))
    stated = [(name, value) for name, value in line.facts.items() if value not in (None, "", ())]
    facts = sorted(stated, key=_telling)  # stable: others stay as they come
    parts = [
        f"{field_words(name, language)}: {value_words(value, language)}"
        for name, value in facts[:_FEW]
    ]
    return "; ".join(_counted(parts, len(facts) - _FEW, language))


def field_words(name: str, language: str = "en") -> str:
    """Return the words for a field; its own name with blanks where there are none."""
    found = catalogue(language).get(f"field.{name}")
    return found if isinstance(found, str) else safe_text(name.replace("_", " "), _VALUE)


def value_words(value: Plain, language: str = "en", limit: int = _VALUE) -> str:
    """Return a value as a person reads it: bounded, a digest by its beginning."""
    if value is None or value == "":
        return text(Message("change.nothing"), language)
    if isinstance(value, bool):
        return text(Message("change.yes" if value else "change.no"), language)
    if isinstance(value, tuple):
        return list_words(value, language, limit)
    shown = str(value)
    if limit <= _VALUE and _DIGEST.fullmatch(shown):
        return shown[:_SHORT_DIGEST] + ELLIPSIS
    return safe_text(shown, limit)


def list_words(values: tuple[str, ...], language: str = "en", limit: int = _VALUE) -> str:
    """Return the first of several values, and how many more there are."""
    if not values:
        return text(Message("change.nothing"), language)
    first = [value_words(each, language, limit) for each in values[:_FEW]]
    return ", ".join(_counted(first, len(values) - _FEW, language))


def untold(of: Unsettled, language: str = "en") -> str:
    """Say what cannot be told to be new or gone, and why."""
    params: dict[str, str | int] = {
        "entity": of.entity,
        "count": of.count,
        "artifact": of.artifact,
        "reason": of.reason,
        "user": "" if of.user is None else str(of.user),
    }
    id = "change.untold_gone" if of.side == "new" else "change.untold_new"
    return text(Message(id, params), language)


def _telling(fact: tuple[str, Plain]) -> tuple[bool, int]:
    name, value = fact
    return value is False, _PLACES.get(name, len(_PLACES))


def _difference(line: ChangeLine, language: str) -> Iterator[str]:
    if line.gained:
        yield _listed("change.gained", line.gained, language)
    if line.lost:
        yield _listed("change.lost", line.lost, language)
    if not (line.gained or line.lost):
        old, new = value_words(line.old, language), value_words(line.new, language)
        yield f"{old} {ARROW} {new}"


def _listed(id: str, values: tuple[str, ...], language: str) -> str:
    return f"{text(Message(id), language)} {list_words(values, language)}"


def _counted(parts: Iterable[str], more: int, language: str) -> list[str]:
    rest = [text(Message("change.more", {"count": more}), language)] if more > 0 else []
    return [*parts, *rest]


def _means(line: ChangeLine, language: str) -> str | None:
    if line.change == "removed":  # what is gone can do nothing
        return None
    known = catalogue(language)
    for id in (f"change_means.{line.entity}_{line.field}", f"change_means.{line.entity}"):
        found = known.get(id)
        if isinstance(found, str):
            return found
    return None
