"""The history of the battery, and lists in the settings, of real recordings, counted apart."""

from __future__ import annotations

import re

import pytest

from scanner.artifacts.android import battery_history, input_methods, notification_listeners
from scanner.model.entities import InputMethod, NotificationListener, Otherwise, PackageTrace
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys

from .conftest import REPORTS, recordings

pytestmark = pytest.mark.corpus
EVENTS = {"top", "fg", "job", "pkginst", "pkgunin", "pkgactive", "pkginactive"}


def read(parse, data):
    return list(parse(BytesFile(Dumpsys(service="x"), data)))


def texts(corpus, section):
    yield from (section(name, "batterystats") for name in REPORTS)
    for path in recordings(corpus / "android-dumpsys", "**/*batterystats*.txt", 4):
        yield path.read_bytes()


def named(text):
    """Return the packages that events name, word by word."""
    found = set()
    for line in text.splitlines():
        for word in line.split():
            event, _, rest = word.lstrip("+-").partition("=")
            if event not in EVENTS or rest.count('"') != 2:
                continue
            name = rest.split('"')[1]
            # A sync's job holds a provider and an account, another's a tag; some are processes.
            if ":" not in name and name.count("/") == (event == "job"):
                found.add(name.split("/")[0].rpartition("@")[2])  # behind a namespace
    return found


def test_every_package_that_an_event_names(corpus, section):
    total = 0
    for text in texts(corpus, section):
        expected = named(text.decode("utf-8", "replace"))
        stated = read(battery_history.parse, text)
        found = [one.package for one in stated if isinstance(one, PackageTrace)]
        numbers = len(stated), len(found)

        assert numbers == (len(expected), len(expected))
        assert expected == set(found) or pytest.fail("others", pytrace=False)
        total += len(found)

    assert total > 500


def listed(text, name):
    """Return what a secure setting of each user lists, by lines of the text."""
    found = {}
    for user, part in re.findall(
        r"^SECURE SETTINGS \(user (\d+)\)\n((?:(?!^\S+ SETTINGS).*\n)*)", text, re.MULTILINE
    ):
        value = re.search(rf" name:{name} .*?\bvalue:(\S*)", part)
        members = value[1].split(":") if value and value[1] != "{null}" else []
        found[int(user)] = len({one.partition(";")[0] for one in members if one})
    return found


@pytest.mark.parametrize(
    ("parse", "entity", "name"),
    [
        (
            notification_listeners.parse_settings_dump,
            NotificationListener,
            "enabled_notification_listeners",
        ),
        (input_methods.parse_settings_dump, InputMethod, "enabled_input_methods"),
    ],
)
@pytest.mark.parametrize("report", REPORTS)
def test_lists_in_the_settings_of_every_user(section, report, parse, entity, name):
    data = section(report, "settings")
    expected = listed(data.decode("utf-8", "replace"), name)
    found = read(parse, data)
    others = {one.user for one in found if isinstance(one, Otherwise)}
    counted = {
        user: sum(
            isinstance(one, entity) and one.user == user and one.enabled is True for one in found
        )
        for user in expected
    }

    assert expected
    assert set(expected) == others
    assert expected == counted
