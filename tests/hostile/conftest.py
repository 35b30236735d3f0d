"""Scanning what an attacker made: as the command does it, and all that it leaves behind."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import Struct

from tests.command import run_scanner
from tests.pipeline.recordings import state

SECRET = "ro.secret-7352"
SECONDS = 60  # of one scan; it takes one or two
DESIGNED = {0, 2, 4}  # read as far as it could be, of no known kind, nothing of it can be read


class Left(Struct, frozen=True):
    """What a scan of one path said and wrote."""

    status: int
    said: bytes
    written: bytes  # every file below the folder in which it ran, names included
    report: dict[str, Any] | None

    @property
    def gaps(self) -> set[tuple[str, str]]:
        """Reason and detail of what of the recording itself could not be looked into."""
        found = (self.report or {})["gaps"]
        return {
            (each["reason"], each.get("detail", ""))
            for each in found
            if each["artifact"] == "android.recording"
        }

    def read(self, request: str) -> bool:
        """Whether the report rests on an answer to a request."""
        return any(line["request"] == request for line in (self.report or {})["evidence"])

    def cut(self, request: str) -> list[str | None]:
        """Return why the answers to a request are not whole."""
        lines = (self.report or {})["evidence"]
        return [line["cut"] for line in lines if line["request"] == request]

    def statuses(self) -> dict[str, str]:
        return {check["rule"]: check["status"] for check in (self.report or {})["checks"]}


@pytest.fixture(autouse=True)
def secret(tmp_path: Path) -> Path:
    """A file that lies beside the recordings, and whose content must appear nowhere."""
    path = tmp_path / "secret.txt"
    path.write_bytes(f"[{SECRET}]: [{SECRET}]\n".encode() * 40)
    return path


@pytest.fixture
def scan(tmp_path: Path) -> Callable[..., Left]:
    """Scan a path, and hold what is true of every scan, whatever it is of."""

    def call(path: Path, *, reads: bool = True) -> Left:
        folder = tmp_path / "work"
        folder.mkdir(exist_ok=True)
        before = outside(tmp_path)
        known = state(path) if reads else {}
        ran = run_scanner(
            ("scan", path, "-o", "case", "--privacy", "case", "-f", "text", "-f", "html"),
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "TMPDIR": str(folder)},
            timeout=SECONDS,
        )
        said = ran.stdout + ran.stderr
        assert ran.returncode in DESIGNED, said
        assert b"Traceback" not in said
        assert before == outside(tmp_path)
        assert not reads or known == state(path)
        report = folder / "case/data/report/report.json"
        assert (ran.returncode == 0) == report.is_file()
        written = b"\n".join(
            os.fsencode(each) + b"\n" + (each.read_bytes() if each.is_file() else b"")
            for each in folder.rglob("*")
        )
        assert SECRET.encode() not in said + written
        return Left(
            status=ran.returncode,
            said=said,
            written=written,
            report=msgspec.json.decode(report.read_bytes()) if report.is_file() else None,
        )

    return call


def outside(folder: Path) -> set[str]:
    """List what lies beside the folder in which the command runs."""
    return {
        str(path.relative_to(folder))
        for path in folder.rglob("*")
        if path.relative_to(folder).parts[0] != "work"
    }
