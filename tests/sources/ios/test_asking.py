"""Lanes are filled beside each other; what nobody thought of costs one request."""

import asyncio
import plistlib
import threading

from pymobiledevice3.usbmux import MuxDevice

from scanner.sources.ios.asking import Phone, fill
from scanner.sources.ios.lanes import Began, Lane, Skipped
from scanner.sources.live import Ended
from tests.simulate.ios.recordings import UDID
from tests.sources.ios import requests as asks


class Odd(Phone):
    """A phone whose services make the library raise what it never raises."""

    async def value(self, domain, key):
        return plistlib.dumps({"Domain": domain or "", "Key": key or ""})

    async def services(self):
        raise OverflowError("a word of the phone's")


def events(lane):
    found = []
    while (event := lane.get()) is not None:
        found.append(event)
    return found


def test_what_nobody_thought_of_costs_its_request_alone(caplog):
    changed = threading.Condition()
    lanes = [Lane([one], changed) for one in (asks.PROFILES, asks.LOG, *asks.VALUES)]
    phone = Odd(MuxDevice(1, UDID, "USB"), "", None)

    asyncio.run(fill(phone, lanes, None))
    profiles, log, *values = map(events, lanes)

    for (skipped,) in (profiles, log):
        assert isinstance(skipped, Skipped)
        assert "parse_error" == skipped.reason
        assert "an answer of another form than is known" == skipped.detail
    for began, data, ended in values:
        assert isinstance(began, Began)
        assert isinstance(ended, Ended)
        assert b"Domain" in data
        assert None is ended.outcome.cut
    assert 2 == caplog.text.count("OverflowError at test_asking.py:")
    assert "a word" not in caplog.text


def test_turns_after_what_nobody_thought_of_are_put_all_the_same():
    lane = Lane(asks.PIDS, threading.Condition())

    asyncio.run(fill(Odd(MuxDevice(1, UDID, "USB"), "", None), [lane], None))

    assert [*asks.PIDS] == [one.request for one in events(lane)]
