"""The iOS source: one pass over requests, byte for byte, and the audit of it."""

import hashlib
import plistlib
import threading
import time
from itertools import pairwise

import pytest
from msgspec import structs

from scanner.errors import DeviceError, DeviceLost
from scanner.formats import crash_listing, log_stream, packet_headers
from scanner.model.evidence import BytesFile, Unanswered
from scanner.model.requests import Command, CrashFile, Lockdown, LogStream, ServiceCall
from scanner.model.source import Answer
from scanner.simulate.ios import IosFaults, SimulatedIPhone, Usbmuxd
from scanner.sources.ios import open_ios
from tests.simulate.ios import recordings
from tests.sources.ios import requests as asks

RECORDED = {
    asks.PROFILES: recordings.PROFILES,
    asks.CLOUD: recordings.CLOUD,
    asks.PROVISIONING: recordings.PROVISIONING,
    asks.CHOSEN: recordings.CHOSEN,
    asks.ICONS: recordings.ICONS,
    asks.IMAGES: recordings.IMAGES,
    asks.DEVELOPER: recordings.DEVELOPER_MODE,
    asks.COMPANIONS: recordings.COMPANIONS,
    asks.ACTIVATION: recordings.ACTIVATION,
    **dict(zip(asks.PIDS, recordings.PIDS, strict=True)),
}


def test_each_request_is_answered_once(plug, open_source, read):
    found = read(open_source(plug()), *asks.ALL)

    assert {str(request) for request in asks.ALL} == set(found)
    assert "unsupported_version" == found.pop(str(asks.PROCESSES))
    assert [] == [name for name, answer in found.items() if isinstance(answer, str)]
    assert {None} == {outcome.cut for _, outcome in found.values()}


def test_replies_are_kept_byte_for_byte(plug, open_source, read):
    found = read(open_source(plug()), *asks.CALLS, *asks.PIDS)

    for request, reply in RECORDED.items():
        assert plistlib.dumps(reply) == found[str(request)][0], request
    apps = plistlib.loads(found[str(asks.APPS)][0])
    assert {"com.example.maps", "com.example.notes"} == apps["LookupResult"].keys()
    assert "ApplicationType" not in apps["LookupResult"]["com.example.maps"]


def test_values_are_the_whole_reply(plug, open_source, read):
    key = Lockdown(key="ProductVersion")
    found = read(open_source(plug()), *asks.VALUES, key)

    every, amfi = (plistlib.loads(found[str(one)][0]) for one in asks.VALUES)
    assert recordings.VALUES.items() <= every["Value"].items()
    assert ("GetValue", recordings.AMFI) == (amfi["Request"], amfi["Value"])
    assert "18.5" == plistlib.loads(found[str(key)][0])["Value"]


def test_streams_are_reduced_and_what_came_is_counted(plug, open_source, read):
    found = read(open_source(plug()), asks.LOG, asks.PACKETS, asks.CRASHES)

    log, ended = found[str(asks.LOG)]
    sources = list(log_stream.read(BytesFile(asks.LOG, log)))
    assert {1, 2, 3} == {one.pid for one in sources}
    assert b"message" not in log
    assert ended.received > len(log)
    packets, counted = found[str(asks.PACKETS)]
    assert list(packet_headers.read(BytesFile(asks.PACKETS, packets)))
    assert counted.received > 0
    crashes, listed = found[str(asks.CRASHES)]
    entries = list(crash_listing.read(BytesFile(asks.CRASHES, crashes)))
    assert recordings.REPORTS.keys() == {entry.path for entry in entries}
    example = next(one for one in entries if one.path.startswith("Example"))
    assert ("309", "2026-11-01T10:11:12Z") == (example.header.bug_type, example.modified_at)
    assert 64 == len(listed.received_sha256)


def test_what_is_kept_as_it_came_has_no_second_digest(plug, open_source, read):
    data, outcome = read(open_source(plug()), asks.SYSDIAGNOSE)[str(asks.SYSDIAGNOSE)]

    assert b"\x1f\x8b archive" == data
    assert (None, None) == (outcome.received, outcome.received_sha256)


def test_a_large_file_comes_in_pieces_and_ends_at_the_limit(plug, open_source):
    request = CrashFile(path="Retired/Panic.ips", limit=3_000_000)
    answers = open_source(plug()).fetch_all([request])
    answer = next(answers)
    pieces = list(answer.chunks())

    assert 3_000_000 == sum(map(len, pieces))
    assert max(map(len, pieces)) <= 1024 * 1024
    assert "truncated" == answer.outcome().cut


