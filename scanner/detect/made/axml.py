"""The manifest of an Android app in its binary form.

Format: `ResourceTypes.h` of the Android Open Source Project: a pool of strings, the resource ids
of the attributes, then one chunk for each start and end of an element.
"""

from __future__ import annotations

import struct

from msgspec import Struct

from scanner.detect.made.parts import Nested, pad

_NAMESPACE = "http://schemas.android.com/apk/res/android"
_NONE = 0xFFFFFFFF
_ATTRIBUTES = {"name": 0x01010003, "permission": 0x01010006, "value": 0x01010024}
_STRING_POOL, _XML, _RESOURCE_MAP = 0x0001, 0x0003, 0x0180
_START_NAMESPACE, _END_NAMESPACE, _START, _END = 0x0100, 0x0101, 0x0102, 0x0103
_TEXT = 3  # the type of an attribute's value


class Component(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of an app that others can start."""

    name: str
    permission: str = ""
    actions: list[str] = []


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an app says of itself."""

    package: str
    application: str = ""
    permissions: list[str] = []
    metadata: dict[str, str] = {}
    activities: list[Component] = []
    services: list[Component] = []
    receivers: list[Component] = []


class _Writer:
    """Chunks of an XML tree, and the pool of the strings in it."""

    def __init__(self) -> None:
        # The names of attributes stand first: the resource map names their ids by position.
        self.strings = {name: number for number, name in enumerate(_ATTRIBUTES)}
        self.chunks: list[bytes] = []

    def number(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def node(self, kind: int, body: bytes) -> None:
        self.chunks.append(struct.pack("<HHIII", kind, 16, 16 + len(body), 1, _NONE) + body)

    def namespace(self, kind: int) -> None:
        self.node(kind, struct.pack("<II", self.number("android"), self.number(_NAMESPACE)))

    def start(self, element: str, attributes: dict[str, str]) -> None:
        body = struct.pack(
            "<IIHHHHHH", _NONE, self.number(element), 20, 20, len(attributes), 0, 0, 0
        )
        for name, value in attributes.items():
            space = self.number(_NAMESPACE) if name in _ATTRIBUTES else _NONE
            text = self.number(value)
            body += struct.pack("<IIIHBBI", space, self.number(name), text, 8, 0, _TEXT, text)
        self.node(_START, body)

    def end(self, element: str) -> None:
        self.node(_END, struct.pack("<II", _NONE, self.number(element)))

    def empty(self, element: str, attributes: dict[str, str]) -> None:
        self.start(element, attributes)
        self.end(element)


def manifest(spec: Manifest, nested: Nested) -> bytes:
    """Return a binary AndroidManifest.xml."""
    del nested
    writer = _Writer()
    writer.namespace(_START_NAMESPACE)
    writer.start("manifest", {"package": spec.package})
    for permission in spec.permissions:
        writer.empty("uses-permission", {"name": permission})
    writer.start("application", {"name": spec.application} if spec.application else {})
    for name, value in spec.metadata.items():
        writer.empty("meta-data", {"name": name, "value": value})
    kinds = {"activity": spec.activities, "service": spec.services, "receiver": spec.receivers}
    for element, components in kinds.items():
        for component in components:
            _component(writer, element, component)
    writer.end("application")
    writer.end("manifest")
    writer.namespace(_END_NAMESPACE)
    body = _pool(list(writer.strings)) + _resources() + b"".join(writer.chunks)
    return struct.pack("<HHI", _XML, 8, 8 + len(body)) + body


def _component(writer: _Writer, element: str, component: Component) -> None:
    attributes = {"name": component.name}
    if component.permission:
        attributes["permission"] = component.permission
    writer.start(element, attributes)
    if component.actions:
        writer.start("intent-filter", {})
        for action in component.actions:
            writer.empty("action", {"name": action})
        writer.end("intent-filter")
    writer.end(element)


def _pool(strings: list[str]) -> bytes:
    data, offsets = b"", []
    for text in strings:
        offsets.append(len(data))
        encoded = text.encode("utf-16-le")
        data += struct.pack("<H", len(encoded) // 2) + encoded + b"\0\0"
    data = pad(data, 4)
    start = 28 + 4 * len(strings)
    head = struct.pack("<HHI", _STRING_POOL, 28, start + len(data))
    head += struct.pack("<IIIII", len(strings), 0, 0, start, 0)
    return head + struct.pack(f"<{len(offsets)}I", *offsets) + data


def _resources() -> bytes:
    ids = list(_ATTRIBUTES.values())
    size = 8 + 4 * len(ids)
    return struct.pack(f"<HHI{len(ids)}I", _RESOURCE_MAP, 8, size, *ids)
