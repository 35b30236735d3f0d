"""Speed of YARA rules: our way to the bytes against the engine alone, and routing against none.

The rules are in the shapes of the largest public pack for Android: eight strings and more, weighed
and added up, or n of them. What a small file costs depends on their number, not on its size.

Both sides are taken in one run, one after the other, several times; the median counts. The files
are made by us; with `SCANNER_CORPUS` set, real apps are measured, too. Nothing is asserted here:
figures depend on the machine.
"""

from __future__ import annotations

import io
import os
import random
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from scanner.detect.yara import YaraPack, load_yara, prepared
from scanner.detect.yara.walk import scan
from scanner.detect.yara.yarax import YaraX
from scanner.model.content import Place, RuleSetFile, ScanWork
from scanner.model.evidence import Locator
from scanner.model.requests import MiB

RULES = 3_000
LARGE = 128  # MiB
REAL_APPS = 60  # the largest
RUNS = 5
_SEED = 20
_KINDS = ("elf", "dex", "zip", "axml", "")


class Ratio(Struct, frozen=True):
    """Seconds of two sides, each the median of several runs: of the processor, and of the clock."""

    cpu: tuple[float, float]
    wall: tuple[float, float]

    def print(self, name: str, sides: tuple[str, str], size: int) -> None:
        """Print both sides, and how many times as fast the second is."""
        for word, (first, second) in (("CPU", self.cpu), ("wall", self.wall)):
            rate = size / MiB
            print(
                f"  {name:28} {word:4} {sides[0]} {rate / first:7.0f} MiB/s,"
                f" {sides[1]} {rate / second:7.0f} MiB/s, ratio {first / second:5.2f}"
            )


