"""Device administrators and owners, from `dumpsys device_policy` and `dpm list-owners`.

`dumpsys device_policy` (DevicePolicyManagerService.dump, Owners.dump, DevicePolicyData.dump),
below `Current Device Policy Manager state:`

- owners first: `Device Owner:` with `admin=ComponentInfo{package/class}`, `package=`, `User ID: 0`
  below, and `Profile Owner (User 10):` likewise; nothing where there is none;
- `Enabled Device Admins (User 0, provisioningState: 0):` for each user, with `package/.Class:`
  below and `policies:` below that; the list ends with `mPasswordOwner=`;
- before 7 without `provisioningState`, before 4.2 also without a user, which is user 0 then. There
  administrators stand as deep as the title, and the first other line ends the list. Not all of
  these versions print owners, so there nobody is stated to be none.

8 to 11 print `name=` of an owner, which is not read. The layout with an owner is from AOSP 8 to 16
and not confirmed on hardware; the rest is. Messages of an organisation stand in the text and may
span lines: a user that stands twice has the administrators of both places.

`dpm list-owners` (DevicePolicyManagerServiceShellCommand.java, Android 12 and later, not confirmed
on hardware): `no owners`, or `1 owner:` and `User 0: admin=package/.Class,DeviceOwner,Affiliated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, Struct, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import component
from scanner.formats.lines import Line, ended_lines, outline
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, DeviceAdmin, Otherwise, PolicyOwner
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, Dumpsys

_STATE = re.compile(r"Current Device Policy Manager state:$")
_ADMINS = re.compile(r"Enabled Device Admins(?: \(User (\d{1,6})(, [^)]{0,200})?\))?:$")
_OWNER = re.compile(r"(Device|Profile) Owner(?: \(User (\d{1,6})\))?:$")
_OWNER_ADMIN = re.compile(r"admin=ComponentInfo\{(\S{3,600})\}$")
_OWNER_USER = re.compile(r"User ID: (\d{1,6})$")
_AFTER = re.compile(r"m[A-Z]|Removing ")
_POLICIES = "policies:"
_POLICY = re.compile(r"[a-z][a-z-]{1,60}$")
_LISTED = re.compile(r"User +(\d{1,6}): admin=([^,\s]{3,600})((?:,[A-Za-z]+(?:\([^)]{0,60}\))?)*)$")
_COUNT = re.compile(r"(\d{1,4}) owners?:$")
_ADMIN_LIMIT = 500  # of one user


class _Owner(Struct):
    scope: str
    user: int
    name: str | None = None


class _Admins(Struct):
    """The administrators of one user: component to policies."""

    policies: dict[str, list[str]] = field(default_factory=dict)
    whole: bool = False


class _Place(Struct):
    """Where reading stands in the list of one user."""

    admins: _Admins
    depth: int  # of the list's title
    old: bool = False  # before 7: facts stand where later versions print administrators
    policies: list[str] | None = None  # of the present administrator
    policies_at: int = -1  # depth of `policies:`; -1: not below it


class _Text(Struct):
    """What was read of `dumpsys device_policy` so far."""

    owners: list[_Owner] = field(default_factory=list)
    users: dict[int, _Admins] = field(default_factory=dict)
    owners_whole: bool = False


def parse(file: EvidenceFile) -> Iterator[DeviceAdmin | PolicyOwner | App | Otherwise]:
    """Yield administrators and owners of each user."""
    text = _read(outline(answer(file)))
    for owner in text.owners:
        if owner.name is not None:
            yield from _owner(owner.scope, owner.user, owner.name)
    for user, admins in text.users.items():
        yield from _admins(user, admins)
        if text.owners_whole:
            yield Otherwise(entity="app", user=user, field="owner", value=None)


def parse_owners(file: EvidenceFile) -> Iterator[PolicyOwner | App | Otherwise]:
    """Yield the owners that `dpm list-owners` names."""
    lines = [line for line in ended_lines(answer(file)) if line.strip()]
    if lines[:1] == ["no owners"]:
        yield Otherwise(entity="app", user=None, field="owner", value=None)
        return
    if not lines or not (count := _COUNT.match(lines[0])):
        raise ParseError("'no owners' or their number expected", line=1)
    for number, line in enumerate(lines[1:], start=2):
        match = _LISTED.match(line.strip())
        if match is None:
            raise ParseError("'User N: admin=package/class' expected", line=number)
        scope = "device" if "DeviceOwner" in match[3].split(",") else "profile"
        yield from _owner(scope, int(match[1]), match[2])
    if len(lines) - 1 >= int(count[1]):
        yield Otherwise(entity="app", user=None, field="owner", value=None)


def _read(lines: Iterator[Line]) -> _Text:
    for line in lines:
        if _STATE.match(line.text):
            break
    text = _Text()
    owner: _Owner | None = None
    place: _Place | None = None
    for line in lines:
        if match := _OWNER.match(line.text):
            owner, place = _Owner(scope=match[1].lower(), user=int(match[2] or 0)), None
            text.owners.append(owner)
        elif match := _ADMINS.match(line.text):
            # Owners are printed before the first list: all of them were read.
            text.owners_whole, owner = match[2] is not None, None
            admins = text.users.setdefault(int(match[1] or 0), _Admins())
            place = _Place(admins, line.depth, old=match[2] is None)
        elif owner is not None:
            _read_owner(owner, line)
        elif place is not None and not _read_admin(place, line):
            place = None
    if not text.users:
        raise ParseError("'Current Device Policy Manager state:' and device admins expected")
    return text


def _read_admin(place: _Place, line: Line) -> bool:
    """Read a line of a user's list; False where the list is over."""
    named = line.text.endswith(":") and component(line.text[:-1]) is not None
    if line.text.startswith("mPasswordOwner=") or (line.depth <= place.depth and not named):
        # Where administrators stand as deep as the title, half a line may be half of one.
        place.admins.whole = not place.old or bool(_AFTER.match(line.text))
        return False
    titled = line.depth == place.depth + 2 and line.text.endswith(":")
    if (named and line.depth == place.depth) or (titled and (named or not place.old)):
        place.policies, place.policies_at = _add_admin(place.admins, line), -1
    elif place.policies is not None and line.text == _POLICIES:
        place.policies_at = line.depth
    elif place.policies is not None and place.policies_at >= 0:
        place.policies_at = _read_policy(place.policies, line, place.policies_at)
    return True


