"""Keybags: every version of them, wrong passwords, damage, and demands for endless work."""

from __future__ import annotations

import contextlib
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.building.ios_backup import Keybag, tagged
from scanner.errors import NotAvailable, ParseError
from scanner.formats.ios_backup.keybag import keybag, opened, unwrapped
from scanner.model.recording import BackupKeys

PASSWORD = "correct horse 4"


def replaced(bag: Keybag, tag: bytes, value: int | bytes | None) -> bytes:
    """Return a keybag with another value of its own; None: without it."""
    bag.own = [(name, value if name == tag else old) for name, old in bag.own]  # type: ignore[misc]
    bag.own = [(name, old) for name, old in bag.own if old is not None]
    return bag.data


@pytest.mark.parametrize(("first", "rounds"), [(1000, 2), (None, 1)])
def test_a_password_opens_all_classes(first, rounds):
    bag = Keybag(PASSWORD, first=first)
    read = keybag(bag.data)

    assert rounds == len(read.rounds)
    assert bag.keys == opened(read, PASSWORD.encode()).classes


def test_a_known_answer():
    """The wrapped key of RFC 3394 4.6, and the 4,096 rounds of RFC 6070."""
    key = bytes.fromhex("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")
    wrapped = bytes.fromhex(
        "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21"
    )
    plain = bytes.fromhex("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")

    assert plain == unwrapped(b"\3\0\0\0" + wrapped, BackupKeys(classes={3: key}))

    bag = keybag(
        tagged([(b"SALT", b"salt"), (b"ITER", 4096), (b"CLAS", 1), (b"WRAP", 2)])
        + tagged([(b"WPKY", bytes(40))])
    )
    assert [("sha1", b"salt", 4096)] == [
        (each.digest, each.salt, each.iterations) for each in bag.rounds
    ]


def test_the_order_of_tags_means_nothing():
    bag = Keybag(PASSWORD)
    shuffled = random.Random(2)
    shuffled.shuffle(bag.own)
    for tags in bag.classes:
        tags.sort(key=lambda tag: tag[0] != b"CLAS")  # CLAS first
    bag.classes = [[tag for tag in tags if tag[0] != b"KTYP"] for tags in bag.classes]

    assert bag.keys == opened(keybag(bag.data), PASSWORD.encode()).classes


def test_what_no_password_opens_is_left_out():
    bag = Keybag(PASSWORD)
    bag.classes[4] = [(tag, 1 if tag == b"WRAP" else value) for tag, value in bag.classes[4]]
    bag.classes[5] = [tag for tag in bag.classes[5] if tag[0] != b"WPKY"]
    keys = opened(keybag(bag.data), PASSWORD.encode())

    assert set(range(1, 12)) - {5, 6} == set(keys.classes)
    with pytest.raises(NotAvailable, match="no key for the class"):
        unwrapped(bag.wrapped(5, bytes(32)), keys)


def test_a_wrong_password_is_no_damage():
    with pytest.raises(NotAvailable, match="password") as caught:
        opened(keybag(Keybag(PASSWORD).data), b"another")

    assert "locked" == caught.value.reason


def test_one_damaged_key_is_no_wrong_password():
    bag = Keybag(PASSWORD)
    bag.classes[3] = [
        (tag, bytes(40) if tag == b"WPKY" else value) for tag, value in bag.classes[3]
    ]
    with pytest.raises(ParseError, match="damaged"):
        opened(keybag(bag.data), PASSWORD.encode())


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (b"DPIC", 2**32 - 1),
        (b"DPIC", 50_000_001),
        (b"DPIC", 0),
        (b"ITER", 2**32 - 1),
        (b"ITER", 5_000_001),
        (b"ITER", 0),
        (b"ITER", None),
        (b"SALT", None),
        (b"SALT", b""),
        (b"DPSL", None),
        (b"DPIC", None),
        (b"DPIC", b"\1\2"),
    ],
)
def test_what_no_iphone_asks_for_is_refused_before_any_work(tag, value):
    bag = Keybag(PASSWORD)
    began = time.process_time()
    with pytest.raises(ParseError):
        keybag(replaced(bag, tag, value))

    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"SALT",
        b"SALT\xff\xff\xff\xffx",
        bytes(70_000),
        tagged([(b"SALT", b"x"), (b"SALT", b"y")]),
        tagged([(b"SALT", b"x"), (b"ITER", 1)]),
    ],
)
def test_a_damaged_keybag(data):
    with pytest.raises(ParseError):
        keybag(data)


@pytest.mark.parametrize("wrapped", [b"", b"\3\0\0\0", b"\3\0\0\0" + bytes(40), bytes(45)])
def test_a_damaged_key_of_a_file(wrapped):
    with pytest.raises(ParseError):
        unwrapped(wrapped, BackupKeys(classes={3: bytes(32), 0: bytes(32)}))


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 1300), data=st.binary(max_size=12))
def test_no_bytes_do_harm(at, data):
    whole = Keybag(PASSWORD).data
    with contextlib.suppress(ParseError):
        keybag(whole[:at] + data + whole[at + len(data) :])
