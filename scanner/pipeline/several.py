"""Several phones at once, in one process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from msgspec import structs

from scanner.errors import ScannerError, UsageError
from scanner.pipeline.knowledge import Indicators, Rules, known
from scanner.pipeline.options import Options
from scanner.pipeline.results import Scanned
from scanner.pipeline.scanning import scan


def scan_each(
    phones: Sequence[tuple[str, Options]],
    *,
    rules: Rules = (),
    indicators: Indicators = None,
    formats: Sequence[str] = ("json", "html"),
) -> Iterator[tuple[str, Scanned | ScannerError]]:
    """Scan several phones at once; yield each target with its result, in their order.

    What keeps one phone from being scanned is its result and costs no other one anything. Rules and
    indicators are loaded once, before any phone is touched: RuleError for a file that is wrong.
    UsageError where a phone is named twice. Each report equals that of a scan of the phone alone.
    Where the caller is interrupted, or leaves, the scans that still run are cancelled, each with a
    valid case.
    """
    names = [target for target, _ in phones]
    if twice := {name for name in names if names.count(name) > 1}:
        raise UsageError(f"named twice: {', '.join(sorted(twice))}", remedy="name each phone once")
    knowledge = known(rules, indicators)
    chosen = [structs.replace(each, cancel=each.cancel or threading.Event()) for _, each in phones]

    with ThreadPoolExecutor(max(1, len(phones)), thread_name_prefix="phone") as pool:
        try:
            running = [
                pool.submit(
                    scan,
                    target,
                    options=options,
                    rules=knowledge.pack,
                    indicators=knowledge.feeds,
                    formats=formats,
                )
                for target, options in zip(names, chosen, strict=True)
            ]
            yield from _results(names, running)
        finally:
            for each in chosen:
                if each.cancel is not None:
                    each.cancel.set()


def _results(
    names: Sequence[str], running: Sequence[Future[Scanned]]
) -> Iterator[tuple[str, Scanned | ScannerError]]:
    """Yield what becomes of each; an error of ours is raised when all others were told."""
    defects = []
    for name, each in zip(names, running, strict=True):
        error = each.exception()
        if error is None:
            yield name, each.result()
        elif isinstance(error, ScannerError):
            yield name, error
        else:
            defects.append(error)
    if defects:
        raise defects[0]
