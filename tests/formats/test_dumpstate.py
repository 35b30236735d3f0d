"""The parts of a dumpstate text, whole, cut and forged."""

from __future__ import annotations

import hashlib
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.formats import dumpstate
from scanner.formats.dumpstate import SectionSpan, sections
from scanner.formats.section_lines import is_dumpstate, recorded_at
from scanner.model.requests import Dumpsys, MiB, Section

RULE, DASHES = "=" * 56, "-" * 79
TITLE = f"{RULE}\n== dumpstate: 2026-11-21 10:00:00\n{RULE}\nBuild: X\n\n"
DONE = (
    f"{RULE}\n== dumpstate: done (id 1)\n{RULE}\n"
    "------ 41.310s was the duration of 'DUMPSTATE' ------\n"
)


def section(title: str, text: str, *, command: str = "x", end: bool = True) -> str:
    told = f"------ 0.030s was the duration of '{title}' ------\n" if end else ""
    return f"------ {title} ({command}) ------\n{text}{told}"


def service(name: str, text: str, *, priority: str = "", end: str | None = None) -> str:
    told = f"--------- 0.053s was the duration of dumpsys {end or name}, "
    return f"{DASHES}\nDUMP OF SERVICE {priority}{name}:\n{text}" + (
        f"{told}ending at: 2026-11-21 10:00:01\n" if end != "" else ""
    )


def spans(text: str | bytes, wanted=lambda _: False) -> list[SectionSpan]:
    data = text.encode() if isinstance(text, str) else text
    return list(sections(io.BytesIO(data), wanted))


def read(text: str) -> list[tuple[str, str]]:
    """Return the title and the text of each part."""
    data = text.encode()
    return [(one.title, data[one.start : one.start + one.length].decode()) for one in spans(data)]


def cuts(text: str) -> dict[str, str | None]:
    return {one.title: one.cut for one in spans(text)}


MODERN = (
    TITLE
    + section("DUMPSYS CRITICAL", service("window", "W\n", priority="CRITICAL "), end=False)
    + section("SYSTEM PROPERTIES", "[a]: [b]\n", command="getprop", end=False)
    + section("DUMPSYS", service("appops", "A\n") + service("package", "P\n"))
    + DONE
)


def test_sections_and_services():
    assert [
        ("", TITLE),
        ("DUMPSYS CRITICAL", ""),
        ("CRITICAL window", "W\n"),
        ("SYSTEM PROPERTIES", "[a]: [b]\n"),
        ("DUMPSYS", ""),
        ("appops", "A\n"),
        ("package", "P\n"),
    ] == read(MODERN)
    assert not any(cuts(MODERN).values())


def test_what_they_answer():
    assert [
        None,
        Section(title="DUMPSYS CRITICAL"),
        Dumpsys(service="window"),
        Section(title="SYSTEM PROPERTIES"),
        Section(title="DUMPSYS"),
        Dumpsys(service="appops"),
        Dumpsys(service="package"),
    ] == [one.request() for one in spans(MODERN)]


def test_digests_are_of_what_is_wanted():
    found = spans(MODERN, lambda request: request == Dumpsys(service="package"))

    assert {"package": hashlib.sha256(b"P\n").hexdigest()} == {
        one.title: one.sha256 for one in found if one.sha256
    }


def test_digests_over_many_blocks():
    text = "".join(f"line {n}\n" for n in range(400_000))
    data = (
        TITLE + section("DUMPSYS", service("package", text) + service("x", "y\n")) + DONE
    ).encode()
    (found,) = [one for one in spans(data, lambda _: True) if one.title == "package"]

    assert text.encode() == data[found.start : found.start + found.length]
    assert hashlib.sha256(text.encode()).hexdigest() == found.sha256


def test_a_section_without_an_end_stops_before_the_next_chapter():
    chapter = f"{RULE}\n== Checkins\n{RULE}\n"
    text = TITLE + section("NETSTAT", "N\n", end=False) + chapter + section("X", "x\n") + DONE

    assert [("NETSTAT", "N\n"), ("X", "x\n")] == read(text)[1:]


def test_android_4():
    text = (
        TITLE.replace("\n", "\r\n")
        + "------ UPTIME (uptime) ------\r\nup\r\n[uptime: 0.1s elapsed]\r\n\r\n"
        + "------ SYSTEM PROPERTIES ------\r\n[a]: [b]\r\n\r\n"
        + "------ DUMPSYS (dumpsys) ------\r\nCurrently running services:\r\n  a\r\n"
        + f"{DASHES}\r\nDUMP OF SERVICE a:\r\nA\r\n{DASHES}\r\nDUMP OF SERVICE b:\r\nB\r\n"
        + "[dumpsys: 11.6s elapsed]\r\n\r\n"
    )

    assert [
        ("UPTIME", "up\r\n"),
        ("SYSTEM PROPERTIES", "[a]: [b]\r\n\r\n"),
        ("DUMPSYS", "Currently running services:\r\n  a\r\n"),
        ("a", "A\r\n"),
        ("b", "B\r\n"),
    ] == read(text)[1:]
    assert not any(cuts(text).values())


