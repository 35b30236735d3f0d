"""`dumpsys package` of real bugreports, against counts and searches made independently."""

from __future__ import annotations

import random
import re

import pytest

from scanner.artifacts.android.package_details import parse
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys

from .conftest import REPORTS

pytestmark = pytest.mark.corpus
REQUEST = Dumpsys(service="package")
LINES = re.MULTILINE
GRANTED = re.compile(r"^ {8}(\S+): granted=true", LINES)


@pytest.fixture(params=REPORTS)
def text(request, section):
    return section(request.param, "package").decode("utf-8", "replace")


@pytest.fixture
def apps(text):
    return {(one.package, one.user): one for one in parse(BytesFile(REQUEST, text.encode()))}


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
        (app,) = parse(BytesFile(REQUEST, path.read_bytes()))
        requested = search(r"    requested permissions:\n((?:      .*\n)+)", text)[1]
        counted.append((requested.count("\n"), len(app.permissions_requested or ())))

    assert [(wanted, wanted) for wanted, _ in counted] == counted
    assert len(paths) == 2
