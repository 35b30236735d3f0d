"""Installed apps, from installation_proxy.

`Lookup` answers with Status `Complete` and LookupResult, a dictionary from bundle identifier to the
attributes that were asked for: some of the system (ApplicationType, Path, SignerIdentity,
Entitlements, ProfileValidated, IsDemotedApp, IsPlaceholder), all others from the app's Info.plist.
Names of apps, their store's receipts and containers are not asked for.

- An attribute that an app does not have is left out. Where no app of an answer has it, the answer
  states nothing of it. ProfileValidated is written only where it is true.
- Left to itself the service hides apps that a restriction keeps from starting, and those whose code
  is gone while their data is kept: both are asked for. App clips stay out: nobody installed them.
- A placeholder stands for an app that is offloaded or on its way: what it lacks proves nothing.
- SignerIdentity is `Apple iPhone OS Application Signing` of an app from a store,
  `TestFlight Beta Distribution`, or `iPhone Distribution: NAME (TEAM)`, `Apple Development: NAME
  (MEMBER)` and the like: only a distributor's parentheses hold the team. The name is a person's or
  a company's and not read.

Sources: pymobiledevice3 and libimobiledevice installation_proxy, the service's code (decompiled); a
real answer of iOS 12.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known, reply
from scanner.errors import NotAvailable, ParseError
from scanner.formats.plists import Map, Value, flag, mapping, text, texts
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

ATTRIBUTES = (
    "ApplicationType",
    "CFBundleIdentifier",
    "CFBundleShortVersionString",
    "CFBundleVersion",
    "Entitlements",
    "IsDemotedApp",
    "IsPlaceholder",
    "Path",
    "ProfileValidated",
    "SBAppTags",
    "SignerIdentity",
    "UIBackgroundModes",
)
_COUNT = 20_000  # apps
_ENTITLEMENTS = 5000  # of one app
_LIST = 1000  # tags and modes of one app
_LENGTH = 255  # characters of an identifier
_SHORT = 100  # characters of a version or signer
_SYSTEM = {"System": True, "User": False}
_TEAM = re.compile(r"[A-Z0-9]{10}")
_TEAM_BEHIND = re.compile(r"\(([A-Z0-9]{10})\)$")
_DISTRIBUTOR = re.compile(r"(?:iPhone|Apple) Distribution")


def parse(file: EvidenceFile) -> Iterator[App | Otherwise]:
    """Yield each app and that nothing else is installed; ParseError behind a list not whole."""
    answer = reply(file)
    apps = answer.get("LookupResult")
    if not isinstance(apps, dict):
        raise ParseError("a dictionary of apps expected")
    if not apps:
        raise NotAvailable("source_absent", "the phone lists no app at all, not even its own")
    if len(apps) > _COUNT:
        raise ParseError(f"at most {_COUNT} apps expected")
    listed = frozenset(key for app in apps.values() if isinstance(app, dict) for key in app)
    for identifier in apps:
        yield _app(identifier, mapping(apps, identifier), listed)
    if answer.get("Status") != "Complete":
        raise ParseError("a whole list of apps expected")
    yield Otherwise(entity="app", user=0, field="installed", value=False)


def _app(identifier: str, app: Map, listed: frozenset[str]) -> App:
    """Return an app; `listed` are the attributes that the answer states of any app."""
    whole = bool(app) and flag(app, "IsPlaceholder") is not True
    lacks = listed - app.keys() if whole else frozenset()
    entitlements = app.get("Entitlements", {} if "Entitlements" in lacks else None)
    signer = text(app, "SignerIdentity")
    return App(
        user=0,
        package=identifier[:_LENGTH],
        installed=True,
        system=known(_SYSTEM.get(text(app, "ApplicationType") or "")),
        path=known(text(app, "Path")),
        version_name=known(text(app, "CFBundleShortVersionString", limit=_SHORT)),
        bundle_version=known(text(app, "CFBundleVersion", limit=_SHORT)),
        hidden="hidden" in texts(app, "SBAppTags") if _speaks(app, "SBAppTags", lacks) else UNSET,
        debuggable=_debuggable(entitlements),
        entitlements=_granted(entitlements),
        signed_as=None if "SignerIdentity" in lacks else known(_kind_of(signer)),
        team=known(_team(entitlements, signer)),
        profile_validated=_profile_validated(app, listed if whole else frozenset()),
        background_modes=(
            tuple(sorted(set(texts(app, "UIBackgroundModes", limit=_SHORT)))) or None
            if _speaks(app, "UIBackgroundModes", lacks)
            else UNSET
        ),
        offloaded=known(flag(app, "IsDemotedApp")),
    )


def _speaks(app: Map, key: str, lacks: frozenset[str]) -> bool:
    """Whether an app has this list, within bounds, or is stated to have none."""
    return (isinstance(app.get(key), list) and len(app[key]) <= _LIST) or key in lacks


def _debuggable(entitlements: Value) -> bool | UnsetType:
    if not isinstance(entitlements, dict):
        return UNSET
    return bool(entitlements.get("get-task-allow"))


def _granted(entitlements: Value) -> tuple[str, ...] | None | UnsetType:
    """Return the names of what is granted: not false, not empty."""
    if not isinstance(entitlements, dict) or len(entitlements) > _ENTITLEMENTS:
        return UNSET
    return tuple(sorted({name[:_LENGTH] for name, value in entitlements.items() if value})) or None


def _kind_of(signer: str | None) -> str | None:
    """Return a signer up to its own name."""
    return signer.partition(":")[0].strip()[:_SHORT] or None if signer else None


def _team(entitlements: Value, signer: str | None) -> str | None:
    of = entitlements if isinstance(entitlements, dict) else {}
    team = text(of, "com.apple.developer.team-identifier")
    if team is not None and _TEAM.fullmatch(team):
        return team
    behind = _TEAM_BEHIND.search(signer) if signer and _DISTRIBUTOR.match(signer) else None
    return behind[1] if behind else None


def _profile_validated(app: Map, listed: frozenset[str]) -> bool | UnsetType:
    """Return whether an app runs by a profile: left out where it does not, unlike its signer."""
    if "ProfileValidated" in app:
        return known(flag(app, "ProfileValidated"))
    return False if "SignerIdentity" in listed else UNSET


APPS = Artifact(
    name="ios.apps",
    title="Installed apps",
    platform="ios",
    states=(
        Stated(
            App,
            (
                "user",
                "package",
                "installed",
                "system",
                "path",
                "version_name",
                "bundle_version",
                "hidden",
                "debuggable",
                "entitlements",
                "signed_as",
                "team",
                "profile_validated",
                "background_modes",
                "offloaded",
            ),
        ),
    ),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.mobile.installation_proxy",
                arguments=(
                    ("Command", "Lookup"),
                    ("ClientOptions.ApplicationType", "Any"),
                    ("ClientOptions.ReturnAttributes", ATTRIBUTES),
                    ("ClientOptions.ShowLaunchProhibitedApps", True),
                    ("ClientOptions.ShowPlaceholders", True),
                ),
                timeout=20.0,
            ),
            parse,
        ),
    ),
)
