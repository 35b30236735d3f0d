"""What services, files and networks of a recorded phone say agrees with its apps and users."""

from __future__ import annotations

import re

from tests.phones.recording import FIXTURES, Recording

TAMPERED = FIXTURES / "phones" / "android-14-tampered"
FIRST_OF_APPS = 10_000
APPS_OF_A_USER = 100_000
SOCKET = re.compile(
    r"^ *\d+: (?P<local>\S+):(?P<port>[0-9A-F]{4}) (?P<remote>\S+):[0-9A-F]{4} (?P<state>\w\w)"
    r" \S+ \S+ \S+ +(?P<uid>\d+) ",
    re.MULTILINE,
)
STATED_OF_FILES = re.compile(r"^[0-9a-f]+ \d+ \d+ \S+ \d+ \S+ (/.*)$", re.MULTILINE)


def number_of(uid: str) -> int:
    """Return the number of a uid as `UserHandle.formatUid` prints it."""
    if uid.isdigit():
        return int(uid)
    match = re.fullmatch(r"u(\d+)([as])(\d+)", uid)
    assert match, uid
    app = int(match[3]) + (FIRST_OF_APPS if match[2] == "a" else 0)
    return int(match[1]) * APPS_OF_A_USER + app


def ids(recording: Recording) -> dict[str, int]:
    """Return each package's app id."""
    found = {}
    for name, block in recording.packages().items():
        match = re.search(r"^    (?:userId|appId)=(\d+)$", block, re.MULTILINE)
        assert match
        found[name] = int(match[1])
    return found


def test_listeners_and_keyboards_are_installed(recording: Recording) -> None:
    for user in recording.readable():
        for name in ("enabled_notification_listeners", "enabled_input_methods"):
            value = recording.setting(user, name) or ""
            named = {component.partition("/")[0] for component in value.split(":") if component}
            # A work profile is told the keyboards of its owner (CLONE_TO_MANAGED_PROFILE).
            of = {user, 0} if name == "enabled_input_methods" else {user}
            assert named <= {app for each in of for app in recording.listed(each)}, name
        used = recording.setting(user, "default_input_method")
        assert used in (recording.setting(user, "enabled_input_methods") or "").split(":")


def test_operations_are_those_of_the_package_with_that_uid(recording: Recording) -> None:
    known = ids(recording)
    text = recording.text("dumpsys appops")
    uids = re.split(r"^  Uid (\w+):$", text, flags=re.MULTILINE)
    packages = 0
    for uid, block in zip(uids[1::2], uids[2::2], strict=True):
        for package in re.findall(r"^    Package (\S+):$", block, re.MULTILINE):
            assert known[package] == number_of(uid) % APPS_OF_A_USER
            packages += 1
    assert packages > len(known) // 5


def test_jobs_and_alarms_are_of_packages_that_are_installed(recording: Recording) -> None:
    known = ids(recording)
    jobs = re.findall(
        r"^    Source: uid=(\w+) user=(\d+) pkg=(\S+)$",
        recording.text("dumpsys jobscheduler"),
        re.MULTILINE,
    )
    assert jobs
    for uid, user, package in jobs:
        assert number_of(uid) == int(user) * APPS_OF_A_USER + known[package]
    alarms = re.findall(
        r"^  (u\d+a\d+):(\S+) \+81ms running", recording.text("dumpsys alarm"), re.MULTILINE
    )
    assert alarms
    for uid, package in alarms:
        assert number_of(uid) % APPS_OF_A_USER == known[package]


def test_roles_are_held_by_packages_of_the_phone(recording: Recording) -> None:
    held = re.findall(r"^ +holders=(\S+)$", recording.text("dumpsys role"), re.MULTILINE)
    assert set(held) <= set(recording.packages())
    assert held or "Can't find service" in recording.text("dumpsys role")


