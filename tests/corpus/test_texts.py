"""The other artifacts on real recordings."""

from __future__ import annotations

import re

import pytest

from scanner.artifacts.android import (
    accessibility,
    adb_keys,
    device_policy,
    getprop,
    packages,
    processes,
    settings,
    users,
)
from scanner.errors import ParseError
from scanner.model.entities import (
    AccessibilityService,
    App,
    Build,
    DeviceAdmin,
    DeviceIdentity,
    Otherwise,
    Property,
    Setting,
)
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

from .conftest import REPORTS, recordings

pytestmark = pytest.mark.corpus


def read(parse, data, *argv, user=None):
    return list(parse(BytesFile(Command(argv=argv or ("x",), user=user), data)))


def test_every_getprop(corpus):
    found = [
        *recordings(corpus / "android-getprop", "*.txt", 8),
        *recordings(corpus / "android-dumpsys", "*/getprop.txt", 3),
    ]
    for path in found:
        data = path.read_bytes()
        stated = read(getprop.parse, data)
        text = data.decode("utf-16" if data[:2] == b"\xff\xfe" else "utf-8", "replace")
        (sdk,) = re.findall(r"^\[ro\.build\.version\.sdk\]: \[(\d+)\]", text, re.MULTILINE)
        names = {one.name for one in stated if isinstance(one, Property)}
        allowed = {
            name
            for name in re.findall(r"^\[([^\]]+)\]: \[", text, re.MULTILINE)
            if name in getprop.ALLOWED
        }

        assert [int(sdk)] == [one.sdk for one in stated if isinstance(one, Build)]
        assert len([one for one in stated if isinstance(one, DeviceIdentity)]) <= 1
        assert allowed <= names
        assert len(names) >= 10


@pytest.mark.parametrize("name", REPORTS)
def test_users_of_bugreports(section, name):
    data = section(name, "user")
    expected = [int(one) for one in re.findall(rb"^  UserInfo\{(\d+):", data, re.MULTILINE)]
    found = read(users.parse_dumpsys, data)

    assert expected == [one.id for one in found]
    assert any(one.running for one in found)


@pytest.mark.parametrize("name", REPORTS)
def test_device_policy_of_bugreports(section, name):
    data = section(name, "device_policy")
    expected = len(re.findall(rb"^    [\w.]+/[\w.$]+:$", data, re.MULTILINE))
    heads = [int(one) for one in re.findall(rb"Enabled Device Admins \(User (\d+)", data)]
    found = read(device_policy.parse, data)
    spoken = [(one.field, one.user) for one in found if isinstance(one, Otherwise)]

    assert expected == sum(isinstance(one, DeviceAdmin) for one in found)
    assert sorted(spoken) == sorted(
        (field, user) for user in heads for field in ("admin_receivers", "owner")
    )


@pytest.mark.parametrize("name", REPORTS)
def test_accessibility_of_bugreports(section, name):
    data = section(name, "accessibility")
    found = read(accessibility.parse, data)

    assert not any(isinstance(one, AccessibilityService) for one in found)
    assert (b"Enabled services:" in data) is bool(found)


def test_accessibility_of_other_recordings(corpus):
    folder = corpus / "android-dumpsys" / "xiaomi_pad6_A14"
    data = (folder / "accesibilidad_full.txt").read_bytes()
    setting = (folder / "accesibilidad.txt").read_text().strip()
    (line,) = re.findall(rb"^ +Enabled services:\{(.*)\}$", data, re.MULTILINE)
    found = [
        one for one in read(accessibility.parse, data) if isinstance(one, AccessibilityService)
    ]
    listed = [
        one
        for one in accessibility.from_setting(0, setting)
        if isinstance(one, AccessibilityService)
    ]
    others = list(recordings(corpus / "android-mvt-artifacts", "*/dumpsys_accessibility*.txt", 2))

    assert line.count(b"{") == len(found)
    assert len({one.component for one in listed} ^ {one.component for one in found}) == 0
    assert [0, 1] == sorted(
        sum(
            isinstance(one, AccessibilityService)
            for one in read(accessibility.parse, p.read_bytes())
        )
        for p in others
    )


def test_adb_keys(corpus, section):
    for path in recordings(corpus / "android-mvt-artifacts", "*/dumpsys_adb*.txt", 3):
        data = path.read_bytes()
        (key,) = read(adb_keys.parse, data)
        last = re.search(rb"last_key_received=(\S+)", data)

        assert last is None or (last[1].decode() == key.fingerprint) is True
        assert isinstance(key.last_connected_at, object)
    keys = read(adb_keys.parse, section(REPORTS[-1], "adb"))

    assert 2 == len({one.fingerprint for one in keys})
    assert all(one.last_connected_at.year >= 2019 for one in keys)


def test_settings(corpus):
    for space, at_least in (("global", 2), ("system", 2), ("secure", 1)):
        for path in recordings(corpus / "android-dumpsys", f"*/**/*{space}*.txt", at_least):
            data = path.read_bytes()
            found = read(settings.parse, data, "settings", "list", space, user=0)
            text = data.decode("utf-8", "replace")
            for one in found:
                if isinstance(one, Setting):
                    printed = re.search(rf"^{re.escape(one.name)}=(.*)$", text, re.MULTILINE)
                    value = printed[1].rstrip("\r") if printed else None
                    same = (one.value or "").split("\n")[0] == (
                        value if value != "null" else "" or ""
                    )
                    assert same or (one.value is None and value in {None, "null"}), one.name


