"""What the package manager knows of each app and user, from `dumpsys package`.

The text is described in `scanner/formats/package_dump.py`. Only what a version prints is stated:
`requested permissions:` stands in the answer for one package only, `packageSource=` from 13,
`updateOwnerPackageName=` from 14, initiating and originating installers in some vendors' texts. A
fact that is left out where it does not apply (`installerPackageName=`) is none, once the text
prints it of any app; the installer always.

Android 4 is read as far as it goes: `flags` of 4.1 and before are a number of which only the bit of
system apps is known, and all permissions are granted ones.

The path stays the package list's to state: here stands the folder of the same file, and two ways
to say one thing would read as a conflict. Receivers and services are those of the resolver tables:
the app's own, with the actions they answer. Permissions of a shared user (`sharedUser=`) are those
of all its packages. A version name or an action may hold line breaks and imitate lines of its own:
where a fact or a package stands twice, only the app's existence is stated, and an installer that
was forged differs from the one that `cmd package list` names. The signer is a Java hash code of 32
bits: to compare, never a proof; before Android 7 it is an address of memory and not read.

An app has an icon (`launcher`) where one of its activities answers MAIN and is not disabled for the
user. The categories of activities are not printed, and settings pages answer MAIN too: that an app
has none is certain, that it has one is likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from scanner.artifacts.android.answer import answer
from scanner.artifacts.android.inventory import all_others, flags_of, state_of, users_of
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import raw_lines
from scanner.formats.package_dump import PackageDump, PackageEntry, UserState, read
from scanner.formats.uids import USER_RANGE
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_SOURCES = {"0": None, "1": "other", "2": "store", "3": "local_file", "4": "downloaded_file"}
_SIGNERS = re.compile(
    r"PackageSignatures\{\S+ (?:version:\d+, signatures:)?\[([0-9a-f, ]{1,600})\]"
)
_SHARED_USER = re.compile(r"SharedUserSetting\{\S+ (\S{1,255})/\d+\}")
_INSTALLERS = {
    "installer": ("installerPackageName",),
    "initiating_installer": ("installInitiatingPackageName", "initiatingPackageName"),
    "originating_installer": ("installOriginatingPackageName", "originatingPackageName"),
    "update_owner": ("updateOwnerPackageName",),
}
_PER_TEXT = tuple(_INSTALLERS)[1:]


def parse(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield each app of each user, then that no other is installed."""
    dump = read(raw_lines(answer(file)))
    if not dump.packages:
        raise ParseError("'Packages:' and a package below it expected")
    printed = {
        field
        for field in _PER_TEXT
        if any(
            name in entry.facts for entry in dump.packages.values() for name in _INSTALLERS[field]
        )
    }
    if any(entry.requested is not None for entry in dump.packages.values()):
        printed.add("permissions_requested")
    for entry in dump.packages.values():
        if package_name(entry.name) is None:
            raise ParseError("the name of a package expected")
        yield from _apps(entry, dump, printed)
    yield from all_others(dump)


def _apps(entry: PackageEntry, dump: PackageDump, printed: set[str]) -> Iterator[App]:
    if entry.twice:
        yield from (App(user=user, package=entry.name) for user in entry.users)
        return
    common = _common(entry, dump, printed)
    system = {name: common[name] for name in ("system",) if name in common}
    app_id = entry.facts.get("appId", entry.facts.get("userId", "")).partition(" ")[0]
    for user, state in users_of(entry).items():
        stated = state_of(state)
        if stated.get("installed") is False:
            yield App(user=user, package=entry.name, **stated, **system)
            continue
        if app_id.isascii() and app_id.isdigit() and len(app_id) < 6:  # noqa: PLR2004
            stated["uid"] = user * USER_RANGE + int(app_id)
        first = state.facts.get("firstInstallTime", entry.facts.get("firstInstallTime"))
        if first:
            stated["first_installed"] = first
        if entry.whole and _has_icons(dump):
            icons = dump.launchers.get(entry.name, set())
            stated["launcher"] = not icons.issubset(state.disabled)
        stated |= _granted(entry, user, state, dump)
        yield App(user=user, package=entry.name, **common, **stated)


def _has_icons(dump: PackageDump) -> bool:
    """Say whether the table of activities was printed in full: every phone has some icon."""
    return "launchers" in dump.whole and (bool(dump.launchers) or len(dump.packages) == 1)


