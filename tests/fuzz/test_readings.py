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
from scanner.model.entities import Entity, Mention, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    AppFolders,
    Command,
    CrashFile,
    Diagnostic,
    Dumpsys,
    File,
    Glob,
    RecordedOnly,
    for_user,
)
from tests.fuzz.app_seeds import APP_SEEDS
from tests.fuzz.ios_seeds import IOS_SEEDS
from tests.fuzz.seeds import SEEDS

READINGS = [
    pytest.param(artifact.name, reading, id=f"{artifact.name}-{number}")
    for artifact in ARTIFACTS
    for number, reading in enumerate(artifact.readings)
    if artifact.platform != "ios"  # of whose readings several differ by a word of the request only
    or reading.parse not in {earlier.parse for earlier in artifact.readings[:number]}
]
ANDROID = [artifact for artifact in ARTIFACTS if artifact.platform == "android"]
ALL_SEEDS: dict[str, tuple[bytes, ...]] = (
    {name: tuple(text.encode() for text in texts) for name, texts in SEEDS.items()}
    | IOS_SEEDS
    | APP_SEEDS
)
SAYS_NONE = {"android.app_calls"}  # nobody asks for any
ARCHIVE = CrashFile(
    path="DiagnosticLogs/sysdiagnose/sysdiagnose_2026.11.01_09-00-00+0100_iPhone-OS_a.tar.gz"
)
LISTING = "cmd package list packages"
LOOK = "stat -c '%f %s %u %U %Y %C %n'"
ANDROID_QUICK = {
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
ANDROID_MORE = {
    "dumpsys alarm",
    "dumpsys batterystats --daily",
    "dumpsys dbinfo",
    "dumpsys jobscheduler",
    "dumpsys platform_compat",
    "cmd wifi list-networks",
    "ls -1 '/data/misc/user/{user}/cacerts-added'",
    f"find /data/local/tmp -exec {LOOK} '{{}}' +",
    f"find /sdcard/Download -exec {LOOK} '{{}}' +",
    "find '*' -mindepth 1 -maxdepth 1 -name '*.apk' -exec stat -c '%f %s %i %Y %n' '{}' +",
    "bytes of *",
}
VALUES = "lockdown GetValue"
IOS_QUICK = {
    VALUES,
    f"{VALUES} com.apple.mobile.backup",
    f"{VALUES} com.apple.mobile.chaperone",
    f"{VALUES} com.apple.mobile.internal",
    f"{VALUES} com.apple.mobile.wireless_lockdown",
    f"{VALUES} com.apple.security.mac.amfi",
    "com.apple.companion_proxy Command=GetDeviceRegistry",
    "com.apple.misagent MessageType=CopyAll ProfileType=Provisioning",
    "com.apple.mobile.MCInstall RequestType=GetCloudConfiguration",
    "com.apple.mobile.MCInstall RequestType=GetProfileList",
    (
        "com.apple.mobile.diagnostics_relay Request=IORegistry CurrentPlane=IODeviceTree "
        "EntryName=chosen"
    ),
    (
        "com.apple.mobile.installation_proxy Command=Lookup ClientOptions.ApplicationType=Any "
        "ClientOptions.ReturnAttributes=ApplicationType,CFBundleIdentifier,"
        "CFBundleShortVersionString,CFBundleVersion,Entitlements,IsDemotedApp,IsPlaceholder,Path,"
        "ProfileValidated,SBAppTags,SignerIdentity,UIBackgroundModes "
        "ClientOptions.ShowLaunchProhibitedApps=true ClientOptions.ShowPlaceholders=true"
    ),
    "com.apple.mobile.mobile_image_mounter Command=CopyDevices",
    "com.apple.mobile.mobile_image_mounter Command=QueryDeveloperModeStatus",
    "com.apple.mobileactivationd Command=GetActivationStateRequest",
    "com.apple.os_trace_relay Request=PidList",
    "com.apple.os_trace_relay Request=PidList turn=2",
    "com.apple.os_trace_relay Request=PidList turn=3",
    "com.apple.springboardservices command=getIconState formatVersion=2",
    "log stream for 2 s",
    "names and headers of crash reports (at most 2000)",
}
IOS_MORE = {
    "instruments network",
    "instruments processes",
    f"{VALUES} com.apple.disk_usage.factory",
    f"{VALUES} com.apple.fairplay",
    f"{VALUES} com.apple.iTunes",
    f"{VALUES} com.apple.international",
    f"{VALUES} com.apple.iqagent",
    f"{VALUES} com.apple.mobile.battery",
    f"{VALUES} com.apple.mobile.data_sync",
    f"{VALUES} com.apple.mobile.debug",
    f"{VALUES} com.apple.mobile.iTunes",
    f"{VALUES} com.apple.mobile.lockdown_cache",
    f"{VALUES} com.apple.mobile.lockdownd",
    f"{VALUES} com.apple.mobile.mobile_application_usage",
    f"{VALUES} com.apple.mobile.nikita",
    f"{VALUES} com.apple.mobile.restriction",
    f"{VALUES} com.apple.mobile.software_behavior",
    f"{VALUES} com.apple.mobile.sync_data_class",
    f"{VALUES} com.apple.mobile.tethered_sync",
    f"{VALUES} com.apple.mobile.third_party_termination",
    f"{VALUES} com.apple.mobile.user_preferences",
    f"{VALUES} com.apple.purplebuddy",
    f"{VALUES} com.apple.xcode.developerdomain",
}
IOS_ON_REQUEST = {
    "crash area DiagnosticLogs/sysdiagnose/sysdiagnose_*.tar.gz",
    "packet headers for 20 s",
}
QUIET = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def run(reading: Reading, data: bytes, errors: bytes, exit_code: int | None) -> list[object]:
    """Return what a reading states of an answer, or the error that says why it does not."""
    request = reading.request
    if isinstance(request, Planned):
        is_command = isinstance(request.template, Command)
        is_app = isinstance(request.template, AppBytes)
        other = request.template if is_app else ARCHIVE
        request = for_user(request.template, 10) if is_command else other
    elif isinstance(request, Glob):
        request = File(path=request.pattern.replace("*", "x"))
    elif isinstance(request, Diagnostic):
        request = Diagnostic(name=request.name.replace("*", "1"))
    found: list[object] = []
    try:
        found.extend(reading.parse(BytesFile(request, data, errors, exit_code=exit_code)))
    except (ParseError, NotAvailable) as error:
        found.append(error)
    return found


def is_bounded(one: object) -> bool:
    """Say whether this is a statement, or an error in words of ours."""
    if isinstance(one, ParseError | NotAvailable):
        return str(one).isascii() and len(str(one)) < 200
    return isinstance(one, Entity | Mention | Otherwise)


@st.composite
def mutations(draw: st.DrawFn, text: bytes) -> bytes:
    """Change a text as a hostile or broken phone would."""
    lines = text.splitlines(keepends=True)
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
    text = data.draw(st.sampled_from(ALL_SEEDS[name]))
    stated = run(reading, data.draw(mutations(text)), b"", 0)

    assert all(map(is_bounded, stated))


@pytest.mark.parametrize(("name", "reading"), READINGS)
@QUIET
@given(name_text=st.text(max_size=300))
def test_hostile_names_are_bounded(name, reading, name_text):
    chosen = name_text.encode("utf-8", "replace")
    text = ALL_SEEDS[name][0].replace(b"com.a", chosen).replace(b"a.b", chosen)
    for one in run(reading, text, b"", 0):
        package = getattr(one, "package", None)
        assert len(package if isinstance(package, str) else "") <= 255


def test_every_artifact_has_a_seed_that_it_can_read():
    assert {artifact.name for artifact in ARTIFACTS} == set(ALL_SEEDS)
    for artifact in ARTIFACTS:
        read = [
            [one for reading in artifact.readings for one in run(reading, text, b"", 0)]
            for text in ALL_SEEDS[artifact.name]
        ]
        stated = [any(isinstance(one, Entity) for one in found) for found in read]

        if artifact.platform == "ios":  # of whose readings each has a seed of its own
            assert any(stated) or artifact.name in SAYS_NONE
        else:
            assert all(stated) or artifact.name in SAYS_NONE


def asked(platform: str) -> dict[str, set[str]]:
    """Return what artifacts ask of phones: by profile, or by the word that has to be given."""
    found: dict[str, set[str]] = {"quick": set(), "more": set()}
    for artifact in ARTIFACTS:
        when = "quick" if artifact.profile is Profile.QUICK else "more"
        for reading in artifact.readings if artifact.platform == platform else ():
            request: AnyRequest | Planned = reading.request
            request = request.template if isinstance(request, Planned) else request
            if not isinstance(reading.request, RecordedOnly):
                found.setdefault(artifact.opt_in or when, set()).add(str(request))
    found["more"] -= found["quick"]
    return found


def test_requests_are_commands_that_only_look():
    """A scan asks a phone for exactly this; a change of it is a change of the contract."""
    requests = [reading.request for artifact in ANDROID for reading in artifact.readings]
    templates = [one.template if isinstance(one, Planned) else one for one in requests]

    assert asked("android") == {"quick": ANDROID_QUICK, "more": ANDROID_MORE}
    assert all(
        isinstance(one, AppBytes | AppFolders | Command | Dumpsys | RecordedOnly)
        for one in templates
    )


def test_an_iphone_is_asked_for_values_and_lists_alone():
    """The same contract for iPhones; each of these calls only reads."""
    found = asked("ios")

    assert (found.pop("quick"), found.pop("more")) == (IOS_QUICK, IOS_MORE)
    assert found.keys() == {"sysdiagnose", "traffic"}
    assert set.union(*found.values()) == IOS_ON_REQUEST


def test_every_path_that_stat_is_asked_of_is_named_in_full():
    """No word of it can be taken for an option, or be widened by a shell."""
    assert all(re.fullmatch(r"/[\w./-]+", path) for path in (WITNESS, *ROOT_PATHS))
