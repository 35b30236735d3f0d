"""No bytes may crash a reading: entities, or an error that says why, within the privacy rules.

Random bytes seldom get past a first line, so real layouts (written by us) are mutated as well:
lines dropped, doubled, swapped and cut, bytes replaced.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.artifacts import ARTIFACTS
from scanner.errors import NotAvailable, ParseError
from scanner.model.artifact import Planned, Reading
from scanner.model.entities import Entity, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command, Dumpsys, for_user

KEY = "QAAAA" + "A" * 87
SEEDS: dict[str, tuple[str, ...]] = {
    "android.getprop": ("[ro.build.type]: [user]\n[ro.debuggable]: [0\nx]\n[ro.serialno]: [S]\n",),
    "android.users": (
        "Users:\n\tUserInfo{0:Owner:13} running\n\tUserInfo{10:x\ny:30}\n",
        "Users:\n  UserInfo{0:n:13} serialNo=0\n    Type: a.b\n    State: RUNNING\n",
    ),
    "android.settings": (
        "adb_enabled=1\nhttp_proxy=a\nb\nenabled_accessibility_services=a.b/.C:d.e/f.G\nz=1\n",
    ),
    "android.packages": (
        (
            "package:/data/app/x==/base.apk=com.a versionCode:7  installer=null uid:10001\n"
            "package:com.b\n"
        ),
    ),
    "android.package_details": (
        (
            "Receiver Resolver Table:\n  Non-Data Actions:\n      a.b.C:\n        1a com.a/.R\n\n"
            "Packages:\n  Package [com.a] (1):\n    userId=10001\n"
            "    sharedUser=SharedUserSetting{1 s/1}\n"
            "    versionCode=7 minSdk=1 targetSdk=2\n    versionName=1\n    flags=[ SYSTEM ]\n"
            "    signatures=PackageSignatures{1 version:1, signatures:[ab], past signatures:[]}\n"
            "    install permissions:\n      p.Q: granted=true\n"
            "    User 0: installed=true enabled=1\n      runtime permissions:\n"
            "        p.R: granted=true\n"
            "\nShared users:\n  SharedUser [s] (2):\n    User 0:\n      runtime permissions:\n"
            "        p.S: granted=true\n\nPackage Changes:\n"
        ),
    ),
    "android.processes": (
        (
            "  PID  PPID USER         LABEL      STIME NAME   ARGS\n"
            "    1     0 root         u:r:init:s0 17:16 init   /bin/init x\n"
            "    2     1 u0_a1                   17:16 a b    a b c\n"
        ),
    ),
    "android.accessibility": (
        (
            "ACCESSIBILITY MANAGER (dumpsys accessibility)\nUser state[attributes:{id=0, x\n"
            "     Bound services:{}\n     Enabled services:{{a.b/.C}, {d.e/f.G}}\n"
        ),
        (
            "ACCESSIBILITY MANAGER\nUser state[attributes:{id=0, x\n  enabled services: {\n"
            "    0 : a.b/.C\n  }\n  bound services:{\n    0 : a.b/.C\n  }\n"
        ),
    ),
    "android.device_policy": (
        (
            "Current Device Policy Manager state:\n"
            "  Device Owner:\n    admin=ComponentInfo{a.b/c.D}\n"
            "    User ID: 0\n  Enabled Device Admins (User 0, x: 0):\n"
            "    a.b/.C:\n      policies:\n"
            "        wipe-data\n    mPasswordOwner=-1\n"
        ),
        "1 owner:\nUser  0: admin=a.b/.C,DeviceOwner\n",
    ),
    "android.adb_keys": (
        (
            f"ADB MANAGER STATE\n{{\n  debugging_manager={{\n    user_keys={KEY} a@b\n    {KEY}\n"
            f'    keystore=<?xml ?>\n<keyStore>\n<adbKey key="{KEY} a" lastConnection="17" />\n'
            "</keyStore>\n  }\n}\n"
        ),
        f"  debugging_manager={{\n    keystore=ABX\0\0{KEY} a\0lastConnection\0\n  }}\n",
    ),
}
READINGS = [
    pytest.param(artifact.name, reading, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings)
]
QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def run(reading: Reading, data: bytes, errors: bytes, exit_code: int | None) -> list[object]:
    """Return what a reading states of an answer, or the error that says why it does not."""
    request = reading.request
    if isinstance(request, Planned):
        assert isinstance(request.template, Command)
        request = for_user(request.template, 10)
    try:
        return list(reading.parse(BytesFile(request, data, errors, exit_code=exit_code)))
    except (ParseError, NotAvailable) as error:
        return [error]


def is_bounded(one: object) -> bool:
    """Say whether this is a statement, or an error in words of ours."""
    if isinstance(one, ParseError | NotAvailable):
        return str(one).isascii() and len(str(one)) < 200
    return isinstance(one, Entity | Otherwise)


@st.composite
def mutations(draw: st.DrawFn, text: str) -> bytes:
    """Change a text as a hostile or broken phone would."""
    lines = text.encode().splitlines(keepends=True)
    for _ in range(draw(st.integers(0, 4))):
        at, other = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
        kind = draw(st.sampled_from(["drop", "double", "swap", "replace", "indent", "garble"]))
        if kind == "drop" and len(lines) > 1:
            del lines[at]
        elif kind == "double":
            lines.insert(at, lines[at])
        elif kind == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        elif kind == "replace":
            lines[at] = draw(st.binary(max_size=60)) + b"\n"
        elif kind == "indent":
            lines[at] = b" " * draw(st.integers(0, 9)) + lines[at].lstrip(b" ")
        elif kind == "garble" and lines[at]:
            cut = draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:cut] + draw(st.binary(max_size=8)) + lines[at][cut:]
    data = b"".join(lines)
    return data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data


@pytest.mark.parametrize("reading", [pytest.param(one.values[1], id=one.id) for one in READINGS])
@QUIET
@given(
    data=st.binary(max_size=4096),
    errors=st.binary(max_size=64),
    exit_code=st.sampled_from([0, 1, None]),
)
def test_random_bytes(reading, data, errors, exit_code):
    assert all(map(is_bounded, run(reading, data, errors, exit_code)))


@pytest.mark.parametrize(("name", "reading"), READINGS)
@QUIET
@given(data=st.data())
def test_mutated_layouts(name, reading, data):
    text = data.draw(st.sampled_from(SEEDS[name]))
    stated = run(reading, data.draw(mutations(text)), b"", 0)

    assert all(map(is_bounded, stated))


@pytest.mark.parametrize(("name", "reading"), READINGS)
@QUIET
@given(name_text=st.text(max_size=300))
def test_hostile_names_are_bounded(name, reading, name_text):
    text = SEEDS[name][0].replace("com.a", name_text).replace("a.b", name_text)
    for one in run(reading, text.encode("utf-8", "replace"), b"", 0):
        assert len(getattr(one, "package", "")) <= 255


def test_every_artifact_has_a_seed_that_it_can_read():
    assert {artifact.name for artifact in ARTIFACTS} == set(SEEDS)
    for artifact in ARTIFACTS:
        for text in SEEDS[artifact.name]:
            found = [run(reading, text.encode(), b"", 0) for reading in artifact.readings]

            assert any(isinstance(one, Entity) for ones in found for one in ones), text


def test_requests_are_commands_that_only_look():
    """The quick profile asks for exactly this; a change of it is a change of the contract."""
    asked = set()
    for artifact in ARTIFACTS:
        for reading in artifact.readings:
            request = reading.request
            asked.add(str(request.template if isinstance(request, Planned) else request))
            assert isinstance(request, Command | Dumpsys | Planned)
    listing = "cmd package list packages"

    assert {
        "getprop",
        "pm list users",
        "dumpsys user",
        "dumpsys package",
        "dumpsys accessibility",
        "dumpsys device_policy",
        "dpm list-owners",
        "dumpsys adb",
        "ps -A -o PID,PPID,USER,LABEL,STIME,NAME,CMDLINE",
        "settings list global",
        "settings --user '{user}' list secure",
        "settings --user '{user}' list system",
        f"{listing} -f -U -i --show-versioncode --user '{{user}}'",
        f"{listing} -d --user '{{user}}'",
        f"{listing} -s --user '{{user}}'",
    } == asked
