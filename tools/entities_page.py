"""Make `docs/entities.md`: each entity and each record with its fields, from the code."""

from __future__ import annotations

import inspect
import io
import textwrap
import tokenize
import types
import typing
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct, UnsetType

from scanner.detect.sigma import held_type
from scanner.model.entities import ENTITIES, Entity
from scanner.model.privacy import privacy_classes
from tools.tables import table

WORDS: Mapping[object, str] = {
    str: "text",
    int: "number",
    float: "number",
    bool: "yes/no",
    datetime: "time",
    type(None): "none",
    UnsetType: "unset",
}


def entity_name(entity: type[Entity]) -> str:
    """Return the name that rules and `entities.jsonl` use."""
    return str(entity.__struct_config__.tag)


def words(hint: Any) -> list[str]:
    """Say in words what a field may hold."""
    if typing.get_origin(hint) is typing.Annotated:
        return words(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return [word for member in typing.get_args(hint) for word in words(member)]
    if typing.get_origin(hint) is tuple:
        return [f"list of {words(typing.get_args(hint)[0])[0]}"]
    if typing.get_origin(hint) is typing.Literal:
        return ["one of " + ", ".join(f"`{word}`" for word in typing.get_args(hint))]
    if issubclass(hint, Struct):
        return [f"[{hint.__name__}](#{hint.__name__.lower()})"]
    return [WORDS[hint]]


def holding(hint: Any) -> str:
    """Say what a field may hold, as a cell of a table."""
    *most, last = words(hint)
    return f"{', '.join(most)} or {last}" if most else last


def comments(entity: type[Struct]) -> dict[str, str]:
    """Return the comment behind each field of a class."""
    found, name = {}, ""
    source = textwrap.dedent(inspect.getsource(entity))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.NAME and token.start[1] == len("    "):
            name = token.string
        elif token.type == tokenize.COMMENT and name:
            found[name] = token.string.lstrip("# ")
        elif token.type == tokenize.NEWLINE:
            name = ""
    return found


def entity_part(entity: type[Entity]) -> str:
    """Describe one entity and its fields."""
    hints = typing.get_type_hints(entity, include_extras=True)
    classes, notes = privacy_classes(entity), comments(entity)
    rows = [
        (f"`{name}`", holding(hints[name]), classes[name] or "", notes.get(name, ""))
        for name in entity.__struct_fields__
    ]
    key = ", ".join(f"`{name}`" for name in entity.key) or "none: there is one"
    return (
        f"## {entity_name(entity)}\n\n{inspect.cleandoc(entity.__doc__ or '')}\n\nKey: {key}.\n\n"
        + table(("field", "holds", "class", "meaning"), rows)
    )


def records(struct: type[Struct]) -> Iterator[type[Struct]]:
    """Yield the records that an entity holds, and those within them."""
    for hint in typing.get_type_hints(struct, include_extras=True).values():
        held = held_type(hint)[0] if typing.get_origin(hint) is not typing.ClassVar else str
        if issubclass(held, Struct):
            yield held
            yield from records(held)


def record_part(record: type[Struct]) -> str:
    """Describe one record and its fields."""
    hints, notes = typing.get_type_hints(record), comments(record)
    rows = [
        (f"`{name}`", holding(hints[name]), notes.get(name, ""))
        for name in record.__struct_fields__
    ]
    return f"### {record.__name__}\n\n{inspect.cleandoc(record.__doc__ or '')}\n\n" + table(
        ("field", "holds", "meaning"), rows
    )


def parts() -> Iterator[str]:
    """Yield the parts of the page: what can be observed, and with that what rules can ask."""
    intro = (
        "An entity is one typed thing observed, in the platform's words, with no opinion.\n"
        "*Unset* means that nothing that was read states the field; *none* means it is stated that "
        "there is none.\n"
        "The classes are those of [privacy](privacy.md)."
    )
    of_records = (
        "## Records\n\n"
        "Some fields hold records. A rule names what is in one by dots: `signature.verified`, "
        "`signature.signers.sha256`.\n"
        "The class of the field is that of all that its record holds."
    )
    held = dict.fromkeys(record for entity in ENTITIES for record in records(entity))
    yield intro
    yield from (entity_part(entity) for entity in ENTITIES)
    yield of_records
    yield from (record_part(record) for record in held)
