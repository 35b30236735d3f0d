"""Cases for tests: what an acquisition writes, without a phone."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit

from scanner.case import OpenCase, device_key, pseudonym
from scanner.model.evidence import Outcome
from scanner.model.report import Acquisition, HostClock
from scanner.model.requests import Command
from scanner.model.source import Answer, DeviceAction

DEVICE_ID = "R58M123ABC"
KEY = device_key(b"installation key of thirty-two b", DEVICE_ID)
STARTED = datetime(2026, 11, 21, 14, 0, tzinfo=UTC)


class Given(Answer):
    """An answer whose bytes are known."""

    def __init__(
        self, words: tuple[str, ...], chunks: Iterable[bytes], errors: bytes = b""
    ) -> None:
        super().__init__(Command(argv=words), "adb", STARTED)
        self._chunks, self._errors = chunks, errors

    def chunks(self) -> Iterator[bytes]:
        yield from self._chunks

    def outcome(self) -> Outcome:
        return Outcome(exit_code=0)

    def errors(self) -> bytes:
        return self._errors


def content(number: int) -> bytes:
    """Return the bytes of the nth answer: of many sizes, and empty ones among them."""
    return hashlib.sha256(str(number).encode()).digest() * (number * 37 % 400)


def answer(number: int) -> Given:
    data = content(number)
    chunks = [data[start : start + 4096] for start in range(0, len(data), 4096)]
    return Given(("answer", str(number)), chunks, b"warning\n" if number % 3 == 0 else b"")


def acquisition(**changes: object) -> Acquisition:
    facts: dict[str, object] = {
        "case": "2026-0007",
        "tool": "scanner",
        "version": "2026.11.0",
        "started_at": STARTED,
        "ended_at": None,
        "complete": False,
        "platform": "android",
        "transport": "usb",
        "device": pseudonym(KEY, "D", DEVICE_ID),
        "profile": "quick",
        "privacy": "share",
        "users": None,
        "host_clock": HostClock(synchronized=None, zone="UTC"),
        "clock": None,
        "locked_at_start": None,
        "locked_at_end": None,
        "debugging_before": None,
        "host_keys": (),
    }
    return Acquisition(**(facts | changes))  # type: ignore[arg-type]


def begin(path: Path) -> OpenCase:
    return OpenCase.create(path, acquisition(), device_key=KEY)


def closed_case(path: Path, answers: int = 6) -> str:
    """Write a whole case; return its digest."""
    with begin(path) as case:
        for number in range(1, answers + 1):
            case.add(answer(number))
            case.record(DeviceAction(op="shell", argv=("answer", str(number)), bytes=number))
        case.note(acquisition(ended_at=STARTED, complete=True))
        case.add_report("report.json", b"{}\n")
        case.add_report("entities.jsonl", (b"{}\n" for _ in range(3)))
        return case.close()


def interrupted_case(path: Path, answers: int = 4) -> None:
    """Write a case that is never closed."""
    with begin(path) as case:
        for number in range(1, answers + 1):
            case.add(answer(number))


def sha256sum_accepts(path: Path) -> bool:
    """Tell what a person without this tool sees."""
    lists = ("manifest-sha256.txt", "tagmanifest-sha256.txt")
    command = ("sha256sum", "--quiet", "--strict", "-c", *lists)
    return subprocess.run(command, cwd=path, check=False, capture_output=True).returncode == 0


def bagit_accepts(path: Path) -> bool:
    """Tell what an independent validator of bags sees."""
    try:
        return bool(bagit.Bag(str(path)).validate())
    except bagit.BagError:
        return False


def reseal(path: Path) -> None:
    """Write the tag manifest anew, as one who changes a case and knows how it is made would."""
    names = sorted(
        ("bagit.txt", "bag-info.txt", "audit.jsonl", "VERIFY.txt", "manifest-sha256.txt")
    )
    lines = [
        f"{hashlib.sha256((path / name).read_bytes()).hexdigest()}  {name}\n" for name in names
    ]
    target = path / "tagmanifest-sha256.txt"
    target.chmod(0o600)
    target.write_text("".join(lines))


def rewrite(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)
