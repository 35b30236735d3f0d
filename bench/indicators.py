"""Speed of indicators: searches by their number, the load of a feed, and MVT's own checks.

MVT runs in its own environment, over the same file of indicators and the same values; without it
our half is measured and what is missing is said. Nothing is asserted: figures depend on the
machine.
"""

from __future__ import annotations

import gc
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from scanner.detect.indicators import Index
from scanner.model.indicators import Feed, Indicator
from scanner.model.observables import ObservableType

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1_000, 10_000, 100_000, 1_000_000)
OBSERVABLES = 200_000
LOADED = 100_000
COMPARED = 10_000
RUNS = 5
NOW = datetime(2026, 11, 21, tzinfo=UTC)
_SEED = 5
_MIX: tuple[tuple[ObservableType, str], ...] = (
    ("domain", "evil{n}.example.com"),
    ("domain", "bad{n}.example.net"),
    ("domain", "worse{n}.example.org"),
    ("domain", "worst{n}.example.co.uk"),
    ("sha256", "{n:064x}"),
    ("package", "com.example.evil{n}"),
    ("process", "evilprocess{n}"),
    ("file_path", "/var/db/evil/{n}"),
    ("ip", "2001:db8::{n:x}"),
    ("url", "http://evil{n}.example.com/a"),
)
_SEEN: tuple[tuple[ObservableType, str], ...] = (
    ("domain", "www.host{n}.example.com"),
    ("domain", "a.b.host{n}.example.net"),
    ("domain", "host{n}.example.org"),
    ("domain", "cdn.host{n}.example.co.uk"),
    ("sha256", "f{n:063x}"),
    ("package", "com.example.app{n}"),
    ("process", "app_process{n}"),
    ("file_path", "/data/app/com.example.app{n}/base.apk"),
    ("ip", "2001:db8:1::{n:x}"),
    ("url", "https://www.host{n}.example.com/a/b?c=d"),
)
_PATTERNS: dict[ObservableType, str] = {
    "domain": "domain-name:value",
    "email": "email-addr:value",
    "file_path": "file:path",
    "package": "app:id",
    "process": "process:name",
    "sha256": "file:hashes.sha256",
    "url": "url:value",
}
# A kind of check: our type of search, indicators, values that none of them matches, MVT's method.
_KINDS: tuple[tuple[str, ObservableType, str, str, str], ...] = (
    ("package", "package", "com.example.evil{n}", "com.example.app{n}", "check_app_id"),
    ("process", "process", "evilprocess{n}", "process{n}", "check_process"),
    ("path", "file_path", "/var/db/evil/{n}", "/data/app/app{n}/base.apk", "check_file_path"),
    ("hash", "sha256", "{n:064x}", "f{n:063x}", "check_file_hash"),
    ("e-mail", "email", "evil{n}@example.com", "person{n}@example.net", "check_email"),
    ("URL", "url", "http://evil{n}.example.com/a", "https://www.h{n}.net/p?q={n}", "check_url"),
)
_LOAD = """
import sys, time
from pathlib import Path
before = time.process_time()
{load}
seconds = time.process_time() - before
# VmHWM is of this program alone; ru_maxrss also remembers the one that started it.
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(seconds, int(peak.split()[1]) / 1024)
"""
_OURS = """
from scanner.detect.feeds import read_feed
before = time.process_time()
feed = read_feed(Path(sys.argv[1]))
assert len(feed.indicators) == int(sys.argv[2]), len(feed.indicators)
"""
_PLAIN = """
import json
before = time.process_time()
with open(sys.argv[1]) as stream: json.load(stream)
"""
_THEIRS = """
import json, logging, sys, time
from mvt.common.indicators import Indicators
logging.disable(logging.CRITICAL)
path, method, form, count = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
indicators = Indicators()
indicators.parse_stix2(path)
check = getattr(indicators, method)
check(form.format(n=count))
started = time.process_time()
for number in range(count):
    check(form.format(n=number))
print((time.process_time() - started) / count)
"""


def main() -> None:
    """Print all figures."""
    flat()
    with tempfile.TemporaryDirectory() as folder:
        load(Path(folder))
        beside_mvt(Path(folder))


def flat() -> None:
    """Print the time of searches by the number of indicators."""
    print(f"{OBSERVABLES} observables of {len(_SEEN)} kinds, median of {RUNS} runs")
    values = made_values(OBSERVABLES)
    base = 0.0
    for size in SIZES:
        started = time.process_time()
        feed = made_feed(made_indicators(size))
        made = time.process_time() - started
        started = time.process_time()
        index = Index.of([feed], NOW)
        built = time.process_time() - started
        gc.freeze()
        seconds = _median(partial(_search, index, values))
        base = base or seconds
        print(
            f"  {size:>9} indicators {seconds:6.3f} s, ratio {seconds / base:4.2f}"
            f"   (made in {made:.2f} s, indexed in {built:.2f} s)"
        )
        del index, feed
        gc.unfreeze()
        gc.collect()


def _search(index: Index, values: list[tuple[ObservableType, str]]) -> None:
    find = index.find
    for type, value in values:
        find(type, value, platform="android")


def _median(run: Callable[[], None]) -> float:
    run()  # makes the tables of cut names
    seconds = []
    for _ in range(RUNS):
        started = time.process_time()
        run()
        seconds.append(time.process_time() - started)
    return statistics.median(seconds)


