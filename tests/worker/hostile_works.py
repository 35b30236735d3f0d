"""Works on contents that do what hostile content may make one do."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scanner.model.content import (
    Content,
    Entered,
    PassedOver,
    RuleMatch,
    Scanned,
    ScanWork,
    Work,
)
from scanner.model.entities import Property


def counts(_: Path | None, work: Work) -> Iterator[Content]:
    places = work.places if isinstance(work, ScanWork) else ()
    for number, place in enumerate(places):
        yield Entered(number=number)
        yield PassedOver(place=place.locator.members, files=place.size)


def dies_at_the_second(_: Path | None, __: Work) -> Iterator[Content]:
    yield Entered(number=0)
    yield Entered(number=1)
    os._exit(1)


def hangs_at_the_second(_: Path | None, __: Work) -> Iterator[Content]:
    yield Entered(number=0)
    yield Entered(number=1)
    time.sleep(600)


def dies_after_a_match(_: Path | None, __: Work) -> Iterator[Content]:
    yield Entered(number=0)
    yield Scanned(place=("a",), size=7, kind="dex")
    yield Scanned(place=("b",), size=7, kind="dex", matches=(RuleMatch(rule="r", file="f.yar"),))
    os._exit(1)


def says_what_is_no_content(_: Path | None, __: Work) -> Iterator[Any]:
    yield Property(name="x")


def reads(path: Path | None, _: Work) -> Iterator[Content]:
    yield PassedOver(place=(), files=len(path.read_bytes()) if path else -1)
