"""What tells what an app is and who signed it: its processor time against SHA-256 and androguard.

An app that Android before 7 may run has to hold by its v1 signature as well, which signs each entry
by itself: all of them have to be inflated and digested. Those are a class of their own, beside the
time that inflating and digesting take with nothing around them, below which no reader comes.
"""

from __future__ import annotations

import hashlib
import mmap
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from androguard.core.apk import APK
from loguru import logger
from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import DEFLATED, ApkArchive
from scanner.formats.apk_signing.verifier import verify
from scanner.formats.deflated import inflater
from scanner.model.requests import MiB

RUNS = 5
_WORST = 8  # files that are printed
_KNOWS_V2 = 24  # the first version of Android that knows a signature of the whole file


class Tier0(Struct, frozen=True, kw_only=True):
    """Processor seconds of one file: ours, of SHA-256 over it, and of androguard's APK()."""

    path: Path
    size: int
    ours: float
    sha256: float
    androguard: float | None  # None: it refuses the file
    entries: float | None  # to inflate and digest each entry; None: no signature asks for it

    @property
    def allowed(self) -> float:
        """Return what we may take: 2.5 passes of SHA-256, or a fifth of androguard."""
        return max(2.5 * self.sha256, (self.androguard or 0.0) / 5)


def tier0(path: Path) -> bool:
    """Do what tier 0 does; whether the entries had to be read one by one."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        archive = ApkArchive(data)
        manifest = read_app(archive).manifest
        min_sdk = manifest.min_sdk if manifest else None
        found = verify(
            archive, min_sdk=min_sdk, target_sdk=manifest.target_sdk if manifest else None
        )
    return "v1" in found.schemes or ("v1" in found.present and (min_sdk or 1) < _KNOWS_V2)


def _sha256(path: Path) -> None:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
        hashlib.sha256(data).hexdigest()


def _entries(path: Path) -> None:
    data = path.read_bytes()
    archive = ApkArchive(data)
    for entry in archive.entries:
        start, length = archive.content(entry)
        content = data[start : start + length]
        if entry.method == DEFLATED:
            content = inflater().decompress(content, entry.size + 1)
        hashlib.sha1(content, usedforsecurity=False).digest()


def _measured(paths: Sequence[Path]) -> Iterator[Tier0]:
    """Yield the figures of each file; those that we refuse, too, are left out."""
    logger.remove()
    for path in paths:
        try:
            by_entry = tier0(path)
        except ParseError as error:
            print(f"  {path.name}: {error}")
            continue
        try:
            theirs = _median(lambda path=path: APK(str(path)), 3)
        except Exception:  # noqa: BLE001  any of its errors is a refusal
            theirs = None
        yield Tier0(
            path=path,
            size=path.stat().st_size,
            ours=_median(lambda path=path: tier0(path)),
            sha256=_median(lambda path=path: _sha256(path)),
            androguard=theirs,
            entries=_median(lambda path=path: _entries(path)) if by_entry else None,
        )


def _median(run: Callable[[], object], runs: int = RUNS) -> float:
    taken = []
    for _ in range(runs):
        started = time.process_time()
        run()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def compare_tier0(paths: Sequence[Path]) -> None:
    """Print the figures: of the files that are furthest over what is allowed, and of all."""
    figures = list(_measured(paths))
    print(f"tier 0, processor seconds, median of {RUNS} runs, against what is allowed")
    for each in sorted(figures, key=lambda one: -one.ours / one.allowed)[:_WORST]:
        theirs = f"{each.androguard * 1000:7.1f}" if each.androguard is not None else "refuses"
        print(
            f"  {each.path.name[:36]:36} {each.size / MiB:6.2f} MiB,"
            f" ours {each.ours * 1000:7.1f} ms,"
            f" SHA-256 {each.sha256 * 1000:6.1f} ms, androguard {theirs} ms,"
            f" share of what is allowed {each.ours / each.allowed:5.2f}"
        )
    _print_class("signed as a whole, or not at all", [one for one in figures if not one.entries])
    _print_class("signed entry by entry", [one for one in figures if one.entries])
    _print_class("all", figures)


def _print_class(name: str, figures: Sequence[Tier0]) -> None:
    if not figures:
        return
    ours, allowed = sum(each.ours for each in figures), sum(each.allowed for each in figures)
    over = sum(each.ours > each.allowed for each in figures)
    print(
        f"  {name}: {len(figures)} files, {ours:.3f} s of {allowed:.3f} s allowed:"
        f" {ours / allowed:.2f}; {over} files over;"
        f" {ours / sum(each.sha256 for each in figures):.2f} passes of SHA-256"
    )
    if bare := sum(each.entries or 0.0 for each in figures):
        print(f"    inflating and digesting the entries alone: {bare:.3f} s")
