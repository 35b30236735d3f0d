from __future__ import annotations

import ctypes
import functools
import os
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from scanner.errors import NotAvailable, ParseError, WorkerKilled
from scanner.model.entities import Otherwise, Property
from scanner.model.entities.system import AdbKey
from scanner.model.evidence import EvidenceFile, PathFile
from scanner.model.requests import Command, MiB
from scanner.worker import Limits, Worker, child
from tests.worker import hostile_parsers as hostile

ROOT = Path(__file__).parents[2]
# Other systems have less, which `Worker.sandbox` says; then only the limits can be shown.
LANDLOCK = sys.platform == "linux" and ctypes.CDLL(None).syscall(444, None, 0, 1) > 0


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> PathFile:
    folder = tmp_path_factory.mktemp("evidence")
    (folder / "000001.bin").write_bytes(b"one\ntwo\n")
    (folder / "000001.err").write_bytes(b"warning")
    return PathFile(
        Command(argv=("getprop",)),
        folder / "000001.bin",
        folder / "000001.err",
        id="e-1",
        exit_code=3,
    )


@pytest.fixture(scope="module")
def worker(evidence: PathFile) -> Iterator[Worker]:
    with Worker(readable=[evidence.path.parent], allow={hostile.__name__: ROOT}) as running:
        yield running


def names(statements: Iterator[object]) -> list[str]:
    return [statement.name for statement in statements if isinstance(statement, Property)]


@pytest.fixture(autouse=True)
def works_afterwards(worker: Worker, evidence: PathFile) -> Iterator[None]:
    """Whatever a test does to the child, the next call is answered."""
    yield
    assert ["one", "two"] == names(worker.call(hostile.lines, evidence))


def test_a_call_yields_what_the_function_yields(worker, evidence) -> None:
    assert [Property(name="e-1 getprop 3", value="warning")] == list(
        worker.call(hostile.about, evidence)
    )


def test_unset_none_and_values_come_through(worker, evidence) -> None:
    assert [
        AdbKey(fingerprint="AA"),
        AdbKey(fingerprint="AA", last_connected_at=None, examiner=True),
        Otherwise(entity="app", user=None, field="installer"),
    ] == list(worker.call(hostile.unset_none_value, evidence))


def test_nothing_of_the_computer_is_in_reach(worker, evidence) -> None:
    tried = {statement.name: statement.value for statement in worker.call(hostile.tries, evidence)}

    assert ("full" if LANDLOCK else "partial") == worker.sandbox
    assert len(tried) == 14
    assert {"refused"} == set(tried.values()) or not LANDLOCK, tried
    assert b"one\ntwo\n" == evidence.read() or not LANDLOCK


def test_the_child_inherits_nothing(worker, evidence) -> None:
    stated = {each.name: each.value for each in worker.call(hostile.surroundings, evidence)}

    # Three standard ones that lead nowhere, the two pipes, and the null device they come from.
    assert {"environment": "", "folder": "/", "descriptors": "6"} == stated


def test_libraries_can_be_loaded_later(worker, evidence) -> None:
    assert ["1", "a"] == names(worker.call(hostile.later_import, evidence))


def test_an_endless_parser_is_killed(worker, evidence) -> None:
    call = worker.call(hostile.endless, evidence, Limits(seconds=1.0))
    begun = time.monotonic()

    assert Property(name="first") == next(call)
    with pytest.raises(WorkerKilled, match="took too long"):
        next(call)
    assert 0.9 < time.monotonic() - begun < 10


def test_the_caller_s_own_time_does_not_count(worker, evidence) -> None:
    seen = []
    for statement in worker.call(hostile.slow, evidence, Limits(seconds=1.0)):
        seen.append(statement)
        time.sleep(0.25)

    assert 5 == len(seen)


def test_what_a_parser_started_dies_with_it(worker, evidence) -> None:
    call = worker.call(hostile.starts_another_and_hangs, evidence, Limits(seconds=1.0))
    started = int(next(call).name)

    with pytest.raises(WorkerKilled):
        next(call)
    deadline = time.monotonic() + 5
    while alive(started) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not alive(started)


