"""`dumpsys package` of real bugreports, against counts and searches made independently."""

from __future__ import annotations

import contextlib
import random
import re

import pytest

from scanner.artifacts.android.collected_packages import parse as parse_collected
from scanner.artifacts.android.package_details import parse
from scanner.artifacts.android.packages import parse_dump
from scanner.errors import ParseError
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected, Dumpsys

from .conftest import REPORTS, recordings

pytestmark = pytest.mark.corpus
REQUEST = Dumpsys(service="package")
LINES = re.MULTILINE
GRANTED = re.compile(r"^ {8}(\S+): granted=true", LINES)


@pytest.fixture(params=REPORTS)
def text(request, section):
    return section(request.param, "package").decode("utf-8", "replace")


@pytest.fixture
def stated(text):
    return list(parse(BytesFile(REQUEST, text.encode())))


@pytest.fixture
def apps(stated):
    return {(one.package, one.user): one for one in stated if isinstance(one, App)}


def search(pattern, text, flags=0):
    """Return the match of a pattern that must be there."""
    found = re.search(pattern, text, flags)
    assert found is not None, pattern
    return found


def live(text):
    """Return the section of the packages that are installed, as one string a package."""
    section = search(r"^Packages:\n(.*?)^\S", text, re.DOTALL | LINES)[1]
    blocks = re.split(r"^  Package \[", section, flags=LINES)[1:]
    return {block.partition("]")[0]: block for block in blocks}


def test_every_package_of_every_user_is_there(text, apps):
    blocks = live(text)
    expected = {
        (name, int(user))
        for name, block in blocks.items()
        for user in re.findall(r"^    User (\d+):", block, LINES)
    }

    assert len(blocks) > 100
    assert len(expected) == len(apps)
    assert expected == set(apps) or pytest.fail("other packages", pytrace=False)


def test_the_inventory_agrees_and_no_other_package_is_installed(text, stated, apps):
    found = list(parse_dump(BytesFile(REQUEST, text.encode())))
    users = sorted({user for _, user in apps})
    others = [Otherwise(entity="app", user=n, field="installed", value=False) for n in users]
    inventory = {(one.package, one.user): one for one in found if isinstance(one, App)}
    fields = ("installed", "enabled", "system")
    same = sum(
        all(getattr(app, name) == getattr(inventory.get(key), name, None) for name in fields)
        for key, app in apps.items()
    )

    assert len(inventory) == len(apps) == same
    assert others == [one for one in found if isinstance(one, Otherwise)]
    assert others == [one for one in stated if isinstance(one, Otherwise)]


def test_icons_are_those_of_activities_that_answer_main(text, apps):
    table = search(r"^Activity Resolver Table:\n(.*?)^\S", text, re.DOTALL | LINES)[1]
    blocks = re.findall(
        r"^ {6}android\.intent\.action\.MAIN:\n((?: {8}.*\n)+)", table, re.MULTILINE
    )
    listed = {
        (package, package + name if name.startswith(".") else name)
        for block in blocks
        for package, name in re.findall(r"^ {8}[0-9a-f]+ ([^/]+)/(\S+)", block, LINES)
    }
    wrong = 0
    for package, block in live(text).items():
        icons = {name for owner, name in listed if owner == package}
        for part in re.split(r"^    User ", block, flags=LINES)[1:]:
            lists = re.findall(r"^ {6}disabledComponents:\n((?: {8}\S.*\n)+)", part, LINES)
            disabled = {name for one in lists for name in one.split()}
            app = apps[package, int(part.partition(":")[0])]
            wrong += app.launcher is not bool(icons - disabled)

    assert len(listed) > 20
    assert 0 == wrong


def test_apps_that_were_never_started(text, apps):
    expected = len(
        re.findall(r"^    User \d+:.* stopped=true", "".join(live(text).values()), LINES)
    )

    assert expected == sum(app.stopped is True for app in apps.values())
    assert all(app.stopped is not None for app in apps.values())


def read(data):
    """Return what is stated of a cut text, before an error."""
    found = []
    with contextlib.suppress(ParseError):
        found.extend(parse(BytesFile(REQUEST, data, exit_code=None)))
    return found


