"""Lists without a title: told by the shape of their lines."""

from __future__ import annotations

import pytest

from scanner.model.requests import Command
from scanner.sources.recorded.lists import (
    NARROWED,
    OUR_PS,
    PS,
    UNKNOWN_LIST,
    Recognised,
    packages_of,
    settings_of,
)
from scanner.sources.recorded.signs import recognise


def told(text):
    return recognise(text, "x.txt", lambda words: words in f"\n{text}")


def test_processes_with_the_first_of_them():
    head = "USER           PID  PPID     VSZ    RSS WCHAN            ADDR S NAME\n"
    first = "root             1     0   57912   2084 0                   0 S init\n"
    later = "shell         9001     1   57912   2084 0                   0 S ps\n"

    assert Recognised(request=PS) == told(head + first + later)
    assert Recognised(request=PS, doubt=NARROWED) == told(head + later)
    assert told("USER  PID PPID VSIZE RSS WCHAN PC  NAME\nroot 1 0 1 1 0 0 S /init\n") is None


def test_processes_with_our_columns():
    text = "  PID  PPID USER LABEL STIME NAME CMDLINE\n    1     0 root         09:12 init init\n"

    assert Recognised(request=OUR_PS) == told(text)


def test_a_list_of_apps_never_says_that_it_is_whole():
    with_paths = "package:/data/app/com.example-1/base.apk=com.example\n"

    assert Recognised(request=packages_of(0), doubt=UNKNOWN_LIST) == told(with_paths)
    assert told("package:com.example\npackage:com.example.two\n") is None
    assert told(f"{with_paths}package:com.example.two\n") is None


def test_a_list_of_apps_is_of_the_user_that_the_uids_name():
    line = "package:/data/app/com.example-1/base.apk=com.example versionCode:1  installer=null uid:"

    assert packages_of(10) == told(f"{line}1010007\n").request
    assert told(f"{line}10007,1010007\n") is None
    assert told(f"{line}10007\n{line}1010007\n") is None


def test_mounts():
    mounts = Command(argv=("cat", "/proc/mounts"))
    lines = (
        "/dev/block/dm-8 / erofs ro,seclabel,relatime 0 0\n",
        "proc /proc proc rw,relatime,gid=3009 0 0\n",
        "/dev/block/dm-40 /data f2fs rw,lazytime 0 0\n",
    )

    assert Recognised(request=mounts) == told("".join(lines))
    assert Recognised(request=mounts, doubt=NARROWED) == told("".join(lines[:2]))
    assert told(f"{lines[0]}something else\n") is None


def settings(*names):
    return "".join(f"{name}=1\n" for name in names)


GLOBAL = ("adb_enabled", "airplane_mode_on", "auto_time", "bluetooth_on", "boot_count", "wifi_on")
SYSTEM = ("alarm_alert", "dtmf_tone", "font_scale", "ringtone", "user_rotation", "volume_ring")


def test_settings_are_of_the_namespace_whose_names_they_have():
    secure = settings("accessibility_enabled", "android_id", "default_input_method")

    assert Recognised(request=settings_of("global")) == told(settings(*GLOBAL))
    assert Recognised(request=settings_of("system")) == told(settings(*SYSTEM))
    assert Recognised(request=settings_of("secure"), doubt=NARROWED) == told(secure)


def test_settings_without_the_last_names_may_have_been_cut():
    found = told(settings(*GLOBAL[:-1], "device_provisioned"))

    assert Recognised(request=settings_of("global"), doubt=NARROWED) == found


@pytest.mark.parametrize(
    "names", [("adb_enabled",), ("x", "y", "z"), (*GLOBAL, *SYSTEM), (*GLOBAL, *SYSTEM[:2])]
)
def test_settings_of_no_clear_namespace_are_not_read(names):
    assert told(settings(*names)) is None


def test_users_are_looked_for_in_all_lines():
    line = "package:/data/app/com.example-1/base.apk=com.example versionCode:1  installer=null uid:"

    assert told(f"{line}10007\n" * 100 + f"{line}10007,1010007\n") is None