def test_sockets_are_of_the_system_or_of_an_app_of_the_phone(recording: Recording) -> None:
    known = set(ids(recording).values())
    for name in ("tcp", "tcp6", "udp", "udp6"):
        text = recording.text(f"cat /proc/net/{name}")
        rows = list(SOCKET.finditer(text))
        assert len(rows) == len(text.splitlines()) - 1
        uids = {int(row["uid"]) for row in rows}
        assert {uid for uid in uids if uid >= FIRST_OF_APPS} <= known


def test_services_are_listed_where_they_answer(recording: Recording) -> None:
    listed = set(re.findall(r"^\d+\t(\w+): \[", recording.text("service list"), re.MULTILINE))
    for command in recording.answers:
        if command.startswith("dumpsys "):
            absent = recording.text(command).startswith("Can't find service: ")
            assert (command.split()[1] in listed) is not absent, command


def test_settings_and_properties_agree_on_wireless_debugging(recording: Recording) -> None:
    enabled = "adb_wifi_enabled=1\n" in recording.text("settings list global")
    property_ = "[persist.adb.tls_server.enable]: [1]\n" in recording.text("getprop")
    assert enabled is property_


def test_a_plain_dump_of_packages_names_no_requested_permissions(recording: Recording) -> None:
    text = recording.text("dumpsys package")
    assert "requested permissions:" not in text
    assert "install permissions:" in text


def test_what_was_planted_besides_apps_is_there() -> None:
    phone = Recording(TAMPERED)
    planted = phone.expected["planted"]
    spy, _, listener = planted["notification_listener"]["component"].partition("/")
    uid = ids(phone)[spy]
    assert f":{spy}/{listener}\n" in phone.text("settings --user 0 list secure")
    of_the_spy = [
        row for row in SOCKET.finditer(phone.text("cat /proc/net/tcp6")) if int(row["uid"]) == uid
    ]
    listening, connected = "0A", "01"
    assert [(f"{39001:04X}", listening)] == [
        (row["port"], row["state"]) for row in of_the_spy if row["state"] == listening
    ]
    (connection,) = (row for row in of_the_spy if row["state"] == connected)
    assert connection["remote"].endswith(bytes((77, 100, 51, 198)).hex().upper())
    assert "HttpProxy: [198.51.100.77] 8080" in phone.text("dumpsys connectivity")
    assert phone.text("ls -1 /data/misc/user/0/cacerts-added") == "c8f3a1d0.0\n"
    assert "\noverlay /system/xbin overlay rw," in phone.text("cat /proc/mounts")
    assert "adb_wifi_enabled=1\n" in phone.text("settings list global")


def test_files_and_the_removed_app_that_were_planted() -> None:
    phone = Recording(TAMPERED)
    (stat,) = (command for command in phone.answers if command.startswith("stat "))
    assert STATED_OF_FILES.findall(phone.text(stat)) == ["/system/bin/sh", "/system/xbin/su"]
    (find,) = (command for command in phone.answers if command.startswith("find /data/local/tmp "))
    assert STATED_OF_FILES.findall(phone.text(find)) == [
        "/data/local/tmp",
        "/data/local/tmp/.sysupd",
    ]
    daily = phone.text("dumpsys batterystats --daily")
    (removed,) = set(re.findall(r"^      Update (\S+) vers=0$", daily, re.MULTILINE))
    assert removed not in phone.packages()
    (found,) = (
        found
        for found in phone.expected_of("standard")["findings"]
        if found["category"] == "package_trace"
    )
    assert found["subject"]["package"] == removed


def test_the_clean_phones_have_none_of_it() -> None:
    for name in ("android-16-clean", "android-8-clean"):
        phone = Recording(TAMPERED.with_name(name))
        assert phone.expected_of("standard")["findings"] == []
        assert "HttpProxy" not in phone.text("dumpsys connectivity")
        assert "overlay" not in phone.text("cat /proc/mounts")
        assert phone.text("ls -1 /data/misc/user/0/cacerts-added") == ""
        assert "adb_wifi_enabled=1" not in phone.text("settings list global")
        for command in phone.answers:
            if command.startswith(("stat ", "find /data/local/tmp ")):
                assert len(STATED_OF_FILES.findall(phone.text(command))) == 1