def _read_owner(owner: _Owner, line: Line) -> None:
    if match := _OWNER_ADMIN.match(line.text):
        owner.name = owner.name or match[1]
    elif match := _OWNER_USER.match(line.text):
        owner.user = int(match[1])


def _add_admin(admins: _Admins, line: Line) -> list[str] | None:
    found = component(line.text[:-1])
    if found is None:
        if line.text.startswith("Removing Device Admins"):
            return None
        raise ParseError("'package/class:' of a device admin expected", line=line.number)
    if len(admins.policies) >= _ADMIN_LIMIT:
        raise ParseError(f"at most {_ADMIN_LIMIT} device admins expected", line=line.number)
    return admins.policies.setdefault(found[1], [])


def _read_policy(policies: list[str], line: Line, depth: int) -> int:
    """Add a policy that stands below `policies:`; -1 where the list is over."""
    if line.depth <= depth or not _POLICY.match(line.text):
        return -1
    if line.text not in policies:
        policies.append(line.text)
    return depth


def _admins(user: int, admins: _Admins) -> Iterator[DeviceAdmin | App | Otherwise]:
    apps: dict[str, list[str]] = {}
    last = None if admins.whole else next(reversed(admins.policies), None)
    for name, policies in admins.policies.items():
        package = name.partition("/")[0]
        apps.setdefault(package, []).append(name)
        stated = UNSET if name == last else tuple(sorted(policies)) or None
        yield DeviceAdmin(user=user, component=name, package=package, policies=stated)
    for package, names in apps.items():
        yield App(user=user, package=package, admin_receivers=tuple(sorted(names)))
    if admins.whole:
        yield Otherwise(entity="app", user=user, field="admin_receivers", value=None)


def _owner(scope: str, user: int, name: str) -> Iterator[PolicyOwner | App]:
    found = component(name)
    if found is None:
        raise ParseError("'package/class' of an owner expected")
    package, full = found
    yield PolicyOwner(scope=scope, user=user, package=package, component=full)
    yield App(user=user, package=package, owner=scope)


DEVICE_POLICY = Artifact(
    name="android.device_policy",
    title="Device administrators and owners",
    platform="android",
    states=(
        Stated(DeviceAdmin),
        Stated(PolicyOwner),
        Stated(App, ("user", "package", "admin_receivers", "owner")),
    ),
    readings=(
        Reading(Dumpsys(service="device_policy"), parse),
        # A second voice on owners, which older versions lack: no part of its own.
        Reading(Command(argv=("dpm", "list-owners")), parse_owners),
    ),
)
