import contextlib
import gc
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import pytest

from scanner.errors import UsageError
from scanner.simulate import AdbServer, Event, Faults, SimulatedPhone, shells


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary folders are made during this test."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def eventually(holds):
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def running(marker):
    """Whether a process of this host has the marker among its arguments."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if marker.encode() in path.read_bytes():
                return True
    return False


@pytest.mark.parametrize("kind", shells())
def test_nothing_is_left(kind, temporary, record_phone):
    phone = SimulatedPhone(record_phone(files={"a/b": b"c"}), shell=kind)
    with phone, AdbServer() as server:
        server.connect(phone.address)
        folders = list(temporary.iterdir())
        assert 2 == len(folders)
        assert server.state(phone.address) == "device"

    assert [] == list(temporary.iterdir())
    with socket.socket() as probe:
        assert 0 != probe.connect_ex((server.host, server.port))
    assert kind == phone.shell


def test_what_was_counted_stays_readable(record_phone, simulate, service):
    phone = simulate(record_phone({"getprop": b"x"}))
    service(phone, "exec:getprop")
    phone.stop()
    phone.stop()

    assert (("getprop",),) == phone.commands
    assert ("exec:getprop",) == phone.services
    assert {"exec": 1} == phone.opened
    assert 1 == phone.bytes_sent


@pytest.mark.parametrize("ending", ["client", "drop", "stop"])
@pytest.mark.parametrize("kind", shells())
def test_commands_end_with_their_stream(kind, ending, record_phone, simulate, dial):
    phone = simulate(record_phone(), shell=kind)
    marker = f"30.{time.monotonic_ns()}"
    connection = dial(phone, f"shell,v2,raw:sleep {marker} & sleep {marker}; echo {marker}")
    assert eventually(lambda: running(marker))
    {"client": connection.close, "drop": phone.drop, "stop": phone.stop}[ending]()

    assert eventually(lambda: not running(marker))


def test_a_server_ends_with_a_process_that_forgets_it(tmp_path):
    code = (
        "from scanner.simulate import AdbServer\n"
        "server = AdbServer().__enter__()\n"
        "print(server.port, flush=True)\n"
        "raise SystemExit('died')\n"
    )
    environment = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    died = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        capture_output=True,
        timeout=20,
        check=False,
    )

    with socket.socket() as probe:
        assert 0 != probe.connect_ex(("127.0.0.1", int(died.stdout)))
    assert [] == list(tmp_path.iterdir())


def test_serve_runs_until_interrupted(record_phone, tmp_path):
    record_phone({"getprop": b"x"})
    folder = next(tmp_path.glob("phone-*"))
    code = (
        "import sys\nfrom pathlib import Path\nfrom scanner.simulate import Phone, serve\n"
        "serve(Phone.load(Path(sys.argv[1])), "
        "on_event=lambda event: print(event.kind, event.detail, flush=True))\n"
        "print('ended')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        kind, _, address = process.stdout.readline().decode().strip().partition(" ")
        host, _, port = address.partition(":")
        with socket.socket() as probe:
            reached = probe.connect_ex((host, int(port)))
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert ("listening", 0) == (kind, reached)
    assert (b"ended\n", 0) == (rest, process.returncode)


def test_events_are_told_in_order(record_phone, simulate, service):
    events = []
    phone = simulate(record_phone(), on_event=events.append, faults=Faults(refuse_after_streams=1))
    service(phone, "exec:echo")
    with contextlib.suppress(Exception):
        service(phone, "exec:echo")

    assert [
        Event("listening", phone.address),
        Event("online", "device"),
        Event("opened", "exec:echo"),
        Event("opened", "exec:echo"),
        Event("refused", "exec:echo"),
    ] == events


def test_garbage_ends_a_connection_and_nothing_else(record_phone, simulate, service):
    phone = simulate(record_phone())
    host, _, port = phone.address.partition(":")
    for garbage in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"CNXN" + bytes(20), b"", b"x"):
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall(garbage)
            connection.shutdown(socket.SHUT_WR)
            assert b"" == connection.recv(100)

    assert b"there\n" == service(phone, "exec:echo there")


def test_the_usual_port_is_left_alone():
    with pytest.raises(UsageError, match="5037"):
        AdbServer(port=5037)


def test_a_server_that_cannot_start(temporary):
    with AdbServer() as first, pytest.raises(UsageError, match="did not start"):
        AdbServer(port=first.port).__enter__()
    assert [] == list(temporary.iterdir())


@pytest.mark.parametrize("kind", shells())
def test_a_tree_that_cannot_be_served(kind, temporary, record_phone):
    """A link where the phone's own folders must be could lead our copies out of its tree."""
    recorded = record_phone()
    (recorded.files / "proc").symlink_to(temporary)
    phone = SimulatedPhone(recorded, shell=kind)
    if kind == "chroot":
        with pytest.raises(UsageError, match="cannot be built"):
            phone.start()
    else:
        phone.start()
        phone.stop()

    assert [] == list(temporary.iterdir())


def test_without_root_the_host_runs_the_commands():
    code = (
        "import os\n"
        "from scanner.errors import UsageError\n"
        "from scanner.simulate import Phone, SimulatedPhone\n"
        "phone = Phone(title='', serial='', product='', model='', device='', features=())\n"
        "os.seteuid(os.geteuid() or 65534)\n"
        "with SimulatedPhone(phone) as simulated: print(simulated.shell)\n"
        "try: SimulatedPhone(phone, shell='chroot').start()\n"
        "except UsageError as error: print(error, error.remedy)\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    kind, refusal = ran.stdout.splitlines()

    assert "host" == kind
    assert "no chroot for the simulated phone: it needs Linux and root Use shell=host." == refusal


def test_many_threads_ask_at_once(record_phone, simulate, device):
    phone = simulate(record_phone({"getprop": b"[a]: [b]\n"}), shell="host")
    answers = []
    threads = [
        threading.Thread(target=lambda: answers.append(device(phone).shell("getprop a")))
        for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["b"] * 16 == answers
    assert 16 == phone.opened["shell"]


def test_a_phone_that_ends_while_hosts_connect_leaves_no_connection_open(record_phone):
    recorded = record_phone()
    for number in range(16):
        with contextlib.ExitStack() as opened, SimulatedPhone(recorded, shell="host") as phone:
            host, _, port = phone.address.partition(":")
            for _ in range(number % 4 + 1):
                opened.enter_context(socket.create_connection((host, int(port)), timeout=20))
        gc.collect()  # a connection that nobody closed says so now
