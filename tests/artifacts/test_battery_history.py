"""Packages that the history of the battery names."""

from __future__ import annotations

import codecs

import pytest

from scanner.artifacts.android.battery_history import PACKAGES_LIMIT, parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import PackageTrace

from .evidence import evidence

HEAD = "Battery History (1% used, 67KB used of 4096KB, 278 strings using 12KB):\n"
HISTORY = f"""\
{HEAD}\
                    0 (19) RESET:TIME: 2026-11-20-17-30-01
                    0 (2) 100 status=full health=good plug=usb temp=250 volt=4337 top=u0a61:"com.a"
                    0 (2) 100 fg=1000:"com.b" pkgactive=u0a3:"com.c"
            +47s645ms (2) 100 c4900070 +running wake_reason=0:"Abort:x" +job=u0a94:"com.d/.Service"
            +48s645ms (2) 100 -job=u0a94:"com.d/com.e.Service"
            +49s645ms (2) 100 +job=u10a7:"@name@com.f/.Worker"
            +50s645ms (2) 100 pkginst=12345:"com.g"
            +51s645ms (2) 100 pkgunin=0:"com.h"
            +52s645ms (2) 100 pkginactive=u999a12:"com.i"
            +53s645ms (2) 100 +top=u0a61:"com.a"

Per-PID Stats:
  PID 2040 wake time: +9s511ms

Daily stats:
  Current start time: 2026-11-20-01-15-45
"""
OTHERS = """\
            +54s645ms (2) 100 +sync=u0a1:"com.x/com.example/somebody"
            +54s645ms (2) 100 +job=u0a1:"com.x.provider/com.example/somebody:android"
            +54s645ms (2) 100 +job=u0a1:"tag:com.x"
            +54s645ms (2) 100 +wake_lock=u0a1:"com.x" +longwake=u0a1:"com.x"
            +54s645ms (2) 100 +proc=u0a1:"com.x" alarm=u0a1:"*walarm*:com.x"
            +54s645ms (2) 100 +tmpwhitelist=u0a1:"broadcast:com.x" conn=1:"com.x"
            +54s645ms (2) 100 +user=0:"0" +userfg=0:"0" stats=0:"get-stats" wakeupap=u0a1:""
            +54s645ms (2) 100 stop=u0a1:"com.x" +top=u0a1:"com x" +top=u0a1:"com.x
"""


def named(text):
    return [one.package for one in parse(evidence(text))]


def test_each_package_that_an_event_names_once():
    assert [f"com.{letter}" for letter in "abcdfghi"] == named(HISTORY)
    assert PackageTrace(kind="battery_history", package="com.a") in parse(evidence(HISTORY))


def test_the_lines_of_windows_and_another_encoding():
    text = HISTORY.replace("\n", "\r\n")

    assert named(HISTORY) == named(text)
    assert named(HISTORY) == named(codecs.BOM_UTF16_LE + text.encode("utf-16-le"))


@pytest.mark.parametrize("line", OTHERS.splitlines())
def test_what_may_hold_other_words_is_not_read(line):
    assert [] == named(f"{HEAD}{line}\n")


def test_a_text_that_was_cut_states_no_half_of_a_name():
    end = HISTORY.index('com.h"') + len("com.h")

    assert named(HISTORY)[:6] == named(HISTORY[:end])


@pytest.mark.parametrize("count", [1, 3])
def test_a_history_of_many_blocks(count):
    filler = '            +54s645ms (2) 100 +wake_lock=u0a1:"x"\n' * 25_000
    parts = [f'            +1s (2) 100 +top=u0a1:"com.n{number}"\n' for number in range(count)]

    assert [f"com.n{number}" for number in range(count)] == named(HEAD + filler.join(parts))


def test_a_phone_that_did_nothing_is_an_answer():
    assert [] == named(HEAD)


@pytest.mark.parametrize("text", ["", "hello\n", HISTORY.replace("Battery History", "History")])
def test_other_output_is_an_error(text):
    with pytest.raises(ParseError):
        named(text)


def test_too_many_packages_are_an_error():
    lines = (f' +top=u0a1:"com.n{number}"\n' for number in range(PACKAGES_LIMIT + 1))

    with pytest.raises(ParseError, match="at most"):
        named(HEAD + "".join(lines))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        named("Can't find service: batterystats\n")
