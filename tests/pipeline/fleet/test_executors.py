"""Who reads cases: this process, several, a cluster; and what becomes of it where one dies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest

from scanner.errors import UsageError, WorkerKilled
from scanner.pipeline.fleet.executors import Dask, Pool, executor

FATAL = "fatal"


def _read(piece: tuple[str, ...]) -> list[str]:
    if FATAL in piece:
        os._exit(9)
    return list(piece)


def _dies(piece: tuple[str, ...]) -> list[str]:
    os._exit(len(piece))


def _lost(path: str) -> list[str]:
    return [f"lost {path}"]


def test_one_job_needs_no_other_process():
    read = executor(1).map_unordered(_read, [("a", "b"), ("c",)], _lost)

    assert [["a", "b"], ["c"]] == list(read)


def test_a_case_that_kills_its_reader_costs_no_other():
    pieces = [("a", "b"), ("c", FATAL, "d"), *((f"e{number}",) for number in range(8))]
    read = Pool(2).map_unordered(_read, pieces, _lost)

    expected = ["a", "b", "c", "d", *(f"e{number}" for number in range(8)), f"lost {FATAL}"]
    assert sorted(expected) == sorted(path for each in read for path in each)


def test_where_all_die_it_ends():
    few = Pool(1, deaths=2)

    with pytest.raises(WorkerKilled, match="died"):
        list(few.map_unordered(_dies, [("a",)] * 9, _lost))


def test_a_scheduler_that_is_not_there_is_an_error_and_no_hang():
    nobody = Dask("tcp://127.0.0.1:9", 1, patience=1.0)

    with pytest.raises(UsageError, match="no Dask scheduler"):
        list(nobody.map_unordered(_read, [("a",)], _lost))


@pytest.fixture
def scheduler(tmp_path):
    """A scheduler of a cluster without workers: its process and address."""
    place = tmp_path / "scheduler.json"
    words = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", place)
    process = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process, _address(place)
    finally:
        process.kill()
        process.wait()


def _address(place) -> str:
    until = time.monotonic() + 30
    while time.monotonic() < until:
        if place.exists() and (text := place.read_text("utf-8")).rstrip().endswith("}"):
            return str(json.loads(text)["address"])
        time.sleep(0.05)
    raise TimeoutError


def test_a_cluster_without_workers_is_an_error_and_no_hang(scheduler):
    cluster = Dask(scheduler[1], 1, patience=1.0)

    with pytest.raises(WorkerKilled, match="no workers"):
        list(cluster.map_unordered(_read, [("a",)], _lost))


def test_a_scheduler_that_goes_away_is_an_error_and_no_hang(scheduler):
    process, address = scheduler

    def pieces():  # asked for once the scheduler has answered
        process.kill()
        process.wait()
        yield ("a",)

    with pytest.raises(WorkerKilled, match="went away"):
        list(Dask(address, 1, patience=2.0).map_unordered(_read, pieces(), _lost))
