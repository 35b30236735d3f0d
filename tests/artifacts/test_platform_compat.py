"""Packages that compatibility overrides name."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.platform_compat import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import PackageTrace

from .evidence import evidence

PLAIN = "ChangeId(180326845; name=OVERRIDE_MIN_ASPECT_RATIO; disabled; overridable)\n"
TEXT = (
    PLAIN
    + "ChangeId(168419799; name=DOWNSCALED; disabled; packageOverrides={com.example.game=false,"
    " com.example.chat=true}; rawOverrides={com.example.chat=true,"
    " com.example.gone=[10,9223372036854775807,true], com.example.game=false}; overridable)\n"
    + PLAIN
)


def stated(data):
    return list(parse(evidence(data, "dumpsys", "platform_compat")))


def trace(name):
    return PackageTrace(kind="platform_compat", package=f"com.example.{name}")


def test_packages_installed_or_not():
    assert [trace("chat"), trace("game"), trace("gone")] == stated(TEXT)


def test_no_overrides():
    assert [] == stated(PLAIN)
    assert [] == stated(PLAIN.replace("disabled", "rawOverrides={}"))


def test_a_text_cut_in_the_list_drops_what_may_be_half_a_name():
    assert [trace("chat"), trace("game")] == stated(TEXT[: TEXT.index(" com.example.gone") + 9])


@pytest.mark.parametrize(
    "data",
    [
        "",
        "hello\n",
        TEXT.replace("rawOverrides={com", "rawOverrides={")
        .replace("=true,", "")
        .replace("=[10", "")
        .replace("=false}", "}"),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_android_10_has_no_such_service():
    with pytest.raises(NotAvailable):
        stated("Can't find service: platform_compat\n")
