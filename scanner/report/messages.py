"""The catalogue: every text of ours by message id, one file a language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from textwrap import fill

from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.model.findings import Message

Text = str | dict[str, str]  # a text, or its forms by grammatical number
Param = str | int

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_PARAMETER = re.compile(r"\{(\w+)(?:@(\w+))?\}")
_NUMBERS = frozenset({"one", "other"})


@cache
def catalogue(language: str = "en") -> Mapping[str, Text]:
    """Return every text of a language by its id; UsageError where there is no such language."""
    file = files("scanner.report") / "messages" / f"{language}.toml"
    if not language.isalnum() or not file.is_file():
        raise UsageError(f"no texts in the language {safe_text(language, 20)}")
    return dict(_flat("", tomllib.loads(file.read_text("utf-8"))))


def text(message: Message, language: str = "en") -> str:
    """Return the text of a message; an id of no catalogue shows itself with its parameters.

    Parameters are device text: each becomes visible and bounded, and none is read as a template.
    """
    template = catalogue(language).get(message.id)
    if template is None:
        return _unknown(message)
    if isinstance(template, dict):
        template = template["one" if _number(template, message.params) == 1 else "other"]
    template = _OPTIONAL.sub(lambda found: _optional(found[1], message.params), template)
    return _PARAMETER.sub(lambda found: _shown(found, message.params, language), template)


def named(family: str, value: str, language: str = "en") -> str:
    """Return the text `family.value`, or the value itself where the catalogue has none."""
    found = catalogue(language).get(f"{family}.{value}")
    return found if isinstance(found, str) else safe_text(value)


def safety_text(language: str = "en", *, width: int = 80) -> str:
    """Return what a person should read before a scan, and before any advice, wrapped."""
    said = (text(Message(f"safety.{id}"), language) for id in ("short", "short_who"))
    return "\n".join(fill(paragraph, width) for paragraph in said)


def _flat(prefix: str, table: dict[str, object]) -> Iterator[tuple[str, Text]]:
    for key, value in table.items():
        id = f"{prefix}{key}"
        if isinstance(value, dict) and value.keys() != _NUMBERS:
            yield from _flat(f"{id}.", value)
        elif isinstance(value, str | dict):
            yield id, value


def _unknown(message: Message) -> str:
    params = ", ".join(f"{name}={value}" for name, value in sorted(message.params.items()))
    return safe_text(f"{message.id} ({params})" if params else message.id)


def _number(template: dict[str, str], params: Mapping[str, Param]) -> Param | None:
    names = [found[1] for found in _PARAMETER.finditer(template["other"])]
    return next((params[name] for name in names if isinstance(params.get(name), int)), None)


def _optional(part: str, params: Mapping[str, Param]) -> str:
    names = [found[1] for found in _PARAMETER.finditer(part)]
    return part if all(params.get(name, "") != "" for name in names) else ""


def _shown(found: re.Match[str], params: Mapping[str, Param], language: str) -> str:
    name, family = found[1], found[2]
    if name not in params:
        return found[0]
    value = str(params[name])
    if not family:
        return safe_text(value)
    return safe_text(", ".join(named(family, each, language) for each in value.split(", ", 20)))
