"""iPhones with something wrong with them, scanned many at once, each as a phone of its own."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct, structs

import scanner
from scanner.artifacts import ARTIFACTS
from scanner.case.verify import verify
from scanner.detect import Correlation, RulePack, load
from scanner.errors import ScannerError
from scanner.model.artifact import Artifact, Planned
from scanner.model.entities import Entity
from scanner.model.report import Report
from scanner.model.requests import AnyRequest, CrashReports, LogStream, ServiceCall
from scanner.pipeline import Scanned
from scanner.simulate import find_phone
from scanner.simulate.ios import IosFaults, IPhone, SimulatedIPhone, Usbmuxd

TAMPERED = "ios-18-tampered"
AT_ONCE = 16
_NUMBERS = itertools.count(1)

LOG, CRASHES = "com.apple.os_trace_relay", "com.apple.crashreportcopymobile"
_STREAMS = {LogStream: LOG, CrashReports: CRASHES}


class Left(Struct, frozen=True):
    """What a scan of an iPhone gave, and left."""

    seconds: float
    folder: Path
    done: Scanned | None
    error: ScannerError | None

    @property
    def report(self) -> Report:
        assert self.done is not None, self.error
        return self.done.report

    def statuses(self) -> dict[str, str]:
        return {check.rule: check.status for check in self.report.checks}

    def gaps(self) -> set[tuple[str, str]]:
        return {(gap.artifact, gap.reason) for gap in self.report.gaps}

    def require_valid_case(self) -> None:
        assert () == verify(self.folder).problems


class Spoilt(Struct, frozen=True):
    """A phone that is to be scanned: what is wrong with it."""

    faults: IosFaults = IosFaults()
    trust: str = "paired"
    recorded: Path = find_phone(TAMPERED)
    profile: str = "quick"


def iphone(spoilt: Spoilt) -> SimulatedIPhone:
    """Return a phone with a UDID of its own: two scans of one phone wait for each other."""
    recorded = IPhone.load(spoilt.recorded)
    udid = f"00008140-00CA4A5D{next(_NUMBERS):08X}"
    options: Any = {"trust": spoilt.trust, "faults": spoilt.faults}
    return SimulatedIPhone(structs.replace(recorded, udid=udid), **options)


def scan(phone: SimulatedIPhone, folder: Path, profile: str = "quick") -> Left:
    """Scan a phone as a caller of the library does."""
    with Usbmuxd([phone]) as mux:
        options = scanner.Options(output=folder, usbmux=mux.address, profile=profile)
        began = time.monotonic()
        try:
            done = scanner.scan(
                f"ios:{phone.udid}", options=options, rules=_rules(), formats=("json",)
            )
        except ScannerError as error:
            return Left(time.monotonic() - began, folder, None, error)
        return Left(time.monotonic() - began, folder, done, done.error)


def scan_all(spoilt: Mapping[str, Spoilt], folder: Path) -> dict[str, Left]:
    """Scan phones beside each other; results by their names."""
    phones = {name: iphone(each) for name, each in spoilt.items()}
    _rules()

    def one(name: str) -> Left:
        return scan(phones[name], folder / name.replace("/", "_"), spoilt[name].profile)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(phones, pool.map(one, phones), strict=True))


def services() -> list[str]:
    """List the services that a quick scan starts."""
    calls = IPhone.load(find_phone(TAMPERED)).calls
    return sorted({call.service for call in calls} | {LOG, CRASHES})


def of_service(service: str) -> list[Artifact]:
    """List the artifacts that ask a service."""
    return [
        artifact
        for artifact in ARTIFACTS
        if artifact.platform == "ios"
        and not artifact.opt_in
        and any(_service(reading.request) == service for reading in artifact.readings)
    ]


def longest(service: str) -> float:
    """Return the seconds that a service may take in all: equal calls follow each other."""
    waits: dict[AnyRequest, float] = {}
    for artifact in of_service(service):
        for reading in artifact.readings:
            request = reading.request
            if _service(request) == service and not isinstance(request, Planned):
                is_call = isinstance(request, ServiceCall)
                first = structs.replace(request, turn=1) if is_call else request
                waits.setdefault(first, 0.0)
                waits[first] += request.timeout
    return max(waits.values())


def entities_of(artifacts: Sequence[Artifact]) -> set[type[Entity]]:
    return {stated.entity for artifact in artifacts for stated in artifact.states}


def rules_about(entities: set[type[Entity]]) -> set[str]:
    """List the rules that speak of entities of some types, alone or among others."""
    return {
        rule.id
        for rule in _rules().rules
        if entities
        & {each.entity for each in (rule.bases if isinstance(rule, Correlation) else [rule])}
    }


@cache
def _rules() -> RulePack:
    return load()


def _service(request: AnyRequest | Planned) -> str:
    if isinstance(request, ServiceCall):
        return request.service
    return _STREAMS.get(type(request), "")
