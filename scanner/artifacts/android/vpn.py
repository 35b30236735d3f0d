"""VPN apps, from `dumpsys vpn_management` and the secure settings that make one permanent.

VpnManagerService.dump (Android 12 and later) prints `VPNs:` and `  0: package` for each user: the
app that the user last allowed, whether it runs or not; `[Legacy VPN]` where there is none. As of 13
Vpn.dump stands below it: `    Active package name: package` and `    Active vpn type: 1`, -1 where
none is connected; what follows holds names that apps give to their sessions and is not read. The
service indents every line, so no such name can begin where a user does.

Android 7 and later keep the permanent one in the settings always_on_vpn_app and
always_on_vpn_lockdown of each user. Android 8 to 11 have no service that names the running one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from scanner.artifacts.android import settings
from scanner.artifacts.android.answer import answer, per_user
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import Line, ended_outline
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise, Vpn
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys, ServiceDump

Statements = Iterator[Vpn | App | Otherwise]

LEGACY = "[Legacy VPN]"  # VpnConfig.LEGACY_VPN: a connection of the system's own settings
_TITLE, _INDENT = "VPNs:", 2
_APP, _LOCKDOWN = "always_on_vpn_app", "always_on_vpn_lockdown"
_USERS = 1000
_USER = re.compile(r"(\d{1,5}): (.+)")
_TYPE = re.compile(r"Active vpn type: (-?\d{1,3})$")
_NONE = "-1"  # VpnManager.TYPE_VPN_NONE


def parse(file: EvidenceFile) -> Iterator[Vpn]:
    """Yield the VPN app of each user, and whether it is connected."""
    found: dict[int, str] = {}
    active: dict[int, bool] = {}
    user: int | None = None
    for line in _below(ended_outline(answer(file))):
        if line.depth == _INDENT:
            user, package = _user(line)
            if user in found or len(found) >= _USERS:
                raise ParseError("each user once expected", line=line.number)
            found[user] = package
        elif user is not None and (match := _TYPE.match(line.text)):
            active.setdefault(user, match[1] != _NONE)
    for each, package in found.items():
        if package_name(package) or active.get(each):
            yield Vpn(user=each, package=package, active=active.get(each, UNSET))


def _below(lines: Iterator[Line]) -> Iterator[Line]:
    """Yield the lines that are indented below the title."""
    if not any(line.text == _TITLE and not line.depth for line in lines):
        raise ParseError(f"'{_TITLE}' expected")
    for line in lines:
        if not line.depth:
            return
        yield line


def _user(line: Line) -> tuple[int, str]:
    match = _USER.match(line.text)
    if match is None or not (match[2] in {LEGACY, "null"} or package_name(match[2])):
        raise ParseError("'user: package' expected", line=line.number)
    return int(match[1]), match[2]


def parse_settings(file: EvidenceFile) -> Statements:
    """Yield the VPN app that a user's settings make permanent, or that there is none."""
    yield from _permanent(settings.secure(file))


def parse_settings_dump(file: EvidenceFile) -> Statements:
    """Yield the VPN app that the settings of each user make permanent, or that there is none."""
    yield from _permanent(settings.secure_of_dump(file))


def _permanent(stated: Iterable[tuple[int, dict[str, str | None]]]) -> Statements:
    for user, known in stated:
        if _APP not in known:
            continue
        if app := known[_APP]:
            if package_name(app) is None:
                raise ParseError(f"the name of a package in {_APP} expected")
            lockdown = known[_LOCKDOWN] == "1" if _LOCKDOWN in known else UNSET
            yield Vpn(user=user, package=app, always_on=True, lockdown=lockdown)
            yield App(user=user, package=app, always_on_vpn=True)
        yield Otherwise(entity="vpn", user=user, field="always_on", value=False)
        yield Otherwise(entity="vpn", user=user, field="lockdown", value=False)
        yield Otherwise(entity="app", user=user, field="always_on_vpn", value=False)


VPN = Artifact(
    name="android.vpn",
    title="VPN apps",
    platform="android",
    states=(Stated(Vpn), Stated(App, ("user", "package", "always_on_vpn"))),
    readings=(
        Reading(Dumpsys(service="vpn_management"), parse, ("connection",)),
        Reading(
            per_user("settings", "--user", "{user}", "list", "secure"),
            parse_settings,
            ("always_on",),
        ),
        Reading(ServiceDump(service="settings"), parse_settings_dump, ("always_on",)),
    ),
)
