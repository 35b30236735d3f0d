"""Which package is installed for whom, as `dumpsys package` says it.

A list that was read to its end states of each package that it does not name that it is not
installed for the users it speaks of. It stays silent on them where a value imitates lines, where a
user's line does not say whether the package is installed, and where another section names a
package that the list does not hold.

Before Android 4.2 there are no users and one line of facts: `pkgFlags=0x1 installStatus=1
enabled=0`, with bit 0 for an app of the system (PackageSetting of 2.3 to 4.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.errors import ParseError
from scanner.formats.package_dump import PackageDump, PackageEntry, UserState
from scanner.model.entities import Otherwise

_ENABLED = {"1": True, "2": False, "3": False, "4": False}  # 0: as the app's manifest says
_BOOLEANS = {"true": True, "false": False}
_WITHOUT_USERS = re.compile(r"0x([0-9a-f]{1,8}) installStatus=\d{1,2} enabled=(\d)\Z")
_FLAG_SYSTEM = 1

FRAMEWORK = "android"
"""The package of the framework: a list without it is not that of all packages."""


def users_of(entry: PackageEntry) -> dict[int, UserState]:
    """Return what is printed for each user; where a version knows no users, for user 0."""
    if entry.users or not entry.whole:
        return entry.users
    if match := _WITHOUT_USERS.match(entry.facts.get("pkgFlags", "")):
        facts = {"installed": "true", "enabled": match[2]}
        return {0: UserState(facts, disabled=entry.disabled)}
    return {}


def state_of(user: UserState) -> dict[str, Any]:
    """Return the fields of an app that a user's line states."""
    stated: dict[str, Any] = {}
    for name in ("installed", "hidden", "suspended", "stopped"):
        if (value := _BOOLEANS.get(user.facts.get(name, ""))) is not None:
            stated[name] = value
    if (enabled := _ENABLED.get(user.facts.get("enabled", ""))) is not None:
        stated["enabled"] = enabled
    return stated


def flags_of(entry: PackageEntry) -> dict[str, Any]:
    """Return the fields of an app that its flags state."""
    listed = entry.facts.get("flags", entry.facts.get("pkgFlags"))
    if listed is None:
        return {}
    if match := _WITHOUT_USERS.match(listed):
        return {"system": bool(int(match[1], 16) & _FLAG_SYSTEM)}
    flags = tuple(sorted(set(listed.strip("[] ").split())))
    return {
        "flags": flags or None,
        "system": "SYSTEM" in flags,
        "debuggable": "DEBUGGABLE" in flags,
        "test_only": "TEST_ONLY" in flags,
    }


def all_others(dump: PackageDump) -> Iterator[Otherwise]:
    """State that no other package is installed; ParseError where the text contradicts itself."""
    if "packages" not in dump.whole:
        return
    if dump.missing():
        raise ParseError("below 'Packages:' each package that another section names expected")
    entries = dump.packages.values()
    if any(not entry.twice and not users_of(entry) for entry in entries):
        raise ParseError("'User N:' below each package expected")
    states = [(number, user) for entry in entries for number, user in users_of(entry).items()]
    silent = any(user.facts.get("installed") not in _BOOLEANS for _, user in states)
    if silent or any(entry.twice for entry in entries) or FRAMEWORK not in dump.packages:
        return
    for number in sorted({number for number, _ in states}):
        yield Otherwise(entity="app", user=number, field="installed", value=False)
