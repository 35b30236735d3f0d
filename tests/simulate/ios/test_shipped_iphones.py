"""The shipped iPhones answer as they are recorded."""

import asyncio

import pytest

from scanner.simulate import phones
from scanner.simulate.ios import SERVICES, IPhone, Usbmuxd
from tests.simulate.ios.conftest import Plugged
from tests.simulate.ios.test_ios_services import call

FOLDERS = [folder for folder in phones() if folder.name.startswith("ios-")]
LIVE = ("DevicePublicKey", "TimeIntervalSince1970")  # made while it is served


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_recorded_call(folder, drive):
    recorded = IPhone.load(folder)
    calls = [each for each in recorded.calls if each.service not in SERVICES]

    async def use(lockdown):
        replies = (call(lockdown, each.service, each.message) for each in calls)
        values = (lockdown.get_value(domain) for domain in recorded.values)
        return await asyncio.gather(*replies), await asyncio.gather(*values)

    phone = Plugged(recorded)
    with Usbmuxd([phone]) as phone.mux:
        replies, values = drive(phone, use)

    assert [recorded.read(each.replies[0]) for each in calls] == replies
    for domain, stated in zip(recorded.values, values, strict=True):
        known = {key: value for key, value in recorded.domain(domain).items() if key not in LIVE}
        assert known == {key: stated[key] for key in known}


def test_there_are_some():
    assert 3 <= len(FOLDERS)
