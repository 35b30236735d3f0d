"""Speed and memory, both sides in one run: `make bench`.

Nothing here is asserted: figures depend on the machine. Each is the median of several runs that are
taken in turn, ours and the other side's, so that a machine that slows down slows both. The phone is
simulated, in a process of its own, behind a real adb server.
"""

from __future__ import annotations

import contextlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from scanner import pipeline
from scanner.case import Case
from scanner.simulate import AdbServer, Line
from scanner.sources.android.probe import COMMANDS as PROBE

PHONE = "android-16-clean"
LINE = Line(open_ms=30, bytes_per_second=36e6)
RUNS = 7


def main() -> None:
    """Print all figures."""
    print(f"{platform.platform()}, Python {platform.python_version()}, median of {RUNS} runs\n")
    for title, line in (("30 ms for each opened stream, 36 MB/s", LINE), ("no line model", Line())):
        compare_scan(title, line)
    start_up()
    memory()


def compare_scan(title: str, line: Line) -> None:
    """Compare a quick scan with one `adb shell` for each command that it runs."""
    print(f"Quick scan of {PHONE}, {title}")
    with (
        AdbServer() as server,
        tempfile.TemporaryDirectory() as folder,
        simulated(Path(folder), line) as phone,
    ):
        bench = _Bench(Path(folder), server, phone)
        commands = bench.commands()
        opened = bench.opened_by(bench.scan)
        sides = (bench.scan, bench.acquire, lambda: bench.one_by_one(commands))
        scan, acquire, single = medians(sides)
    print(f"  {len(commands)} commands, one adb shell for each      {single:7.3f} s")
    print(
        f"  the same, acquired into a case          {acquire:7.3f} s, ratio {single / acquire:.1f}"
    )
    print(f"  acquired, examined and reported         {scan:7.3f} s, ratio {single / scan:.1f}")
    print(f"  round trips of a scan, as the phone saw them: {opened}\n")


class _Phone:
    """A simulated phone in another process, and what it says of itself."""

    def __init__(self, log: Path) -> None:
        self._log = log

    @property
    def address(self) -> str:
        return next(line.split()[-1] for line in self._said() if line.startswith("adb connect "))

    def opened(self) -> int:
        """Return how many streams of shell and exec were opened until now."""
        streams = [line.split()[1] for line in self._said() if line.startswith("opened ")]
        return sum(name.startswith(("shell", "exec")) for name in streams)

    def _said(self) -> list[str]:
        return self._log.read_text("utf-8", "replace").splitlines()


@contextlib.contextmanager
def simulated(folder: Path, line: Line, phone: str = PHONE) -> Iterator[_Phone]:
    """Serve a phone with `scanner simulate`."""
    words = ["simulate", phone, "--open-ms", str(line.open_ms)]
    if line.bytes_per_second is not None:
        words += ["--bytes-per-second", str(line.bytes_per_second)]
    log = folder / "phone.log"
    with log.open("wb") as stream:
        process = subprocess.Popen([sys.executable, "-m", "scanner", *words], stderr=stream)
        try:
            while b"adb connect" not in log.read_bytes():
                time.sleep(0.05)
            yield _Phone(log)
        finally:
            process.terminate()
            process.wait()


class _Bench:
    """One simulated phone behind one adb server."""

    def __init__(self, folder: Path, server: AdbServer, phone: _Phone) -> None:
        self._folder, self._server, self._phone = folder, server, phone
        self._target = f"android:{phone.address}"
        self._runs = 0
        server.connect(phone.address)

    def _options(self) -> pipeline.Options:
        self._runs += 1
        adb = pipeline.AdbServer(host=self._server.host, port=self._server.port)
        return pipeline.Options(output=self._folder / f"case-{self._runs}", adb=adb)

    def scan(self) -> None:
        pipeline.scan(self._target, options=self._options())

    def acquire(self) -> None:
        pipeline.acquire(self._target, options=self._options())

    def commands(self) -> list[str]:
        """Return the commands that a scan runs: those of its case, and its two probes."""
        acquired = pipeline.acquire(self._target, options=self._options())
        evidence = Case.open(acquired.folder).evidence()
        asked = [str(each.request) for each in evidence if type(each.request).__name__ != "File"]
        return [*PROBE, *asked, *PROBE]

    def opened_by(self, run: Callable[[], None]) -> int:
        """Return how many streams the phone saw opened while something ran."""
        before = self._phone.opened()
        run()
        return self._phone.opened() - before

    def one_by_one(self, commands: Sequence[str]) -> None:
        """Run one `adb shell` for each command, as a script would."""
        adb = [self._server.program, "-P", str(self._server.port), "-s", self._phone.address]
        for number, command in enumerate(commands):
            with (self._folder / f"plain-{number}").open("wb") as output:
                subprocess.run([*adb, "shell", command], stdout=output, stderr=output, check=False)


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
    with (
        AdbServer() as server,
        tempfile.TemporaryDirectory() as folder,
        simulated(Path(folder), Line()) as phone,
    ):
        server.connect(phone.address)
        target = f"android:{phone.address}"
        words = ["scan", target, "--adb-port", str(server.port), "-q", "-o", f"{folder}/case"]
        script = (
            "import resource, subprocess, sys;"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=True);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        argv = [sys.executable, "-c", script, sys.executable, "-m", "scanner", *words]
        ran = subprocess.run(argv, capture_output=True, check=True)
    print(f"peak memory of a scan, its largest process   {int(ran.stdout) / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
