"""Installed apps of each user, from `cmd package list packages`.

PackageManagerShellCommand.java prints, with all options at once, `package:PATH=NAME versionCode:N
installer=X uid:U`: two blanks before `installer`, `uid` last and a list where users were merged,
the path with `=` of its own, so the name stands behind the last `=` before the first blank. The
order is that of a hash map. `installer=null` is stated: nobody.

Asked for each user: without `--user` older versions give up at the first user that is refused, 16
goes on and ends with status 0. `-d` lists those disabled for the user, `-s` those of a system
partition (with updates of such); their lists state the same of all other apps, where they were not
cut; the whole list states that what it does not name is not installed.

A recording holds no such lists. There `dumpsys package` names the packages (of which only the
inventory is read here: its path is a folder, and two ways to say one thing would read as a
conflict), or a collector's own file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.artifacts.android import collected_packages
from scanner.artifacts.android.answer import answer, per_user, user_of
from scanner.artifacts.android.inventory import FRAMEWORK, all_others, flags_of, state_of, users_of
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import ended_lines, ends_whole, raw_lines
from scanner.formats.package_dump import inventory, read
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, ServiceDump

_PREFIX = "package:"
_PATH_LIMIT = 4096
_LIST = ("cmd", "package", "list", "packages")
_INVENTORY = ("installed", "enabled", "system")
_NUMBER = re.compile(r"-?\d{1,19}\Z")


def parse(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the apps that are installed for a user, then that all others are not."""
    user, framework = user_of(file), False
    for number, line in _lines(file):
        token, *words = line.removeprefix(_PREFIX).split()
        path, _, name = token.rpartition("=")
        framework = framework or name == FRAMEWORK
        stated: dict[str, Any] = {}
        if path:
            stated["path"] = path[:_PATH_LIMIT]
        for word in words:
            _read_word(stated, word, number)
        yield App(user=user, package=_name(name, number), installed=True, **stated)
    if framework and ends_whole(file):
        yield Otherwise(entity="app", user=user, field="installed", value=False)


def parse_dump(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the packages of each user that `dumpsys package` names."""
    dump = read(inventory(raw_lines(answer(file))))
    if not dump.packages:
        raise ParseError("'Packages:' and a package below it expected")
    for entry in dump.packages.values():
        name, stated = _name(entry.name, 0), {} if entry.twice else flags_of(entry)
        for user, known in users_of(entry).items():
            fields = stated if entry.twice else stated | state_of(known)
            shown = {key: fields[key] for key in _INVENTORY if key in fields}
            yield App(user=user, package=name, **shown)
    yield from all_others(dump)


def parse_disabled(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the apps that are disabled for a user, then that all others are not."""
    if file.exit_code == 0 and not file.read(1 << 26).strip() and not file.errors().strip():
        yield Otherwise(entity="app", user=user_of(file), field="enabled", value=True)
        return
    yield from _marked(file, "enabled", listed=False)


def parse_system(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield the apps of the system, then that all others are not."""
    yield from _marked(file, "system", listed=True)


def _marked(file: EvidenceFile, field: str, *, listed: bool) -> Iterator[App | Otherwise]:
    user = user_of(file)
    for number, line in _lines(file):
        token = line.removeprefix(_PREFIX).split()[0]
        name = _name(token.rpartition("=")[2], number)
        stated: dict[str, Any] = {field: listed}
        yield App(user=user, package=name, **stated)
    if ends_whole(file):
        yield Otherwise(entity="app", user=user, field=field, value=not listed)


def _lines(file: EvidenceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines that name a package."""
    found = False
    for number, line in enumerate(ended_lines(answer(file)), start=1):
        if not line.strip():
            continue
        if not line.startswith(_PREFIX) or not line.removeprefix(_PREFIX).strip():
            raise ParseError("'package:' and a name expected", line=number)
        found = True
        yield number, line
    if not found:
        raise ParseError("'package:' and a name expected, found nothing")


def _read_word(stated: dict[str, Any], word: str, number: int) -> None:
    if word.startswith("versionCode:"):
        value = word.removeprefix("versionCode:")
        if not _NUMBER.match(value):
            raise ParseError("a version code expected", line=number)
        stated["version_code"] = int(value)
    elif word.startswith("installer="):
        value = word.removeprefix("installer=")
        stated["installer"] = None if value in {"null", ""} else _name(value, number)
    elif word.startswith("uid:"):
        first = word.removeprefix("uid:").split(",")
        if len(first) == 1 and _NUMBER.match(first[0]):
            stated["uid"] = int(first[0])


def _name(text: str, number: int) -> str:
    name = package_name(text)
    if name is None:
        raise ParseError("the name of a package expected", line=number)
    return name


PACKAGES = Artifact(
    name="android.packages",
    title="Apps of each user",
    platform="android",
    states=(
        Stated(
            App,
            (
                "user",
                "package",
                "installed",
                "path",
                "version_code",
                "installer",
                "uid",
                "enabled",
                "system",
            ),
        ),
    ),
    readings=(
        Reading(
            per_user(*_LIST, "-f", "-U", "-i", "--show-versioncode", "--user", "{user}"),
            parse,
            ("installed",),
        ),
        Reading(per_user(*_LIST, "-d", "--user", "{user}"), parse_disabled, ("disabled",)),
        Reading(per_user(*_LIST, "-s", "--user", "{user}"), parse_system, ("system",)),
        Reading(ServiceDump(service="package"), parse_dump),
        Reading(
            Collected(collector="androidqf", name="packages.json"),
            collected_packages.parse,
            of_user=0,
        ),
    ),
)