@pytest.mark.parametrize("path", ["none.ips", "../../etc/passwd", "a\0b", ""])
def test_a_file_that_is_not_there(plug, open_source, read, path):
    request = CrashFile(path=path)

    assert "source_absent" == read(open_source(plug()), request)[str(request)]


class Listening(SimulatedIPhone):
    """A phone that notes when it is asked for its processes."""

    def called(self, service, message):
        if message.get("Request") == "PidList":
            self.heard_at = [*getattr(self, "heard_at", []), time.time()]
        super().called(service, message)


def test_turns_of_a_call_come_apart(tmp_path):
    phone = Listening(recordings.small_iphone(tmp_path))
    with Usbmuxd([phone]) as mux:
        source = open_ios(phone.udid, address=mux.address)
        answers = list(source.fetch_all(asks.PIDS))
        source.close()
    asked_at = [answer.started_at.timestamp() for answer in answers]

    for times in (asked_at, phone.heard_at):
        apart = [after - before for before, after in pairwise(times)]
        assert all(seconds > 0.65 for seconds in apart), apart
    # Each turn's time is of that turn, however late a busy computer lets the phone hear it.
    before = [0.0, *phone.heard_at]
    assert all(
        earlier < asked <= heard
        for earlier, asked, heard in zip(before, asked_at, phone.heard_at, strict=False)
    )


def test_a_caller_who_fails_leaves_no_session(plug):
    phone = plug()

    def fail(_action):
        raise RuntimeError("the caller's own")

    with pytest.raises(RuntimeError, match="the caller's own"):
        open_ios(phone.udid, address=phone.mux.address, on_action=fail)
    requests = [message["Request"] for service, message in phone.calls if service == "lockdownd"]

    assert ["StartSession", "StopSession"] == requests[-2:]


def test_what_is_for_other_phones_is_not_asked(plug, open_source, read):
    phone = plug()
    source = open_source(phone)
    before = len(phone.calls)

    assert {"getprop": "source_absent"} == read(source, Command(argv=("getprop",)))
    assert before == len(phone.calls)


def test_what_is_done_is_told_in_the_thread_that_asks(plug, open_source, read):
    told, threads = [], set()

    def take(action):
        told.append(action)
        threads.add(threading.get_ident())

    source = open_source(plug(), on_action=take)
    source.probe()
    found = read(source, asks.PROFILES, asks.LOG, asks.CRASHES, Lockdown(key="Nothing"))
    source.close()
    source.close()

    assert {threading.get_ident()} == threads
    words = [(one.op, *one.argv) for one in told]
    assert [("connect", "usb"), ("lockdown", "StartSession")] == words[:2]
    assert [("disconnect", "usb")] == words[-1:]
    assert {
        ("service", "com.apple.mobile.MCInstall", "RequestType=GetProfileList"),
        ("stream", "com.apple.os_trace_relay", "StartActivity"),
        ("afc", "com.apple.crashreportcopymobile", "list"),
        ("lockdown", "GetValue", "Nothing"),
    } == set(words[4:-1])
    profiles = next(one for one in told if one.op == "service")
    data, _ = found[str(asks.PROFILES)]
    assert (len(data), hashlib.sha256(data).hexdigest()) == (profiles.bytes, profiles.sha256)
    assert not any(one.changes_device for one in told)


def test_the_source_says_which_phone_it_is(plug, open_source):
    phone = plug()
    source = open_source(phone)

    assert ("ios", "usb", phone.udid) == (source.platform, source.transport, source.device_id)
    (key,) = source.host_keys
    assert key.startswith("SHA256:")
    assert 71 == len(key)


def test_probing_reads_the_clock(plug, open_source):
    probe = open_source(plug()).probe()

    assert 60 == pytest.approx(probe.clock.skew_seconds, abs=1)
    assert probe.clock.uncertainty_seconds < 1
    assert None is probe.locked


def test_round_trips_are_counted(plug, open_source, read):
    phone = plug()
    source = open_source(phone)
    read(source, *asks.CALLS, asks.LOG)

    asked = [message for service, message in phone.calls if service == "lockdownd"]
    assert len(asked) == source.round_trips


