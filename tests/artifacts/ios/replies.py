"""Replies of an iPhone, as the parsers see them: property lists, whole."""

from __future__ import annotations

import plistlib
from typing import Any

from scanner.model.artifact import Parser
from scanner.model.evidence import BytesFile
from scanner.model.requests import Lockdown


def reply(value: Any) -> BytesFile:
    """Return a reply as the phone sends it."""
    return BytesFile(Lockdown(), plistlib.dumps(value, fmt=plistlib.FMT_BINARY))


def values(**stated: Any) -> dict[str, Any]:
    """Return what lockdownd answers to GetValue for a domain."""
    return {"Request": "GetValue", "Value": stated}


def read(parse: Parser, value: Any) -> list[Any]:
    """Return what a parser states of a reply."""
    return list(parse(reply(value)))