def printed(text, space, user):
    """Return the values of a namespace of `dumpsys settings`, those over lines left out."""
    part = re.search(
        rb"^%b SETTINGS \(user %d\)\n(.*?)(?:^\n|\Z)" % (space.upper().encode(), user),
        text,
        re.DOTALL | re.MULTILINE,
    )
    assert part is not None
    rows = re.findall(
        rb"^_id:\d+ name:(\S+)(?: pkg:\S+)? value:(.*?)(?: default:.*)?$", part[1], re.MULTILINE
    )
    return {name.decode(): value.decode() for name, value in rows}


@pytest.mark.parametrize("name", REPORTS)
def test_settings_of_bugreports(section, name):
    data = section(name, "settings")
    spaces = re.findall(rb"^(GLOBAL|SECURE|SYSTEM) SETTINGS \(user (\d+)\)$", data, re.MULTILINE)
    places = {(space.decode().lower(), int(user)) for space, user in spaces}
    found = [one for one in read(settings.parse_dump, data) if isinstance(one, Setting)]
    wrong = 0
    for space, user in places:
        values = printed(data, space, user)
        wrong += sum(
            (one.value or "") != values.get(one.name, "").replace("{null}", "")
            for one in found
            if (one.namespace, one.user) == (space, user)
        )

    assert places == {(one.namespace, one.user) for one in found}
    assert len(found) == sum(len(settings.ALLOWED[space]) for space, _ in places)
    assert sum(one.value is not None for one in found) > 15
    assert 0 == wrong


def test_a_list_that_a_collector_wrote(corpus):
    for path in recordings(corpus / "mvt", "**/settings_random.txt", 2):
        data = path.read_bytes()
        found = read(settings.parse, data, "settings", "list", "global")

        assert re.search(rb"^package_verifier_enable=(.*)$", data, re.MULTILINE)[1].decode() in {
            one.value for one in found if one.name == "package_verifier_enable"
        }


@pytest.mark.parametrize("name", REPORTS)
def test_properties_of_bugreports(bugreport, name):
    data = part(bugreport(name), b"SYSTEM PROPERTIES")
    entries = set(re.findall(rb"^\[([^\]]+)\]: \[", data, re.MULTILINE))
    found = read(getprop.parse, data)
    (build,) = (one for one in found if isinstance(one, Build))

    assert {one.name for one in found if isinstance(one, Property)} == {
        one.decode()
        for one in entries
        if one.decode() in getprop.ALLOWED
        or one.decode().startswith(tuple(getprop.ALLOWED_PREFIXES))
    }
    assert (b"[ro.boot.veritymode]: [enforcing]" in data) == (build.verity_mode == "enforcing")
    assert build.sdk in {27, 28, 29}


def part(text, title):
    """Return a section of a bugreport's text, up to the next one or its duration."""
    found = re.search(
        rb"^------ %b(?: \([^\n]*\))? ------\r?\n(.*?)^(?:------|\[\w+: [\d.]+s)" % title,
        text,
        re.DOTALL | re.MULTILINE,
    )
    assert found is not None
    return found[1]


def test_texts_of_android_2_3(corpus):
    for path in recordings(corpus / "android-bugreports", "*.txt", 2):
        text = path.read_bytes()
        listing = part(text, b"PROCESSES")
        found = read(processes.parse_section, listing)
        owners = re.search(
            rb"^DUMP OF SERVICE device_policy:\r\n(.*?)^DUMP", text, re.DOTALL | re.MULTILINE
        )
        assert owners is not None
        others = read(device_policy.parse, owners[1])

        assert len(re.findall(rb"^\w+ +\d+ +\d+ ", listing, re.MULTILINE)) == len(found)
        assert {"/init"} == {one.executable for one in found if one.pid == 1}
        assert sum(rb" app_" in b" " + line for line in listing.splitlines()) == sum(
            (one.uid or 0) >= 10_000 for one in found
        )
        assert [("admin_receivers", 0)] == [(one.field, one.user) for one in others]
        (build,) = (
            one
            for one in read(getprop.parse, part(text, b"SYSTEM PROPERTIES"))
            if isinstance(one, Build)
        )
        assert build.sdk == 10
        with pytest.raises(ParseError, match="TID"):
            read(processes.parse_threads, part(text, b"PROCESSES AND THREADS"))


def test_package_lists(corpus):
    for path in recordings(corpus / "android-dumpsys" / "xiaomi_pad6_A14", "packages*.txt", 4):
        data = path.read_bytes()
        found = read(packages.parse, data, user=0)
        apps = [one for one in found if isinstance(one, App)]

        assert data.count(b"package:") == len(apps)
        assert (re.search(rb"[:=]android\b(?!\.)", data) is not None) == (len(apps) < len(found))


@pytest.mark.parametrize("name", REPORTS)
def test_processes_of_bugreports(bugreport, name):
    pattern = re.compile(rb"^(LABEL +USER .*?\n)(?:------|\n|\[)", re.DOTALL | re.MULTILINE)
    (listing, *_) = pattern.findall(bugreport(name))
    rows = [line.split()[2:4] for line in listing.splitlines()[1:]]
    found = read(processes.parse_threads, listing)

    assert sum(pid == thread for pid, thread in rows) == len(found)
    assert [("root", "init")] == [(one.owner, one.name) for one in found if one.pid == 1]
    assert all(one.label for one in found)


def test_older_process_lists(corpus):
    for path in recordings(corpus / "android-mvt-artifacts", "*/ps.txt", 2):
        data = path.read_bytes()

        assert len(data.splitlines()) - 1 == len(read(processes.parse, data))
