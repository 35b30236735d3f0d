import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from scanner.simulate import Drip, Faults, Line, shells

POLICY = b"    KeyguardServiceDelegate\n      showing=false\n      secure=true\n"


@pytest.mark.parametrize("size", [0, 1, 99_999, 100_000])
def test_gone_after_bytes(size, record_phone, simulate, service, adb_server):
    phone = simulate(
        record_phone({"dumpsys package": b"x" * 200_000}), faults=Faults(drop_after_bytes=size)
    )

    assert b"x" * size == service(phone, "exec:dumpsys package")
    assert size == phone.bytes_sent

    adb_server.connect(phone.address)  # once only
    assert 200_000 == len(service(phone, "exec:dumpsys package"))


def test_gone_after_streams_and_away(record_phone, simulate, service, adb_server):
    faults = Faults(drop_after_streams=2, stays_away=True)
    phone = simulate(record_phone(), faults=faults)

    assert [b"1\n", b"2\n"] == [service(phone, f"exec:echo {number}") for number in (1, 2)]
    with pytest.raises(ConnectionRefusedError):
        service(phone, "exec:echo 3")
    assert adb_server.state(phone.address) in ("offline", None)


@pytest.mark.parametrize("kind", shells())
def test_drip(kind, record_phone, simulate, service):
    faults = Faults(drip={"dumpsys package": Drip(size=2, pause=0.1)})
    phone = simulate(record_phone({"dumpsys package": b"one\0two"}), faults=faults, shell=kind)
    start = time.monotonic()

    assert b"one\0two" == service(phone, "exec:dumpsys package")
    assert time.monotonic() - start >= 3 * 0.1  # between four pieces


@pytest.mark.parametrize("kind", shells())
@pytest.mark.parametrize("size", [0, 1, 3 * 1024 * 1024 + 5])
def test_flood(kind, size, record_phone, simulate, service):
    phone = simulate(record_phone(), faults=Faults(flood={"dumpsys package": size}), shell=kind)

    assert size == len(service(phone, "exec:dumpsys package"))


def test_nobody_waits_for_the_end_of_a_flood(record_phone, simulate, service):
    phone = simulate(record_phone(), faults=Faults(flood={"dumpsys package": 2 * 1024**3}))

    assert len(service(phone, "exec:dumpsys package", limit=1024 * 1024)) >= 1024 * 1024
    assert b"there\n" == service(phone, "exec:echo there")
    assert phone.bytes_sent < 256 * 1024 * 1024


def test_refusals(record_phone, simulate, service):
    phone = simulate(record_phone(), faults=Faults(refuse_after_streams=1))

    assert b"1\n" == service(phone, "shell:echo 1")
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError, match="closed"):
            service(phone, "shell:echo 2")
    assert {"shell:echo 2": 2} == phone.refused
    assert {"shell": 3} == phone.opened


def test_locked_midway(record_phone, simulate, service, adb_server):
    recorded = record_phone({"dumpsys window policy": POLICY})
    phone = simulate(recorded, faults=Faults(lock_after_streams=1))

    assert POLICY == service(phone, "exec:dumpsys window policy")
    for _ in range(2):
        with pytest.raises(ConnectionRefusedError):
            service(phone, "exec:dumpsys window policy")
        adb_server.connect(phone.address)
    assert 1 == len(phone.commands)


@pytest.mark.parametrize("kind", shells())
def test_locked_and_still_answering(kind, record_phone, simulate, service):
    recorded = record_phone({"dumpsys window policy": POLICY})
    faults = Faults(lock_after_streams=1, locked_refuses=False)
    phone = simulate(recorded, faults=faults, shell=kind)
    answers = [service(phone, "exec:dumpsys window policy") for _ in range(2)]

    assert [POLICY, POLICY.replace(b"false", b"true")] == answers
    assert POLICY == (recorded.folder / "answers/0").read_bytes()


def test_frames(record_phone, simulate, service):
    answers = {
        fault: service(simulate(record_phone(serial=str(fault)), faults=Faults(frames=fault)), cmd)
        for fault in (None, "unknown_id", "wrong_length", "lying_exit", "no_exit")
        for cmd in ("shell,v2,raw:echo x",)
    }

    assert answers == {
        None: b"\1\2\0\0\0x\n\3\1\0\0\0\0",
        "unknown_id": b"\x4d\4\0\0\0what\1\2\0\0\0x\n\3\1\0\0\0\0",
        "wrong_length": b"\1\xff\xff\xff\x7fshort",
        "lying_exit": b"\1\2\0\0\0x\n\3\1\0\0\0\1",
        "no_exit": b"\1\2\0\0\0x\n",
    }


def test_another_answer_and_status(record_phone, simulate, service, run):
    recorded = record_phone({"settings list global": b"a=1\n", "dumpsys adb": (b"x", "e", 7)})
    faults = Faults(
        replace={"settings list global": b"\xff\xfe\n", "dumpsys new": b"new"},
        exit_codes={"dumpsys adb": 0},
    )
    phone = simulate(recorded, faults=faults)
    changed = run(phone, "dumpsys adb")

    assert b"\xff\xfe\n" == service(phone, "exec:settings list global")
    assert b"new" == service(phone, "exec:dumpsys new")
    assert ("x", "e", 0) == (changed.stdout, changed.stderr, changed.code)


def test_streams_cost_time_each(record_phone, simulate, service):
    fast = simulate(record_phone(serial="FAST"), shell="host")
    slow = simulate(record_phone(serial="SLOW"), shell="host", line=Line(open_ms=200))
    taken = {fast: [], slow: []}
    for phone in (fast, slow) * 3:
        start = time.monotonic()
        service(phone, "exec:echo")
        taken[phone].append(time.monotonic() - start)

    assert min(taken[fast]) < min(taken[slow])
    assert min(taken[slow]) >= 0.2


def test_streams_share_the_line(record_phone, simulate, service):
    """A second stream does not widen the line."""
    recorded = record_phone({"dumpsys x": b"x" * 100_000})
    phone = simulate(recorded, shell="host", line=Line(bytes_per_second=500_000))
    start = time.monotonic()
    with ThreadPoolExecutor() as threads:
        answers = list(threads.map(lambda _: service(phone, "exec:dumpsys x"), range(2)))

    assert [100_000, 100_000] == [len(answer) for answer in answers]
    assert time.monotonic() - start >= 200_000 / 500_000
