"""Android names: packages and components."""

from __future__ import annotations

NAME_LIMIT = 255
"""Characters of the longest name kept; Android's own limit for package names is 223."""


def package_name(text: str) -> str | None:
    """Return a package name, or None where the text cannot be one.

    It stays data whatever it holds: it never becomes a path or a word of a shell.
    """
    if 0 < len(text) <= NAME_LIMIT and text.isprintable() and " " not in text:
        return text
    return None


def component(text: str) -> tuple[str, str] | None:
    """Return (package, package/full.Class) of `package/.Class`; None where it is none."""
    package, slash, name = text.partition("/")
    if not slash or not name or package_name(package) is None:
        return None
    full = package + name if name.startswith(".") else name
    if len(full) > NAME_LIMIT * 2 or not full.isprintable() or any(c in full for c in " /{}"):
        return None
    return package, f"{package}/{full}"
