import time
from contextlib import ExitStack

import pytest

from scanner.errors import DeviceError, UsageError
from scanner.simulate import AdbServer, SimulatedPhone


@pytest.mark.parametrize(
    "state", ["device", "recovery", "sideload", "rescue", "bootloader", "offline"]
)
def test_states(state, record_phone, simulate, adb_server):
    phone = simulate(record_phone(), state=state, reaches=state)

    assert state == adb_server.state(phone.address)


def test_a_banner_names_the_phone(record_phone, simulate, adb_server):
    phone = simulate(record_phone())
    listed = {info.serial: info for info in adb_server.client.list(extended=True)}
    tags = listed[phone.address].tags

    assert ("testphone", "Test_Phone", "test") == (tags["product"], tags["model"], tags["device"])
    assert "shell_v2" in adb_server.client.device(serial=phone.address).get_features()


def test_a_sideload_has_no_shell(record_phone, simulate, adb):
    phone = simulate(record_phone(), state="sideload", reaches="sideload")

    assert 0 != adb(phone, "shell", "id").returncode
    assert not phone.commands


def test_a_known_key_is_let_in(record_phone, simulate, adb_server, device):
    keys = [adb_server.keys.read_bytes()]
    phone = simulate(record_phone(), auth="authorized", keys=keys)

    assert "in\n" == device(phone).shell("echo in", rstrip=False)


def test_a_signature_is_verified(record_phone, simulate, adb_server):
    """A key that differs from the server's in its modulus does not fit what the server signs."""
    with AdbServer() as other:
        foreign = other.keys.read_bytes()
    phone = simulate(record_phone(), auth="authorized", keys=[foreign], reaches="unauthorized")
    time.sleep(0.3)

    assert "unauthorized" == adb_server.state(phone.address)


def test_the_user_taps_allow(record_phone, simulate, adb_server, adb, service):
    phone = simulate(record_phone(), auth="authorized", allow_after=0.5, reaches="unauthorized")
    assert b"unauthorized" in adb(phone, "shell", "echo in").stderr
    adb_server.connect(phone.address)
    assert b"in\n" == service(phone, "exec:echo in")

    phone.drop()
    adb_server.connect(phone.address)  # by its signature now: the key is remembered
    assert b"again\n" == service(phone, "exec:echo again")


def test_a_known_key_does_not_help_with_unauthorized(record_phone, simulate, adb_server, adb):
    keys = [adb_server.keys.read_bytes()]
    phone = simulate(record_phone(), auth="unauthorized", keys=keys, reaches="unauthorized")

    assert b"unauthorized" in adb(phone, "shell", "id").stderr
    assert not phone.opened


def test_a_key_that_is_none(record_phone):
    with pytest.raises(UsageError, match="not an adb public key"):
        SimulatedPhone(record_phone(), auth="authorized", keys=[b"AAAA me@here"])


def test_a_phone_that_vanished(record_phone, simulate, adb_server, adb):
    phone = simulate(record_phone())
    phone.stop()

    assert 0 != adb(phone, "shell", "id").returncode
    assert adb_server.state(phone.address) in ("offline", None)


def test_a_phone_that_does_not_reach_the_state(record_phone, simulate, adb_server):
    phone = simulate(record_phone(), state="recovery", connect=False)
    with pytest.raises(DeviceError, match="is recovery, not device"):
        adb_server.connect(phone.address, seconds=0.5)
    adb_server.disconnect(phone.address)


def test_several_phones_and_servers_at_once(record_phone):
    with ExitStack() as running:
        servers = [running.enter_context(AdbServer()) for _ in range(2)]
        answers = {}
        for number in range(4):
            recorded = record_phone({"getprop": f"[n]: [{number}]\n".encode()}, serial=str(number))
            phone = running.enter_context(SimulatedPhone(recorded))
            server = servers[number % 2]
            server.connect(phone.address)
            answers[phone] = server.client.device(serial=phone.address)

        assert ["0", "1", "2", "3"] == [reach.shell("getprop n") for reach in answers.values()]
        assert [1] * 4 == [phone.opened["shell"] for phone in answers]
        assert [2, 2] == [len(server.client.list()) for server in servers]
