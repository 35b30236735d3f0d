"""Nothing reaches a phone but what reads it: the list is written here once more, by hand."""

import pytest

from scanner.sources.ios.allowed import require_afc, require_call, require_lockdown
from scanner.sources.ios.plan import message_of
from tests.sources.ios import requests as asks

LOCKDOWND = {"QueryType", "GetValue", "StartSession", "StartService", "StopSession"}
MESSAGES = {
    "com.apple.mobile.installation_proxy": {("Command", "Lookup")},
    "com.apple.mobile.MCInstall": {
        ("RequestType", "GetProfileList"),
        ("RequestType", "GetCloudConfiguration"),
    },
    "com.apple.misagent": {("MessageType", "CopyAll")},
    "com.apple.mobile.diagnostics_relay": {("Request", "IORegistry")},
    "com.apple.os_trace_relay": {("Request", "PidList"), ("Request", "StartActivity")},
    "com.apple.springboardservices": {("command", "getIconState")},
    "com.apple.mobile.mobile_image_mounter": {
        ("Command", "CopyDevices"),
        ("Command", "QueryDeveloperModeStatus"),
    },
    "com.apple.companion_proxy": {("Command", "GetDeviceRegistry")},
    "com.apple.mobileactivationd": {("Command", "GetActivationStateRequest")},
    "com.apple.crashreportcopymobile": {
        ("Operation", name)
        for name in ("READ_DIR", "GET_FILE_INFO", "FILE_OPEN", "READ", "FILE_CLOSE")
    },
    "com.apple.pcapd": set(),
}


def test_no_call_beyond_the_list_reaches_the_phone(plug, open_source, read):
    phone = plug()
    source = open_source(phone)
    source.probe()
    read(source, *asks.ALL)
    source.close()

    services = {service for service, _ in phone.calls}
    assert services <= {"lockdownd", *MESSAGES}
    assert len(services) > 8
    for service, message in phone.calls:
        if service == "lockdownd":
            assert message["Request"] in LOCKDOWND
        else:
            words = {(key, word) for key, word in message.items() if isinstance(word, str)}
            assert words & MESSAGES[service] or not words, (service, words)


def test_every_call_of_ours_is_on_the_list():
    for call in (*asks.CALLS, *asks.PIDS):
        require_call(call.service, message_of(call))


@pytest.mark.parametrize(
    ("service", "message"),
    [
        ("com.apple.mobile.installation_proxy", {"Command": "Install"}),
        ("com.apple.mobile.installation_proxy", {"Command": "Uninstall"}),
        ("com.apple.mobile.MCInstall", {"RequestType": "InstallProfile"}),
        ("com.apple.mobile.MCInstall", {"RequestType": "EraseDevice"}),
        ("com.apple.mobile.MCInstall", {"Command": "GetProfileList"}),
        ("com.apple.misagent", {"MessageType": "Remove"}),
        ("com.apple.mobile.diagnostics_relay", {"Request": "Restart"}),
        ("com.apple.os_trace_relay", {"Request": "CreateArchive"}),
        ("com.apple.springboardservices", {"command": "setIconState"}),
        ("com.apple.mobile.mobile_image_mounter", {"Command": "MountImage"}),
        ("com.apple.crashreportmover", {}),
        ("com.apple.mobilebackup2", {"MessageName": "Backup"}),
    ],
)
def test_what_changes_a_phone_is_not_on_it(service, message):
    with pytest.raises(ValueError, match="may not be asked"):
        require_call(service, message)


@pytest.mark.parametrize(
    "message",
    [
        {"Request": "SetValue"},
        {"Request": "RemoveValue"},
        {"Request": "Pair"},
        {"Request": "Unpair"},
        {"Request": "EnterRecovery"},
        {"Request": "StartService", "Service": "com.apple.crashreportmover"},
        {"Request": "StartService", "Service": "com.apple.amfi.lockdown"},
    ],
)
def test_lockdownd_is_not_asked_to_change_anything(message):
    with pytest.raises(ValueError, match="may not"):
        require_lockdown(message)


@pytest.mark.parametrize("operation", [n for n in range(0x30) if n not in {3, 10, 13, 15, 20}])
def test_files_are_only_read(operation):
    with pytest.raises(ValueError, match="more than reading"):
        require_afc(operation)


@pytest.mark.parametrize("mode", [0, 2, 3, 4, 5, 6, None])
def test_files_are_opened_for_reading_only(mode):
    with pytest.raises(ValueError, match="more than reading"):
        require_afc(0x0D, mode)
