"""Tar archives: what they list, and what they claim."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fixtures.building.tar import BLOCK, END, MADE, Entry, build_tar, gzipped, record
from scanner.errors import ParseError
from scanner.formats.container import is_container, open_container
from scanner.formats.member import TWICE
from scanner.formats.tar import entries

TEXT = b"some text\n" * 200
LONG = "x/" * 200 + "name"


@pytest.fixture
def archive(tmp_path):
    """Return what opens bytes as a recording."""

    def opened(data: bytes, **asked):
        path = tmp_path / "a.tar"
        path.write_bytes(data)
        return open_container(path, **asked)

    return opened


def told(found):
    """Return the members with what is said against each."""
    return {each.name: each.detail for each in found.members}


def content(found, name):
    with found.open(name) as stream:
        return stream.read()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("packed", [False, True])
def test_what_others_write(archive, form, packed):
    files = {"a.txt": TEXT, "empty": b"", "d/" * 40 + "deep.txt": b"deep"}
    if form != tarfile.USTAR_FORMAT:
        files |= {"ünïcode": b"u", LONG: b"long"}
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=form) as made:
        for name, data in files.items():
            one = tarfile.TarInfo(name)
            one.size, one.mode, one.uid, one.mtime = len(data), 0o4755, 501, MADE
            made.addfile(one, io.BytesIO(data))
    data = gzipped(written.getvalue()) if packed else written.getvalue()
    found = archive(data)

    assert files == {each.name: content(found, each.name) for each in found.members}
    assert {(0o4755, 501, MADE)} == {(one.mode, one.uid, one.modified) for one in found.members}
    assert [] == list(found.flaws())


def test_members_are_read_from_anywhere(archive):
    found = archive(gzipped(build_tar([Entry(name="a", data=TEXT), Entry(name="b", data=b"b")])))
    with found.open("a") as stream:
        stream.seek(-9, io.SEEK_END)

        assert TEXT[-9:] == stream.read(100)
    with pytest.raises(ParseError, match="a member that can be read"):
        found.open("c")


def test_a_name_is_a_key_and_no_path(archive):
    names = ["/etc/passwd", "./a", "C:x", "a\n\x1b[2J"]
    found = archive(build_tar(Entry(name=name, data=b"x") for name in names))

    assert {"/etc/passwd": "", "a": "", "C:x": "", "a\n\x1b[2J": ""} == told(found)
    assert b"x" == content(found, "/etc/passwd")


@pytest.mark.parametrize("name", ["../x", "a/../../x", "a\\..\\x", b"\xff\xfe"])
def test_names_that_no_file_of_a_phone_has(archive, name):
    found = archive(build_tar([Entry(name="a", data=b"x"), Entry(name=name, data=b"y")]))
    odd = found.members[1]

    assert "parse_error" == odd.reason
    assert not odd.readable
    with pytest.raises(ParseError):
        found.open(odd.name)


@pytest.mark.parametrize(("key", "value"), [("path", "a\0b"), ("path", "n" * 70_000)])
def test_odd_names_of_a_pax_header(archive, key, value):
    one = Entry(name="short", data=b"x", pax=((key, value),))
    (flaw,) = archive(build_tar([one])).flaws()

    assert "parse_error" == flaw.reason
    assert len(flaw.locator.members[0]) <= 1024


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(b"1", "link"), (b"2", "link"), (b"3", "other"), (b"4", "other"), (b"6", "other")],
)
def test_what_is_no_plain_file(archive, kind, expected):
    data = build_tar([Entry(name="odd", kind=kind, link="/etc/passwd"), Entry(name="a", data=b"x")])
    found = archive(data)

    assert [("odd", expected), ("a", "file")] == [(each.name, each.kind) for each in found.members]
    assert ["odd"] == [flaw.locator.members[-1] for flaw in found.flaws()]
    with pytest.raises(ParseError):
        found.open("odd")


def test_a_link_with_a_size_has_no_content(archive):
    link = Entry(name="odd", kind=b"2", size=5000)

    assert {"odd", "a"} == set(told(archive(build_tar([link, Entry(name="a", data=b"x")]))))


def test_folders_are_no_members(archive):
    found = archive(build_tar([Entry(name="d/", kind=b"5"), Entry(name="d/a", data=b"x")]))

    assert ["d/a"] == [each.name for each in found.members]


def test_of_two_members_of_a_name_the_first_is_read_and_not_trusted(archive):
    found = archive(build_tar([Entry(name="a", data=b"first"), Entry(name="a", data=b"second")]))

    assert {"a": TWICE} == told(found)
    assert b"first" == content(found, "a")


def test_sparse_files_are_not_read(archive):
    old = Entry(name="old", kind=b"S", data=TEXT, tail=b"\1" + bytes(29))
    blocks = old.encoded()[:BLOCK] + bytes(504) + b"\1" + bytes(7) + bytes(BLOCK)
    new = Entry(name="new", data=TEXT, pax=(("GNU.sparse.major", "1"),))
    data = blocks + old.encoded()[BLOCK:] + new.encoded() + Entry(name="a", data=b"x").encoded()

    assert {"old": "a sparse file", "new": "a sparse file", "a": ""} == told(archive(data + END))


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kept", [BLOCK + 1, 3 * BLOCK, 5 * BLOCK, 6 * BLOCK + 100])
def test_an_archive_that_was_cut(archive, kept, packed):
    data = build_tar([Entry(name="a", data=TEXT[:900]), Entry(name="b", data=TEXT)])[:kept]
    found = archive(gzipped(data) if packed else data)

    assert "truncated" == next(iter(found.flaws())).reason
    assert found.is_cut
    cut = found.members[-1]
    assert ("truncated" if kept != 3 * BLOCK else None) == cut.reason


def test_gzip_that_was_cut(archive):
    data = gzipped(build_tar([Entry(name=f"{n}", data=TEXT) for n in range(300)]), 0)
    found = archive(data[:300_000])

    assert 50 < len(found.members) < 300
    assert {"truncated"} == {flaw.reason for flaw in found.flaws()}
    assert TEXT == content(found, "7")


def test_a_wrong_checksum_ends_the_list(archive):
    found = archive(build_tar([Entry(name="a", data=b"x"), Entry(name="b", checksum=7)]))

    assert {"a": ""} == told(found)
    assert ["truncated"] == [flaw.reason for flaw in found.flaws()]


@pytest.mark.parametrize("size", [b"\x80" + b"\xff" * 11, b"\xff" * 12, b"99999999999\0", 2**31])
def test_a_size_that_is_none(archive, size):
    data = build_tar([Entry(name="a", data=b"x"), Entry(name="b", data=b"y", size=size)])
    found = archive(data)

    assert found.is_cut
    assert "x" == content(found, "a").decode()
    assert {None, "truncated"} >= {each.reason for each in found.members}


def test_a_size_to_the_base_of_256(archive):
    size = b"\x80" + len(TEXT).to_bytes(11, "big")
    found = archive(build_tar([Entry(name="a", data=TEXT, size=size)]))

    assert TEXT == content(found, "a")
    assert not found.is_cut


@pytest.mark.parametrize(
    "data",
    [
        b"".join(Entry(name="x", kind=b"x", data=record("a", "b")).encoded() for _ in range(99)),
        Entry(name="x", kind=b"x", size=2**40).encoded(),
        Entry(name="x", kind=b"x", data=b"999 path=x\n").encoded(),
        Entry(name="x", kind=b"x", data=record("size", "9" * 30)).encoded(),
        Entry(name="x", kind=b"L", data=b"no entry behind it").encoded(),
    ],
)
def test_headers_that_lead_nowhere(archive, data):
    found = archive(build_tar([Entry(name="a", data=b"x")], end=b"") + data + END)

    assert {"a": ""} == told(found)
    assert found.is_cut


def test_what_is_no_archive(tmp_path):
    for number, data in enumerate((b"", END, TEXT, gzipped(TEXT), gzipped(b""), b"\x1f\x8b\x08")):
        path = tmp_path / str(number)
        path.write_bytes(data)

        assert not is_container(path)


def test_digests_come_with_the_list(archive):
    program = b"\xcf\xfa\xed\xfe" + bytes(60)
    files = {"a": b"", "b": TEXT, "c": TEXT, "d": program}
    data = gzipped(build_tar(Entry(name=name, data=each) for name, each in files.items()))
    found = archive(data, digested=lambda name: name in {"a", "b"})

    assert 64 == len(found.digest("b") or "")
    assert [None, None] == [found.digest(name) for name in ("a", "c")]
    assert ["d"] == [name for name in files if found.is_program(name)]


def test_a_tar_in_a_zip(tmp_path):
    import zipfile  # noqa: PLC0415

    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("in.tar.gz", gzipped(build_tar([Entry(name="a", data=TEXT)])))

    assert TEXT == content(open_container(path).inner("in.tar.gz"), "a")


@given(st.binary(max_size=1500), st.integers(0, 1500))
def test_noise_in_an_archive_is_no_defect(noise, at):
    data = bytearray(build_tar([Entry(name="a", data=TEXT[:300]), Entry(name="b", data=b"y")]))
    data[at : at + len(noise)] = noise
    try:
        found = list(entries(io.BytesIO(bytes(data))))
    except ParseError:
        return
    assert all(each.size >= 0 for each in found)
