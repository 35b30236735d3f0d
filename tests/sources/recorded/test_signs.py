"""Loose texts: what each is the output of, by how it begins."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scanner.model.requests import Command, Dumpsys, File
from scanner.sources.recorded.lists import (
    NARROWED,
    OUR_PS,
    Recognised,
)
from scanner.sources.recorded.signs import recognise, recognise_binary

from .collected import PROPERTIES

PHONES = Path(__file__).parents[3] / "fixtures" / "phones"
KEYS = [line.split("]")[0] for line in PROPERTIES.splitlines() if "serialno" not in line]
APPOPS = """\
Current AppOps Service state:
  Settings:
    top_state_settle_time=+5s0ms

  Uid 1000:
    Package android:
      WAKE_LOCK (allow):
      TOAST_WINDOW (allow):
"""


def told(text, name="x.txt"):
    return recognise(text, name, lambda words: words in f"\n{text}")


def answers():
    """Return the answers of our phones that say something."""
    return [
        pytest.param(
            answer["argv"],
            (place.parent / answer["stdout"]).read_text(),
            id=f"{place.parent.name} {' '.join(answer['argv'])}",
        )
        for place in sorted(PHONES.glob("android-*/phone.json"))
        for answer in json.loads(place.read_text())["answers"]
        if answer["stdout"]
    ]


@pytest.mark.parametrize(("argv", "text"), answers())
def test_an_answer_of_a_phone_is_what_it_is_or_nothing(argv, text):
    found = told(text)
    nobody_says_of_whom = argv[:2] == ["settings", "--user"]
    same = [word if word != "10" else "0" for word in argv] if nobody_says_of_whom else argv

    assert found is None or same == str(found.request).split()


@pytest.mark.parametrize(("argv", "text"), answers())
def test_a_whole_answer_of_a_phone_is_doubted_only_where_nobody_can_tell(argv, text):
    found = told(text)
    is_list = argv[:4] == ["cmd", "package", "list", "packages"]
    has_few_settings = argv[:2] == ["settings", "--user"] and len(text) < 1000

    assert found is None or not found.doubt or is_list or has_few_settings


def test_what_every_phone_answers_is_recognised():
    known = {str(told(each.values[1]).request) for each in answers() if told(each.values[1])}

    assert {str(OUR_PS), "getprop", "pm list users", "settings list global"} <= known
    assert {
        f"dumpsys {service}" for service in ("package", "accessibility", "device_policy", "user")
    } <= known


def test_properties_are_of_a_phone():
    expected = Recognised(request=Command(argv=("getprop",)), phone=("Example One", "EXAMPLE01"))

    assert expected == told(PROPERTIES)


def test_filtered_properties_may_not_be_all():
    found = told("[net.bt.name]: [Android]\n[net.dns1]: [192.0.2.1]\n")

    assert (Command(argv=("getprop",)), NARROWED) == (found.request, found.doubt)
    assert ("", "") == found.phone


def test_operations_of_all_apps():
    assert Recognised(request=Dumpsys(service="appops")) == told(APPOPS)


@pytest.mark.parametrize("line", range(6))
def test_properties_without_those_that_every_phone_has_may_not_be_all(line):
    lines = PROPERTIES.splitlines(keepends=True)
    lines.remove(next(each for each in lines if each.split("]")[0] == KEYS[line]))

    assert NARROWED == told("".join(lines)).doubt


@pytest.mark.parametrize("absent", ["    Package android:\n", "      TOAST_WINDOW (allow):\n"])
def test_operations_of_one_app_or_one_operation_are_not_all(absent):
    found = told(APPOPS.replace(absent, ""))

    assert Recognised(request=Dumpsys(service="appops"), doubt=NARROWED) == found


def test_one_package_is_not_all():
    of_one = (
        "Activity Resolver Table:\n  Non-Data Actions:\n\nPackages:\n  Package [com.example] (1):\n"
    )
    of_all = f"{of_one}  Package [android] (2):\n\nShared users:\n"

    assert NARROWED == told(of_one).doubt
    assert Recognised(request=Dumpsys(service="package")) == told(of_all)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ACCESSIBILITY MANAGER (dumpsys accessibility)\n", ("accessibility", ())),
        ("ADB MANAGER STATE (dumpsys adb):\n{\n", ("adb", ())),
        ("ACTIVITY MANAGER SERVICES (dumpsys activity services)\n", ("activity", ("services",))),
        (
            "A SETTINGS (dumpsys activity settings) x:\nA SERVICES (dumpsys activity services)\n",
            ("activity", ()),
        ),
        (
            f"{'-' * 79}\nWINDOW MANAGER POLICY STATE (dumpsys window policy)\n",
            ("window", "policy"),
        ),
        ("Daily stats:\n  Current start time: x\n", ("batterystats", ("--daily",))),
        ("Wi-Fi is enabled\nVerbose logging is off\n", ("wifi", ())),
        ("Verbose logging is off\nStay-awake conditions: 0\n", ("wifi", ())),
        ("Settings:\n  min_ready_non_active_jobs_count=5\n", ("jobscheduler", ())),
        ("  Settings:\n    light_after_inactive_to=+4m0s0ms\n", ("deviceidle", ())),
        ("NetworkFactories for: WIFI\n", ("connectivity", ())),
        ("Active interfaces:\n  iface=wlan0\nActive UID interfaces:\n", ("netstats", ())),
        ("Users:\n  UserInfo{0:x:13} serialNo=0\n", ("user", ())),
        ("Applications Database Info:\n", ("dbinfo", ())),
        ("ChangeId(180326845; name=A; disabled)\n", ("platform_compat", ())),
    ],
)
def test_services(text, expected):
    service, arguments = expected
    arguments = (arguments,) if isinstance(arguments, str) else arguments

    assert Recognised(request=Dumpsys(service=service, arguments=arguments)) == told(text)


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("Users:\n\tUserInfo{0:x:13} running\n", ("pm", "list", "users")),
        ("Found 2 services:\n0\tphone: []\n", ("service", "list")),
        ("no owners\n", ("dpm", "list-owners")),
        ("Enforcing\n", ("getenforce",)),
    ],
)
def test_commands(text, argv):
    assert Recognised(request=Command(argv=argv)) == told(text)


def test_several_services():
    text = f"Currently running services:\n  adb\n{'-' * 79}\nDUMP OF SERVICE adb:\nx\n"

    assert Recognised(request=None) == told(text)
    assert Recognised(request=None) == told(f"{'-' * 79}\nDUMP OF SERVICE HIGH adb:\nx\n")


def test_a_tombstone_needs_its_name_too():
    text = f"{' '.join(['***'] * 16)}\nBuild fingerprint: 'example/one:14'\n"
    proto = b"\x08\x01\x12\x44example/one/one:14/AP1A/1:user/release-keys"

    assert File(path="/data/tombstones/tombstone_07") == told(text, "a/tombstone_07").request
    assert told(text, "crash.txt") is None
    found = recognise_binary(proto, "a/tombstone_07.pb")
    assert File(path="/data/tombstones/tombstone_07.pb") == found.request
    assert recognise_binary(proto, "a/b.pb") is None
    assert recognise_binary(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "tombstone_07.pb") is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "hello\n",
        "# begin build properties\nro.build.version.sdk=34\n",
        "com.example/com.example.Service:com.example.two/.Service\n",
        "Can't find service: adb\n",
        '{"a": [1]}\n',
    ],
)
def test_other_texts_are_nothing(text):
    assert told(text) is None


@pytest.mark.parametrize("typed", ["", "dumpsys input\n", "phone:/ $ dumpsys input\n"])
def test_a_terminal_that_was_copied_is_read_below_the_command(typed):
    found = recognise(typed + "INPUT MANAGER (dumpsys input)\n\nInput", "x.txt", lambda _: True)

    assert Recognised(request=Dumpsys(service="input")) == found


def test_the_compositor_is_told_by_its_build_configuration():
    found = recognise("Build configuration: [sf PRESENT_TIME_OFFSET=0]\n", "x", lambda _: True)

    assert Recognised(request=Dumpsys(service="SurfaceFlinger")) == found