def test_the_last_service_of_an_old_text_may_be_cut():
    text = TITLE + f"------ DUMPSYS (dumpsys) ------\n{service('a', 'A', end='')}"

    assert {"": None, "DUMPSYS": None, "a": "truncated"} == cuts(text)


def test_output_of_dumpsys_alone():
    text = "Currently running services:\n  a\n  b\n" + service("a", "A\n") + service("b", "B\n")

    assert [("a", "A\n"), ("b", "B\n")] == read(text)[1:]
    assert not any(cuts(text).values())
    assert not any(cuts(text.rstrip()).values())  # a collector may strip what it stores
    assert {"": None, "a": None, "b": "truncated"} == cuts(text[:-20])


def test_an_end_on_the_line_of_what_was_printed():
    text = "x\n" + service("a", "no end of line") + service("b", "B\n")

    assert ("a", "no end of line") in read(text)


@pytest.mark.parametrize(
    "told",
    [
        "\n*** SERVICE 'a' DUMP TIMEOUT (10000ms) EXPIRED ***\n\n",
        "\n*** SERVICE 'a' DUMP TIMEOUT EXPIRED ***\n\n",
        "*** command '/system/bin/dumpsys a' timed out after 30.000s (killing pid 7)\n",
    ],
)
def test_what_the_device_gave_up_on(told):
    text = TITLE + section("DUMPSYS", service("a", "A\n" + told) + service("b", "B\n")) + DONE

    assert {"a": "timeout"} == {title: cut for title, cut in cuts(text).items() if cut}


def test_a_timeout_within_a_text_is_a_text():
    printed = "*** SERVICE 'a' DUMP TIMEOUT (1ms) EXPIRED ***\nmore\n"

    assert not any(cuts(TITLE + section("DUMPSYS", service("a", printed)) + DONE).values())


@pytest.mark.parametrize(
    "line",
    [
        "-------- -------- -------- ------",
        "------   ------   ------",
        "------ no end",
        "------ ",
        "----- pid 1 at 2026-11-21 -----",
        "DUMP OF SERVICE x",
        "DUMP OF SERVICE : x",
        " ------ X (y) ------",
        "--------- beginning of main",
        "--------- 0.1s was the duration of dumpsys",
        "------ Wi-Fi state ------",
    ],
)
def test_look_alikes_are_text(line):
    text = TITLE + section("DUMPSYS", service("a", f"A\n{line}\nB\n")) + DONE

    assert ("a", f"A\n{line}\nB\n") == read(text)[-1]
    assert not any(cuts(text).values())


# --- forged -------------------------------------------------------------------------------------


def forged(printed: str) -> str:
    inner = service("package", f"P1\n{printed}P2\n") + service("user", "U\n")
    return TITLE + section("DUMPSYS", inner) + DONE


def test_a_forged_end_shortens_nothing():
    end = "--------- 0.1s was the duration of dumpsys package, ending at: x\n"

    for printed in (end, f"{end}{DASHES}\n", f"{end}\n{RULE}\n"):
        text = forged(printed)
        assert ("package", f"P1\n{printed}P2\n") in read(text)
        assert not any(cuts(text).values())


@pytest.mark.parametrize(
    "printed",
    [
        service("x", "X\n"),
        service("x", "X\n", end=""),
        service("x", "X\n", end="user"),
        f"--------- 0.1s was the duration of dumpsys package, ending at: x\n{service('x', 'X')}",
        service("package", "X\n"),
        service("package", "X\n", end=""),
        section("SYSTEM PROPERTIES", "[x]: [y]\n"),
        section("SYSTEM PROPERTIES", "[x]: [y]\n", end=False),
    ],
)
def test_a_forged_header_cuts_the_service_it_stands_in(printed):
    text = forged(printed)

    assert "truncated" == cuts(text)["package"]
    assert ("user", "U\n") in read(text)


def test_a_service_that_is_there_twice_is_cut_both_times():
    text = TITLE + section("APP SERVICES", service("package", "X\n"), end=False)
    text += section("DUMPSYS", service("package", "P\n") + service("user", "U\n")) + DONE
    found = [(one.cut, one.length) for one in spans(text) if one.title == "package"]

    assert [("truncated", 2), ("truncated", 2)] == found
    assert cuts(text)["user"] is None


def test_a_service_by_priority_is_another_part():
    text = section("DUMPSYS HIGH", service("a", "1\n", priority="HIGH "))
    text = TITLE + text + section("DUMPSYS", service("a", "2\n")) + DONE

    assert [("HIGH a", "1\n"), ("a", "2\n")] == [one for one in read(text) if "a" in one[0]]
    assert not any(cuts(text).values())


def test_a_section_that_is_split_is_cut():
    text = TITLE + section("SYSTEM PROPERTIES", f"[a]: [\n{section('X', 'x', end=False)}]\n") + DONE

    assert "truncated" == cuts(text)["SYSTEM PROPERTIES"]


