"""Who calls what in code."""

from __future__ import annotations

import re
import struct
from dataclasses import replace

import pytest

from fixtures.building.dex import Class, Dex, dex
from scanner.errors import NotAvailable, ParseError
from scanner.formats.programs.calls import CALL_LIMIT, calls
from scanner.formats.programs.dex_code import PLACE_LIMIT
from tests.formats.programs.raw_dex import container, named, sealed

SEND = "android.telephony.SmsManager.sendTextMessage"
EXEC = "java.lang.Runtime.exec"
BRIDGE = "addJavascriptInterface"
INVOKE = re.compile(rb"\x71\x00.{4}", re.DOTALL)  # of a static method, without arguments


def caller(name, *methods, extends="java.lang.Object"):
    return Class(name=name, calls=methods, extends=extends)


def test_who_calls_a_method():
    made = dex(Dex(classes=(caller("com.example.A", SEND, EXEC), caller("com.example.B", EXEC))))

    assert [(SEND, "com.example.A.run")] == list(calls([made], [SEND]))
    assert {(EXEC, "com.example.A.run"), (EXEC, "com.example.B.run")} == set(calls([made], [EXEC]))


def test_a_pair_stands_once():
    made = dex(Dex(classes=(caller("com.example.A", SEND, SEND),)))

    assert 1 == len(list(calls([made], [SEND])))


def test_a_method_that_is_named_and_never_called():
    assert [] == list(calls([dex(Dex(methods=(SEND,)))], [SEND]))


def test_code_that_names_no_wanted_method_is_not_looked_at():
    # The place of its classes lies behind its end.
    made = bytearray(dex(Dex(classes=(caller("com.example.A", EXEC),))))
    made[100:104] = b"\xff\xff\xff\x7f"

    assert [] == list(calls([bytes(made)], [SEND]))


def test_a_call_by_way_of_a_derived_class():
    web = caller("com.example.Web", extends="android.webkit.WebView")
    made = dex(Dex(classes=(web, caller("com.example.A", f"com.example.Web.{BRIDGE}"))))

    found = list(calls([made], [f"android.webkit.WebView.{BRIDGE}"]))

    assert [(f"android.webkit.WebView.{BRIDGE}", "com.example.A.run")] == found


def test_several_files_of_code():
    one = dex(Dex(classes=(caller("com.example.A", SEND),)))
    two = dex(Dex(classes=(caller("com.example.B", SEND),)))

    assert ["com.example.A.run", "com.example.B.run"] == [
        caller for _, caller in calls([one, two], [SEND])
    ]


def test_their_number_is_bounded_and_what_was_found_is_given():
    many = tuple(caller(f"com.example.A{number}", SEND) for number in range(CALL_LIMIT + 5))
    found = calls([dex(Dex(classes=many))], [SEND])

    assert CALL_LIMIT == len([next(found) for _ in range(CALL_LIMIT)])
    with pytest.raises(NotAvailable) as caught:
        next(found)
    assert "truncated" == caught.value.reason


def test_a_container_is_not_available():
    made = container(replace(named({"com.example.A": "run"}), version=b"041"))

    with pytest.raises(NotAvailable, match="containers"):
        list(calls([made], [SEND]))


def test_what_is_no_code_is_an_error():
    with pytest.raises(ParseError):
        list(calls([b"no code"], [SEND]))


def test_strings_without_an_end_do_not_matter():
    made = dex(Dex(classes=(caller("com.example.A", SEND),)))
    listed = struct.unpack_from("<I", made, 52)[0]
    rows = list(struct.iter_unpack("<HHII", made[listed + 4 :]))
    row = next(number for number, one in enumerate(rows) if one[0] == 0x2002)
    more = bytearray(made)
    struct.pack_into("<I", more, listed + 4 + 12 * row + 4, 300)

    assert [(SEND, "com.example.A.run")] == list(calls([sealed(bytes(more))], [SEND]))


def test_data_among_instructions_is_no_call():
    made = bytearray(dex(Dex(classes=(caller("com.example.A", SEND, SEND, SEND),))))
    at = INVOKE.search(made).start()
    # Five elements of two bytes: the second and third call lie among them.
    made[at : at + 8] = struct.pack("<HHI", 0x0300, 2, 5)

    assert [] == list(calls([sealed(bytes(made))], [SEND]))


def test_the_same_code_claimed_over_and_over_is_refused():
    classes = [caller("com.example.A0", *[SEND] * 5000)]
    classes += [caller(f"com.example.A{number}", SEND) for number in range(1, 30)]
    made = bytearray(dex(Dex(classes=tuple(classes))))
    count, table = struct.unpack_from("<2I", made, 0x60)
    places = [table + 32 * number + 24 for number in range(count)]
    largest = max(struct.unpack_from("<I", made, at)[0] for at in places[:1])
    for at in places:
        struct.pack_into("<I", made, at, largest)

    with pytest.raises(ParseError, match="beside each other"):
        list(calls([sealed(bytes(made))], [SEND]))


def test_what_looks_like_too_many_calls_is_a_gap():
    made = dex(Dex(classes=(caller("com.example.A", SEND),)))
    call = INVOKE.search(made)[0]

    with pytest.raises(NotAvailable) as caught:
        list(calls([made + call * (PLACE_LIMIT + 1)], [SEND]))
    assert "truncated" == caught.value.reason
