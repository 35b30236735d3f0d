"""Apps that were installed and removed, from the logs of installd and containermanagerd.

mobile_installation.log tells of an app by several messages: `Installing <MIInstallableBundle
ID=APP; Version=V, ShortVersion=V>`, `Attempting Delta patch update of APP from ...`, `Install
Successful for (Customer:APP)` (or Placeholder: the icon only, System), `Uninstalling identifier
APP`. containermanagerd.log tells of folders that go: `Destroying container ... identifier APP`;
an update does that, too. Both write the phone's local time, which is stated as it stands.

Paths of containers, and who asked for what, are not read.

Sources: a mobile_installation.log of iOS 16; public readers of the logs of iOS 12 to 18.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET

from scanner.artifacts.ios.recorded.log_lines import messages
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import AppEvent
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob

_PENDING = 1_000  # apps whose installation began; those beyond have no version
_APP = r"([0-9A-Za-z._-]{1,255})"
_BEGUN = re.compile(
    rf"Installing <\w{{1,60}} ID={_APP}; Version=([^,>]{{0,60}})(?:, ShortVersion=([^,>]{{0,60}}))?"
)
_INSTALLED = re.compile(rf"Install Successful for \((?:(\w{{1,30}}):)?{_APP}\)")
_FAILED = re.compile(rf"Install (?:Failed|failed) for \((?:\w{{1,30}}:)?{_APP}\)")
_UPDATED = re.compile(rf"Attempting Delta patch update of {_APP}")
_REMOVED = re.compile(rf"Uninstalling identifier {_APP}")
_DESTROYED = re.compile(rf"Destroying container .{{0,300}}?identifier[ =:]{{1,3}}{_APP}")


def parse(file: EvidenceFile) -> Iterator[AppEvent]:
    """Yield what came of each app; ParseError where it is no such log."""
    versions: dict[str, str] = {}
    updated: set[str] = set()
    for at, message in messages(file):
        if found := _BEGUN.search(message):
            if len(versions) < _PENDING:
                versions[found[1]] = found[3] or found[2]
            continue
        if found := _UPDATED.search(message):
            if len(updated) < _PENDING:
                updated.add(found[1])
            continue
        if (event := _event(message)) is None:
            continue
        app, kind = event
        if kind == "install" and app in updated:
            kind = "update"
        updated.discard(app)
        yield AppEvent(
            source="mobile_installation",
            package=app,
            kind=kind,
            at=at,
            version=versions.pop(app, UNSET) if kind != "remove" else UNSET,
            precision="second",
            clock="device_local",
        )


def parse_containers(file: EvidenceFile) -> Iterator[AppEvent]:
    """Yield each folder of an app that was removed; ParseError where it is no such log."""
    for at, message in messages(file):
        if found := _DESTROYED.search(message):
            yield AppEvent(
                source="container_manager",
                package=found[1],
                kind="other",
                at=at,
                precision="second",
                clock="device_local",
            )


def _event(message: str) -> tuple[str, str] | None:
    """Return an app, and what became of it."""
    if found := _INSTALLED.search(message):
        return found[2], "place" if found[1] == "Placeholder" else "install"
    if found := _FAILED.search(message):
        return found[1], "failure"
    if found := _REMOVED.search(message):
        return found[1], "remove"
    return None


_LOG = "mobile_installation.log*"
_CONTAINERS = "containermanagerd.log*"
MOBILE_INSTALLATION = Artifact(
    name="ios.mobile_installation",
    title="Installations and removals of apps, as the phone logs them",
    platform="ios",
    states=(Stated(AppEvent, where=("source", ("mobile_installation", "container_manager"))),),
    readings=(
        *(
            Reading(request, parse, covers=("installations",))
            for request in (
                Diagnostic(name=f"logs/MobileInstallation/{_LOG}"),
                Glob(pattern=f"/private/var/installd/Library/Logs/MobileInstallation/{_LOG}"),
                Glob(pattern=f"/private/var/mobile/Library/Logs/MobileInstallation/{_LOG}"),
            )
        ),
        *(
            Reading(request, parse_containers, covers=("containers",))
            for request in (
                Diagnostic(name=f"logs/MobileContainerManager/{_CONTAINERS}"),
                Glob(
                    pattern=f"/private/var/root/Library/Logs/MobileContainerManager/{_CONTAINERS}"
                ),
            )
        ),
    ),
    profile=Profile.STANDARD,
)
