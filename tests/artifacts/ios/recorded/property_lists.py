"""Property lists as files of a recording, and what a parser states of them."""

from __future__ import annotations

import plistlib
from typing import Any

import pytest

from scanner.errors import ParseError
from scanner.model.artifact import Parser
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic

HOSTILE = (
    b"no property list",
    b"",
    b"bplist00" + b"\xff" * 40,
    plistlib.dumps(["a list"]),
    b"<plist>" + b"<array>" * 500 + b"</array>" * 500 + b"</plist>",
)
"""What a parser of a dictionary refuses: no list, a wrong one, one that is too deep."""


def file_of(value: Any) -> BytesFile:
    """Return a file of a recording; bytes as they are, anything else as a property list."""
    data = value if isinstance(value, bytes) else plistlib.dumps(value, fmt=plistlib.FMT_BINARY)
    return BytesFile(Diagnostic(name="some.plist"), data)


def stated(parse: Parser, value: Any) -> list[Any]:
    """Return what a parser states of a file."""
    return list(parse(file_of(value)))


def stated_until_the_error(parse: Parser, value: Any) -> tuple[list[Any], str]:
    """Return what is stated before a parser says what it could not read, and what it says."""
    found = []
    with pytest.raises(ParseError) as error:
        found.extend(parse(file_of(value)))
    return found, str(error.value)
