"""Why a code signature does not hold: a closed set of words for each part of it.

- code: the code directory and what it covers beside the pages: requirements, entitlements.
- pages: the bytes of the program.
- cms: who signed the code directory.
- resources: the other files of an app.
- profile: the provisioning profile that lets an app run.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from scanner.model.entities import SigningError

Scheme = Literal["code", "pages", "cms", "resources", "profile"]
Reason = Literal[
    "ad_hoc",
    "certificate_not_listed",
    "component_missing",
    "digest_mismatch",
    "directories_differ",
    "directory_missing",
    "entitlement_not_granted",
    "file_added",
    "file_changed",
    "file_missing",
    "hashes_differ",
    "identifier_differs",
    "malformed",
    "missing",
    "not_looked_at",
    "outside",
    "signature_mismatch",
    "slot_missing",
    "team_differs",
    "uncovered",
    "unreadable",
    "unsupported",
    "untrusted",
]

SENTENCES = MappingProxyType[Reason, str](
    {
        "ad_hoc": "Nobody signed it: its code directory stands alone.",
        "certificate_not_listed": "The profile does not list the certificate that signed.",
        "component_missing": "A part that the code directory covers is not there.",
        "digest_mismatch": "Its digest is not the one that was signed.",
        "directories_differ": "Its code directories name different identifiers, teams or flags.",
        "directory_missing": "There is no code directory.",
        "entitlement_not_granted": "It asks for an entitlement that its profile does not grant.",
        "file_added": "A file is there that was not signed.",
        "file_changed": "A file is not the one that was signed.",
        "file_missing": "A file that was signed is not there.",
        "hashes_differ": "Who signed named other code directories.",
        "identifier_differs": "The profile is for another app.",
        "malformed": "It departs from its format.",
        "missing": "It is not there.",
        "not_looked_at": "It was not looked at: there is too much of it.",
        "outside": "It covers bytes that are not there.",
        "signature_mismatch": "The signature does not verify.",
        "slot_missing": "A part is there that the code directory does not cover.",
        "team_differs": "The certificate, the code directory or the profile name another team.",
        "uncovered": "Bytes before the signature are not covered by it.",
        "unreadable": "It cannot be read, so what it is worth is not known.",
        "unsupported": "It uses a method that is not known here.",
        "untrusted": "The chain of its certificate does not end at a root of Apple.",
    }
)
_UNDECIDED = frozenset(("not_looked_at", "unreadable", "unsupported"))


def error(scheme: Scheme, reason: Reason, detail: str = "") -> SigningError:
    """Say why a part does not hold; `detail` is of our words and numbers alone."""
    return SigningError(scheme=scheme, reason=reason, detail=detail)


def verdict(errors: tuple[SigningError, ...]) -> bool | None:
    """Return whether a signature with these errors holds; None where they leave it open."""
    if not errors:
        return True
    return None if all(each.reason in _UNDECIDED for each in errors) else False
