"""What services of real bugreports state of nobody else, where their text was cut."""

from __future__ import annotations

import contextlib

import pytest

from scanner.artifacts.android import accessibility, adb_keys, device_policy, settings, users
from scanner.errors import NotAvailable, ParseError
from scanner.model.evidence import BytesFile
from scanner.model.requests import Dumpsys
from tests.artifacts.test_cut_texts import absences, forgotten
from tests.corpus.conftest import REPORTS

pytestmark = pytest.mark.corpus
PARSERS = {
    "accessibility": accessibility.parse,
    "adb": adb_keys.parse,
    "device_policy": device_policy.parse,
    "settings": settings.parse_dump,
    "user": users.parse_dumpsys,
}
CASES = [
    (name, service)
    for name in REPORTS
    for service in PARSERS
    if service != "adb" or name == REPORTS[-1]  # as of Android 10
]


def read(service, data, exit_code):
    """Return what is stated before an error."""
    found = []
    file = BytesFile(Dumpsys(service=service), data, exit_code=exit_code)
    with contextlib.suppress(ParseError, NotAvailable):
        found.extend(PARSERS[service](file))
    return found


@pytest.mark.parametrize(("name", "service"), CASES)
def test_a_cut_text_states_no_absence_of_its_own(section, name, service):
    data = section(name, service)
    whole = read(service, data, 0)
    known, wrong = set(absences(whole)), 0
    for percent in range(5, 100, 5):
        cut = read(service, data[: len(data) * percent // 100], None)
        wrong += len(set(absences(cut)) - known) + len(set(forgotten(cut, whole)))

    assert 0 == wrong
