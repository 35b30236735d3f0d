"""Archives that lie about their members, name them to get out, or swell: groups 1 to 4 and 21."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from scanner.model.requests import MiB
from tests.formats.archives import packed, stated
from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import androidqf, bugreport, main_name, members

MAIN = main_name(TAMPERED)
OUT = (
    "FS/../../../secret.txt", "../secret.txt", "/etc/passwd", "C:\\secret.txt", "..\\secret.txt",
    "FS//etc/passwd", "FS/data/a\0b", "CON", "FS/data/tombstones/../../../../secret.txt",
    "x" * 60_000, "FS/data/CAFE\u0301", "FS/data/caf\u00c9",
)  # fmt: skip


def report(**changed: bytes | None) -> bytes:
    """Return the tampered phone's bugreport with other members; None leaves one out."""
    files = {**members(bugreport(TAMPERED)), **changed}
    return packed((name, content) for name, content in files.items() if content is not None)


def given(folder: Path, data: bytes) -> Path:
    path = folder / "recording.zip"
    path.write_bytes(data)
    return path


def test_names_that_lead_out_lead_nowhere(scan, tmp_path):
    left = scan(given(tmp_path, report(**dict.fromkeys(OUT, b"planted"))))

    assert 0 == left.status
    assert left.read("dumpsys package")
    assert b"planted" not in left.written
    assert ("parse_error", "a name that is too long") in left.gaps


@pytest.mark.parametrize("entry", [b"/etc/passwd", b"../secret.txt", b"../../secret.txt\0"])
def test_a_main_entry_that_leads_out(entry: bytes, scan, tmp_path):
    left = scan(given(tmp_path, report(**{"main_entry.txt": entry})))

    assert 0 == left.status
    assert left.read("dumpsys package")
    assert b"root:x:0" not in left.written + left.said
    assert {"parse_error"} == {reason for reason, _ in left.gaps}


def test_a_bugreport_without_its_text(scan, tmp_path):
    assert 4 == scan(given(tmp_path, report(**{MAIN: None}))).status


@pytest.mark.parametrize("percent", [30, 99])
def test_a_truncated_archive(percent: int, scan, tmp_path):
    data = report()

    assert 4 == scan(given(tmp_path, data[: len(data) * percent // 100])).status


def test_of_two_texts_of_one_name_neither_proves_an_absence(scan, tmp_path):
    """The first is read as it is; what it does not hold may stand in the other."""
    files = members(report())
    clean = files[MAIN].replace(b"com.android.syncservice.update", b"com.android.settings.update")
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = packed([*((MAIN, clean) if n == MAIN else (n, c) for n, c in files.items()),
                       (MAIN, files[MAIN])])  # fmt: skip

    left = scan(given(tmp_path, data))

    assert 0 == left.status
    assert {("parse_error", "another member has the same name; the first was read")} == left.gaps
    assert {"parse_error"} == set(left.cut("dumpsys package"))
    assert_nothing_of_the_text_passes(left)


def assert_nothing_of_the_text_passes(left) -> None:
    """What passes rests on the other files of the archive: its mounts and its crashes."""
    titles = {rule["id"]: rule["title"] for rule in left.report["rules"]["rules"]}
    passed = [titles[rule] for rule, status in left.statuses().items() if status == "pass"]
    assert [] == [title for title in passed if "crashed" not in title and "laid" not in title]
    assert "nothing_found_in_what_was_examined" != left.report["verdict"]


def test_a_bomb_is_read_to_its_bound(scan, tmp_path):
    """Of 300 MiB behind 300 KB the text's beginning is read, and no more."""
    text = members(report())[MAIN]
    place = text.index(b"DUMP OF SERVICE package:")
    swollen = text[:place] + bytes(300 * MiB) + text[place:]

    left = scan(given(tmp_path, report(**{MAIN: swollen})))

    assert 0 == left.status
    assert "truncated" in {reason for reason, _ in left.gaps}
    assert not left.read("dumpsys package")
    assert "nothing_found_in_what_was_examined" != left.report["verdict"]


def test_a_nested_bomb_costs_a_gap(scan, tmp_path):
    files = dict(androidqf(TAMPERED, nested=False))
    bomb = packed([("main_entry.txt", MAIN.encode()), (MAIN, bytes(300 * MiB))])

    left = scan(given(tmp_path, packed([*files.items(), ("bugreport.zip", bomb)])))

    assert 0 == left.status
    assert left.read("getprop")
    assert left.gaps


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"crc": 7}, "parse_error"),
        ({"packed": 20_000}, "parse_error"),
        ({"flags": 1}, "locked"),
        ({"method": 99}, "unsupported_version"),
        ({"size": 2**32 - 2}, "truncated"),
    ],
)
def test_a_member_that_is_not_what_the_archive_says(change, reason: str, scan, tmp_path):
    """Of a bugreport within a collection: the rest of the collection is read all the same."""
    inner = stated(bugreport(TAMPERED), MAIN, **change)
    files = androidqf(TAMPERED, nested=False)

    left = scan(given(tmp_path, packed([*files.items(), ("bugreport.zip", inner)])))

    assert 0 == left.status
    assert left.read("getprop")
    assert reason in {reason for reason, _ in left.gaps}


def test_archives_within_archives(scan, tmp_path):
    """A bugreport ten archives deep is a gap of the collection that it lies in."""
    data = bugreport(TAMPERED)
    for _ in range(10):
        data = packed([("bugreport.zip", data)])
    files = androidqf(TAMPERED, nested=False)

    left = scan(given(tmp_path, packed([*files.items(), ("bugreport.zip", data)])))

    assert 0 == left.status
    assert left.read("getprop")
    assert {"parse_error"} == {reason for reason, _ in left.gaps}


def test_an_archive_of_archives_only_is_of_no_known_kind(scan, tmp_path):
    assert 2 == scan(given(tmp_path, packed([("bugreport.zip", bugreport(TAMPERED))]))).status


def test_a_hundred_thousand_members(scan, tmp_path):
    many = [(f"FS/data/x/{number}", b"") for number in range(100_000)]
    files = members(report())

    left = scan(given(tmp_path, packed([*files.items(), *many], zipfile.ZIP_STORED)))

    assert 0 == left.status
    assert left.read("dumpsys package")
    assert set() == {reason for reason, _ in left.gaps}  # a file system has as many


def test_all_members_share_their_bytes(scan, tmp_path):
    """Directory entries that all point to one member: a bomb of another kind."""
    files = {f"FS/data/x/{number}": b"" for number in range(50)}
    data = packed([*members(report()).items(), *files.items()])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        place = archive.getinfo(MAIN).header_offset
        size = archive.getinfo(MAIN).compress_size
    for name in files:
        data = stated(data, name, offset=place, packed=size, size=size)

    left = scan(given(tmp_path, data))

    assert 0 == left.status
    assert ("parse_error", "its bytes are also those of another member") in left.gaps
    assert_nothing_of_the_text_passes(left)