def large_file(folder: Path, *, size: int = LARGE * MiB, runs: int = RUNS) -> Ratio:
    """Compare the engine alone on a large file, held in memory, with our reading and scanning."""
    pack = made_pack(folder, RULES // 10)
    path = folder / "large.so"
    path.write_bytes(made_code(size, b"\x7fELF\x02\x01\x01"))
    data = path.read_bytes()
    with prepared(pack) as sets:
        engine = YaraX().compile(
            tuple(file.source() for file in pack.files if not file.kinds or "elf" in file.kinds)
        )
        work = _work(sets, path, routed=True)
        return _compare(
            lambda: list(engine.scan(data, seconds=60)), lambda: list(scan(path, work)), runs
        )


def members(pack: YaraPack, apps: list[Path], runs: int = RUNS) -> Ratio:
    """Compare apps scanned member by member with the routing and without it."""
    with prepared(pack) as sets:

        def run(*, routed: bool) -> None:
            for path in apps:
                for _ in scan(path, _work(sets, path, routed=routed)):
                    pass

        return _compare(lambda: run(routed=False), lambda: run(routed=True), runs)


def _work(sets: tuple[RuleSetFile, ...], path: Path, *, routed: bool) -> ScanWork:
    place = Place(locator=Locator(), size=path.stat().st_size)
    return ScanWork(places=(place,), sets=sets, scope="named", routed=routed, member_seconds=60.0)


def _compare(first: Callable[[], object], second: Callable[[], object], runs: int) -> Ratio:
    first(), second()  # what is loaded once
    figures: list[list[tuple[float, float]]] = [[], []]
    for _ in range(runs):
        for side, run in zip(figures, (first, second), strict=True):
            cpu, wall = time.process_time(), time.perf_counter()
            run()
            side.append((time.process_time() - cpu, time.perf_counter() - wall))
    cpus = [statistics.median(one[0] for one in side) for side in figures]
    walls = [statistics.median(one[1] for one in side) for side in figures]
    return Ratio((cpus[0], cpus[1]), (walls[0], walls[1]))


def made_pack(folder: Path, count: int) -> YaraPack:
    """Load rules that are made for this purpose, 20 to a file, some for one kind of content."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same rules each time
    files = []
    for number in range(count // 20):
        path = folder / f"{number:04}.yar"
        kind = _KINDS[number % len(_KINDS)]
        path.write_text("\n".join(_rule(f"r{each}", kind, chosen) for each in range(20)))
        files.append((path, path.name))
    return load_yara(files)


def _rule(name: str, kind: str, chosen: random.Random) -> str:
    """Return a rule in one of the shapes of public packs: half of them are sums of counts."""
    words = ["".join(chosen.choices("abcdefghijklmnopqrstuvwxyz./_", k=12)) for _ in range(8)]
    strings = " ".join(f'$a{number} = "{word}"' for number, word in enumerate(words))
    numbers = chosen.randbytes(6).hex(" ")
    plain = "".join(chosen.choices("abcdefghijklmnopqrstuvwxyz", k=5))
    strings += f" $d = {{ {numbers} [2-8] 00 {numbers} }} $e = /{plain}[a-z]{{9}}/"
    counts = " + ".join(f"((#a{number} & 1) * {1 + number % 2})" for number in range(8))
    condition = chosen.choice(
        (
            f"{counts} >= 4 or all of ($d, $e)",
            f"{counts} >= 4 or all of ($d, $e)",
            "filesize < 500MB and 3 of them",
            "uint32(0) == 0x464c457f and filesize < 20MB and (2 of ($a*) or all of them)",
        )
    )
    declared = f'filetype = "{kind}"' if kind else ""
    meta = f'class = "compromise" level = "low" confidence = "low" {declared}'
    return f"rule {name} {{ meta: {meta} strings: {strings} condition: {condition} }}"


def made_code(size: int, first: bytes) -> bytes:
    """Return bytes that look like code with texts in it."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same bytes each time
    words = " ".join(
        "".join(chosen.choices("etaoinshrdlcumwf", k=chosen.randint(3, 12))) for _ in range(4000)
    )
    block = chosen.randbytes(MiB // 2) + words.encode() * 8 + bytes(MiB // 8)
    return (first + block * (size // len(block) + 1))[:size]


def made_app(folder: Path, resources: int = 1_500) -> Path:
    """Return an app of an ordinary mix: code, libraries, tables and many small resources."""
    chosen = random.Random(_SEED)  # noqa: S311  # the same app each time
    path = folder / "made.apk"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in _contents(chosen, resources):
            archive.writestr(name, content)
    return path


def _contents(chosen: random.Random, resources: int) -> Iterator[tuple[str, bytes]]:
    yield "AndroidManifest.xml", b"\x03\x00\x08\x00" + chosen.randbytes(12_000)
    for name in ("classes.dex", "classes2.dex"):
        yield name, made_code(3 * MiB, b"dex\n035\x00")
    for name in ("one", "two", "three"):
        yield f"lib/arm64-v8a/lib{name}.so", made_code(MiB, b"\x7fELF\x02\x01\x01")
    yield "resources.arsc", b"\x02\x00\x0c\x00" + chosen.randbytes(300_000)
    for number in range(resources):
        if number % 3:
            yield f"res/{number}.png", b"\x89PNG" + chosen.randbytes(chosen.randint(200, 6_000))
        else:
            yield f"assets/{number}.json", b'{"a": "b"}' * chosen.randint(20, 600)


def real_apps() -> list[Path]:
    """Return the largest apps of the corpus; none where it is absent."""
    folder = os.environ.get("SCANNER_CORPUS")
    found = (
        sorted(Path(folder).rglob("*.apk"), key=lambda path: -path.stat().st_size) if folder else []
    )
    return found[:REAL_APPS]


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("SCANNER_HOME", str(folder / "home"))
        print(f"YARA rules, median of {RUNS} runs")
        ratio = large_file(folder)
        ratio.print(f"{LARGE} MiB file, {RULES // 10} rules", ("engine", "ours"), LARGE * MiB)
        pack = made_pack(folder, RULES)
        app = made_app(folder)
        with zipfile.ZipFile(io.BytesIO(app.read_bytes())) as archive:
            size = sum(each.file_size for each in archive.infolist())
        members(pack, [app]).print(f"made app, {RULES} rules", ("unrouted", "routed"), size)
        if apps := real_apps():
            size = sum(path.stat().st_size for path in apps)
            ratio = members(pack, apps, runs=3)
            ratio.print(f"{len(apps)} real apps, {RULES} rules", ("unrouted", "routed"), size)
        else:
            print("  real apps: set SCANNER_CORPUS")


if __name__ == "__main__":
    main()
