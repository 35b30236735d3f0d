"""Mounts, battery statistics, databases, tombstones and collected lists of real recordings."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from msgspec import UNSET

from scanner.artifacts.android import (
    battery_daily,
    databases,
    files,
    mounts,
    root_traces,
    tombstones,
)
from scanner.model.entities import AppChange, Crash, PackageTrace
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command, File

from .conftest import REPORTS, recordings

pytestmark = pytest.mark.corpus
HIDDEN = r"/(?:storage|mnt|data_mirror|data/(?:user|user_de|data|media|misc|misc_ce|misc_de))/"
SYSTEM = r"/(?:$|(?:system|vendor|product|system_ext|odm|oem|sbin|bin|etc)(?:/|$)|apex/)"


def read(parse, data, path=None):
    request = File(path=path) if path else Command(argv=("x",))
    return list(parse(BytesFile(request, data)))


def members(corpus, pattern):
    """Yield (name, bytes) of what bugreports and unpacked parts hold of the phone's own files."""
    for archive in recordings(corpus / "android-bugreports", "*.zip", 4):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                if re.fullmatch(pattern, name):
                    yield f"/{name.removeprefix('FS/')}", opened.read(name)
    for folder in ("android-bugreport-parts/pixel7pro_A16", "mvt/android_data/bugreport"):
        for path in sorted((corpus / folder).rglob("*")):
            name = path.relative_to(corpus / folder).as_posix()
            if path.is_file() and re.fullmatch(pattern, name):
                yield f"/{name.removeprefix('FS/')}", path.read_bytes()


def test_mountinfo_of_every_process(corpus):
    seen = wrong = writable = 0
    for _, data in members(corpus, r"FS/proc/\d+/mountinfo"):
        if not data:
            continue
        rows = [line.split(" ") for line in data.decode().splitlines()]
        shown = [row for row in rows if not re.match(HIDDEN, row[4])] + [
            row for row in rows if re.match(r"/mnt/(?:vendor|product)", row[4])
        ]
        expected = {
            (row[4], row[row.index("-", 6) + 2], row[row.index("-", 6) + 1]) for row in shown
        }
        of_system = {
            row[4] for row in shown if re.match(SYSTEM, row[4]) and row[5].split(",")[0] == "rw"
        }
        found = read(mounts.parse, data)
        wrong += expected != {(one.point, one.device, one.filesystem) for one in found}
        wrong += of_system != {one.point for one in found if one.system and one.writable}
        writable += bool(of_system)
        seen += 1

    assert 0 == wrong
    assert seen > 100
    assert writable < seen / 2


def test_lines_of_mount_of_seven_versions(corpus):
    path = corpus / "android-state-files" / "from_android_9_to_android_15_mount_info.txt"
    lines = [line for line in path.read_text().splitlines() if re.search(r"^/\S+ on /", line)]
    listed = [line.strip() for line in lines]
    found = read(mounts.parse_list, json.dumps(["tmpfs on /x type tmpfs (rw)", *listed]).encode())

    assert len(listed) > 20
    assert ["/x"] == [one.point for one in found]  # all the others are of users and cards


def counted(text):
    """Return the changes of packages below `Daily stats:`, each once a day."""
    daily = re.search(rb"^Daily stats:\r?\n((?:[ \t].*\n|\r?\n)*)", text, re.MULTILINE)
    assert daily is not None
    found, day = set(), b""
    for line in daily[1].splitlines():
        start = re.match(rb"  (?:Current start time:|Daily from) (\d{4}-\d\d-\d\d)", line)
        day = start[1] if start else day
        if change := re.match(rb"      (?:Update (\S+) vers=(\d+)|Uninstall (\S+))", line):
            found.add((change[1] or change[3], day, int(change[2] or 0)))
    return found


def dumps_of_battery(corpus, section):
    yield from (section(name, "batterystats") for name in REPORTS)
    for path in recordings(corpus / "android-dumpsys", "**/*batterystats*.txt", 4):
        yield path.read_bytes()
    for path in recordings(corpus / "mvt", "android_data/dumpsys_battery.txt", 1):
        yield path.read_bytes()


