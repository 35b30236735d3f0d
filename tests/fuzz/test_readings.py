"""No bytes may crash a reading: entities, or an error that says why, within the privacy rules.

Random bytes seldom get past a first line, so real layouts (written by us) are mutated as well:
lines dropped, doubled, swapped and cut, bytes replaced.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.artifacts import ARTIFACTS
from scanner.artifacts.android.root_paths import ROOT_PATHS
from scanner.artifacts.android.root_traces import WITNESS
from scanner.errors import NotAvailable, ParseError
from scanner.model.artifact import Planned, Profile, Reading
from scanner.model.entities import Entity, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import AnyRequest, Command, Dumpsys, RecordedOnly, for_user
from tests.fuzz.seeds import SEEDS

READINGS = [
    pytest.param(artifact.name, reading, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings)
]
LISTING = "cmd package list packages"
LOOK = "stat -c '%f %s %u %U %Y %C %n'"
QUICK = {
    "getprop",
    "getenforce",
    "pm list users",
    "dumpsys user",
    "dumpsys package",
    "dumpsys accessibility",
    "dumpsys device_policy",
    "dpm list-owners",
    "dumpsys adb",
    "dumpsys appops",
    "dumpsys connectivity",
    "dumpsys media_projection",
    "dumpsys role",
    "dumpsys usb",
    "dumpsys vpn_management",
    "ps -A -o PID,PPID,USER,LABEL,STIME,NAME,CMDLINE",
    "settings list global",
    "settings --user '{user}' list secure",
    "settings --user '{user}' list system",
    f"{LISTING} -f -U -i --show-versioncode --user '{{user}}'",
    f"{LISTING} -d --user '{{user}}'",
    f"{LISTING} -s --user '{{user}}'",
    "cat /proc/mounts",
    "cat /proc/net/tcp",
    "cat /proc/net/tcp6",
    "cat /proc/net/udp",
    "cat /proc/net/udp6",
    " ".join((LOOK, WITNESS, *ROOT_PATHS)),
}
MORE = {
    "dumpsys alarm",
    "dumpsys batterystats --daily",
    "dumpsys dbinfo",
    "dumpsys jobscheduler",
    "dumpsys platform_compat",
    "cmd wifi list-networks",
    "ls -1 '/data/misc/user/{user}/cacerts-added'",
    f"find /data/local/tmp -exec {LOOK} '{{}}' +",
    f"find /sdcard/Download -exec {LOOK} '{{}}' +",
}
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
    """A scan asks a phone for exactly this; a change of it is a change of the contract."""
    asked: dict[str, Profile] = {}
    for artifact in ARTIFACTS:
        for reading in artifact.readings:
            request: AnyRequest | Planned = reading.request
            request = request.template if isinstance(request, Planned) else request
            if not isinstance(request, RecordedOnly):
                assert isinstance(request, Command | Dumpsys)
                asked[str(request)] = min(asked.get(str(request), Profile.DEEP), artifact.profile)

    assert {request for request, profile in asked.items() if profile is Profile.QUICK} == QUICK
    assert {request for request, profile in asked.items() if profile is not Profile.QUICK} == MORE


def test_every_path_that_stat_is_asked_of_is_named_in_full():
    """No word of it can be taken for an option, or be widened by a shell."""
    assert all(re.fullmatch(r"/[\w./-]+", path) for path in (WITNESS, *ROOT_PATHS))
