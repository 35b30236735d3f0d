"""What an element states in an attribute: references resolved, values as the platform takes them.

Source: AOSP `TypedArray.java`, `XmlUtils.java`.
"""

from __future__ import annotations

from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.axml import Key, Start
from scanner.formats.apk.values import BOOLEAN, STRING, Value


class Stated:
    """Attributes by the values that they lead to."""

    def __init__(self, resources: Resources | None) -> None:
        self._resources = resources
        self._resolved: dict[int, Value | None] = {}

    def value(self, element: Start, key: Key) -> Value | None:
        """Return the value of an attribute, or what it refers to."""
        value = element.attributes.get(key)
        return value if value is None or value.kind == STRING else self.resolved(value)

    def resolved(self, value: Value) -> Value | None:
        """Return a value, or what it refers to; None where that is not in this table."""
        reference = value.reference
        if reference is None:
            return value
        if reference not in self._resolved:
            self._resolved[reference] = (
                self._resources.value(reference) if self._resources is not None else None
            )
        return self._resolved[reference]

    def text(self, element: Start, key: Key) -> str | None:
        """Return an attribute as text; a number as it is written."""
        value = self.value(element, key)
        if value is None:
            return None
        if value.text is not None:
            return value.text
        if value.kind == BOOLEAN:
            return "true" if value.data else "false"
        number = value.integer
        return None if number is None else str(number)

    def reference(self, element: Start, key: Key) -> int | None:
        """Return the identifier that an attribute refers to."""
        value = element.attributes.get(key)
        return value.reference if value is not None else None

    def integer(self, element: Start, key: Key) -> int | None:
        """Return an attribute as a number; a string of digits is one."""
        value = self.value(element, key)
        if value is None:
            return None
        if value.kind == STRING:
            return _number(value.text or "")
        return value.integer

    def boolean(self, element: Start, key: Key, *, default: bool) -> bool:
        """Return an attribute as yes or no."""
        value = self.value(element, key)
        if value is None:
            return default
        if value.kind == STRING:
            return {"true": True, "1": True, "false": False, "0": False}.get(
                (value.text or "").strip().lower(), default
            )
        number = value.integer
        return default if number is None else number != 0


def _number(text: str) -> int | None:
    """Return a decimal or hexadecimal number of at most 20 characters."""
    try:
        return int(text, 0) if text.isascii() and len(text) <= 20 else None  # noqa: PLR2004
    except ValueError:
        return None
