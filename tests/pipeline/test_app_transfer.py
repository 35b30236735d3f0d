"""How files of apps come is decided by what there is: time, room on the disk, a line's speed."""

from __future__ import annotations

import io
import time
from datetime import UTC, datetime

from scanner.model.evidence import Outcome, Unanswered
from scanner.model.requests import AppBytes, MiB
from scanner.model.source import Answer
from scanner.pipeline.app_pulls import AppPulls, Room
from scanner.snapshot import Snapshot

PLENTY = Room(None, lambda: 1 << 50)


class _Bytes(Answer):
    def __init__(self, request, size, seconds):
        super().__init__(request, "line", datetime.now(UTC))
        self._size, self._seconds = size, seconds

    def chunks(self):
        time.sleep(self._seconds)
        yield io.BytesIO(bytes(self._size)).read()

    def outcome(self):
        return Outcome()

    def errors(self):
        return b""


class Line:
    """A source that gives 1 MiB of each file at a speed, and of parts a hundredth."""

    platform, transport, device_id = "android", "usb", "x"

    def __init__(self, seconds):
        self.seconds, self.asked = seconds, []

    def fetch_all(self, requests, *, deadline=None):
        assert deadline is None or deadline > 0
        self.asked.append(len(requests))
        for request in requests:
            size = MiB // 100 if request.ranges else MiB
            yield _Bytes(request, size, 0 if request.ranges else self.seconds)

    def close(self):
        """Nothing is open."""


def files(count, size=MiB):
    return [AppBytes(path=f"/data/app/{n}.apk", package=f"p{n}", size=size) for n in range(count)]


def take(line, wanted, room=PLENTY, **chosen):
    """Return of each file whether it came in parts, and why; None: it did not come."""
    found: dict[str, tuple[bool | None, str]] = {}
    pulls = AppPulls(line, Snapshot("android", host_keys=None), room, **chosen)
    for answer in pulls.answers(wanted):
        if isinstance(answer, Unanswered):
            found[answer.request.path] = None, f"{answer.reason}: {answer.detail}"
        else:
            list(answer.chunks())
            found[answer.request.path] = answer.request.ranges, answer.outcome().detail
    assert [each.path for each in wanted] == list(found)
    return list(found.values())


def test_a_fast_line_gives_all_whole_in_growing_batches():
    line = Line(0)

    found = take(line, files(400))

    assert {(False, "")} == set(found)
    assert [16, 64, 256, 64] == line.asked


def test_a_slow_line_gives_parts_of_what_is_left():
    found = take(Line(0.3), files(40, size=16 * MiB))

    assert (False, "") == found[0]
    ((parts, detail),) = set(found[1:])
    assert parts
    assert detail.startswith("only parts of it were read: the phone gives 3.")
    assert detail.endswith(" MiB a second")


def test_a_slow_line_gives_whole_what_takes_less_than_a_minute():
    assert {(False, "")} == set(take(Line(0.3), files(3, size=16 * MiB)))


def test_a_budget_that_is_too_short_gives_parts():
    room = Room(time.monotonic() + 3, lambda: 1 << 50)

    found = take(Line(0.02), files(400), room)

    detail = "only parts of it were read: the time budget is shorter than all files take"
    assert {(False, ""), (True, detail)} == set(found)


def test_all_whole_where_that_is_asked_for():
    found = take(Line(0.3), files(4, size=1000 * MiB), transfer="whole")

    assert {(False, "")} == set(found)


def test_a_disk_without_room_gets_parts():
    found = take(Line(0), files(10), Room(None, lambda: 3 * MiB))

    assert [(False, "")] * 3 == found[:3]
    assert {(True, "only parts of it were read")} == set(found[3:])


def test_a_disk_without_room_is_said_where_all_is_wanted_whole():
    line = Line(0)
    room = Room(None, lambda: 3 * MiB)

    pulls = AppPulls(line, Snapshot("android", host_keys=None), room, transfer="whole")
    found = list(pulls.answers(files(10)))

    missed = [each for each in found if isinstance(each, Unanswered)]
    assert 7 == len(missed)
    assert {("truncated", "the disk of the case has no room for it")} == {
        (each.reason, each.detail) for each in missed
    }


def test_files_whose_size_is_not_known_come_a_few_at_a_time():
    line = Line(0)

    take(line, files(200, size=None))

    assert [64, 64, 64, 8] == line.asked


def test_apps_are_verified_for_the_version_that_was_asked_for():
    pulls = AppPulls(Line(0), Snapshot("android", host_keys=None), PLENTY, min_sdk=28)

    assert [28] == [each.request.min_sdk for each in pulls.answers(files(1))]