def test_changes_of_packages_by_day(corpus, section):
    wrong, total, removed = 0, 0, 0
    for text in dumps_of_battery(corpus, section):
        expected = counted(text)
        found = read(battery_daily.parse, text)
        changes = [one for one in found if isinstance(one, AppChange)]
        stated = {(one.package.encode(), one.day.encode(), one.version_code) for one in changes}
        gone = {one.package.encode() for one in found if isinstance(one, PackageTrace)}
        wrong += expected != stated or len(stated) != len(changes)
        wrong += gone != {package for package, _, version in expected if not version}
        total += len(expected)
        removed += len(gone)

    assert 0 == wrong
    assert total > 80
    assert removed > 5


def test_packages_of_databases(corpus, section):
    wrong = total = 0
    texts = [section(name, "dbinfo") for name in REPORTS]
    texts += [path.read_bytes() for path in recordings(corpus, "mvt/*/dumpsys_dbinfo.txt", 1)]
    pattern = (
        rb"^(?:Connection pool for|Database files in) /data/(?:user/\d+|user_de/\d+|data)/([^/]+)/"
    )
    for text in texts:
        expected = set(re.findall(pattern, text, re.MULTILINE))
        found = [one.package.encode() for one in read(databases.parse, text)]
        wrong += expected != set(found) or len(expected) != len(found)
        total += len(expected)

    assert 0 == wrong
    assert total > 40


def every_tombstone(corpus):
    yield from members(corpus, r"FS/data/tombstones/tombstone_\d+(?:\.pb)?")
    for path in recordings(corpus / "android-tombstones-logs", "*tombstone*", 5):
        yield f"/data/tombstones/{path.name}", path.read_bytes()
    for path in recordings(corpus / "mvt" / "android_data", "tombstone_process.*", 2):
        name = path.name.replace(".txt", "")
        yield f"/data/tombstones/{name}", path.read_bytes()


def test_tombstones(corpus):
    texts = wrong = 0
    for path, data in every_tombstone(corpus):
        found = read(tombstones.parse, data, path)
        if Path(path).suffix == ".pb":
            continue
        process = re.search(rb"^pid: \d+, .*  >>> (\S+)", data, re.MULTILINE)
        signal = re.search(rb"^signal \d+ \((\w+)\)", data, re.MULTILINE)
        uid = re.search(rb"^uid: (\d+)$", data, re.MULTILINE)
        is_crash = data.lstrip().startswith(b"*** ***")
        wrong += len(found) != is_crash
        for one in found:
            name = (process[1].decode() if process else "").rpartition("/")[2]
            wrong += one.process != name or one.signal != (signal and signal[1].decode())
            wrong += one.uid != (int(uid[1]) if uid else UNSET)
            texts += 1

    assert 0 == wrong
    assert texts > 20


def test_text_and_protobuf_of_a_tombstone_agree(corpus):
    pairs = 0
    for folder in ("android-bugreport-parts/pixel7pro_A16/FS/data/tombstones", "mvt/android_data"):
        for path in sorted((corpus / folder).glob("tombstone_*.pb")):
            twin = (
                path.with_suffix("") if path.with_suffix("").exists() else path.with_suffix(".txt")
            )
            (one,) = read(tombstones.parse, path.read_bytes(), str(path))
            (other,) = read(tombstones.parse, twin.read_bytes(), str(path))
            pairs += 1
            differing = [
                field
                for field in Crash.__struct_fields__
                if UNSET not in {getattr(one, field), getattr(other, field)}
                and getattr(one, field) != getattr(other, field)
            ]

            assert [] == differing
            assert one.label is not UNSET

    assert pairs >= 6


def test_lists_of_androidqf(corpus):
    for path in recordings(corpus, "mvt/*/**/files.json", 1):
        listed = json.loads(path.read_text())
        expected = sum(
            bool(re.search(r"^/(?:data/local/tmp|tmp)/|\.(?:apk|dex|so|jar)$", one["path"]))
            for one in listed
        )

        assert expected == len(read(files.parse_collected, path.read_bytes()))
    for path in recordings(corpus, "mvt/*/**/root_binaries.json", 1):
        listed = json.loads(path.read_text())
        found = read(root_traces.parse_list, path.read_bytes())

        assert len({line for one in listed for line in one.splitlines()}) == len(found)
