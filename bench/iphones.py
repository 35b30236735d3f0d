"""Speed and memory of scans of iPhones, and of several phones at once, each beside its bound.

Nothing here is asserted: figures depend on the machine. Each is the median of several runs, both
sides of a ratio in turn. The phones are simulated, in processes of their own.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from recordings import measured

from scanner import pipeline
from scanner.simulate import AdbServer, find_phone
from scanner.simulate.ios import IPhone

RUNS = 5
IPHONE = "ios-26-clean"
SECONDS, MEBIBYTES, AT_ONCE = 5.0, 250.0, 1.5  # the bounds
SEVERAL = ("android-16-clean", "android-14-tampered", IPHONE, "ios-18-tampered")
# The time until what scans an iPhone is imported: of the command, and of the library beneath it.
_IMPORTS = (
    ("python alone", "pass"),
    ("scanner.pipeline", "import scanner.pipeline"),
    ("scanner.sources.ios", "import scanner.sources.ios"),
    ("what an iPhone is asked with", "import scanner.sources.ios.opening"),
    ("of it pymobiledevice3", "import pymobiledevice3.lockdown"),
)


def main() -> None:
    """Print all figures."""
    print(f"{platform.platform()}, Python {platform.python_version()}, median of {RUNS} runs\n")
    one_iphone()
    several()
    imports()


def one_iphone() -> None:
    """Measure the command on one iPhone."""
    with (
        tempfile.TemporaryDirectory() as folder,
        iphone(IPHONE, Path(folder)) as address,
    ):
        target = f"ios:{IPhone.load(find_phone(IPHONE)).udid}"
        words = ["-m", "scanner", "scan", target, "--usbmux", address, "-q"]
        costs = [
            measured([sys.executable, *words, "-o", f"{folder}/case-{number}"], dict(os.environ))
            for number in range(RUNS + 1)
        ][1:]
    seconds = median(cost.seconds for cost in costs)
    mebibytes = median(cost.mebibytes for cost in costs)
    print(f"Quick scan of {IPHONE}, 2 s of them are the log, with the start of the command")
    print(f"  time               {seconds:6.2f} s, ratio to {SECONDS:g} s: {seconds / SECONDS:.2f}")
    print(
        f"  all its processes  {mebibytes:4.0f} MiB, ratio to {MEBIBYTES:g} MiB:"
        f" {mebibytes / MEBIBYTES:.2f}\n"
    )


def several() -> None:
    """Compare scans of four phones at once with that of the slowest of them alone."""
    with tempfile.TemporaryDirectory() as folder, phones(Path(folder)) as (adb, targets):
        numbers = iter(range(1000))

        def options(address: str | None) -> pipeline.Options:
            output = Path(folder) / f"case-{next(numbers)}"
            return pipeline.Options(output=output, adb=adb, usbmux=address)

        def at_once() -> None:
            for _, result in pipeline.scan_each([(t, options(a)) for t, a in targets.values()]):
                if not isinstance(result, pipeline.Scanned):
                    raise result

        def alone(name: str) -> Callable[[], object]:
            target, address = targets[name]
            return lambda: pipeline.scan(target, options=options(address))

        all_of_them, *single = medians([at_once, *map(alone, SEVERAL)])
    print("Four phones at once, in one process")
    for name, seconds in zip(SEVERAL, single, strict=True):
        print(f"  {name:28} alone {seconds:6.2f} s")
    slowest = max(single)
    print(f"  {'one after the other':28}       {sum(single):6.2f} s")
    print(
        f"  {'at once':28}       {all_of_them:6.2f} s, ratio to the slowest:"
        f" {all_of_them / slowest:.2f} (bound {AT_ONCE})\n"
    )


def imports() -> None:
    """Measure what has to be imported before an iPhone can be asked."""
    print("Imports, with the start of Python")
    sides = [
        lambda code=code: subprocess.run([sys.executable, "-c", code], check=True)
        for _, code in _IMPORTS
    ]
    for (title, _), seconds in zip(_IMPORTS, medians(sides), strict=True):
        print(f"  {title:30} {seconds:5.2f} s")


def medians(sides: Sequence[Callable[[], object]]) -> list[float]:
    """Run the sides in turn, once to warm up and then RUNS times; return each median in seconds."""
    seconds: list[list[float]] = [[] for _ in sides]
    for number in range(RUNS + 1):
        for side, times in zip(sides, seconds, strict=True):
            began = time.perf_counter()
            side()
            if number:
                times.append(time.perf_counter() - began)
    return [median(times) for times in seconds]


@contextlib.contextmanager
def phones(folder: Path) -> Iterator[tuple[pipeline.AdbServer, dict[str, tuple[str, str | None]]]]:
    """Serve all phones; yield the adb server, and of each phone its target and its usbmuxd."""
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(AdbServer())
        targets: dict[str, tuple[str, str | None]] = {}
        for name in SEVERAL:
            if name.startswith("ios"):
                udid = IPhone.load(find_phone(name)).udid
                targets[name] = f"ios:{udid}", stack.enter_context(iphone(name, folder))
            else:
                address = stack.enter_context(served(name, folder, "adb connect "))
                server.connect(address)
                targets[name] = f"android:{address}", None
        keys = (server.keys,)
        yield pipeline.AdbServer(host=server.host, port=server.port, keys=keys), targets


def iphone(name: str, folder: Path) -> contextlib.AbstractContextManager[str]:
    """Serve an iPhone; the value is the address of its usbmuxd."""
    return served(name, folder, "USBMUXD_SOCKET_ADDRESS=")


@contextlib.contextmanager
def served(name: str, folder: Path, before: str) -> Iterator[str]:
    """Serve a phone with `scanner simulate`; yield the address that it says after some words."""
    log = folder / f"{name}.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scanner", "simulate", name], stderr=stream
        )
        try:
            while not (said := [line for line in lines(log) if line.startswith(before)]):
                if process.poll() is not None:
                    raise ChildProcessError(f"{name} is not served: {lines(log)}")
                time.sleep(0.05)
            yield said[0].removeprefix(before).strip()
        finally:
            process.terminate()
            process.wait()


def lines(log: Path) -> list[str]:
    """Return what a phone has said so far, whole lines only."""
    return [line for line in log.read_text("utf-8").splitlines(keepends=True) if line[-1] == "\n"]


if __name__ == "__main__":
    main()
