"""`report.json`: the report itself, canonical, so that equal reports are equal bytes."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from scanner.errors import CaseError, UsageError
from scanner.formats.text import safe_text
from scanner.model.report import SCHEMA_VERSION, Report


class _Version(Struct):
    schema_version: str


def render(report: Report) -> bytes:
    """Return the report as indented UTF-8 with sorted keys in maps and a final line end."""
    try:
        data = msgspec.json.encode(report, order="deterministic")
    except UnicodeEncodeError:  # half of a surrogate pair, which no UTF-8 can carry
        plain = msgspec.to_builtins(report, order="deterministic")
        data = msgspec.json.encode(_encodable(plain))
    return msgspec.json.format(data, indent=2) + b"\n"


def load(data: bytes) -> Report:
    """Read a `report.json`. CaseError: it is none. UsageError: of a schema this version lacks."""
    try:
        version = msgspec.json.decode(data, type=_Version).schema_version
        if not _readable(version):
            raise UsageError(
                f"report.json has schema {safe_text(version, 20)}; {SCHEMA_VERSION} can be read",
                remedy="render it with the version that made it, or examine the case again",
            )
        return msgspec.json.decode(data, type=Report)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CaseError(
            f"not a report.json: {safe_text(str(error))}",
            remedy="examine the case again to make a new one",
        ) from error


def _readable(version: str) -> bool:
    """Same major number, and nothing newer: a later minor one may say what we cannot show."""
    major, _, minor = version.partition(".")
    ours, _, newest = SCHEMA_VERSION.partition(".")
    digits = minor.isascii() and minor.isdecimal() and len(minor) <= len(newest) + 2
    return major == ours and digits and int(minor) <= int(newest)


def _encodable(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {_encodable(key): _encodable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(each) for each in value]
    return value
