"""Replies of lockdownd and of services that speak property lists, and which of them refuse.

lockdownd answers GetValue with a dictionary: Request, Domain and Key where they were asked for, and
Value: one value, or all of the domain as a dictionary. Where it refuses, Error stands there
instead, with a word for why. Services answer with a dictionary of their own, most with a Status,
and refuse with Error too, or with another Status. What else they say of it is localized text.

Sources: pymobiledevice3 lockdown.py and services, libimobiledevice lockdown.c.
"""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET, UnsetType

from scanner.errors import NotAvailable, ParseError
from scanner.formats.plists import Map, Value, read_map
from scanner.model.evidence import EvidenceFile, Reason

T = TypeVar("T")

_REASONS: dict[str, Reason] = {
    "GetProhibited": "no_permission",
    "MCProtected": "no_permission",
    "MissingValue": "source_absent",
    "PasswordProtected": "locked",
    "PasscodeRequired": "locked",
    "InvalidService": "unsupported_version",
    "UnknownCommand": "unsupported_version",
    "UnknownRequest": "unsupported_version",
}


def reply(file: EvidenceFile) -> Map:
    """Return a reply; NotAvailable where the phone refused, ParseError for no dictionary."""
    found = read_map(file)
    if "Error" in found:
        raise _refusal(found["Error"])
    return found


def reply_with(file: EvidenceFile, status: str) -> Map:
    """Return a reply of this status; NotAvailable for another one, ParseError for none."""
    found = reply(file)
    stated = found.get("Status")
    if not isinstance(stated, str):
        raise ParseError("a reply with a status expected")
    if stated != status:
        raise _refusal(stated)
    return found


def value_of(file: EvidenceFile) -> Value:
    """Return the value that lockdownd, or a service that words its replies alike, answers with."""
    found = reply(file)
    if "Value" not in found:
        raise ParseError("a reply with a value expected")
    return found["Value"]


def values_of(file: EvidenceFile) -> Map:
    """Return all values of a domain of lockdownd."""
    value = value_of(file)
    if not isinstance(value, dict):
        raise ParseError("a reply with the values of a domain expected")
    return value


def known(value: T | None) -> T | UnsetType:
    """Return a value as a field takes it: what is not there is not stated."""
    return UNSET if value is None else value


def _refusal(error: Value) -> NotAvailable:
    reason = _REASONS.get(error, "source_absent") if isinstance(error, str) else "source_absent"
    return NotAvailable(reason, f"the phone answered with an error: {reason}")