def alive(process: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("name", ["memory_bomb", "quiet_memory_bomb"])
def test_a_memory_bomb_is_killed(worker, evidence, name: str) -> None:
    with pytest.raises(WorkerKilled, match="needs more than 512 MiB"):
        list(worker.call(getattr(hostile, name), evidence, Limits(memory=512 * MiB)))


@pytest.mark.parametrize("name", ["dies", "crashes"])
def test_a_death_is_said(worker, evidence, name: str) -> None:
    with pytest.raises(WorkerKilled, match="process died"):
        list(worker.call(getattr(hostile, name), evidence))


@pytest.mark.parametrize(
    ("name", "limits"),
    [("flood", Limits(statements=5000)), ("flood", Limits(bytes=MiB)), ("one_huge", Limits())],
)
def test_a_flood_is_stopped(worker, evidence, name: str, limits: Limits) -> None:
    with pytest.raises(WorkerKilled, match=r"yields more than|process died"):
        for _ in worker.call(getattr(hostile, name), evidence, limits):
            pass


@pytest.mark.parametrize("name", ["no_statements", "garbage", "huge_length"])
def test_garbage_is_never_a_statement(worker, evidence, name: str) -> None:
    with pytest.raises(WorkerKilled, match=r"no statement|process died") as raised:
        list(worker.call(getattr(hostile, name), evidence))
    assert hostile.SECRET not in repr(raised.value)
    assert raised.value.__cause__ is None


def test_what_is_printed_goes_nowhere(worker, evidence, capfd) -> None:
    assert ["unharmed"] == names(worker.call(hostile.prints, evidence))
    assert ("", "") == capfd.readouterr()


def test_errors_of_a_parser_are_its_own(worker, evidence) -> None:
    call = worker.call(hostile.misreads, evidence)
    assert Property(name="before") == next(call)
    with pytest.raises(ParseError, match="line 7: a name expected") as misread:
        next(call)
    assert 7 == misread.value.line

    with pytest.raises(NotAvailable, match="may not be read") as unavailable:
        list(worker.call(hostile.has_nothing, evidence))
    assert "no_permission" == unavailable.value.reason


def test_a_defect_names_its_place_and_no_content(worker, evidence) -> None:
    with pytest.raises(ParseError) as raised:
        list(worker.call(hostile.has_a_defect, evidence))
    assert "the parser failed: KeyError" in str(raised.value)
    assert "tests/worker/hostile_parsers.py:" in str(raised.value)
    assert hostile.SECRET not in str(raised.value)

    with pytest.raises(ParseError, match="RecursionError"):
        list(worker.call(hostile.recursion, evidence))


def test_a_file_outside_is_out_of_reach(worker, tmp_path) -> None:
    (tmp_path / "other").write_bytes(b"x")
    file = PathFile(Command(argv=("x",)), tmp_path / "other")

    if LANDLOCK:
        with pytest.raises(ParseError, match="PermissionError"):
            list(worker.call(hostile.lines, file))
    else:
        assert ["x"] == names(worker.call(hostile.lines, file))


def test_an_abandoned_call_does_not_speak_in_the_next(worker, evidence) -> None:
    call = worker.call(hostile.many, evidence)
    next(call)
    call.close()

    assert ["one", "two"] == names(worker.call(hostile.lines, evidence))


def test_one_call_at_a_time(worker, evidence) -> None:
    call = worker.call(hostile.many, evidence)
    next(call)
    with pytest.raises(RuntimeError, match="one call at a time"):
        next(worker.call(hostile.lines, evidence))
    call.close()


def test_many_statements_stream(worker, evidence) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    total = sum(1 for _ in worker.call(hostile.many, evidence))

    assert 100_000 == total
    # In KiB. Held at once, they would take 100 MiB.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def local_function():
    def parse(_: EvidenceFile) -> Iterator[Property]:
        yield Property(name="x")

    return parse


@pytest.mark.parametrize(
    "function", [os.listdir, local_function(), functools.partial(int), test_one_call_at_a_time]
)
def test_only_functions_of_the_scanner_run(worker, evidence, function) -> None:
    with pytest.raises((ValueError, AttributeError)):
        worker.call(function, evidence)


def test_a_parser_of_the_scanner_needs_no_leave(evidence) -> None:
    with Worker(readable=[evidence.path.parent]) as own, pytest.raises(ParseError):
        list(own.call(cast("Any", child.find), evidence))  # ours, and no parser


def test_a_worker_starts_in_the_background_and_ends(evidence) -> None:
    begun = time.monotonic()
    threads = threading.active_count()
    worker = Worker(readable=[evidence.path.parent])
    assert time.monotonic() - begun < 0.5  # it starts in the background
    assert worker.sandbox in ("full", "partial")
    worker.close()

    assert threads == threading.active_count()
    with pytest.raises(RuntimeError, match="closed"):
        _ = worker.sandbox


def test_a_folder_must_exist(tmp_path) -> None:
    with pytest.raises(ValueError, match="no such path"):
        Worker(readable=[tmp_path / "missing"])