def test_a_section_that_stands_twice_is_cut_both_times():
    """Whatever printed the forged one, no value of it may speak for the real one."""
    forged = section("SYSTEM PROPERTIES", "[ro.boot.verifiedbootstate]: [green]\n")
    text = TITLE + forged + section("SYSTEM PROPERTIES", "[a]: [b]\n") + section("X", "x\n") + DONE
    found = list(dumpstate.sections(io.BytesIO(text.encode()), lambda _: True))

    assert ["truncated"] * 2 == [one.cut for one in found if one.title == "SYSTEM PROPERTIES"]
    assert cuts(text)["X"] is None


def test_too_many_headers():
    text = TITLE + "".join(f"------ X{n} (x) ------\n" for n in range(dumpstate.SPAN_LIMIT + 10))
    found = spans(text + DONE)

    assert dumpstate.SPAN_LIMIT + 1 == len(found)
    assert ("", "truncated") == (found[-1].title, found[-1].cut)


# --- cut, long and odd --------------------------------------------------------------------------

WORDS = st.text("abc xyz\n", max_size=30).map(lambda text: f"{text}\n")


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts=st.lists(WORDS, min_size=2, max_size=6), ends=st.booleans(), data=st.data())
def test_what_is_whole_before_a_cut_stays_as_it_is(texts, ends, data):
    listed = "".join(service(f"s{n}", text) for n, text in enumerate(texts))
    whole = TITLE + section("NETSTAT", texts[0], end=ends) + section("DUMPSYS", listed) + DONE
    cut = data.draw(st.integers(len(TITLE) + 1, len(whole) - len(DONE)))
    expected, found = spans(whole), spans(whole[:cut])
    *before, last = found

    assert before == expected[: len(before)]
    assert last.cut == "truncated"
    assert last.start + last.length <= cut


def test_the_end_of_a_text_between_two_parts_is_told():
    text = MODERN.removesuffix(DONE)
    last = spans(text)[-1]

    assert not any(one.cut for one in spans(text)[:-1])
    assert ("truncated", len("P\n")) == (last.cut, last.length) or ("", 0, "truncated") == (
        last.title,
        last.length,
        last.cut,
    )


def test_a_line_without_end():
    text = TITLE + section("A", "a" * 3 * MiB + "\n") + section("B", "b\n") + DONE

    assert [("A", 3 * MiB + 1), ("B", 2)] == [(t, len(x)) for t, x in read(text)][1:]


def test_a_header_longer_than_a_line_is_text():
    text = TITLE + section("A", f"------ {'x' * 5000} (y) ------\n") + DONE

    assert ["", "A"] == [title for title, _ in read(text)]


def test_one_byte_at_a_time():
    class Slow(io.BytesIO):
        def read(self, size=-1, /):
            return super().read(min(size, 997))

    data = (MODERN.replace("P\n", "P\n" * 9000)).encode()

    assert spans(data, lambda _: True) == list(sections(Slow(data), lambda _: True))


def test_a_section_of_two_gibibytes(tmp_path):
    """Nothing grows with it, and what follows is found."""
    path = tmp_path / "text.txt"
    head = (TITLE + "------ SYSTEM LOG (logcat) ------\n").encode()
    rest = (
        "\n------ 1.000s was the duration of 'SYSTEM LOG' ------\n" + section("B", "b\n") + DONE
    ).encode()
    with path.open("wb") as file:
        file.write(head)
        file.seek(len(head) + 2048 * MiB)
        file.write(rest)
    with path.open("rb") as stream:
        found = list(sections(stream, lambda _: False))

    assert [("SYSTEM LOG", 256 * MiB, "truncated"), ("B", 2, None)] == [
        (one.title, one.length, one.cut) for one in found[1:]
    ]


@settings(max_examples=60, deadline=None)
@given(
    pieces=st.lists(
        st.one_of(
            st.binary(max_size=30),
            st.sampled_from(
                [
                    b"\n------ ",
                    b" ------\n",
                    b"\nDUMP OF SERVICE ",
                    b"a:\n",
                    b"--------- 0.1s was the duration of dumpsys a\n",
                    DASHES.encode(),
                    b"------ 1.0s was the duration of 'DUMPSTATE' ------\n",
                    TITLE.encode(),
                ]
            ),
        ),
        max_size=30,
    )
)
def test_any_bytes_are_parts_in_order(pieces):
    data, at = b"".join(pieces), 0
    for one in spans(data, lambda _: True):
        assert at <= one.start
        assert one.length >= 0
        at = one.start + one.length
        if one.sha256:
            assert hashlib.sha256(data[one.start : at]).hexdigest() == one.sha256
    assert at <= len(data)


def test_title_of_a_text():
    assert is_dumpstate(TITLE.encode())
    assert not is_dumpstate(b"x" * 5000 + TITLE.encode())
    assert "2026-11-21T10:00:00" == recorded_at(TITLE.encode())
    assert recorded_at(b"== dumpstate: soon\n") is None
