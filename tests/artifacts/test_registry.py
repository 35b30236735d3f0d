"""What every artifact promises: it states what it says it states, and nothing personal."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from scanner.artifacts import ARTIFACTS
from scanner.artifacts.android import packages, settings
from scanner.errors import NotAvailable
from scanner.model.artifact import Planned, Reading
from scanner.model.entities import Mention, Otherwise, Statement
from scanner.model.evidence import BytesFile, EvidenceFile
from scanner.model.privacy import UNREADABLE, privacy_classes
from scanner.model.requests import AppFolders, Command, for_user

from . import (
    app_answers,
    ios_texts,
    network_texts,
    power_texts,
    recorded_answers,
    system_texts,
    test_accessibility,
    test_adb_keys,
    test_device_policy,
    test_getprop,
    test_installed_listing,
    test_processes,
    test_user_restrictions,
    test_users,
)
from .evidence import evidence
from .package_texts import EIGHT, FOURTEEN
from .test_packages import LIST

CANARY = "CanaryOfSomebody"
SECURE = (
    f"device_name={CANARY}\nenabled_accessibility_services=a.b/.C\n"
    f"lock_screen_owner_info={CANARY}\n"
)
BY_NAME = {artifact.name: artifact for artifact in ARTIFACTS}
ACCESSIBILITY = (
    test_accessibility.SIXTEEN.replace("Bound services:{}", "Bound services:{}\n", 1)
    .replace("title=x", f"title={CANARY}")
    .replace("[com.android.systemui]", f"[{CANARY}]")
)
TEXTS = {
    "android.getprop": [
        (0, test_getprop.PHONE.replace("Somebody's operator", CANARY).replace("somebodys", CANARY)),
        (1, test_getprop.DEVELOPERS),
    ],
    "android.users": [
        (0, test_users.LIST.replace("Owner", CANARY)),
        (1, test_users.DUMPSYS.replace("Work profile", CANARY)),
    ],
    "android.user_restrictions": [
        (0, test_user_restrictions.RESTRICTED.replace("Somebody's account", CANARY))
    ],
    "android.packages": [(0, LIST), (1, "package:a.b\n"), (2, "package:a.b\n")],
    "android.package_details": [(0, FOURTEEN), (0, EIGHT)],
    "android.processes": [
        (0, test_processes.rows(test_processes.line(arguments=f"/bin/x {CANARY} /{CANARY}")))
    ],
    "android.accessibility": [
        (0, ACCESSIBILITY),
        (0, test_accessibility.EIGHT.replace("Somebody's helper", CANARY)),
        (0, test_accessibility.TEN.replace("label=Reader", f"label={CANARY}")),
        (0, test_accessibility.SAMSUNG),
    ],
    "android.device_policy": [
        (0, test_device_policy.OWNED.replace("Somebody's company", CANARY)),
        (1, "1 owner:\nUser  0: admin=a.b/.C,DeviceOwner\n"),
    ],
    "android.adb_keys": [
        (
            0,
            (
                test_adb_keys.HEAD
                + test_adb_keys.LISTED
                + test_adb_keys.xml(test_adb_keys.row(0))
                + test_adb_keys.WIFI
                + test_adb_keys.FOOT
            )
            .replace("somebody@laptop", CANARY)
            .replace("Somebody's home", CANARY),
        )
    ],
}
TEXTS |= power_texts.texts(CANARY) | network_texts.texts(CANARY) | system_texts.texts(CANARY)


def answer_to(reading: Reading, text: str | bytes) -> BytesFile:
    """Return a text as the answer to what the reading asks, of user 10 where it asks of users."""
    request = reading.request
    if isinstance(request, Planned):
        template = request.template
        assert isinstance(template, Command | AppFolders)
        request = test_installed_listing.APPS
        if isinstance(template, Command):
            request = for_user(template, 10)
    data = text.encode() if isinstance(text, str) else text
    return BytesFile(request, data, b"", exit_code=0)


def answers():
    """Return by artifact the number of a reading, and a file that it reads."""
    found: dict[str, list[tuple[int, EvidenceFile]]] = {}
    given = (
        {
            name: [(at, answer_to(BY_NAME[name].readings[at], text)) for at, text in texts]
            for name, texts in TEXTS.items()
        },
        {
            name: [(at, BytesFile(request, data)) for at, request, data in texts]
            for name, texts in ios_texts.texts(CANARY).items()
        },
        app_answers.answers(),
        recorded_answers.answers(CANARY),
    )
    for each in given:
        for name, files in each.items():
            found.setdefault(name, []).extend(files)
    return found


ANSWERS = answers()
CASES = [
    pytest.param(name, number, file, id=f"{name}-{at}")
    for name, files in ANSWERS.items()
    for at, (number, file) in enumerate(files)
]
MAY_STATE_NOTHING = {
    "android.accessibility",  # all that it states may hold of everything that is not named
    "ios.crash_programs",  # a report that names none
    "ios.companions",  # a phone without a watch
    "ios.disk_images",  # without an image
    "ios.lockdown_domains",  # a domain without a switch
    "ios.provisioning",  # a phone on which none is installed
}


def statements(name, number, file):
    """Return what a reading states of a file, up to where it says that there is more."""
    found: list[Statement] = []
    try:
        found.extend(BY_NAME[name].readings[number].parse(file))
    except NotAvailable:
        assert name in {"ios.profile_contents", "ios.sysdiagnose"}
        return found
    assert found or name in MAY_STATE_NOTHING
    return found


def settings_of(*argv):
    text = SECURE + f"adb_enabled=1\nbluetooth_name={CANARY}\nshow_password=1\n"
    return list(settings.parse(evidence(text, *argv, user=10)))


def fields_of(artifact):
    """Return (type of entity, field) of all that an artifact says it states."""
    return {(one.entity, field) for one in artifact.states for field in one.names()}


def text_of(file):
    with file.open() as stream:
        return stream.read().decode("utf-8", "replace")


def stated_by(found):
    return {
        (type(one), field)
        for one in found
        if not isinstance(one, Otherwise | Mention)
        for field in one.__struct_fields__
        if getattr(one, field) is not UNSET
    }


def everything(name):
    if name == "android.settings":
        return [one for space in settings.ALLOWED for one in settings_of("settings", "list", space)]
    return [one for number, file in ANSWERS[name] for one in statements(name, number, file)]


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_it_states_all_that_it_says_and_nothing_else(artifact):
    stated = stated_by(everything(artifact.name))

    assert fields_of(artifact) == stated


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_what_holds_otherwise_is_stated_of_a_field_that_it_states(artifact):
    spoken = {one.field for one in everything(artifact.name) if isinstance(one, Otherwise)}

    assert spoken <= {field for _, field in fields_of(artifact)}


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_no_personal_or_secret_field_is_stated(artifact):
    classes = {one.entity: privacy_classes(one.entity) for one in artifact.states}

    assert not {field for one, field in fields_of(artifact) if classes[one][field] in UNREADABLE}


@pytest.mark.parametrize(("name", "number", "file"), CASES)
def test_personal_text_has_no_way_out(name, number, file):
    shown = msgspec.json.encode(statements(name, number, file)).decode()

    assert CANARY not in shown
    assert ios_texts.PLANTED not in shown or name == "ios.build"  # and in a serial number


def test_personal_text_has_a_way_in():
    told = {name for name, files in ANSWERS.items() for _, file in files if CANARY in text_of(file)}

    assert told >= {"ios.apps", "ios.build", "ios.home_screen", "ios.management", "ios.state"}


def test_personal_settings_have_no_way_out():
    assert CANARY.encode() not in msgspec.json.encode(everything("android.settings"))


def test_per_user_requests_wait_for_the_users():
    requests = [reading.request for reading in packages.PACKAGES.readings]
    waits = [one.after for one in requests if isinstance(one, Planned)]

    assert [("android.users",)] * 3 == waits
