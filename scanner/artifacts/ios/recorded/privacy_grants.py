"""What apps may reach, as TCC.db keeps the decisions: microphone, camera, photos ...

Table `access`: service, client, client_type (0: bundle identifier, 1: path), last_modified (Unix
time, from iOS 12 on). Until iOS 13 `allowed` is 0 or 1, with prompt_count; since iOS 14 auth_value
is 0 denied, 1 unknown, 2 allowed, 3 limited, and auth_reason says who decided.

Locations are not decided here: locationd keeps them.

Sources: databases of iOS 12 to 18 as public readers describe them, Apple's names of the values in
the TCC framework of macOS.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.recorded import tables
from scanner.errors import ParseError
from scanner.formats.apple_time import unix
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import PrivacyGrant
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob

_COLUMNS = ("client_type", "auth_value", "auth_reason", "allowed", "last_modified")
_KINDS: Mapping[int | None, str] = {0: "bundle", 1: "path"}
_ALLOWED: Mapping[int | None, str] = {0: "denied", 1: "allowed"}
_VALUES: Mapping[int | None, str] = {0: "denied", 1: "unknown", 2: "allowed", 3: "limited"}
_REASONS: Mapping[int | None, str] = {
    1: "error",
    2: "user_consent",
    3: "user_set",
    4: "system_set",
    5: "service_policy",
    6: "mdm_policy",
    7: "override_policy",
    8: "missing_usage_string",
    9: "prompt_timeout",
    10: "preflight_unknown",
    11: "entitled",
    12: "app_type_policy",
}


def parse(file: EvidenceFile) -> Iterator[PrivacyGrant]:
    """Yield each decision; ParseError where no column tells any."""
    with file.sqlite() as connection:
        there = tables.require(connection, "access", "service", "client")
        if there.isdisjoint({"auth_value", "allowed"}):
            raise ParseError("a table access with auth_value or allowed expected")
        for row in tables.rows(connection, "access", _COLUMNS, "service", "client"):
            service, client = tables.text(row, "service"), tables.text(row, "client")
            if service and client:
                yield _grant(service, client, row)


def _grant(service: str, client: str, row: tables.Row) -> PrivacyGrant:
    kind = _KINDS.get(tables.number(row, "client_type"))
    reason = _REASONS.get(tables.number(row, "auth_reason"))
    return PrivacyGrant(
        service=service,
        client=client,
        client_kind=UNSET if kind is None else kind,
        decision=_decision(row),
        reason=tables.stated(row, "auth_reason", reason),
        at=tables.stated(row, "last_modified", unix(row.get("last_modified"))),
    )


def _decision(row: tables.Row) -> str | UnsetType:
    if "auth_value" in row:
        return _VALUES.get(tables.number(row, "auth_value"), "other")
    return _ALLOWED.get(tables.number(row, "allowed"), "other")


PRIVACY_GRANTS = Artifact(
    name="ios.privacy_grants",
    title="What apps may reach",
    platform="ios",
    states=(Stated(PrivacyGrant),),
    readings=(
        Reading(Glob(pattern="/private/var/mobile/Library/TCC/TCC.db"), parse),
        Reading(Diagnostic(name="logs/Accessibility/TCC.db"), parse),
    ),
)
