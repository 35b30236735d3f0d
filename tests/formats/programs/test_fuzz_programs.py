"""No bytes may crash a reader of programs: damaged files, cut ones, and headers that lie."""

from __future__ import annotations

import contextlib

from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.building.archive import DEFLATED, Entry, archive
from fixtures.building.dex import Class, Dex, dex
from fixtures.building.elf import library
from scanner.errors import NotAvailable, ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.programs.app_code import AppCode
from scanner.formats.programs.calls import calls
from scanner.formats.programs.dex import read_dex
from scanner.formats.programs.elf import read_elf
from tests.formats.programs.raw_dex import container, file, named, sealed

EXEC = "java.lang.Runtime.exec"
DEX = dex(
    Dex(
        classes=(
            Class(name="com.example.A", calls=(EXEC,), loads=("https://host.example.com/",)),
            Class(name="com.example.B", extends="android.webkit.WebView"),
        )
    )
)
RAW = named({"android.net.VpnService": "run"}, {"com.example.A": "android.net.VpnService"})
SEEDS = (DEX, file(RAW), container(RAW, RAW))
LIBRARIES = (
    library(needed=["libc.so"], imports=["dlopen"], exports=["JNI_OnLoad"], soname="a.so"),
    library("armeabi-v7a", sections=False, needed=["libc.so"], imports=["dlopen"]),
)
WORDS = st.sampled_from((0, 1, 0x70, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF))


@st.composite
def damaged(draw, seeds, head):
    """Return one of the seeds with words changed, most of them in its head, and perhaps cut."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        end = len(data) if draw(st.booleans()) else min(head, len(data))
        at = draw(st.integers(0, max(end - 4, 0)))
        width = draw(st.sampled_from((1, 2, 4)))
        word = draw(WORDS | st.integers(0, 0xFFFFFFFF))
        data[at : at + width] = (word & ((1 << 8 * width) - 1)).to_bytes(width, "little")
    return bytes(data[: draw(st.integers(0, len(data)) | st.just(len(data)))])


@settings(max_examples=400, deadline=None)
@given(damaged(SEEDS, 0x200))
def test_a_damaged_dex_gives_facts_or_an_error(data):
    with contextlib.suppress(ParseError):
        facts = read_dex(data)
        assert len(data) >= facts.class_count


@settings(max_examples=400, deadline=None)
@given(damaged(LIBRARIES, 0x300))
def test_a_damaged_library_gives_facts_or_an_error(data):
    with contextlib.suppress(ParseError):
        read_elf(data)


@settings(max_examples=150, deadline=None)
@given(damaged((DEX,), 0x200))
def test_calls_in_damaged_code_are_found_or_refused(data):
    if len(data) > 40:
        data = sealed(data)
    with contextlib.suppress(ParseError, NotAvailable):
        list(calls([data], [EXEC]))


@settings(max_examples=100, deadline=None)
@given(damaged((DEX,), 0x200), damaged(LIBRARIES, 0x300), st.binary(max_size=300))
def test_an_app_with_damaged_programs_is_read_to_its_end(code, native, other):
    made = archive(
        [
            Entry(name="classes.dex", data=code, method=DEFLATED),
            Entry(name="lib/x86/liba.so", data=native),
            Entry(name="assets/a.bks", data=other),
            Entry(name="classes2.dex", data=DEX),
        ]
    )
    reader = AppCode(ApkArchive(made))

    paths = [one.path for one in reader.programs()]

    assert "classes2.dex" == paths[-1]
    assert "runtime_exec" in reader.summary().capabilities
