"""Files of apps on their way from a phone into a case: whole, from the cache, in parts, or not."""

from __future__ import annotations

import hashlib
import os

import pytest

from scanner.case import Case, verify
from scanner.formats.ranges import read_parts
from scanner.model.requests import AppBytes, AppFolders
from scanner.pipeline import acquire
from scanner.simulate import Faults, Line, SimulatedPhone
from tests.sources.test_app_bytes import an_apk

LIST = "cmd package list packages -f -U -i --show-versioncode --user 0"
NAMES = ("com.example.a", "com.example.b", "com.example.c")
SPLIT = "split_config.es.apk"


def folder(name):
    return f"data/app/~~x==/{name}-y=="


def listed(*names, path=None):
    return "".join(
        f"package:{path or '/' + folder(name) + '/base.apk'}={name} versionCode:7"
        "  installer=com.android.vending uid:10001\n"
        for name in names
    )


@pytest.fixture(autouse=True)
def home(tmp_path, monkeypatch):
    """An installation of this test's own: what one keeps, the next does not find."""
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def contents():
    """The files of three apps, one of them with a split; all large enough to come in parts."""
    files = {f"{folder(name)}/base.apk": an_apk(size=700_000) for name in NAMES}
    return files | {f"{folder(NAMES[0])}/{SPLIT}": os.urandom(1_500_000)}


@pytest.fixture
def phone(record_phone, contents):
    """A recorded phone with these apps, one of the system, and one that is not installed."""
    apps = listed(*NAMES) + listed("android", path="/system/a.apk")
    answers = {LIST: apps.encode(), "getprop": b"[ro.serialno]: [TESTSERIAL01]\n"}
    recorded = record_phone(answers, files=contents | {"system/a.apk": b"system"})
    for path in recorded.files.rglob("*.apk"):
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return recorded


@pytest.fixture
def run(simulate, options):
    """Acquire a phone: `run(phone, apps="parts")`; the case, and what the phone was asked."""

    def acquired(recorded, *, faults=None, line=None, **chosen):
        started = simulate(recorded, faults=faults, line=line)
        chosen = {"profile": "standard"} | chosen
        done = acquire(f"android:{started.address}", options=options(**chosen))
        return done, started

    return acquired


def files_of(done):
    """Return of each file of an app (origin, sha256, cut, detail)."""
    return {
        each.request.path.lstrip("/"): (
            each.origin,
            each.sha256,
            each.outcome.cut,
            each.outcome.detail,
        )
        for each in Case.open(done.folder).evidence()
        if isinstance(each.request, AppBytes)
    }


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def whole(contents):
    return {path: ("adb", sha256(data), None, "") for path, data in contents.items()}


def pulled(started: SimulatedPhone):
    return started.opened["sync"]


def test_apps_that_were_added_are_pulled_with_their_splits(run, phone, contents):
    done, _ = run(phone)

    assert whole(contents) == files_of(done)
    assert verify(done.folder).problems == ()


def test_a_quick_acquisition_pulls_nothing(run, phone):
    assert {} == files_of(run(phone, profile="quick")[0])


def test_the_deepest_pulls_those_of_the_system_too(run, phone, contents):
    done, _ = run(phone, profile="deep")

    assert whole(contents | {"system/a.apk": b"system"}) == files_of(done)


def test_a_listing_is_one_more_command(run, phone):
    done, _ = run(phone)

    listings = [
        each.request
        for each in Case.open(done.folder).evidence()
        if isinstance(each.request, AppFolders)
    ]
    assert [4] == [len(each.apps) for each in listings]


def test_the_same_file_is_not_pulled_twice_and_the_case_says_so(run, phone, contents):
    run(phone)

    again, started = run(phone)

    detail = "a copy of an earlier acquisition: path, size, time, inode and version are the same"
    assert {
        path: ("cache", sha256(data), None, detail) for path, data in contents.items()
    } == files_of(again)
    assert started.bytes_sent < 200_000
    assert verify(again.folder).problems == ()


def test_the_deepest_believes_no_copy(run, phone):
    run(phone)

    again, _ = run(phone, profile="deep")

    assert {"adb"} == {origin for origin, *_ in files_of(again).values()}


def test_without_a_cache_all_is_pulled_again(run, phone, contents, home):
    run(phone, app_cache=0)

    again, _ = run(phone, app_cache=0)

    assert whole(contents) == files_of(again)
    assert not (home / "apps").exists()


