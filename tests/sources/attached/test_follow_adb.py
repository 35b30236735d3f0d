"""Android phones that come and go at a real adb server."""

import os
import socket
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import adbutils
import pytest

from scanner.errors import DeviceError
from scanner.simulate import AdbServer, SimulatedPhone
from scanner.sources.android.server import find_server
from scanner.sources.attached import follow
from scanner.sources.attached.adb import Adb
from scanner.sources.attached.wire import Ending
from tests.sources.attached.conftest import adb_list, as_adb, posing

ADB = ("adb",)


@pytest.fixture
def server(request):
    """A server that a test may end and start again; the parameter is the adb that is run."""
    with AdbServer(program=getattr(request, "param", None)) as server:
        yield server


both_versions = pytest.mark.parametrize(
    "server", [None, str(Path(adbutils.__file__).parent / "binaries" / "adb")], indirect=True
)


@pytest.fixture
def at(server, following):
    """Follow that server."""
    return lambda **more: following(host=server.host, port=server.port, servers=ADB, **more)


def came_and_went(followed):
    return [kind for kind, _, _ in followed.told() if kind != "changed"]


def test_a_phone_that_is_there_comes_goes_and_comes_again(record_phone, server, at, simulate):
    phone = simulate(record_phone(), connect=False)
    server.connect(phone.address)
    target = f"android:{phone.address}"
    followed = at(clock=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    followed.count("attached", 1)
    server.disconnect(phone.address)
    followed.count("detached", 1)
    server.connect(phone.address)
    followed.until(lambda events: events[-1].ready and len(events) > 2)

    told = followed.told()
    assert [("attached", target, "device"), ("detached", target, "detached")] == told[:2]
    assert ("changed", target, "device") == told[-1]
    assert [("tcp", "testphone"), ("tcp", "testphone")] == [
        (event.transport, event.phone.product) for event in followed.events if event.ready
    ]
    assert {datetime(2026, 1, 2, tzinfo=UTC)} == {event.at for event in followed.events}


@pytest.mark.parametrize(
    "options",
    [{"auth": "unauthorized"}, {"state": "recovery"}],
)
def test_what_stands_in_the_way_is_told(record_phone, server, at, simulate, options):
    phone = simulate(record_phone(), connect=False, **options)
    state = "unauthorized" if "auth" in options else options["state"]
    followed = at()
    server.connect(phone.address, state)
    followed.until(lambda events: events and events[-1].state == state)

    last = followed.events[-1]
    assert not last.ready
    assert phone.address in last.phone.obstacle.message


@both_versions
def test_a_person_allows_debugging(record_phone, server, at, simulate):
    phone = simulate(record_phone(), connect=False, auth="authorized", allow_after=1.0)
    followed = at()
    server.connect(phone.address, "unauthorized")
    followed.until(lambda events: events and events[-1].ready)

    states = [state for _, _, state in followed.told()]
    assert "unauthorized" in states
    assert ["attached"] == came_and_went(followed)


@both_versions
def test_two_hundred_times_in_and_out(record_phone, server, at, simulate):
    phone = simulate(record_phone(), connect=False)
    server.connect(phone.address)
    followed = at()
    followed.count("attached", 1)
    for _ in range(199):
        server.disconnect(phone.address)
        server.connect(phone.address)
    server.disconnect(phone.address)
    followed.count("detached", 200)

    assert ["attached", "detached"] * 200 == came_and_went(followed)
    assert 200 == sum(event.ready for event in followed.events)


def test_nothing_is_lost_while_nobody_takes_it(record_phone, server, simulate):
    phone = simulate(record_phone(), connect=False)
    stop = threading.Event()
    phones = follow(host=server.host, port=server.port, servers=ADB, stop=stop)
    server.connect(phone.address)
    kinds = [next(phones).kind]
    for _ in range(20):
        server.disconnect(phone.address)
        server.connect(phone.address)
    for event in phones:
        kinds.append(event.kind)
        if event.ready and kinds.count("detached") == 20:
            break
    phones.close()

    assert ["attached", "detached"] * 20 + ["attached"] == [
        kind for kind in kinds if kind != "changed"
    ]


@both_versions
def test_a_restart_tells_what_differs(record_phone, server, at, simulate):
    stays, goes, comes = (
        simulate(record_phone(serial=str(number)), connect=False) for number in range(3)
    )
    for phone in (stays, goes):
        server.connect(phone.address)
    followed = at(settle=1.0)
    followed.count("attached", 2)
    server.restart()
    for phone in (stays, comes):
        server.connect(phone.address)
    followed.count("detached", 1)

    told = followed.told()
    kinds = [kind for kind, _, _ in told if kind in {"trouble", "recovered"}]
    assert ["trouble", "recovered"] == kinds
    targets = {phone: f"android:{phone.address}" for phone in (stays, goes, comes)}
    assert [(kind, target) for kind, target, _ in told if target == targets[stays]] == [
        ("attached", targets[stays])
    ]
    assert [("attached", targets[goes]), ("detached", targets[goes])] == [
        (kind, target) for kind, target, _ in told if target == targets[goes]
    ]
    assert ("attached", targets[comes]) in [(kind, target) for kind, target, _ in told]


def test_restarts_in_the_middle_of_coming_and_going(record_phone, server, at, simulate):
    phone = simulate(record_phone(), connect=False)
    server.connect(phone.address)
    followed = at(settle=0.1)
    followed.count("attached", 1)
    for _ in range(5):
        server.disconnect(phone.address)
        server.connect(phone.address)
        server.restart()
        server.connect(phone.address)
    while server.state(phone.address) != "device":
        time.sleep(0.02)
    server.disconnect(phone.address)
    followed.until(lambda events: events[-1].kind == "detached")

    kinds = [kind for kind in came_and_went(followed) if kind in {"attached", "detached"}]
    assert ["attached", "detached"] * (len(kinds) // 2) == kinds
    assert 2 <= len(kinds) <= 2 * 11  # it came so often; what came and went unseen is not told
    outages = [event.kind for event in followed.events if event.phone is None]
    assert ["trouble", "recovered"] * (len(outages) // 2) == outages


def test_a_server_that_is_away_is_told_once(record_phone, server, at, simulate):
    phone = simulate(record_phone(), connect=False)
    server.connect(phone.address)
    followed = at(settle=0.1)
    followed.count("attached", 1)
    server.kill()
    followed.count("trouble", 1)
    time.sleep(0.5)  # four tries at least
    server.restart()
    followed.count("detached", 1)

    assert ["attached", "trouble", "recovered", "detached"] == came_and_went(followed)
    trouble = followed.events[1].trouble
    assert "The adb server does not answer any more." == trouble.message
    assert trouble.remedy


@pytest.fixture
def free_port(tmp_path, monkeypatch):
    """A port at which no server runs, and surroundings for the one that is started there."""
    for name, value in {"HOME": tmp_path, "ADB_USB": 0, "ADB_EMU": 0, "ADB_MDNS": 0}.items():
        monkeypatch.setenv(name, str(value))
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def test_no_server_at_first(free_port, following):
    followed = following(port=free_port, servers=ADB)
    deadline = time.monotonic() + 15
    while not listens(free_port) and time.monotonic() < deadline:
        time.sleep(0.05)

    server = find_server(port=free_port)
    try:
        assert not server.started
        assert [] == followed.told()
    finally:
        followed.end()
        server.client.server_kill()


def test_a_server_that_nobody_starts_again_is_started(free_port):
    adb = Adb(None, free_port, Ending(), courtesy=0.2)
    with AdbServer(free_port):
        adb.open().close()
    with pytest.raises(DeviceError, match="does not answer any more"):
        adb.open()
    assert not listens(free_port)
    time.sleep(0.2)
    with pytest.raises(DeviceError, match="does not answer any more"):
        adb.open()
    with adb.open() as wire:
        view = adb.first(wire)
    find_server(port=free_port).client.server_kill()

    assert {} == view


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_another_computer_without_server(following):
    followed = following(host="127.0.0.2", port=1, servers=ADB)
    followed.count("trouble", 1)

    assert "No adb server answers at 127.0.0.2:1." == followed.events[0].trouble.message


@pytest.mark.parametrize("away", [False, True])
def test_it_ends_within_a_second(server, at, away):
    followed = at()
    time.sleep(0.2)
    if away:
        server.kill()
        followed.count("trouble", 1)
    began = time.monotonic()
    followed.end()

    assert time.monotonic() - began < 1
    assert [] == [thread.name for thread in threading.enumerate() if "follow" in thread.name]


def test_twenty_phones_at_once(record_phone, server, at):
    recorded = record_phone()
    phones = [SimulatedPhone(recorded, shell="host") for _ in range(20)]
    followed = at()
    try:
        for phone in phones:
            phone.start()
            server.connect(phone.address)
        followed.until(lambda events: sum(event.ready for event in events) == 20)
        for phone in phones:
            server.disconnect(phone.address)
        followed.count("detached", 20)
    finally:
        for phone in phones:
            phone.stop()

    assert 20 == len({target for _, target, _ in followed.told()})
    assert 40 == len(came_and_went(followed))


def test_memory_stays_flat():
    """A hundred thousand lists, each with a change."""
    lists = [adb_list(f"TESTSERIAL01  device usb:1 transport_id:{n}\n") for n in range(1, 501)]

    def push(connection):
        for _ in range(100):
            connection.sendall(b"".join(lists))

    with posing(as_adb(push)) as port:
        stop = threading.Event()
        phones = follow(host="127.0.0.1", port=port, servers=ADB, stop=stop)
        for _ in range(5_000):
            next(phones)
        before = resident()
        last = None
        for event, _ in zip(phones, range(90_000), strict=False):
            last = event
        after = resident()
        phones.close()

    assert last is not None
    assert after - before < 8 * 1024 * 1024


def resident():
    """Return the memory of this process, in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
