"""XML as an app bundle holds it: a tree in protocol buffers, whose manifest is like any other.

Source: AOSP aapt2 `Resources.proto` (XmlNode, XmlElement, XmlAttribute, Item). Values stand as text
beside their compiled form; references are by name, and lead nowhere here.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.apk.axml import DEPTH_LIMIT, Key, Start
from scanner.formats.apk.values import REFERENCE, STRING, Value
from scanner.formats.inflated import TooLarge
from scanner.formats.protobuf import fields
from scanner.model.requests import MiB

SIZE_LIMIT = 4 * MiB

_NODE_ELEMENT, _NODE_TEXT = 1, 2
_ELEMENT_NAME, _ELEMENT_ATTRIBUTE, _ELEMENT_CHILD = 3, 4, 5
_ATTRIBUTE_NAME, _ATTRIBUTE_VALUE, _ATTRIBUTE_ID, _ATTRIBUTE_ITEM = 2, 3, 5, 6
_ITEM_REFERENCE = 1


def proto_elements(data: bytes) -> Iterator[Start | str | None]:
    """Yield each element as it begins, text, and None as an element ends; or ParseError."""
    if len(data) > SIZE_LIMIT:
        raise TooLarge(f"at most {SIZE_LIMIT} bytes of XML expected")
    todo: list[Iterator[bytes]] = [iter((data,))]
    while todo:
        node = next(todo[-1], None)
        if node is None:
            todo.pop()
            if todo:
                yield None
            continue
        for number, value in fields(node):
            if number == _NODE_TEXT and isinstance(value, bytes):
                yield value.decode("utf-8", "replace")
            elif number == _NODE_ELEMENT and isinstance(value, bytes):
                if len(todo) > DEPTH_LIMIT:
                    raise ParseError(f"at most {DEPTH_LIMIT} elements within each other expected")
                start, children = _element(value, len(todo))
                yield start
                todo.append(children)
                break  # a node is one element, or one text


def _element(data: bytes, depth: int) -> tuple[Start, Iterator[bytes]]:
    name, children = "", []
    attributes: dict[Key, Value] = {}
    for number, value in fields(data):
        if not isinstance(value, bytes):
            continue
        if number == _ELEMENT_NAME:
            name = value.decode("utf-8", "replace")
        elif number == _ELEMENT_ATTRIBUTE:
            attributes.setdefault(*_attribute(value))
        elif number == _ELEMENT_CHILD:
            children.append(value)
    return Start(name, attributes, depth), iter(children)


def _attribute(data: bytes) -> tuple[Key, Value]:
    found = dict(fields(data))
    identifier = found.get(_ATTRIBUTE_ID)
    item = found.get(_ATTRIBUTE_ITEM)
    key: Key = (
        identifier if isinstance(identifier, int) and identifier else _text(found, _ATTRIBUTE_NAME)
    )
    if isinstance(item, bytes) and _ITEM_REFERENCE in dict(fields(item)):
        return key, Value(REFERENCE, 0)
    return key, Value(STRING, 0, _text(found, _ATTRIBUTE_VALUE))


def _text(found: dict[int, int | bytes], number: int) -> str:
    value = found.get(number)
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else ""
