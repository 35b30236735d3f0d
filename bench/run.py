"""Speed and memory, both sides in one run: `make bench`.

Nothing here is asserted: figures depend on the machine. Each is the median of several runs that are
taken in turn, ours and the other side's, so that a machine that slows down slows both.
"""

from __future__ import annotations

import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from scanner import pipeline
from scanner.case import Case
from scanner.simulate import AdbServer, Line, Phone, SimulatedPhone, find_phone

PHONE = "android-16-clean"
LINE = Line(open_ms=30, bytes_per_second=36e6)
RUNS = 5


def main() -> None:
    """Print all figures."""
    print(f"{platform.platform()}, Python {platform.python_version()}, median of {RUNS} runs\n")
    for title, line in (("30 ms for each opened stream, 36 MB/s", LINE), ("no line model", Line())):
        compare_scan(title, line)
    start_up()
    memory()


def compare_scan(title: str, line: Line) -> None:
    """Compare a quick scan with one `adb shell` for each of its commands."""
    print(f"Quick scan of {PHONE}, {title}")
    phone = Phone.load(find_phone(PHONE))
    with (
        AdbServer() as server,
        SimulatedPhone(phone, line=line) as device,
        tempfile.TemporaryDirectory() as folder,
    ):
        bench = _Bench(Path(folder), server, device)
        commands = bench.commands()
        opened = bench.opened_by(bench.scan)
        sides = (bench.scan, bench.acquire, lambda: bench.one_by_one(commands))
        scan, acquire, one_by_one = medians(sides)
    shells = {kind: count for kind, count in opened.items() if kind != "sync"}
    print(f"  scan (acquisition, rules, report)   {scan:7.3f} s")
    print(f"  acquisition alone                   {acquire:7.3f} s")
    print(f"  {len(commands):3} x adb shell, output kept        {one_by_one:7.3f} s")
    print(
        f"  ratio to the scan {one_by_one / scan:.1f}, to the acquisition {one_by_one / acquire:.1f}"
    )
    print(f"  round trips of a scan: {sum(shells.values())} ({opened.get('sync', 0)} sync apart)\n")


class _Bench:
    """One simulated phone behind one adb server."""

    def __init__(self, folder: Path, server: AdbServer, device: SimulatedPhone) -> None:
        self._folder, self._server, self._device = folder, server, device
        self._runs = 0
        server.connect(device.address)

    def _options(self) -> pipeline.Options:
        self._runs += 1
        adb = pipeline.AdbServer(host=self._server.host, port=self._server.port)
        return pipeline.Options(output=self._folder / f"case-{self._runs}", adb=adb)

    def scan(self) -> None:
        pipeline.scan(f"android:{self._device.address}", options=self._options())

    def acquire(self) -> None:
        pipeline.acquire(f"android:{self._device.address}", options=self._options())

    def commands(self) -> list[str]:
        """Return the commands that a scan runs, from the case that it leaves."""
        options = self._options()
        pipeline.acquire(f"android:{self._device.address}", options=options)
        evidence = Case.open(options.output or Path()).evidence()
        return [str(each.request) for each in evidence if type(each.request).__name__ != "File"]

    def opened_by(self, run: Callable[[], None]) -> dict[str, int]:
        """Return how many streams of each kind the phone saw while something ran."""
        before = self._device.opened.copy()
        run()
        return dict(self._device.opened - before)

    def one_by_one(self, commands: Sequence[str]) -> None:
        """Run one `adb shell` for each command, as a script would."""
        adb = [
            self._server.program,
            "-P",
            str(self._server.port),
            "-s",
            self._device.address,
            "shell",
        ]
        for number, command in enumerate(commands):
            with (self._folder / f"plain-{number}").open("wb") as output:
                subprocess.run([*adb, command], stdout=output, stderr=output, check=False)


def medians(sides: Sequence[Callable[[], None]]) -> list[float]:
    """Run the sides in turn, once to warm up and then RUNS times; return each median in seconds."""
    seconds: list[list[float]] = [[] for _ in sides]
    for number in range(RUNS + 1):
        for side, times in zip(sides, seconds, strict=True):
            began = time.perf_counter()
            side()
            if number:
                times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in seconds]


def start_up() -> None:
    """Measure the processor time of `scanner --help` against that of an empty Python."""
    ours = cpu([sys.executable, "-m", "scanner", "--help"])
    python = cpu([sys.executable, "-c", "pass"])
    print(f"scanner --help   {ours:.3f} s of CPU (Python alone {python:.3f} s)\n")


def cpu(argv: Sequence[str]) -> float:
    """Return the median processor time of a command, user and system, in seconds."""
    times = []
    for _ in range(2 * RUNS + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(times[1:])


def memory() -> None:
    """Measure the peak memory of a scan in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        argv = [
            sys.executable,
            "-m",
            "scanner",
            "scan",
            f"demo:{PHONE}",
            "-q",
            "-o",
            f"{folder}/case",
        ]
        script = (
            "import resource, subprocess, sys;"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        run = subprocess.run([sys.executable, "-c", script, *argv], capture_output=True, check=True)
    print(f"peak memory of a scan, its largest process   {int(run.stdout) / 1024:.0f} MiB")
    print("(the simulated phone runs in the same process)")


if __name__ == "__main__":
    main()
