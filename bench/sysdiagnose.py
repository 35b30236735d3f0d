"""What a sysdiagnose of 2 GB costs: one pass for the list and the digests, then the reading.

Most of it is noise in the place of the binary log, a quarter of which can be packed; the rest are
small files that somebody reads. Run: python -m bench.sysdiagnose [MiB]
"""

from __future__ import annotations

import io
import random
import resource
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from fixtures.building.sysdiagnose import TOP
from scanner.formats.container import RecordedFile
from scanner.model.evidence import Locator
from scanner.model.recording import Part
from scanner.model.requests import Diagnostic, Survey
from scanner.sources.recorded import survey

_MIB = 1024 * 1024
_LOG_SIZE = 10 * _MIB  # bytes of a file of the binary log
_READ = 300
_WANTED = (Diagnostic(name="crashes_and_spins/*.ips"), Diagnostic(name="*.txt"))


def main() -> None:
    """Make one, survey it, and read each part that is wanted."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{TOP}.tar.gz"
        _timed("made", lambda: _make(path, size))
        print(f"{size} MiB, packed {path.stat().st_size // _MIB} MiB")
        parts: list[Part] = []
        _timed("survey", lambda: parts.extend(_parts(path)))
        read = [part for part in parts if part.sha256]
        _timed(f"read {len(read)} parts", lambda: _read(path, read))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"peak RSS {peak} MiB")


def _timed(what: str, work: object) -> None:
    started = time.perf_counter()
    if callable(work):
        work()
    print(f"{what}: {time.perf_counter() - started:.1f} s")


def _make(path: Path, size: int) -> None:
    random_ = random.Random(8)  # noqa: S311 - the same bytes each time
    noise = random_.randbytes(_LOG_SIZE // 4 * 3) + bytes(_LOG_SIZE // 4)
    with tarfile.open(path, "w:gz", compresslevel=1) as made:
        for number in range(max(size * _MIB // _LOG_SIZE, 1)):
            _add(made, f"system_logs.logarchive/Persist/{number:016x}.tracev3", noise)
            if number % (1 + size * _MIB // _LOG_SIZE // _READ) == 0:
                for each in range(2):
                    _add(made, f"crashes_and_spins/Example-{number}-{each}.ips", b"{}\n" * 4000)
        _add(made, "ps.txt", b"USER PID\n" * 5000)
        _add(made, "taskinfo.txt", b"tasks\n")


def _add(made: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(f"{TOP}/{name}")
    member.size = len(data)
    made.addfile(member, io.BytesIO(data))


def _parts(path: Path) -> Iterator[Part]:
    for found in survey(RecordedFile(Survey(wanted=_WANTED), path, Locator())):
        if isinstance(found, Part):
            yield found


def _read(path: Path, parts: list[Part]) -> None:
    for part in parts:
        RecordedFile(part.request or Survey(), path, part.locator).read()


if __name__ == "__main__":
    main()
