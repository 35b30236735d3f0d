"""The store of a watch: transactions, ids that never come twice, damage, a full disk, a kill."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scanner.errors import CaseError, UsageError
from scanner.model.changes import State, StateLine
from scanner.model.watch import WatchEvent
from scanner.sinks import Lines
from scanner.watch.acknowledge import acknowledge, device_named, forget, new_baseline, unsuppress
from scanner.watch.findings import Known
from scanner.watch.store import database
from scanner.watch.store.opening import opened
from scanner.watch.store.prune import prune
from scanner.watch.store.rows import DeviceRow
from scanner.watch.store.store import Store, StoreFull

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "watch.db"


def known(fingerprint: str = "f1", **chosen: object) -> Known:
    return Known(
        fingerprint=fingerprint, rule="r1", title="A proxy is set", level="high",
        subject="setting http_proxy", entity="setting", profile="quick", first_at=AT, last_at=AT,
        **chosen,
    )  # fmt: skip


def state(profile: str = "quick", device: str = "d1") -> State:
    line = StateLine(
        case="c1", digest=None, device=device, platform="android", taken_at=AT, profile=profile
    )
    return State(line=line, entities=(), read=(), gaps=())


def begun(path: Path) -> Store:
    store, _ = opened(path, AT)
    store.begin((), "share")
    return store


def event(store: Store, at: datetime = AT) -> WatchEvent:
    return WatchEvent(id=store.new_id(), at=at, event="scanned", device="d1")


def test_all_of_a_step_or_nothing(path: Path):
    store = begun(path)

    def broken() -> None:
        store.put_known("d1", [known()])
        store.put_event(event(store))
        raise CaseError("in the middle")

    with pytest.raises(CaseError, match="in the middle"):
        store.write(broken)

    assert {} == store.known("d1")
    assert () == store.events(0)


def test_an_id_never_comes_twice(path: Path):
    ids = []
    for _ in range(3):
        store = begun(path)
        ids += [store.new_id() for _ in range(1500)]
        store.close()
    store = begun(path)  # one that is killed closes nothing
    ids += [store.new_id() for _ in range(3)]
    ids.append(begun(path).new_id())

    assert sorted(set(ids)) == ids


def test_what_is_kept_comes_back(path: Path):
    store = begun(path)
    row = DeviceRow(device="d1", platform="ios", first_at=AT, heard_at=AT, interval=60.0)
    told = event(store)
    store.write(lambda: (store.put_device(row), store.put_known("d1", [known()])))  # type: ignore[func-returns-value]
    store.write(lambda: store.put_event(told))
    store.write(lambda: store.put_state("d1", "last", state(), AT, "cases/1"))
    store.close()

    again = begun(path)

    assert (row,) == again.devices()
    assert {"f1": known()} == again.known("d1")
    assert (told,) == again.events(0)
    kept = again.state("d1", "last", "quick")
    assert kept is not None
    assert (state(), AT, "cases/1") == (kept.state, kept.at, kept.folder)
    assert again.state("d1", "last", "standard") is None


def test_a_chosen_baseline_stands_in_for_every_profile(path: Path):
    store = begun(path)
    store.write(lambda: store.put_state("d1", "baseline", state(), AT, None))
    store.write(lambda: store.put_state("d1", "baseline", state("deep"), AT, None, chosen=True))

    found = store.state("d1", "baseline", "quick")

    assert found is not None
    assert "deep" == found.state.line.profile


def test_the_last_scans_as_the_new_baseline(path: Path):
    store = begun(path)
    with pytest.raises(UsageError, match="never scanned"):
        new_baseline(store, "d1", "last", None, AT)
    store.write(lambda: store.put_state("d1", "baseline", state("deep"), AT, None))
    store.write(lambda: store.put_state("d1", "last", state(), AT + timedelta(days=1), None))

    new_baseline(store, "d1", "last", None, AT)

    assert AT + timedelta(days=1) == store.baseline_at("d1")
    assert store.state("d1", "baseline", "deep") is None


def test_a_damaged_store_is_set_aside_and_said(path: Path):
    store = begun(path)
    store.write(lambda: store.put_known("d1", [known(str(n)) for n in range(2000)]))
    store.close()
    content = path.read_bytes()
    path.write_bytes(content[:8192] + b"\xff" * 8192 + content[16384:])

    again, aside = opened(path, AT)

    assert path.with_name("watch.db.damaged-20261101T000000Z") == aside
    assert {} == again.known("d1")
    assert len(content) == aside.stat().st_size
    assert (0o600, 0o600) == (path.stat().st_mode & 0o777, aside.stat().st_mode & 0o777)


def test_no_database_at_all(path: Path):
    path.write_bytes(b"no database at all\n" * 100)

    with pytest.raises(CaseError, match="damaged"):
        Store(path)
    assert opened(path, AT)[1] is not None


def test_a_newer_store_and_one_of_another_program_are_left_alone(path: Path):
    begun(path).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version=99")
    other.close()
    with pytest.raises(CaseError, match="newer version"):
        opened(path, AT)
    foreign = path.with_name("other.db")
    with sqlite3.connect(foreign) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()

    with pytest.raises(UsageError, match="another program"):
        opened(foreign, AT)


def test_a_full_disk_is_said_and_what_must_be_kept_has_some_room_aside(path: Path):
    store = begun(path)
    reserve = path.with_name("watch.db.reserve")
    assert 4 * 2**20 == reserve.stat().st_size
    list(store.rows(f"PRAGMA max_page_count={next(store.rows('PRAGMA page_count'))[0]}"))

    with pytest.raises(StoreFull, match="no room"):
        store.write(lambda: store.put_known("d1", [known(str(n)) for n in range(2000)]))

    assert {} == store.known("d1")
    assert not reserve.exists()
    list(store.rows("PRAGMA max_page_count=1000000"))
    store.write(lambda: store.put_known("d1", [known(str(n)) for n in range(2000)]))
    assert 2000 == len(store.known("d1"))


def test_a_kill_loses_nothing_that_was_acknowledged(path: Path):
    program = (
        "import sys\n"
        "from pathlib import Path\n"
        "from tests.watch.test_store import AT, begun, event, known\n"
        "from scanner.watch.acknowledge import acknowledge\n"
        "store = begun(Path(sys.argv[1]))\n"
        "for n in range(10_000):\n"
        "    told = event(store)\n"
        "    store.write(lambda: (store.put_known('d1', [known(str(n))]), store.put_event(told)))\n"
        "    acknowledge(store, 'd1', str(n), AT, by=None, note=None)\n"
        "    print(n, told.id, flush=True)\n"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert child.stdout is not None
    lines = [child.stdout.readline() for _ in range(25)]
    os.kill(child.pid, signal.SIGKILL)
    lines += child.stdout.readlines()
    child.wait()
    child.stdout.close()
    said = [tuple(map(int, line.split())) for line in lines if line.endswith("\n")]

    store = begun(path)

    seen = {name for name, each in store.known("d1").items() if each.acknowledged_at}
    assert {str(n) for n, _ in said} <= seen
    assert {id for _, id in said} <= {each.id for each in store.events(0, 20_000)}
    assert max(id for _, id in said) < store.new_id()


def test_events_that_nobody_took_are_told_after_a_restart(path: Path):
    store = begun(path)
    first, second = event(store), event(store)
    store.write(lambda: (store.put_event(first), store.put_event(second)))  # type: ignore[func-returns-value]
    store.write(lambda: store.put_told(first.id), careful=False)
    store.close()

    again = begun(path)

    assert (second,) == again.events(again.told)


def test_a_heartbeat_is_owed_and_not_kept(path: Path):
    store = begun(path)
    with path.with_name("lines").open("wb") as file:
        lines = Lines(file)
        store.begin([lines], "share")
        beat = WatchEvent(id=store.new_id(), at=AT, event="heartbeat")

        store.write(lambda: store.put_event(beat))

    assert () == store.events(0)
    assert [beat] == [each.event for each in store.outbox.due(lines.key, AT, 10)]


def test_people_name_phones_and_findings_by_their_beginning(path: Path):
    store = begun(path)
    for device in ("abcd1234", "abcd9999"):
        row = DeviceRow(device=device, platform="ios", first_at=AT, interval=60.0)
        store.write(lambda row=row: store.put_device(row))  # type: ignore[misc]
    store.write(lambda: store.put_known("abcd1234", [known("feed0001")]))

    assert "abcd1234" == device_named(store, "abcd1")
    with pytest.raises(UsageError, match="2 begin with"):
        device_named(store, "abcd")
    with pytest.raises(UsageError, match="none is called"):
        device_named(store, "zzzz")
    seen = acknowledge(store, "abcd1234", "feed", AT, by="A. Example", note="mine\x1b[2J")
    assert (AT, "A. Example") == (seen.acknowledged_at, seen.acknowledged_by)
    assert "\x1b" not in str(seen.note)
    assert unsuppress(store, "abcd1234", "feed0001").acknowledged_at is None


def test_a_phone_that_is_forgotten(path: Path):
    store = begun(path)
    row = DeviceRow(device="d1", platform="ios", first_at=AT, interval=60.0)
    store.write(lambda: (store.put_device(row), store.put_known("d1", [known()])))  # type: ignore[func-returns-value]

    assert 2 == forget(store, "d1")
    assert () == store.devices()


def test_the_oldest_goes_first_and_nothing_that_is_open(path: Path):
    store = begun(path)
    row = DeviceRow(device="d1", platform="ios", first_at=AT, heard_at=AT, interval=60.0)

    def fill() -> None:
        store.put_device(row)
        store.put_known("d1", [known("open"), known("gone", open=False)])
        for day in range(100):
            at = AT + timedelta(days=day)
            store.put_event(event(store, at))
            store.put_scan("d1", at=at, seconds=1.0, profile="quick", trigger="interval",
                           verdict="inconclusive", coverage=50, findings="{}", new=0, changes=0,
                           detail=None)  # fmt: skip

    store.write(fill)
    store.write(lambda: store.put_told(80))

    done = prune(store, AT + timedelta(days=100), keep_days=10, max_mib=64)

    assert {"open"} == set(store.known("d1"))
    assert 80 + 90 + 1 == done.rows  # events that were not taken yet stay
    (left,) = store.devices()
    assert 90 == left.dropped


def test_a_store_that_is_too_large_gets_smaller(path: Path):
    store = begun(path)
    for start in range(0, 20_000, 2000):
        events = [
            WatchEvent(id=store.new_id(), at=AT + timedelta(seconds=n), event="failed",
                       detail="x" * 200) for n in range(start, start + 2000)
        ]  # fmt: skip
        store.write(lambda events=events: [store.put_event(each) for each in events])  # type: ignore[misc,func-returns-value]
    store.write(lambda: store.put_told(20_000))

    done = prune(store, AT + timedelta(days=1), keep_days=90, max_mib=1)

    assert 2**20 >= done.bytes
    assert 2**20 + 2**18 > path.stat().st_size
    assert 20_000 == store.events(19_990)[-1].id


def test_two_watches_hold_one_store(path: Path):
    with (
        database.held(path),
        pytest.raises(UsageError, match="another watch"),
        database.held(path),
    ):
        pass


def test_ids_go_on_when_a_full_disk_lasts(path: Path):
    """More are told than were set aside: none is refused, and none comes again."""
    store = begun(path)
    list(store.rows("PRAGMA max_page_count=1"))
    ids = [store.new_id() for _ in range(10_500)]
    list(store.rows("PRAGMA max_page_count=1000000"))
    store.write(lambda: store.put_told(ids[-1]))

    ids.append(begun(path).new_id())

    assert sorted(set(ids)) == ids


def test_what_cannot_be_written_now_is_tried_again(path: Path):
    """A disk that turned read-only, or another program that holds the file."""
    store = begun(path)
    store.write(lambda: store.put_known("d1", [known(note="x" * 500_000)]))
    store.write(lambda: store.change("DELETE FROM findings"))
    list(store.rows("PRAGMA query_only=ON"))

    with pytest.raises(StoreFull, match="cannot be written now"):
        store.write(lambda: store.put_known("d1", [known()]))
    with pytest.raises(StoreFull, match="cannot be written now"):
        store.shrink()
    list(store.rows("PRAGMA query_only=OFF"))
    store.shrink()
    store.write(lambda: store.put_known("d1", [known()]))

    assert {"f1"} == set(store.known("d1"))


def test_what_was_spoilt_on_the_disk_is_left_out(path: Path):
    store = begun(path)
    store.write(lambda: store.put_known("d1", [known("f1"), known("f2")]))
    store.write(lambda: store.change("UPDATE findings SET body = x'7bff' WHERE fingerprint = 'f1'"))

    assert {"f2"} == set(store.known("d1"))


def test_findings_that_are_gone_give_way_to_room(path: Path):
    """A phone that shows other findings at each scan must not fill the disk."""
    store = begun(path)
    note = "x" * 500
    store.write(lambda: store.put_known("d1", [known("open")]))
    for start in range(0, 8000, 2000):
        many = [known(f"f{n}", open=False, note=note) for n in range(start, start + 2000)]
        store.write(lambda many=many: store.put_known("d1", many))  # type: ignore[misc]
    held = known("held", open=False, suppressed_until=AT + timedelta(days=2))
    over = known("over", open=False, suppressed_until=AT)
    store.write(lambda: store.put_known("d1", [held, over]))

    done = prune(store, AT + timedelta(days=1), keep_days=90, max_mib=1)

    assert 2**20 >= done.bytes
    assert {"open", "held"} <= set(store.known("d1"))
    prune(store, AT + timedelta(days=1, hours=1), keep_days=1, max_mib=64)
    assert {"open", "held"} == set(store.known("d1"))
