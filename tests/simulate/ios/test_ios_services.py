"""What pymobiledevice3, unmodified, is answered by the services of a simulated iPhone."""

import asyncio
import plistlib

import pytest
from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.services.misagent import MisagentService
from pymobiledevice3.services.mobile_config import MobileConfigService
from pymobiledevice3.services.mobile_image_mounter import MobileImageMounterService
from pymobiledevice3.services.os_trace import OsTraceService
from pymobiledevice3.services.springboard import SpringBoardServicesService

from scanner.simulate.ios import SERVICES
from tests.simulate.ios.recordings import (
    APPS,
    CALLS,
    CHOSEN,
    CLOUD,
    DEVELOPER_MODE,
    ICONS,
    PIDS,
    PROFILES,
    PROVISIONING,
)


async def call(lockdown, service, message):
    """Send one message and return the bytes of the reply."""
    connection = await lockdown.start_lockdown_service(service)
    async with connection:
        await connection.send_plist(message)
        return await connection.recv_prefixed()


@pytest.mark.parametrize(
    ("service", "message", "replies"),
    [each for each in CALLS if each[0] not in SERVICES],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_a_recorded_reply_comes_byte_for_byte(plug, drive, service, message, replies):
    phone = plug()
    message = {**message, "AndMore": True}
    reply = drive(phone, lambda lockdown: call(lockdown, service, message))

    assert plistlib.dumps(replies[0]) == reply
    assert (service, message) == phone.calls[-1]


def test_the_services_of_the_library(plug, drive):
    async def use(lockdown):
        async with (
            MobileConfigService(lockdown) as config,
            MisagentService(lockdown) as misagent,
            DiagnosticsService(lockdown) as diagnostics,
            SpringBoardServicesService(lockdown) as springboard,
            MobileImageMounterService(lockdown) as mounter,
        ):
            return (
                await config.get_profile_list(),
                await config.get_cloud_configuration(),
                [profile.buf for profile in await misagent.copy_all()],
                await diagnostics.ioregistry(plane="IODeviceTree", name="chosen"),
                await springboard.get_icon_state(),
                await mounter.copy_devices(),
                await mounter.query_developer_mode_status(),
            )

    assert (
        PROFILES,
        CLOUD["CloudConfiguration"],
        PROVISIONING["Payload"],
        CHOSEN["Diagnostics"]["IORegistry"],
        ICONS,
        [],
        DEVELOPER_MODE["DeveloperModeStatus"],
    ) == drive(plug(), use)


def test_apps_have_the_facts_that_were_asked_for(plug, drive):
    async def use(lockdown):
        async with InstallationProxyService(lockdown) as proxy:
            return (
                await proxy.lookup({"ReturnAttributes": ["ApplicationType"]}),
                await proxy.lookup({"ApplicationType": "Any"}),
            )

    some, all_of_them = drive(plug(), use)

    user = {"ApplicationType": "User"}
    assert {"com.example.notes": user, "com.example.maps": user} == some
    assert APPS["LookupResult"] == all_of_them


def test_several_replies_are_given_in_turn_and_the_last_stays(plug, drive):
    async def use(lockdown):
        answers = []
        for _ in range(4):
            async with OsTraceService(lockdown) as trace:
                answers.append(await trace.get_pid_list())
        return answers

    assert [*PIDS, PIDS[-1]] == drive(plug(), use)


@pytest.mark.parametrize(
    ("service", "message", "reply"),
    [
        ("com.apple.companion_proxy", {"Command": "Other"}, {"Error": "UnknownCommand"}),
        (
            "com.apple.mobile.diagnostics_relay",
            {"Request": "Restart"},
            {"Status": "UnknownRequest"},
        ),
    ],
)
def test_what_is_not_recorded_is_refused(plug, drive, service, message, reply):
    phone = plug()

    assert reply == plistlib.loads(drive(phone, lambda lockdown: call(lockdown, service, message)))
    assert (service, message) == phone.calls[-1]


@pytest.mark.parametrize(
    "service",
    [
        "com.apple.crashreportmover",
        "com.apple.instruments.remoteserver.DVTSecureSocketProxy",
        "com.apple.mobilebackup2",
    ],
)
def test_a_service_without_a_record_is_not_there(plug, drive, service):
    phone = plug()
    with pytest.raises(InvalidServiceError):
        drive(phone, lambda lockdown: lockdown.start_lockdown_service(service))

    name, message = phone.calls[-1]
    assert ("lockdownd", service) == (name, message["Service"])


def test_many_services_at_once(plug, drive):
    calls = [each for each in CALLS if each[0] not in SERVICES] * 3

    async def use(lockdown):
        return await asyncio.gather(
            *(call(lockdown, service, message) for service, message, _ in calls)
        )

    assert [plistlib.dumps(replies[0]) for _, _, replies in calls] == drive(plug(), use)
