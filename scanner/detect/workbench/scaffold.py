"""A new rule file: valid, documented, with real fields of its category and proofs that hold.

What its author has to say stands as TO DO, which the lint `unfinished` finds.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

import yaml
from msgspec import Struct

from scanner.detect.checks import NAMED
from scanner.detect.compilation import PRODUCTS
from scanner.detect.header import techniques
from scanner.detect.lints import TO_DO, kebab
from scanner.detect.sigma import CATEGORIES, Field, fields
from scanner.errors import UsageError
from scanner.model.entities import ApiCall, Entity
from scanner.model.privacy import UNREADABLE

CORRELATION = "correlation"
_NAME_LIMIT = 80  # characters
_PLACES = 2  # folders above a rule that say its platform and category

_DULL = frozenset({"installed", "enabled"})  # true of nearly everything

Value = str | int | bool


class Scaffold(Struct, frozen=True, kw_only=True):
    """A file to be written, by its place below the folder of rules."""

    path: PurePosixPath
    text: str


class Asked(Struct, frozen=True, kw_only=True):
    """What a new rule is to be about."""

    title: str
    platform: str
    category: str
    techniques: Sequence[str] = ()

    @property
    def path(self) -> PurePosixPath:
        """Where its file belongs."""
        return PurePosixPath(self.platform, self.category, f"{file_name(self.title)}.yml")


def sigma_rule(asked: Asked) -> Scaffold:
    """Return a new Sigma rule. UsageError for what no rule can be about."""
    _check(asked)
    if asked.category == CORRELATION:
        body = _CORRELATION.format(platform=asked.platform, heading=_heading(asked))
    else:
        body = _heading(asked) + "\n".join(_body(asked, CATEGORIES[asked.category])) + "\n"
    return Scaffold(path=asked.path, text=body)


def title_of(path: PurePosixPath) -> str:
    """Return the title that a file is named after."""
    words = path.stem.replace("_", "-").replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def place_of(path: PurePosixPath) -> tuple[str | None, str | None]:
    """Return the platform and the category that the folders of a file name, where they do."""
    above = path.parts[-_PLACES - 1 : -1]
    platform = above[0] if len(above) == _PLACES and above[0] in PRODUCTS else None
    known = {*CATEGORIES, CORRELATION}
    category = above[-1] if above and above[-1] in known else None
    return platform, category


def _check(asked: Asked) -> None:
    if not file_name(asked.title):
        raise UsageError("a title without letters", remedy="say what is seen: 'An app has no icon'")
    known = sorted({*CATEGORIES, CORRELATION})
    if asked.category not in known:
        remedy = f"one of: {', '.join(known)}"
        raise UsageError(f"no category `{asked.category[:80]}`", remedy=remedy)
    for one in asked.techniques:
        if one.upper() not in techniques():
            remedy = "for example T1453 or T1636.004"
            raise UsageError(f"`{one[:80]}` is no technique of ATT&CK for Mobile", remedy=remedy)
    if asked.category != CORRELATION and not _tested(CATEGORIES[asked.category]):
        raise UsageError(f"`{asked.category}` has no field that a rule may read")


def file_name(title: str) -> str:
    """Return a title as a file name: letters and digits only, so that it leads nowhere else."""
    return kebab(title)[:_NAME_LIMIT].strip("-")


def _heading(asked: Asked) -> str:
    tags = ", ".join(f"attack.{one.lower()}" for one in asked.techniques)
    tagged = f"tags: [{tags}]\n" if tags else ""
    return _HEADING.format(title=_quoted(asked.title), id=uuid.uuid4(), todo=TO_DO, tags=tagged)


def _body(asked: Asked, entity: type[Entity]) -> Iterator[str]:
    first, *others = _tested(entity)
    ordinary = others[0] if others else None
    key = _key(entity, {first.name, *((ordinary.name,) if ordinary else ())})
    yield f"logsource: {{product: {asked.platform}, category: {asked.category}}}"
    yield "detection:"
    yield "  selection:"
    yield f"    {first.name}: {_written(first, usual=False)}"
    if entity in NAMED:  # a value says something only together with its name
        yield f"    name: {_written(fields(entity)['name'], usual=True)}"
    if ordinary:
        yield "  ordinary:  # what makes a match harmless"
        yield f"    {ordinary.name}: {_written(ordinary, usual=True)}"
    yield f"  condition: selection{' and not ordinary' if ordinary else ''}"
    yield "tests:  # fragments of entities; a field that is left out is unknown"
    odd, usual = (f"{first.name}: {_written(first, usual=each)}" for each in (False, True))
    yield "  no_match:  # the benign look-alike first"
    if ordinary:
        benign, strange = (
            f"{ordinary.name}: {_written(ordinary, usual=each)}" for each in (True, False)
        )
        yield f"    - {{{_joined(key, odd, benign)}}}"
        yield f"    - {{{_joined(key, usual, strange)}}}"
        yield "  match:"
        yield f"    - {{{_joined(key, odd, strange)}}}"
        yield "  unknown:"
        yield f"    - {{{_joined(key, odd)}}}"
    else:
        yield f"    - {{{_joined(key, usual)}}}"
        yield "  match:"
        yield f"    - {{{_joined(key, odd)}}}"
        yield "  unknown:"
        yield f"    - {{{_joined(key)}}}" if key else "    - {}"


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _tested(entity: type[Entity]) -> list[Field]:
    """Return at most two fields to ask for: what says most comes first."""
    open_fields = [
        field
        for field in fields(entity).values()
        if field.privacy not in UNREADABLE
        and field.kind != "moment"
        and field.name != "conflicts"
        and "." not in field.name  # a proof writes records as maps
    ]
    if entity is ApiCall:  # a rule on calls says which
        return [field for field in open_fields if field.name in {"method", "caller"}]
    beside = [field for field in open_fields if field.name not in entity.key]
    order = {"flag": 0, "text": 1, "number": 2}
    ranked = sorted(beside, key=lambda field: (field.name in _DULL, order[field.kind]))
    return (ranked or open_fields)[:2]


def _key(entity: type[Entity], taken: set[str]) -> str:
    """Return what names an entity in a proof."""
    known = fields(entity)
    named = (known[name] for name in entity.key if name not in taken)
    stated = (field for field in named if field.kind != "moment")
    return ", ".join(f"{field.name}: {_written(field, usual=True)}" for field in stated)


def _written(field: Field, *, usual: bool) -> str:
    value: Value
    if field.kind == "flag":
        value = not usual
    elif field.kind == "number":
        value = 0 if usual else 1
    else:
        value = "com.example.ordinary" if usual else "com.example.strange"
    shown = json.dumps(value)
    return f"[{shown}]" if field.many else shown


def _quoted(text: str) -> str:
    plain = all(sign.isalnum() or sign in " -" for sign in text) and text[:1].isalpha()
    alike = plain and yaml.safe_load(text) == text  # `true` is none
    return text if alike else json.dumps(text, ensure_ascii=False)


_HEADING = """\
title: {title}
id: {id}
status: experimental  # matches are for review
level: low  # informational, low, medium, high, critical
class: posture  # compromise: a trace of an attack
confidence: low  # low, medium, high, confirmed
description: >-
  {todo}: what was seen, and why it matters to the owner of the phone, without a verdict.
falsepositives:
  - "{todo}: what else explains a match."
advice: [save_evidence_first]
{tags}"""
_CORRELATION = """\
name: first
logsource: {{product: {platform}, category: app}}
detection:
  selection:
    hidden: true
  condition: selection
---
name: second
logsource: {{product: {platform}, category: app}}
detection:
  selection:
    debuggable: true
  condition: selection
---
{heading}correlation:
  type: temporal  # all of the rules match in one group
  rules: [first, second]
  group-by: [user, package]
  timespan: 1d  # the state of a phone is one moment: this is demanded and not measured
tests:  # lists of entities
  no_match:  # the benign look-alike first
    - [{{type: app, user: 0, package: com.example.one, hidden: true, debuggable: false}},
       {{type: app, user: 0, package: com.example.two, hidden: false, debuggable: true}}]
  match:
    - [{{type: app, user: 0, package: com.example.one, hidden: true, debuggable: true}}]
  unknown:
    - [{{type: app, user: 0, package: com.example.one, hidden: true}}]
"""
