"""A text that was cut states no absence that the whole text does not state.

Each text is cut at every place. What is stated as none, or of all others, must then
also hold of the whole text: a list that was cut before its end never speaks of what it lacks.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from msgspec import UNSET

from scanner.artifacts.android import (
    accessibility,
    adb_keys,
    device_policy,
    getprop,
    package_details,
    packages,
    settings,
    users,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

from . import (
    test_accessibility,
    test_adb_keys,
    test_device_policy,
    test_getprop,
    test_settings_dump,
    test_users,
)
from .package_texts import EIGHT, FOUR_FOUR, FOURTEEN, TWO_THREE
from .test_packages import LIST

ADB = (
    test_adb_keys.HEAD
    + test_adb_keys.LISTED
    + test_adb_keys.xml(test_adb_keys.row(0))
    + test_adb_keys.FOOT
)
TEXTS = [
    pytest.param(parse, text, id=f"{parse.__module__.rpartition('.')[2]}.{parse.__name__}-{at}")
    for parse, texts in (
        (accessibility.parse, (test_accessibility.SIXTEEN, test_accessibility.TEN)),
        (accessibility.parse, (test_accessibility.SAMSUNG, test_accessibility.EIGHT)),
        (adb_keys.parse, (ADB,)),
        (device_policy.parse, (test_device_policy.OWNED, test_device_policy.TWO_THREE)),
        (device_policy.parse_owners, ("1 owner:\nUser  0: admin=a.b/.C,DeviceOwner\n",)),
        (getprop.parse, (test_getprop.PHONE,)),
        (package_details.parse, (FOURTEEN, EIGHT, FOUR_FOUR, TWO_THREE)),
        (packages.parse_dump, (FOURTEEN, EIGHT, FOUR_FOUR, TWO_THREE)),
        (packages.parse, (LIST,)),
        (packages.parse_disabled, (LIST,)),
        (packages.parse_system, (LIST,)),
        (settings.parse, ("adb_enabled=1\nhttp_proxy=a\nb\ndebug_app=c\n",)),
        (settings.parse_dump, (test_settings_dump.TEXT,)),
        (users.parse_list, (test_users.LIST,)),
        (users.parse_dumpsys, (test_users.DUMPSYS,)),
    )
    for at, text in enumerate(texts)
]


def stated(parse, text, exit_code) -> Iterator[msgspec.Struct]:
    """Yield what is stated before an error."""
    request = Command(argv=("settings", "list", "global"), user=0)
    try:
        yield from parse(BytesFile(request, text.encode(), exit_code=exit_code))
    except (ParseError, NotAvailable):
        return


def absences(found):
    """Return what is stated as none: of all other apps, and of fields of one entity."""
    for one in found:
        if isinstance(one, Otherwise):
            yield "others", one.user, one.field, one.value
            continue
        key = tuple(getattr(one, name) for name in one.key)
        for name in one.__struct_fields__:
            if getattr(one, name) is None or getattr(one, name) is False:
                yield type(one).__name__, key, name, getattr(one, name)


def forgotten(cut, whole):
    """Yield the apps that the whole text names, and that the cut one counts among all others."""
    for other in (one for one in cut if isinstance(one, Otherwise)):
        spoken, named = (
            {
                one.package
                for one in found
                if isinstance(one, App)
                and other.user in {None, one.user}
                and getattr(one, other.field) is not UNSET
            }
            for found in (cut, whole)
        )
        yield from named - spoken


@pytest.mark.parametrize("exit_code", [0, None])
@pytest.mark.parametrize(("parse", "text"), TEXTS)
def test_a_cut_text_states_no_absence_of_its_own(parse, text, exit_code):
    whole = list(stated(parse, text, 0))
    known = set(absences(whole))
    # An answer that ended well and with a whole line cannot be told from one that is whole.
    ends = [at for at in range(len(text)) if exit_code is None or text[at - 1] != "\n"]
    wrong = []
    for end in ends:
        cut = list(stated(parse, text[:end], exit_code))
        wrong += [(end, extra) for extra in {*absences(cut)} - known | {*forgotten(cut, whole)}]

    assert [] == wrong