def _common(entry: PackageEntry, dump: PackageDump, printed: set[str]) -> dict[str, Any]:
    """State what holds for all users of a package."""
    facts = entry.facts
    stated: dict[str, Any] = (
        _versions(facts) | _signing(facts) | _origin(entry, printed) | flags_of(entry)
    )
    if updated := facts.get("lastUpdateTime"):
        stated["last_updated"] = updated
    if entry.whole:
        match = _SHARED_USER.match(facts.get("sharedUser", ""))
        stated["shared_user"] = match[1] if match else None
        if "permissions_requested" in printed:
            stated["permissions_requested"] = tuple(sorted(set(entry.requested or ()))) or None
    for field, part, table in (
        ("receiver_actions", "receivers", dump.receivers),
        ("service_actions", "services", dump.services),
    ):
        if part in dump.whole:
            stated[field] = tuple(sorted(table.get(entry.name, ()))) or None
    return stated


def _origin(entry: PackageEntry, printed: set[str]) -> dict[str, Any]:
    """State who installed a package, and from what."""
    stated: dict[str, Any] = {}
    for field, names in _INSTALLERS.items():
        value = next((entry.facts[name] for name in names if name in entry.facts), None)
        if value is not None:
            stated[field] = package_name(value) if value != "null" else None
        elif entry.whole and field in {"installer", *printed}:
            stated[field] = None
    if (source := entry.facts.get("packageSource", "")) in _SOURCES:
        stated["package_source"] = _SOURCES[source]
    return stated


def _versions(facts: dict[str, str]) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    code, *words = facts.get("versionCode", "").split() or [""]
    words += [f"targetSdk={facts['targetSdk']}"] if "targetSdk" in facts else []
    if code.isascii() and code.isdigit() and len(code) < 20:  # noqa: PLR2004  64 bits
        stated["version_code"] = int(code)
    for word in words:
        target = word.removeprefix("targetSdk=")
        if target != word and target.isascii() and target.isdigit() and len(target) < 6:  # noqa: PLR2004
            stated["target_sdk"] = int(target)
    if "versionName" in facts:
        name = facts["versionName"]
        stated["version_name"] = name[:255] if name != "null" else None
    return stated


def _signing(facts: dict[str, str]) -> dict[str, Any]:
    stated: dict[str, Any] = {}
    version = facts.get("apkSigningVersion", "")
    if version and (match := _SIGNERS.match(facts.get("signatures", ""))):
        stated["signer"] = ",".join(match[1].replace(" ", "").split(",")) or None
    if version.isascii() and version.isdigit() and len(version) < 4:  # noqa: PLR2004
        stated["signing_version"] = int(version) or None
    return stated


def _granted(
    entry: PackageEntry, user: int, state: UserState, dump: PackageDump
) -> dict[str, tuple[str, ...] | None]:
    """State the granted permissions, unless what grants them was cut."""
    names = {*entry.granted, *state.granted}
    if not entry.whole:
        return {}
    if entry.facts.get("sharedUser", "null") != "null":
        match = _SHARED_USER.match(entry.facts["sharedUser"])
        shared = dump.shared_users.get(match[1]) if match else None
        if shared is None or not shared.whole or shared.twice:
            return {}
        names.update(shared.granted)
        if user in shared.users:
            names.update(shared.users[user].granted)
    return {"permissions_granted": tuple(sorted(names)) or None}


PACKAGE_DETAILS = Artifact(
    name="android.package_details",
    title="Apps: versions, origin, signer, permissions",
    platform="android",
    states=(
        Stated(
            App,
            (
                "user",
                "package",
                "installed",
                "enabled",
                "hidden",
                "suspended",
                "stopped",
                "launcher",
                "system",
                "debuggable",
                "test_only",
                "uid",
                "version_code",
                "version_name",
                "target_sdk",
                "shared_user",
                *_INSTALLERS,
                "package_source",
                "first_installed",
                "last_updated",
                "signer",
                "signing_version",
                "flags",
                "permissions_requested",
                "permissions_granted",
                "receiver_actions",
                "service_actions",
            ),
        ),
    ),
    readings=(Reading(Dumpsys(service="package"), parse),),
)
