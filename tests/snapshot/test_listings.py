"""Listings of processes side by side: what each names that others do not."""

from __future__ import annotations

import time

import pytest
from msgspec import UNSET

from scanner.model.entities import Process
from scanner.snapshot import Snapshot


def process(source, pid, name, *, whole=True, started=None):
    return Process(source=source, pid=pid, started=started, name=name, whole=whole)


def compared(*processes):
    snapshot = Snapshot("ios")
    for number, one in enumerate(processes):
        snapshot.add(one, evidence=f"e-{number}", provenance="os_claimed", rank=0)
    return {
        (one.source, one.pid): (one.also_in, one.missing_from) for one in snapshot.every(Process)
    }


def listing(source, *named, whole=True):
    return [process(source, pid, name, whole=whole) for pid, name in named]


def test_a_process_that_one_listing_does_not_name():
    found = compared(
        *listing("ps", (1, "launchd")),
        *listing("taskinfo", (1, "launchd"), (7, "hidden")),
        *listing("spindump", (1, "launchd"), (7, "hidden")),
    )

    assert {
        ("ps", 1): (("spindump", "taskinfo"), None),
        ("taskinfo", 1): (("ps", "spindump"), None),
        ("taskinfo", 7): (("spindump",), ("ps",)),
        ("spindump", 1): (("ps", "taskinfo"), None),
        ("spindump", 7): (("taskinfo",), ("ps",)),
    } == found


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("com.example.very-l", "com.example.very-long-name", True),
        ("com.example.very-long-name", "com.example.very-l", True),
        ("exampled", "exampled", True),
        ("exampled", "otherd", False),
        (UNSET, "otherd", True),
    ],
)
def test_a_name_that_is_cut_is_the_same(one, other, same):
    found = compared(process("ps", 7, one), process("taskinfo", 7, other))

    assert ((("taskinfo",), None) if same else (None, ("taskinfo",))) == found["ps", 7]


def test_a_number_that_is_used_again_is_another_process():
    found = compared(process("ps", 7, "exampled"), process("taskinfo", 8, "exampled"))

    assert (None, ("taskinfo",)) == found["ps", 7]


def test_a_listing_that_was_cut_states_no_absence():
    found = compared(
        *listing("ps", (1, "launchd"), whole=False),
        *listing("taskinfo", (1, "launchd"), (7, "exampled")),
    )

    assert (UNSET, UNSET) == found["taskinfo", 7]
    assert (("taskinfo",), None) == found["ps", 1]


def test_a_listing_alone_is_compared_with_nothing():
    assert {("ps", 1): (UNSET, UNSET)} == compared(process("ps", 1, "launchd"))


@pytest.mark.parametrize("source", ["pid_list", "instruments", "report x.ips"])
def test_listings_of_other_moments_are_not_compared(source):
    found = compared(process(source, 7, "x"), *listing("ps", (1, "launchd")))

    assert {(UNSET, UNSET)} == set(found.values())


def test_the_kernel_and_the_collector_are_marked_as_others_are():
    found = compared(
        *listing("ps", (1, "launchd"), (400, "ps")),
        *listing("spindump", (0, "kernel_task"), (1, "launchd")),
    )

    assert (None, ("ps",)) == found["spindump", 0]
    assert (None, ("spindump",)) == found["ps", 400]


def test_many_processes_of_one_number_are_compared_in_linear_time():
    def many(source):
        return [process(source, 1, f"{source}{n}", started=f"{n}") for n in range(8000)]

    processes = [*many("ps"), *many("ps_thread")]
    start = time.process_time()
    found = compared(*processes)

    assert {(None, ("ps",)), (None, ("ps_thread",))} == set(found.values())
    assert time.process_time() - start < 10


def test_what_is_derived_has_the_evidence_of_the_process():
    snapshot = Snapshot("ios")
    for number, one in enumerate((process("ps", 1, "launchd"), process("taskinfo", 1, "launchd"))):
        snapshot.add(one, evidence=f"e-{number}", provenance="os_claimed", rank=0)
    (first, _) = snapshot.joined(Process)

    assert ("e-0",) == first.evidence_of("also_in") == first.evidence_of("missing_from")