def made_indicators(count: int) -> Iterator[Indicator]:
    """Yield indicators of all types."""
    for number in range(count):
        type, form = _MIX[number % len(_MIX)]
        value = form.format(n=number)
        yield Indicator(type=type, value=value, id=f"indicator--{number}")


def made_feed(indicators: Iterator[Indicator]) -> Feed:
    """Return a feed as a reader makes it."""
    return Feed(
        id="made", title="Made", kind="stix", sha256="0" * 64, size=0, indicators=tuple(indicators)
    )


def made_values(count: int) -> list[tuple[ObservableType, str]]:
    """Return values of a phone, one in a thousand of which an indicator matches."""
    values = []
    for number in range(count):
        known = _MIX if number % 1000 == 0 else _SEEN
        type, form = known[number // 1000 % 10 if known is _MIX else number % 10]
        values.append((type, form.format(n=number)))
    random.Random(_SEED).shuffle(values)  # noqa: S311  # the same order each time
    return values


def write_stix(
    path: Path, type: ObservableType, form: str, count: int, *, related: bool = True
) -> Path:
    """Write a bundle of STIX 2.1; `related`: all belong to one malware, by a relationship each."""
    known = "malware--00000000-0000-4000-8000-000000000000"
    objects: list[dict[str, object]] = [
        {"type": "malware", "spec_version": "2.1", "id": known, "name": "Made", "is_family": False}
    ]
    # MVT checks no URL where there is no domain at all.
    objects.append(_indicator(count, "domain-name:value", "evil.example.com"))
    for number in range(count - 1):
        objects.append(_indicator(number, _PATTERNS[type], form.format(n=number)))
        if related:
            objects.append(
                {
                    "type": "relationship",
                    "spec_version": "2.1",
                    "id": f"relationship--{number:08x}-0000-4000-8000-000000000000",
                    "relationship_type": "indicates",
                    "source_ref": objects[-1]["id"],
                    "target_ref": known,
                }
            )
    bundle = {"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000"}
    path.write_text(json.dumps(bundle | {"objects": objects}))
    return path


def _indicator(number: int, key: str, value: str) -> dict[str, object]:
    return {
        "type": "indicator",
        "spec_version": "2.1",
        "id": f"indicator--{number:08x}-0000-4000-8000-000000000000",
        "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-01T00:00:00Z",
        "valid_from": "2026-01-01T00:00:00Z",
        "pattern_type": "stix",
        "pattern": f"[{key}='{value}']",
    }


def load(folder: Path) -> None:
    """Print what it takes to load a large feed, beside json.load of the same file."""
    for related in (False, True):
        path = folder / "large.stix2"
        write_stix(path, "domain", "evil{n}.example.com", LOADED, related=related)
        each = ", each with a relationship" if related else ""
        size = path.stat().st_size / 1e6
        print(f"\nLoad of {LOADED} STIX indicators{each}, {size:.1f} MB")
        for name, code in (("read_feed", _OURS), ("json.load alone", _PLAIN)):
            words = [sys.executable, "-c", _LOAD.format(load=code), str(path), str(LOADED)]
            seconds, peak = zip(*(_figures(words) for _ in range(RUNS)), strict=True)
            median, memory = statistics.median(seconds), statistics.median(peak)
            print(f"  {name:16} {median:5.2f} s of CPU, peak {memory:4.0f} MiB")


def _figures(words: list[str]) -> tuple[float, float]:
    ended = subprocess.run(words, check=True, capture_output=True, text=True, cwd=ROOT)
    seconds, peak = ended.stdout.split()
    return float(seconds), float(peak)


def beside_mvt(folder: Path) -> None:
    """Print the time of one check of each kind, beside MVT's own."""
    python = Path(os.environ.get("MVT_BIN", ROOT / ".venv-mvt" / "bin")) / "python"
    print(f"\nOne check against {COMPARED} indicators of its kind, no match")
    for name, type, known, seen, method in _KINDS:
        path = write_stix(folder / f"{type}.stix2", type, known, COMPARED)
        ours = _ours(type, known, seen)
        if not python.exists():
            print(f"  {name:8} {ours * 1e6:6.2f} us")
            continue
        theirs = _theirs(python, folder, [str(path), method, seen, "200"])
        print(
            f"  {name:8} {ours * 1e6:6.2f} us, MVT {theirs * 1e6:8.1f} us,"
            f" ratio {theirs / ours:6.0f}"
        )
    if not python.exists():
        print(f"  MVT not measured: no {python}; make bench installs it")


def _ours(type: ObservableType, known: str, seen: str) -> float:
    indicators = (
        Indicator(type=type, value=known.format(n=number), id=str(number))
        for number in range(COMPARED)
    )
    index = Index.of([made_feed(indicators)], NOW)
    values: list[tuple[ObservableType, str]] = [
        (type, seen.format(n=number)) for number in range(OBSERVABLES)
    ]
    return _median(partial(_search, index, values)) / OBSERVABLES


def _theirs(python: Path, folder: Path, words: list[str]) -> float:
    environment = os.environ | {
        "HOME": str(folder),
        "MVT_NETWORK_ACCESS_ALLOWED": "False",
        "MVT_DATA_FOLDER": str(folder / "mvt-data"),
        "MVT_CONFIG_FOLDER": str(folder / "mvt-config"),
    }
    ended = subprocess.run(
        [str(python), "-c", _THEIRS, *words],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
    )
    return float(ended.stdout.split()[-1])


if __name__ == "__main__":
    main()
