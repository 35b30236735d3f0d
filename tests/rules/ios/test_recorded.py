"""Rules on what recordings of an iPhone tell: their lists, and what they must leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from scanner.detect import Rule, load
from scanner.detect.rules import AnyRule, Correlation
from scanner.model.data import data_folder
from scanner.model.entities import BinaryImage, ShutdownClient, TrafficRecord

PACK = load()
# Programs that are at work on every iPhone. A list cuts names at 16 letters: longer ones are left.
DAEMONS = (
    "CommCenter",
    "SpringBoard",
    "UserEventAgent",
    "accountsd",
    "backboardd",
    "bluetoothd",
    "cfprefsd",
    "fseventsd",
    "imagent",
    "installd",
    "itunesstored",
    "launchd",
    "locationd",
    "lockdownd",
    "mDNSResponder",
    "mediaserverd",
    "mobileassetd",
    "nsurlsessiond",
    "profiled",
    "rapportd",
    "xpcroleaccountd",
    "securityd",
    "sharingd",
    "symptomsd",
)
OF_SYSDIAGNOSE = frozenset(
    {
        "network_extension",
        "pairing_event",
        "profile_event",
        "remote_service",
        "restriction",
        "shutdown",
        "shutdown_client",
    }
)
USED = "A program whose name is all but that of a part of iOS used the network"
LAY = "A program in an unusual place bears all but the name of a part of iOS"
ODD = "A program in a folder that no program belongs to was there at a shutdown"
MISPLACED = "A program in the staging folder at a shutdown is not where updates are"
UPDATER = (
    "/private/var/db/com.apple.xpc.roleaccountd.staging/exec/16777224.31.xpc"
    "/com.apple.NRD.UpdateBrainService"
)


def rule(title: str) -> Rule:
    (found,) = (each for each in PACK.rules if each.title == title)
    assert isinstance(found, Rule)
    return found


def near(name: str) -> Iterator[str]:
    """Yield the patterns of names that another letter, one less or one more tells from a name.

    Without its last letter a name is a plain word: `location`.
    """
    yield from (f"{name[:place]}.?{name[place + 1 :]}" for place in range(len(name) - 1))
    yield f"{name[:-1]}."
    yield from (f"{name[:place]}.{name[place:]}" for place in range(len(name) + 1))


def written(of: AnyRule) -> str:
    return (data_folder("rules") / of.path).read_text("utf-8")


@pytest.mark.parametrize(("title", "begins"), [(USED, r"\^"), (LAY, "/")])
def test_the_list_of_near_names_is_that_of_the_names(title: str, begins: str):
    listed = re.findall(rf"^      - '{begins}\(\?:(.+)\)\$'$", written(rule(title)), re.MULTILINE)

    assert ["|".join(near(name)) for name in DAEMONS] == listed


@pytest.mark.parametrize("name", DAEMONS)
def test_no_part_of_ios_is_near_to_another(name: str):
    record = TrafficRecord(source="data_usage", process=name, bundle=None)
    path = f"/private/var/db/{name}"
    image = BinaryImage(process=path, path=path, main=True, area="other")

    assert 6 <= len(name) <= 16
    assert rule(USED).evaluate(record) is False
    assert rule(LAY).evaluate(image) is False


@pytest.mark.parametrize("name", ["locatiod", "locationdd", "locationb", "1ocationd", "lauchd"])
def test_a_name_one_letter_off_is_seen(name: str):
    record = TrafficRecord(source="data_usage", process=name, bundle=None)

    assert rule(USED).evaluate(record) is True
    assert rule(USED).review


@pytest.mark.parametrize("name", ["locatn", "locationdxx", "LOCATIOND", "location", "xlocationdx"])
def test_what_is_further_off_is_left(name: str):
    record = TrafficRecord(source="data_usage", process=name, bundle=None)

    assert rule(USED).evaluate(record) is False


@pytest.mark.parametrize(
    ("path", "area", "title"),
    [
        (UPDATER, "staging", None),
        (f"{UPDATER}/../x", "staging", MISPLACED),
        ("/private/var/tmp/exampled", "temporary", ODD),
        ("/private/var/db/exampled", "other", ODD),
        ("/usr/libexec/locationd", "system", None),
    ],
)
def test_a_place_at_a_shutdown_belongs_to_one_rule_at_most(path, area, title):
    client = ShutdownClient(file="shutdown.log", index=0, pid=1, path=path, area=area)
    found = [each for each in (ODD, MISPLACED) if rule(each).evaluate(client)]

    assert [title] * (title is not None) == found


def test_what_rests_on_a_sysdiagnose_alone_is_experimental():
    resting = [
        each
        for each in PACK.rules
        if each.platform == "ios" and OF_SYSDIAGNOSE & {*_categories(each)}
    ]

    assert len(resting) >= 8
    assert {"experimental"} == {each.status for each in resting}


def _categories(each: AnyRule) -> Iterator[str]:
    if isinstance(each, Correlation):
        yield from (base.category for base in each.bases)
    else:
        yield each.category


def test_what_every_phone_may_show_is_informational():
    natural = {"row_gap", "pairing_event", "backup"}
    titles = {
        "Network use is kept of a program whose record is gone",
        "A program is missing from another list of the same moment",
        "An app that is not on the phone may still reach personal data",
        "Lockdown Mode is off",
        "A VPN is set up for the traffic of the phone",
        "A name server is set for the whole phone",
    }
    found = [
        each
        for each in PACK.rules
        if each.platform == "ios" and (each.category in natural or each.title in titles)
    ]

    assert len(found) >= len(titles) + len(natural)
    assert {("informational", "posture")} == {(each.level, each.rule_class) for each in found}


def test_both_lists_of_apps_of_jailbreaks_are_one():
    written_as = r"^ +- ((?:[A-Za-z0-9]+\.)+[A-Za-z0-9]+\*?)$"
    there, past = (
        re.findall(written_as, written(rule(title)), re.MULTILINE)
        for title in ("An app of a jailbreak is installed", "An app of a jailbreak came or went")
    )

    assert len(there) > 10
    assert there == past
