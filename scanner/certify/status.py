"""The standing of a fleet: of each device the newest statement that counts, and what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from msgspec import Struct, structs

from scanner.certify.statement import Statement
from scanner.certify.verify import Refusal, Refused, Standing

STATUS_VERSION = "1.0"

State = Literal["certified", "failing", "expired", "revoked", "unseen", "unverified"]
STATES: tuple[State, ...] = (
    "failing", "revoked", "expired", "unseen", "unverified", "certified",
)  # fmt: skip
"""What asks for work first."""
_BY_REFUSAL: tuple[tuple[Refusal, State], ...] = (
    ("revoked", "revoked"),
    ("requirements_not_met", "failing"),
    ("expired", "expired"),
)


class DeviceStatus(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One device, by its newest statement that counts."""

    device: str  # pseudonym
    state: State
    detail: str = ""
    platform: str | None = None
    model: str | None = None
    statement: str | None = None  # path
    sha256: str | None = None  # of the statement
    case: str | None = None
    policy: str | None = None  # title
    issued_at: datetime | None = None
    valid_until: datetime | None = None
    wanting: tuple[str, ...] = ()  # requirements that are not met, or were not examined
    signers: tuple[str, ...] = ()


class RefusedFile(Struct, frozen=True, kw_only=True):
    """A statement that does not count, or a case that could not be read, and why."""

    path: str
    refused: tuple[Refused, ...]


class FleetStatus(Struct, frozen=True, kw_only=True):
    """The document of `scanner fleet status`."""

    schema_version: str
    at: datetime
    verified: bool  # False: no keys were given, and no signature was checked
    counts: dict[str, int]  # devices by state; `refused`: files
    devices: tuple[DeviceStatus, ...]  # those that ask for work first
    refused: tuple[RefusedFile, ...]
    passed_over: int  # files in folders that are no statements


class Fleet:
    """Takes statements and cases in any order; what it keeps grows with devices, not with files."""

    def __init__(self, at: datetime, *, verified: bool) -> None:
        self._at, self._verified = at, verified
        self._newest: dict[str, tuple[datetime, str, DeviceStatus, datetime]] = {}
        self._cases: dict[str, tuple[datetime, str]] = {}
        self._expected: set[str] = set()
        self._refused: list[RefusedFile] = []
        self._passed_over = 0

    def add(self, path: str, standing: Standing) -> None:
        """Take a statement that was verified; one that does not count is listed."""
        statement, reasons = standing.statement, {each.reason for each in standing.refused}
        early = "not_yet_valid" in reasons
        if statement is None or standing.sha256 is None or not standing.genuine or early:
            self.refuse(path, standing.refused)
            return
        said = statement.predicate
        order = (said.issued_at, standing.sha256)
        known = self._newest.get(said.device.pseudonym)
        if known is None or order > known[:2]:
            status = _status(path, statement, standing, verified=self._verified)
            self._newest[said.device.pseudonym] = (*order, status, said.case.examined_as_of)

    def refuse(self, path: str, refused: Iterable[Refused]) -> None:
        """List a file that does not count."""
        self._refused.append(RefusedFile(path=path, refused=tuple(refused)))

    def pass_over(self) -> None:
        """Count a file that is no statement."""
        self._passed_over += 1

    def expect(self, device: str) -> None:
        """Take a device that must have a statement."""
        self._expected.add(device)

    def case(self, device: str, case: str, taken_at: datetime) -> None:
        """Take a case of a device."""
        known = self._cases.get(device)
        if known is None or (taken_at, case) > known:
            self._cases[device] = (taken_at, case)

    def result(self) -> FleetStatus:
        """Return the standing of every device."""
        names = {*self._newest, *self._cases, *self._expected}
        devices = sorted(
            map(self._device, names), key=lambda each: (STATES.index(each.state), each.device)
        )
        counts = Counter(each.state for each in devices)
        return FleetStatus(
            schema_version=STATUS_VERSION,
            at=self._at,
            verified=self._verified,
            counts={state: counts[state] for state in STATES} | {"refused": len(self._refused)},
            devices=tuple(devices),
            refused=tuple(sorted(self._refused, key=lambda each: each.path)),
            passed_over=self._passed_over,
        )

    def _device(self, name: str) -> DeviceStatus:
        known, seen = self._newest.get(name), self._cases.get(name)
        if known is None:
            detail = f"the case {seen[1]} has no statement" if seen else "it has no statement"
            return DeviceStatus(device=name, state="unseen", detail=detail)
        _, _, status, examined = known
        if seen is not None and seen[0] > examined and status.state == "certified":
            detail = f"the case {seen[1]} is newer than the statement"
            return structs.replace(status, state="unseen", detail=detail)
        return status


def _status(path: str, statement: Statement, standing: Standing, *, verified: bool) -> DeviceStatus:
    said = statement.predicate
    reasons = {each.reason: each.detail for each in standing.refused}
    named = ((state, reasons[reason]) for reason, state in _BY_REFUSAL if reason in reasons)
    state, detail = next(named, ("certified", ""))
    if not verified:
        state, detail = "unverified", "its signature was not checked"
    return DeviceStatus(
        device=said.device.pseudonym,
        state=state,
        detail=detail,
        platform=said.device.platform,
        model=said.device.model,
        statement=path,
        sha256=standing.sha256,
        case=statement.case.name,
        policy=said.policy.title,
        issued_at=said.issued_at,
        valid_until=said.valid_until,
        wanting=tuple(line.id for line in said.requirements if line.result != "met"),
        signers=tuple(each.signer for each in standing.signatures),
    )