@pytest.mark.parametrize("what", ["time", "size", "version", "inode"])
def test_another_identity_is_another_file(run, phone, contents, what):
    run(phone)
    path = phone.files / folder(NAMES[1]) / "base.apk"
    data, moment = contents[f"{folder(NAMES[1])}/base.apk"], 1_700_000_000
    if what == "version":
        text = phone.folder / str(phone.answers[0].stdout)
        text.write_text(
            text.read_text().replace(f"{NAMES[1]} versionCode:7", f"{NAMES[1]} versionCode:8")
        )
    elif what == "size":
        path.write_bytes(data + b"x")
    elif what == "inode":
        path.rename(path.with_name("other"))
        path.write_bytes(data)
    os.utime(path, (moment, moment + (what == "time")))

    again, _ = run(phone)

    found = files_of(again)
    assert "adb" == found[f"{folder(NAMES[1])}/base.apk"][0]
    assert "cache" == found[f"{folder(NAMES[2])}/base.apk"][0]


def test_a_damaged_copy_is_not_used(run, phone, contents, home):
    run(phone)
    name = f"{folder(NAMES[2])}/base.apk"
    copy = home / "apps/files" / sha256(contents[name])
    data = bytearray(copy.read_bytes())
    data[1000] ^= 1
    copy.unlink()
    copy.write_bytes(data)

    again, _ = run(phone)

    assert ("adb", sha256(contents[name]), None, "") == files_of(again)[name]
    assert {"cache", "adb"} == {origin for origin, *_ in files_of(again).values()}
    assert verify(again.folder).problems == ()
    assert sha256(contents[name]) == sha256(copy.read_bytes())


def test_copies_are_bounded(run, phone, home):
    run(phone, app_cache=2_000_000)

    assert sum(path.stat().st_size for path in (home / "apps/files").iterdir()) <= 2_000_000
    assert list((home / "apps/files").iterdir())


def test_copies_are_nobody_else_s(run, phone, home):
    run(phone)

    assert 0o700 == (home / "apps").stat().st_mode & 0o777
    names = " ".join(str(path) for path in (home / "apps").rglob("*"))
    assert "example" not in names
    assert b"example" not in b"".join(path.read_bytes() for path in (home / "apps/index").iterdir())


def test_parts_when_asked_for(run, phone, contents):
    done, _ = run(phone, apps="parts")

    case = Case.open(done.folder)
    found = [each for each in case.evidence() if isinstance(each.request, AppBytes)]
    assert {True} == {each.request.ranges for each in found}
    assert {"only parts of it were read"} == {each.outcome.detail for each in found}
    for each in found:
        data = contents[each.request.path.lstrip("/")]
        with case.file(each).open() as stream:
            parts = read_parts(stream.read())
        assert len(data) == len(parts)
        assert all(data[start:end] == parts[start:end] for start, end in parts.ranges)
    assert done.acquisition.complete


def test_none_when_none_are_wanted(run, phone):
    done, _ = run(phone, apps="none")

    missing = [each for each in done.acquisition.unanswered if isinstance(each.request, AppBytes)]
    assert {} == files_of(done)
    assert {("not_selected", "files of apps were not asked for")} == {
        (each.reason, each.detail) for each in missing
    }
    assert 4 == len(missing)


def test_parts_where_the_time_is_too_short_for_all(run, record_phone):
    names = [f"com.example.n{number}" for number in range(12)]
    files = {f"{folder(name)}/base.apk": an_apk(size=3_000_000) for name in names}
    recorded = record_phone({LIST: listed(*names).encode()}, files=files)

    done, _ = run(recorded, line=Line(bytes_per_second=5e6), time_budget=12.0)

    details = [detail for *_, detail in files_of(done).values()]
    slow = "only parts of it were read: the time budget is shorter than all files take"
    assert {"", slow} == set(details)
    assert 12 == len(details)
    assert done.acquisition.complete


def test_a_phone_that_goes_away_is_gone_on_with(run, phone, contents, tmp_path):
    done, _ = run(phone, faults=Faults(drop_after_bytes=2_500_000), output=tmp_path / "case")

    assert not done.acquisition.complete
    assert verify(done.folder).problems == ()
    came = {path for path, (_, _, cut, _) in files_of(done).items() if cut is None}
    assert came < set(contents)

    again, _ = run(phone, output=tmp_path / "case", resume=True)

    assert again.acquisition.complete
    assert whole(contents) == files_of(again)


def test_a_file_that_is_refused_is_a_gap_and_no_more(run, phone, contents):
    gone = f"{folder(NAMES[1])}/base.apk"
    (phone.files / gone).unlink()
    (phone.files / gone).symlink_to("/system/a.apk")

    done, _ = run(phone)

    expected = whole(contents)
    del expected[gone]
    assert expected == files_of(done)
    assert [(f"/{gone}", "source_absent", "it is no regular file")] == [
        (each.request.path, each.reason, each.detail)
        for each in done.acquisition.unanswered
        if isinstance(each.request, AppBytes)
    ]
