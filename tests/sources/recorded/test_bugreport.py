"""Bugreports of our phones, whole and damaged, in every container."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from scanner.errors import NotAvailable, ParseError
from scanner.formats.container import open_at
from scanner.model.requests import (
    Command,
    Dumpsys,
    File,
    Glob,
    MiB,
    Section,
    ServiceDump,
)
from scanner.sources.recorded.survey import wanting
from tests.formats.archives import packed, stated

from .collected import Seen, generator, write

WANTED = (
    Section(title="SYSTEM PROPERTIES"),
    Dumpsys(service="package"),
    ServiceDump(service="batterystats"),
    Glob(pattern="/data/tombstones/tombstone_*"),
    Command(argv=("getprop",)),
)
PHONES = ("android_8", "android_14", "android_16")


def phone(name: str = "android_14"):
    return generator(name).phone()


def report(name: str = "android_14", **options) -> bytes:
    return bytes(generator("recordings").bugreport(phone(name), **options))


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def seen(path: Path, data: bytes, wanted=WANTED) -> Seen:
    file = path / "recording"
    file.write_bytes(data)
    return Seen(file, wanted)


def read(found: Seen, part) -> bytes:
    with open_at(found.path, part.locator) as stream:
        return stream.read()


def by_title(found: Seen):
    return {part.title: part for part in found.parts}


def rezipped(**changed: bytes | None) -> bytes:
    """Return a report with other members; None leaves one out."""
    kept = members(report())
    for name, content in changed.items():
        if content is None:
            kept.pop(name)
        else:
            kept[name] = content
    return packed(kept.items())


# --- whole --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", PHONES)
def test_a_report(tmp_path, name):
    made = generator("recordings").services(phone(name))
    data = report(name)
    found = seen(tmp_path, data)
    parts = by_title(found)

    assert data == report(name)
    assert ("bugreport", "2026-11-19T17:30:12") == (found.header.kind, found.header.recorded_at)
    assert hashlib.sha256(data).hexdigest() == found.header.sha256
    assert [] == found.flaws
    assert not any(part.cut for part in found.parts)
    for service, text in made.items():
        part = parts[service]
        assert Dumpsys(service=service) == part.request
        assert text.encode() == read(found, part), service
        assert len(text.encode()) == part.size
    properties = generator("properties").render(phone(name).properties)
    assert properties.encode() == read(found, parts["SYSTEM PROPERTIES"])


def test_only_what_is_wanted_has_a_digest(tmp_path):
    found = seen(tmp_path, report())
    digested = {part.title: part for part in found.parts if part.sha256}

    assert {
        "SYSTEM PROPERTIES",
        "batterystats",
        "package",
        "FS/data/tombstones/tombstone_00",
    } == set(digested)
    for part in digested.values():
        assert hashlib.sha256(read(found, part)).hexdigest() == part.sha256


def test_files_of_the_phone_and_others(tmp_path):
    parts = by_title(seen(tmp_path, report()))

    assert {
        "FS/data/tombstones/tombstone_00": File(path="/data/tombstones/tombstone_00"),
        "FS/proc/1/mountinfo": File(path="/proc/1/mountinfo"),
        "main_entry.txt": None,
        "version.txt": None,
        "dumpstate_log.txt": None,
    } == {
        title: part.request
        for title, part in parts.items()
        if part.locator.offset == 0 and ("/" in title or title.endswith(".txt"))
    }


def test_a_folder_and_a_text_are_the_same_report(tmp_path):
    packed_ = seen(tmp_path, report())
    folder = write(tmp_path / "folder", members(report()))
    below = Seen(folder, WANTED)
    text = Seen(folder / generator("recordings").main_name(phone()), WANTED)

    def digests(found):
        return {part.title: part.sha256 for part in found.parts if part.sha256}

    assert digests(packed_) == digests(below)
    assert digests(text).items() <= digests(below).items()
    assert "package" in digests(text)
    assert ("bugreport", "2026-11-19T17:30:12") == (text.header.kind, text.header.recorded_at)
    assert below.header.sha256 is None
    assert hashlib.sha256(text.path.read_bytes()).hexdigest() == text.header.sha256


def test_all_below_one_folder(tmp_path):
    found = seen(tmp_path, report(top="bugreport-x/"))
    requests = {part.request for part in found.parts}

    assert File(path="/data/tombstones/tombstone_00") in requests
    assert Dumpsys(service="package") in requests
    assert [] == found.flaws


def test_the_report_of_android_6_is_a_text(tmp_path):
    text = generator("recordings").dumpstate(phone("android_8")).replace("\n", "\r\n")
    found = seen(tmp_path, text.encode())

    assert Dumpsys(service="package") in {part.request for part in found.parts}
    assert [] == found.flaws


# --- the main entry -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "entry", [b"/etc/passwd", b"../../../etc/passwd", b"FS/proc/1/mountinfo", b"", b"\xff\xfe\0x"]
)
def test_a_main_entry_that_lies_leads_nowhere(tmp_path, entry):
    for path, data in (("zip", rezipped(**{"main_entry.txt": entry})), ("folder", None)):
        (tmp_path / path).mkdir()
        if data is None:
            files = {**members(report()), "main_entry.txt": entry}
            found = Seen(write(tmp_path / path, files), WANTED)
        else:
            found = seen(tmp_path / path, data)

        assert Dumpsys(service="package") in {part.request for part in found.parts}
        assert not any(b"root:" in read(found, part) for part in found.parts)
        assert {"the name of the main text expected in main_entry.txt"} == {
            flaw.detail for flaw in found.flaws
        }


def test_no_main_entry(tmp_path):
    found = seen(tmp_path, rezipped(**{"main_entry.txt": None}))

    assert Dumpsys(service="package") in {part.request for part in found.parts}
    assert [] == found.flaws


def test_two_main_texts(tmp_path):
    main = generator("recordings").main_name(phone())
    other = members(report())[main].replace(b"package", b"pakkage")
    data = rezipped(**{"bugreport-other.txt": other + b"\n" * 9})
    found = seen(tmp_path, data)

    assert Dumpsys(service="package") in {part.request for part in found.parts}
    assert Dumpsys(service="pakkage") not in {part.request for part in found.parts}
    assert ["one text that begins as a bugreport does expected, found more"] == [
        flaw.detail for flaw in found.flaws
    ]


def test_a_text_without_its_title_is_found_by_its_name(tmp_path):
    data = packed(
        [("main_entry.txt", b"gone.txt"), ("bugreport-x.txt", b"------ A (x) ------\na\n")]
    )
    found = seen(tmp_path, data)

    assert Section(title="A") in {part.request for part in found.parts}
    assert {"parse_error", "truncated"} == {flaw.reason for flaw in found.flaws}


@pytest.mark.parametrize(
    "files",
    [
        {"main_entry.txt": b"x.txt", "FS/data/x": b"X"},
        {"main_entry.txt": b"x.txt", "x.txt": b"no sections here\n"},
        {"main_entry.txt": b"x.txt", "x.txt": b""},
    ],
)
def test_no_main_text(tmp_path, files):
    with pytest.raises(ParseError, match="bugreport"):
        seen(tmp_path, packed(files.items()))


def test_a_text_that_is_no_bugreport(tmp_path):
    with pytest.raises(NotAvailable):
        seen(tmp_path, b"Dear diary,\n------ it was a dark night ------\n")


# --- damaged ------------------------------------------------------------------------------------


def test_a_cut_text(tmp_path):
    text = generator("recordings").dumpstate(phone())
    whole = by_title(seen(tmp_path, text.encode()))
    cut = text.encode()[: whole["package"].locator.offset + 5000]
    found = seen(tmp_path, cut)
    parts = by_title(found)

    assert "truncated" == parts["package"].cut
    assert 5000 == parts["package"].size
    assert ["truncated"] == [flaw.reason for flaw in found.flaws]
    assert "user" not in parts
    assert whole["appops"] == parts["appops"]


def test_a_cut_archive(tmp_path):
    data = report()
    for kept in (len(data) // 2, len(data) - 10, 30):
        with pytest.raises(ParseError, match="zip expected"):
            seen(tmp_path, data[:kept])


def test_two_members_of_one_name_prove_nothing(tmp_path):
    main = generator("recordings").main_name(phone())
    texts = members(report())
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([*texts.items(), (main, texts[main].replace(b"package", b"pakkage"))])
    found = seen(tmp_path, data)
    parts = [part for part in found.parts if part.locator.members == (main,)]

    assert ["another member has the same name; the first was read"] == [
        flaw.detail for flaw in found.flaws
    ]
    assert {"parse_error"} == {part.cut for part in parts}
    assert Dumpsys(service="package") in {part.request for part in parts}


def test_altered_bytes_prove_nothing(tmp_path):
    main = generator("recordings").main_name(phone())
    found = seen(tmp_path, stated(report(), main, crc=7))

    assert ["parse_error"] == [flaw.reason for flaw in found.flaws]
    assert {"parse_error"} == {part.cut for part in found.parts if part.locator.members == (main,)}


def test_a_text_is_read_as_far_as_it_can_be(tmp_path):
    main = generator("recordings").main_name(phone())
    found = seen(tmp_path, stated(report(), main, packed=30_000))
    parts = by_title(found)

    assert "truncated" in {part.cut for part in parts.values()}
    assert parts["PROCESSES AND THREADS"].cut is None
    assert "parse_error" in {flaw.reason for flaw in found.flaws}


def test_a_bomb(tmp_path):
    main = generator("recordings").main_name(phone())
    text = members(report())[main].replace(b"DUMP OF SERVICE package:\n", b"%b" % bytes(80 * MiB))
    data = rezipped(**{main: text})
    found = seen(tmp_path, data)

    assert {"truncated"} == {flaw.reason for flaw in found.flaws}
    assert by_title(found)["appops"].cut is not None


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf_16_is_told(tmp_path, encoding):
    text = ("" if encoding == "utf-16" else "\ufeff") + generator("recordings").dumpstate(phone())
    with pytest.raises(ParseError, match="UTF-16"):
        seen(tmp_path, text.encode(encoding))


def test_mixed_encodings_are_bytes(tmp_path):
    text = generator("recordings").dumpstate(phone()).encode()
    text = text.replace(
        b"DUMP OF SERVICE user:\n", b"DUMP OF SERVICE user:\n\xff\xfe\0\x80caf\xe9\n"
    )
    found = seen(tmp_path, text)

    assert read(found, by_title(found)["user"]).startswith(b"\xff\xfe\0\x80caf\xe9\n")
    assert [] == found.flaws


def test_links_lead_nowhere(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folder = write(tmp_path / "folder", members(report()))
    tombstone = folder / "FS/data/tombstones/tombstone_00"
    tombstone.unlink()
    tombstone.symlink_to(secret)
    (folder / "FS/data/anr").symlink_to(tmp_path)
    found = Seen(folder, WANTED)

    assert {"a link, which is not followed"} == {flaw.detail for flaw in found.flaws}
    assert not any(b"secret" in read(found, part) for part in found.parts)


def test_names_of_the_phone_are_no_way_out(tmp_path):
    names = ["FS/../../etc/passwd", "FS//etc/passwd", "../x", "/etc/passwd", "FS/data/a\0b"]
    found = seen(tmp_path, rezipped(**dict.fromkeys(names, b"X")), (Glob(pattern="/*/passwd"),))
    parts = {part.locator.members: part for part in found.parts}

    assert all(b"X" == read(found, parts[name,]) for name in names)
    assert parts["FS/../../etc/passwd",].request is None
    assert ["recording"] == [path.name for path in tmp_path.iterdir()]


def test_a_hundred_thousand_members(tmp_path):
    files = [*members(report()).items(), *((f"FS/data/x/{n}", b"") for n in range(100_000))]
    found = seen(tmp_path, packed(files, zipfile.ZIP_STORED))

    assert [] == found.flaws
    assert Dumpsys(service="package") in {part.request for part in found.parts}


def test_what_is_wanted():
    wanted = wanting(WANTED)

    assert wanted(Dumpsys(service="batterystats"))
    assert wanted(File(path="/data/tombstones/tombstone_07"))
    assert wanted(Command(argv=("getprop",), timeout=1.0))
    assert not wanted(Dumpsys(service="package", arguments=("-a",)))
    assert not wanted(File(path="/data/tombstones/x/tombstone_07"))
    assert not wanted(Section(title="UPTIME"))
