"""Writing the cases of a simulated fleet: closed cases, in the format of `docs/case-format.md`.

`OpenCase` brings every file to the disk before the next one, as real evidence deserves; thousands
of simulated cases do not. So the finished bag is written at once, and nothing waits for the disk.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import msgspec
from msgspec import structs

from scanner.case import bag, device_key, pseudonym
from scanner.case.audit import START, AuditLine
from scanner.case.contents import evidence_name
from scanner.case.seal import case_info
from scanner.case.storage import PRIVATE_FOLDER, SEALED_FILE
from scanner.model.evidence import Evidence, Outcome, evidence_id
from scanner.model.fleet import DeviceFacts
from scanner.model.report import Acquisition, HostClock
from scanner.simulate.fleet.answers import Answered
from scanner.simulate.fleet.answers_android import android
from scanner.simulate.fleet.answers_ios import iphone

KEY = hashlib.sha256(b"installation of a simulated fleet").digest()
_VERSION = "simulated"
_ANSWERS: dict[str, Callable[[DeviceFacts], Iterator[Answered]]] = {
    "android": android,
    "ios": iphone,
}


def write_cases(
    folder: Path, devices: Iterable[DeviceFacts], *, facts: bool = True
) -> Iterator[Path]:
    """Write a case for each device and yield its folder; the folder above is made.

    The evidence states the same facts as `data/fleet.json`, which is left out where `facts` is
    False. The pseudonym in a case is another one than that of the simulation: see `in_case`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for device in devices:
        path = folder / device.case
        write_case(path, in_case(device), device.device, facts=facts)
        yield path


def in_case(device: DeviceFacts) -> DeviceFacts:
    """Return the facts under the pseudonym that the cases of this installation use."""
    own = device_key(KEY, device.device)
    return structs.replace(device, device=pseudonym(own, "D", device.device))


def write_case(path: Path, device: DeviceFacts, serial: str, *, facts: bool = True) -> None:
    """Write one closed case into a folder that is not there."""
    for name in ("", "data", bag.EVIDENCE, bag.REPORT):
        (path / name).mkdir(mode=PRIVATE_FOLDER)
    acquisition = _acquisition(device)
    payload: dict[str, bytes] = {bag.KEY: device_key(KEY, serial)}
    index = bytearray()
    audit = _Audit()
    audit.add("case", "opened", ())
    for number, answered in enumerate(_ANSWERS[device.platform](device), start=1):
        evidence = _evidence(number, answered, device, acquisition)
        payload[evidence_name(number, "bin")] = answered.data
        if answered.errors:
            payload[evidence_name(number, "err")] = answered.errors
        index += msgspec.json.encode(evidence) + b"\n"
        audit.add("source", "shell", str(evidence.request).split(), evidence)
    audit.add("case", "closed", ())
    if facts:
        payload[bag.FACTS] = msgspec.json.encode(device)
    payload[bag.INDEX] = bytes(index)
    payload[bag.ACQUISITION] = msgspec.json.encode(acquisition)
    _seal(path, payload, acquisition, audit)


class _Audit:
    """The audit log, chained as the real one is; its times are those of the simulation."""

    def __init__(self) -> None:
        self.head, self.lines, self.text = START, 0, bytearray()

    def add(
        self, actor: str, op: str, argv: Iterable[str], evidence: Evidence | None = None
    ) -> None:
        line = msgspec.json.encode(
            AuditLine(
                seq=self.lines,
                prev=self.head,
                t="2026-11-02T08:00:00.000Z",
                mono=float(self.lines),
                actor="source" if actor == "source" else "case",
                op=op,
                argv=tuple(argv),
                rc=evidence.outcome.exit_code if evidence else None,
                bytes=evidence.size if evidence else 0,
                out_sha256=evidence.sha256 if evidence else None,
                ms=0,
                changes_device=False,
            )
        )
        self.text += line + b"\n"
        self.head, self.lines = hashlib.sha256(line).hexdigest(), self.lines + 1


def _acquisition(device: DeviceFacts) -> Acquisition:
    return Acquisition(
        case=device.case,
        tool="scanner",
        version=_VERSION,
        started_at=device.taken_at - timedelta(seconds=20),
        ended_at=device.taken_at,
        complete=True,
        platform=device.platform,
        transport=device.transport,
        device=device.device,
        profile=device.profile,
        privacy="share",
        users=None,
        host_clock=HostClock(synchronized=True, zone="+0000"),
        clock=None,
        locked_at_start=None,
        locked_at_end=None,
        debugging_before=None,
        host_keys=None,
    )


def _evidence(
    number: int, answered: Answered, device: DeviceFacts, acquisition: Acquisition
) -> Evidence:
    origin = "adb" if device.platform == "android" else "usbmux"
    errors = answered.errors
    return Evidence(
        id=evidence_id(origin, answered.request),
        request=answered.request,
        origin=origin,
        name=evidence_name(number, "bin"),
        sha256=hashlib.sha256(answered.data).hexdigest(),
        size=len(answered.data),
        outcome=Outcome(exit_code=answered.exit_code),
        started_at=acquisition.started_at,
        errors_name=evidence_name(number, "err") if errors else None,
        errors_sha256=hashlib.sha256(errors).hexdigest() if errors else None,
    )


def _seal(path: Path, payload: dict[str, bytes], acquisition: Acquisition, audit: _Audit) -> None:
    """Write payload, manifests and the rest of the frame."""
    listed = [(name, _write(path, name, data)) for name, data in payload.items()]
    info = [
        *case_info(acquisition),
        ("Payload-Oxum", f"{sum(map(len, payload.values()))}.{len(payload)}"),
        ("Acquisition-Complete", "yes"),
        ("Audit-Head", audit.head),
        ("Audit-Lines", str(audit.lines)),
    ]
    frame = {
        bag.BAGIT: bag.DECLARATION,
        bag.INFO: bag.write_info(info),
        bag.AUDIT: bytes(audit.text),
        bag.VERIFY: bag.INSTRUCTIONS.encode(),
        bag.MANIFEST: bag.manifest_lines(listed),
    }
    tags = sorted((name, _write(path, name, data)) for name, data in frame.items())
    _write(path, bag.TAG_MANIFEST, bag.manifest_lines(tags))


def _write(path: Path, name: str, data: bytes) -> str:
    target = path / name
    target.write_bytes(data)
    target.chmod(SEALED_FILE)
    return hashlib.sha256(data).hexdigest()