@pytest.mark.parametrize("cut", range(5, 100, 5))
def test_a_cut_text_does_not_say_what_is_not_installed(text, apps, cut):
    data = text.encode()
    part = read(data[: len(data) * cut // 100])
    others = [one for one in part if isinstance(one, Otherwise)]

    assert not others or len(apps) == sum(isinstance(one, App) for one in part)


def test_facts_at_random_places(text, apps):
    blocks = live(text)
    wrong = []
    for package, user in random.Random(7).sample(sorted(apps), 20):
        app, block = apps[package, user], blocks[package]
        code, sdk = search(
            r"^    versionCode=(\d+) minSdk=\d+ targetSdk=(\d+)", block, re.MULTILINE
        ).groups()
        installer = re.search(r"^    installerPackageName=(\S+)", block, LINES)
        signer = re.search(r"^    signatures=.*?\[([0-9a-f]+)\]", block, LINES)
        flags = search(r"^    flags=\[(.*)\]", block, LINES)[1].split()
        state = search(rf"^    User {user}:.*installed=(\w+) hidden=(\w+)", block, LINES)
        wrong += [
            fact
            for fact, expected, actual in (
                ("version_code", int(code), app.version_code),
                ("target_sdk", int(sdk), app.target_sdk),
                ("installer", installer and installer[1], app.installer),
                ("signer", signer and signer[1], app.signer),
                ("flags", sorted(flags), list(app.flags or ())),
                ("installed", state[1] == "true", app.installed),
                ("hidden", state[2] == "true", app.hidden),
                ("uid", int(search(r"userId=(\d+)", block)[1]) + user * 100_000, app.uid),
            )
            if expected != actual
        ]

    assert [] == wrong


def test_permissions_of_apps_with_a_user_of_their_own(text, apps):
    wrong, blocks = 0, live(text)
    for (package, user), app in apps.items():
        block = blocks[package]
        if "sharedUser=" in block:
            continue
        install, _, users = block.partition("\n    User ")
        names = set(re.findall(r"^ {6}(\S+): granted=true", install, LINES))
        for part in re.split(r"^    User ", "    User " + users, flags=LINES)[1:]:
            if part.startswith(f"{user}:"):
                names |= set(GRANTED.findall(part))
        wrong += (tuple(sorted(names)) or None) != app.permissions_granted

    assert 0 == wrong


def test_most_shared_users_grant_something(apps):
    shared = [app for app in apps.values() if app.shared_user is not None]

    assert len(shared) > 10
    assert all(isinstance(app.permissions_granted, tuple | None) for app in shared)
    assert sum(bool(app.permissions_granted) for app in shared) > len(shared) / 2


def test_receivers_of_the_start_of_the_system(text, apps):
    table = search(r"^Receiver Resolver Table:\n(.*?)^\S", text, re.DOTALL | LINES)[1]
    actions = table.partition("  Non-Data Actions:\n")[2]
    block = search(
        r"^ {6}android\.intent\.action\.BOOT_COMPLETED:\n((?: {8}.*\n)+)", actions, re.MULTILINE
    )[1]
    expected = set(re.findall(r"^ {8}[0-9a-f]+ ([^/]+)/", block, LINES))
    found = {
        app.package
        for app in apps.values()
        if app.receiver_actions and "android.intent.action.BOOT_COMPLETED" in app.receiver_actions
    }

    assert len(expected) > 5
    assert (expected & {name for name, _ in apps}) == found or pytest.fail("others", pytrace=False)


def test_a_dump_of_one_package_in_utf_16(corpus):
    paths = sorted((corpus / "android-dumpsys" / "air3").glob("*_dump.txt"))
    counted = []
    for path in paths:
        text = path.read_text("utf-16")
        (app,) = parse(BytesFile(REQUEST, path.read_bytes()))  # of all others nothing
        requested = search(r"    requested permissions:\n((?:      .*\n)+)", text)[1]
        counted.append((requested.count("\n"), len(app.permissions_requested or ())))

    assert [(wanted, wanted) for wanted, _ in counted] == counted
    assert len(paths) == 2


def test_a_text_of_android_2_3(corpus):
    for path in recordings(corpus / "android-bugreports", "*.txt", 2):
        text = path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")
        part = search(r"^DUMP OF SERVICE package:\n(.*?)^DUMP OF", text, re.DOTALL | LINES)[1]
        found = list(parse(BytesFile(REQUEST, part.encode())))
        apps = [one for one in found if isinstance(one, App)]
        blocks = live(part)

        assert {(name, 0) for name in blocks} == {(app.package, app.user) for app in apps}
        assert [Otherwise(entity="app", user=0, field="installed", value=False)] == found[-1:]
        assert sum("pkgFlags=0x1 " in one or "001 " in one for one in blocks.values()) == sum(
            app.system is True for app in apps
        )
        assert sum("sharedUser=null" in block for block in blocks.values()) == sum(
            app.shared_user is None for app in apps
        )
        wrong = sum(
            (
                tuple(
                    sorted(
                        set(re.findall(r"^ {6}(\S+)$", block.partition("grantedPerm")[2], LINES))
                    )
                )
                or None
            )
            != app.permissions_granted
            for app, block in ((app, blocks[app.package]) for app in apps)
            if app.shared_user is None
        )
        assert 0 == wrong


def test_apps_that_a_collector_found(corpus):
    request = Collected(collector="androidqf", name="packages.json")
    for path in recordings(corpus / "mvt", "**/packages.json", 2):
        data = path.read_bytes()
        found = list(parse_collected(BytesFile(request, data)))

        assert data.count(b'"third_party": ') == len(found)
        assert all(isinstance(one, App) and one.installed for one in found)
        assert data.count(b'"installer": "null"') == sum(one.installer is None for one in found)
        assert data.count(b'"system": true') == sum(one.system is True for one in found)