def test_two_threads_may_ask_at_once(plug, open_source, read):
    source = open_source(plug())
    found = {}
    asking = threading.Thread(target=lambda: found.update(read(source, *asks.PIDS)))
    asking.start()
    found.update(read(source, *asks.CALLS))
    source.probe()
    asking.join()

    assert len(asks.CALLS) + len(asks.PIDS) == len(found)
    assert {None} == {outcome.cut for _, outcome in found.values()}


def test_what_the_reader_leaves_is_read_over(plug, open_source):
    answers = list(open_source(plug()).fetch_all([*asks.CALLS, asks.SYSDIAGNOSE]))

    assert {None} == {answer.outcome().cut for answer in answers}


def test_a_deadline_ends_what_is_still_asked(plug, open_source, read):
    phone = plug(faults=IosFaults(silent=("com.apple.misagent",)))
    source = open_source(phone)
    began = time.monotonic()
    found = read(
        source, asks.PROVISIONING, asks.PROFILES, LogStream(seconds=30), deadline=began + 1
    )

    assert time.monotonic() - began < 3
    assert "timeout" == found[str(asks.PROVISIONING)]
    assert None is found[str(asks.PROFILES)][1].cut
    assert "timeout" == found[str(LogStream(seconds=30))][1].cut


def test_a_deadline_that_is_over_asks_nothing(plug, open_source, read):
    told = []
    source = open_source(plug(), on_action=told.append)
    del told[:]
    found = read(source, *asks.CALLS, *asks.VALUES, deadline=time.monotonic() - 1)

    assert {"timeout"} == set(found.values())
    assert [] == told


def test_leaving_early_ends_what_runs(plug, open_source, read):
    source = open_source(plug(faults=IosFaults(silent=("com.apple.misagent",))))
    answers = source.fetch_all([asks.PROVISIONING, LogStream(seconds=60, timeout=90), asks.ICONS])
    began = time.monotonic()

    first = next(answers)
    answers.close()

    assert asks.ICONS == first.request
    assert time.monotonic() - began < 2
    assert None is read(source, asks.PROFILES)[str(asks.PROFILES)][1].cut


def test_closing_the_source_ends_what_another_thread_waits_for(plug, open_source):
    source = open_source(plug(faults=IosFaults(silent=("com.apple.misagent",))))
    threading.Timer(0.3, source.close).start()
    began = time.monotonic()

    with pytest.raises(DeviceError):
        list(source.fetch_all([asks.PROVISIONING]))
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("after", [4, 6, 9, 14, 20])
def test_a_phone_that_goes_away_is_lost(plug, open_source, after):
    source = open_source(plug(faults=IosFaults(goes_away_after=after)))
    began = time.monotonic()
    answered = []

    def every():
        for answer in source.fetch_all([*asks.CALLS, *asks.VALUES, asks.LOG]):
            answered.append(answer)
            if isinstance(answer, Answer):
                b"".join(answer.chunks())

    with pytest.raises(DeviceLost) as lost:
        every()

    assert time.monotonic() - began < 8
    assert lost.value.remedy
    assert len(answered) < len(asks.CALLS) + 3
    assert [] == [one.reason for one in answered if isinstance(one, Unanswered)]


def test_a_phone_that_is_gone_is_lost_to_a_probe(plug, open_source):
    source = open_source(plug(faults=IosFaults(goes_away_after=4)))

    with pytest.raises(DeviceLost):
        source.probe()


def test_a_lookalike_call_is_refused_before_anything_is_sent(plug, open_source):
    phone = plug()
    source = open_source(phone)
    before = len(phone.calls)
    wrong = (
        ServiceCall(service=asks.PROFILES.service, arguments=(("RequestType", "EraseDevice"),)),
        ServiceCall(service="com.apple.mobile.mobilebackup2", arguments=(("Command", "x"),)),
        structs.replace(asks.DEVELOPER, arguments=(("Command", "MountImage"),)),
    )

    for request in wrong:
        with pytest.raises(ValueError, match="may not"):
            list(source.fetch_all([asks.PROFILES, request]))
    assert before == len(phone.calls)


def test_nothing_is_written_at_home(plug, open_source, read, tmp_path):
    read(open_source(plug()), *asks.CALLS)

    assert [] == list((tmp_path / "home").rglob("*"))


def test_nothing_is_logged_that_a_person_would_see(plug, open_source, read, caplog):
    source = open_source(plug(faults=IosFaults(drop_after={"com.apple.misagent": 50})))
    read(source, *asks.ALL)
    source.close()

    assert [] == [one.message for one in caplog.records if one.levelname != "DEBUG"]
