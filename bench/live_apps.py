"""A standard scan of a phone with 400 apps, beside the transfer of its apps alone.

Nothing here is asserted: figures depend on the machine. The phone is simulated, in a process of its
own behind a real adb server, with a cable that carries 36 MB a second; its 150 apps of `/data/app`
are signed APKs with programs, resources, a library and what nobody can compress. Both sides take
turns. The phone itself takes a third of a processor here, which a real one would not.
"""

from __future__ import annotations

import os
import platform
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from run import simulated

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from fixtures.building.app import App, apk
from fixtures.building.dex import Class, Dex
from scanner import pipeline
from scanner.case import Case
from scanner.model.evidence import Unanswered
from scanner.model.requests import AppBytes
from scanner.simulate import AdbServer, Line, find_phone
from scanner.sources.android import open_android

PHONE = "android-16-clean"
LIST = "cmd package list packages -f -U -i --show-versioncode --user 0"
LINE = Line(open_ms=30, bytes_per_second=36e6)
ADDED, SHIPPED, SIZE = 150, 250, 5_000_000
RUNS = int(os.environ.get("RUNS", "3"))
BOUND = 1.15
_CLASSES, _TEXTS = 1500, 4


def main() -> None:
    """Print all figures."""
    print(f"{platform.platform()}, Python {platform.python_version()}, median of {RUNS} runs\n")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["SCANNER_HOME"] = str(folder / "home")
        fleet(folder / "phone")
        with AdbServer() as server, simulated(folder, LINE, phone=str(folder / "phone")) as phone:
            server.connect(phone.address)
            compare(_Bench(folder, server, phone.address))


def compare(bench: _Bench) -> None:
    """Compare the two sides, and what a second scan costs that finds copies."""
    wanted = bench.wanted()
    size = sum(each.size or 0 for each in wanted)
    print(f"{ADDED + SHIPPED} apps, {len(wanted)} files of {size / 1e6:.0f} MB to pull")
    sides: tuple[Callable[[], None], ...] = (lambda: bench.pull(wanted), bench.scan)
    alone, scan = medians(sides)
    print(f"  transfer alone            {alone:7.2f} s, {size / alone / 1e6:.1f} MB/s")
    print(f"  acquired and examined     {scan:7.2f} s, ratio {scan / alone:.3f} (bound {BOUND})")
    bench.scan(copies=True)
    began = time.perf_counter()
    bench.scan(copies=True)
    print(f"  with copies of before     {time.perf_counter() - began:7.2f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"  peak memory               {peak:7.0f} MiB, of the largest child {children:.0f} MiB")


class _Bench:
    """One simulated phone behind one adb server."""

    def __init__(self, folder: Path, server: AdbServer, address: str) -> None:
        self._folder, self._server, self._address = folder, server, address
        self._where = pipeline.AdbServer(host=server.host, port=server.port)
        self._runs = 0

    def wanted(self) -> list[AppBytes]:
        """Return what a standard acquisition pulls."""
        acquired = pipeline.acquire(self._target, options=self._options())
        requests = (each.request for each in Case.open(acquired.folder).evidence())
        found = [each for each in requests if isinstance(each, AppBytes)]
        self._clear()
        return found

    def pull(self, wanted: list[AppBytes]) -> None:
        """Transfer files, and do nothing with them."""
        source = open_android(self._address, host=self._server.host, port=self._server.port)
        for answer in source.fetch_all(wanted):
            if isinstance(answer, Unanswered):
                raise SystemExit(f"{answer.request}: {answer.reason}")
            for _ in answer.chunks():
                pass
        source.close()

    def scan(self, *, copies: bool = False) -> None:
        """Scan, without or with copies of what was pulled before."""
        pipeline.scan(self._target, options=self._options(copies=copies))
        self._clear()

    @property
    def _target(self) -> str:
        return f"android:{self._address}"

    def _options(self, *, copies: bool = False) -> pipeline.Options:
        self._runs += 1
        return pipeline.Options(
            output=self._case,
            profile="standard",
            adb=self._where,
            app_cache=4 << 30 if copies else 0,
        )

    @property
    def _case(self) -> Path:
        return self._folder / f"case-{self._runs}"

    def _clear(self) -> None:
        shutil.rmtree(self._case)


def fleet(folder: Path) -> None:
    """Write a recorded phone with many apps: a shipped one, and theirs in its list and files."""
    shutil.copytree(find_phone(PHONE), folder)
    numbers = random.Random(7)  # noqa: S311 - the same apps each time
    lines = []
    for number in range(SHIPPED):
        name = f"com.example.shipped{number}"
        lines.append(_line(f"/system/app/S{number}/S{number}.apk", name, "null", 20_000 + number))
        _write(folder, f"system/app/S{number}/S{number}.apk", apk(App(package=name)))
    code = tuple(_code(number) for number in range(4))
    for number in range(ADDED):
        name = f"com.example.added{number}"
        path = f"data/app/~~{number:022}==/{name}-{number:022}==/base.apk"
        lines.append(_line(f"/{path}", name, "com.android.vending", 10_500 + number))
        _write(folder, path, _app(name, code[number % 4], numbers))
    about = msgspec.json.decode((folder / "phone.json").read_bytes())
    listing = next(each for each in about["answers"] if " ".join(each["argv"]) == LIST)
    with (folder / listing["stdout"]).open("a") as stream:
        stream.writelines(lines)


def _app(name: str, code: Dex, numbers: random.Random) -> bytes:
    size = numbers.randrange(SIZE // 2, SIZE * 3 // 2)
    held = {"assets/film.bin": numbers.randbytes(size), "assets/page.html": b"<p>text</p>" * 20_000}
    return apk(App(package=name, code=(code,), others=held))


def _code(number: int) -> Dex:
    classes = tuple(
        Class(
            name=f"com.example.code{number}.Part{part}",
            loads=tuple(f"text {number} {part} {text} of a program" for text in range(_TEXTS)),
            calls=("android.app.Activity.finish", "java.lang.String.length"),
        )
        for part in range(_CLASSES)
    )
    return Dex(classes=classes, strings=("https://api.example.com/v1", "https://example.net/"))


def _line(path: str, name: str, installer: str, uid: int) -> str:
    return f"package:{path}={name} versionCode:1  installer={installer} uid:{uid}\n"


def _write(folder: Path, name: str, data: bytes) -> None:
    path = folder / "files" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def medians(sides: tuple[Callable[[], None], ...]) -> list[float]:
    """Run the sides in turn, RUNS times; return each median in seconds."""
    seconds: list[list[float]] = [[] for _ in sides]
    for _ in range(RUNS):
        for side, times in zip(sides, seconds, strict=True):
            began = time.perf_counter()
            side()
            times.append(time.perf_counter() - began)
    return [statistics.median(times) for times in seconds]


if __name__ == "__main__":
    main()
