"""A worker that applies rules to contents, or compiles them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.errors import ParseError, WorkerKilled
from scanner.model.content import Entered, PassedOver, Place, RuleMatch, Scanned, ScanWork
from scanner.model.evidence import Locator
from scanner.worker import Limits, Worker
from tests.worker import hostile_works as hostile

ROOT = Path(__file__).parents[2]
WORK = ScanWork(
    places=tuple(Place(locator=Locator(members=(name,)), size=7) for name in ("a", "b")), sets=()
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory) -> Iterator[Worker]:
    folder = tmp_path_factory.mktemp("contents")
    (folder / "file").write_bytes(b"content")
    with Worker(readable=[folder / "file"], allow={hostile.__name__: ROOT}) as running:
        yield running


@pytest.fixture(autouse=True)
def works_afterwards(worker) -> Iterator[None]:
    yield
    assert [
        Entered(number=0),
        PassedOver(place=("a",), files=7),
        Entered(number=1),
        PassedOver(place=("b",), files=7),
    ] == list(worker.work(hostile.counts, WORK))


@pytest.mark.parametrize(
    ("work", "limits"),
    [(hostile.dies_at_the_second, Limits()), (hostile.hangs_at_the_second, Limits(seconds=1.0))],
)
def test_what_came_before_a_death_is_told(worker, work, limits):
    seen = []
    received = worker.work(work, WORK, None, limits)
    with pytest.raises(WorkerKilled):
        seen.extend(received)

    assert [Entered(number=0), Entered(number=1)] == seen


def test_a_match_before_a_death_is_told_with_all_before_it(worker):
    seen = []
    with pytest.raises(WorkerKilled):
        seen.extend(worker.work(hostile.dies_after_a_match, WORK))

    matches = (RuleMatch(rule="r", file="f.yar"),)
    assert [
        Entered(number=0),
        Scanned(place=("a",), size=7, kind="dex"),
        Scanned(place=("b",), size=7, kind="dex", matches=matches),
    ] == seen


def test_what_is_no_content_is_garbage(worker):
    with pytest.raises(WorkerKilled, match="no statement"):
        list(worker.work(hostile.says_what_is_no_content, WORK))


def test_a_work_reads_what_it_may_and_nothing_else(worker, tmp_path):
    (tmp_path / "other").write_bytes(b"x")
    readable = Path(worker._start.readable[0])

    assert [PassedOver(place=(), files=7)] == list(worker.work(hostile.reads, WORK, readable))
    assert [PassedOver(place=(), files=-1)] == list(worker.work(hostile.reads, WORK))
    if worker.sandbox == "full":
        with pytest.raises(ParseError, match="PermissionError"):
            list(worker.work(hostile.reads, WORK, tmp_path / "other"))


def test_only_functions_of_the_scanner_work(worker):
    function: Any = test_only_functions_of_the_scanner_work
    with pytest.raises(ValueError, match="no module-level function"):
        worker.work(function, WORK)


def test_a_long_task_goes_through_the_pipe(worker):
    """The texts of all rules go to the child at once: more than a child may send at once."""
    places = tuple(
        Place(locator=Locator(members=("x" * 1000, str(number))), size=1)
        for number in range(20_000)
    )

    received = list(worker.work(hostile.counts, ScanWork(places=places, sets=())))

    assert 40_000 == len(received)
