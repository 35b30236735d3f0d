import os
import struct

import pytest

from scanner.simulate import HOSTILE_NAMES, Faults, shells
from scanner.simulate.tree import resolve

BIG = os.urandom(300_001)


@pytest.fixture(params=shells())
def phone(request, record_phone, simulate):
    files = {"sdcard/big.bin": BIG, "sdcard/sub/a b": b"x", "sdcard/empty": b"", "secret": b"s"}
    recorded = record_phone(files=files)
    (recorded.files / "sdcard/link").symlink_to("/sdcard/big.bin")
    (recorded.files / "sdcard/out").symlink_to("../../../../../../etc")
    return simulate(recorded, shell=request.param)


@pytest.fixture
def request_files(dial):
    """Put requests of the sync service, then QUIT; return all that comes."""

    def put(phone, *requests):
        packets = [kind + struct.pack("<I", len(data)) + data for kind, data in requests]
        answer = bytearray()
        with dial(phone, "sync:") as connection:
            connection.sendall(b"".join(packets) + b"QUIT" + bytes(4))
            while data := connection.recv(1 << 20):
                answer += data
        return bytes(answer)

    return put


def test_pull_by_both_protocols(phone, adb, device, tmp_path):
    pulled = adb(phone, "pull", "/sdcard/big.bin", str(tmp_path / "pulled"))

    assert 0 == pulled.returncode, pulled.stderr
    assert BIG == (tmp_path / "pulled").read_bytes()
    assert BIG == device(phone).sync.read_bytes("/sdcard/big.bin")
    assert BIG == device(phone).sync.read_bytes("/sdcard/link")
    assert phone.opened["sync"] >= 3


def test_pull_a_folder(phone, adb, tmp_path):
    adb(phone, "pull", "/sdcard/sub", str(tmp_path / "pulled"))

    assert b"x" == (tmp_path / "pulled/a b").read_bytes()


def test_list(phone, device):
    listed = {info.path: info.size for info in device(phone).sync.list("/sdcard")}

    assert {".", "..", "big.bin", "sub", "empty", "link", "out"} == listed.keys()
    assert len(BIG) == listed["big.bin"]


def test_stat_of_both_versions(phone, request_files):
    small = request_files(phone, (b"STAT", b"/sdcard/big.bin"))
    large = request_files(phone, (b"STA2", b"/sdcard/link"), (b"LST2", b"/sdcard/link"))
    missing = request_files(phone, (b"STA2", b"/sdcard/none"), (b"STAT", b"/sdcard/none"))

    assert len(BIG) == struct.unpack("<4s3I", small)[2]
    assert len(BIG) == struct.unpack_from("<Q", large, 4 + 36)[0]
    assert len("/sdcard/big.bin") == struct.unpack_from("<Q", large, 72 + 4 + 36)[0]
    assert 2 == struct.unpack_from("<I", missing, 4)[0]  # ENOENT
    assert b"STAT" + bytes(12) == missing[72:]


def test_files_that_cannot_be_read(phone, request_files):
    reasons = {
        "/none": b"No such file",
        "/sdcard": b"Is a directory",
        "/sdcard/out/hostname": b"No such file",
        "/../../../../../../etc/hostname": b"No such file",
        "/sdcard/\0": b"Invalid argument",
        "/" + "x" * 2000: b"path too long",
    }
    for path, reason in reasons.items():
        assert reason in request_files(phone, (b"RECV", path.encode())), path


def test_dots_stay_in_the_tree(phone, device):
    assert b"s" == device(phone).sync.read_bytes("/sdcard/../../../secret")


def test_links_that_turn_in_circles(tmp_path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(OSError, match="Too many levels"):
        resolve(tmp_path, "/a")


def test_writes_are_refused_and_counted(phone, adb, tmp_path):
    (tmp_path / "file").write_bytes(b"x")

    assert 0 != adb(phone, "push", str(tmp_path / "file"), "/sdcard/pushed").returncode
    assert 1 == sum(count for what, count in phone.refused.items() if what.startswith("sync S"))
    assert b"" == adb(phone, "ls", "/sdcard/pushed").stdout


def test_an_old_phone_has_no_second_version(record_phone, simulate, request_files):
    phone = simulate(record_phone(files={"a": b"a"}, features=()))

    assert request_files(phone, (b"STA2", b"/a")).startswith(b"FAIL")
    assert b"DATA\1\0\0\0aDONE" + bytes(4) == request_files(phone, (b"RECV", b"/a"))


def test_hostile_names(record_phone, simulate, request_files):
    recorded = record_phone(files={"sdcard/a": b"a"})
    phone = simulate(recorded, faults=Faults(hostile_names=True))
    answer = request_files(phone, (b"LIS2", b"/sdcard"))
    names, at = [], 0
    while answer[at : at + 4] == b"DNT2":
        (length,) = struct.unpack_from("<I", answer, at + 72)
        names.append(answer[at + 76 : at + 76 + length])
        at += 76 + length

    assert [b".", b"..", b"a", *HOSTILE_NAMES] == names
    assert b"DONE" + bytes(72) == answer[at:]


def test_a_size_that_lies(record_phone, simulate, request_files):
    phone = simulate(record_phone(files={"a": b"a"}), faults=Faults(sync="stat_size"))
    answer = request_files(phone, (b"STA2", b"/a"), (b"STAT", b"/a"))

    assert 2**62 == struct.unpack_from("<Q", answer, 4 + 36)[0]
    assert 2**32 - 1 == struct.unpack_from("<I", answer, 72 + 8)[0]


def test_more_data_than_allowed(record_phone, simulate, request_files):
    phone = simulate(record_phone(files={"a": b"a"}), faults=Faults(sync="oversized_data"))

    assert 128 * 1024 == struct.unpack_from("<I", request_files(phone, (b"RECV", b"/a")), 4)[0]


def test_data_without_its_end(record_phone, simulate, request_files):
    phone = simulate(record_phone(files={"a": b"a"}), faults=Faults(sync="cut_data"))

    assert b"DATA\1\0\0\0a" == request_files(phone, (b"RECV", b"/a"))


def test_data_without_an_end(record_phone, simulate, device):
    phone = simulate(record_phone(files={"a": b"a"}), faults=Faults(sync="endless_data"))
    received = 0
    for chunk in device(phone).sync.iter_content("/a"):
        received += len(chunk)
        if received > 4 * 1024 * 1024:
            break

    assert received > 4 * 1024 * 1024


def test_no_such_service(record_phone, simulate, service):
    phone = simulate(record_phone())
    with pytest.raises(ConnectionRefusedError, match="closed"):
        service(phone, "reboot:")

    assert {"reboot:": 1} == phone.refused
    assert {"reboot": 1} == phone.opened
