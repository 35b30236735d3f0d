"""What a policy can require: each kind with what may be written in it, and where it applies."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

from scanner.model.findings import Level, RuleClass
from scanner.model.report import Verdict

PLATFORMS = ("android", "ios")
Platform = Literal["android", "ios"]
Profile = Literal["quick", "standard", "deep"]

Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$")]
Text = Annotated[str, Meta(min_length=1, max_length=300)]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
Span = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,3}[hdw]$")]  # 12h, 30d, 8w
Release = Annotated[str, Meta(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$")]
Day = Annotated[str, Meta(pattern=r"^20[0-9]{2}-[01][0-9]-[0-3][0-9]$")]
Percent = Annotated[int, Meta(ge=1, le=100)]  # 0 would be met where nothing was looked at

_HOURS = {"h": 1, "d": 24, "w": 7 * 24}
_SPAN = re.compile(r"([1-9][0-9]{0,3})([hdw])")


def span(text: str) -> timedelta | None:
    """Return how long `12h`, `30d` or `8w` is; None where the text is no such span."""
    found = _SPAN.fullmatch(text)
    return timedelta(hours=int(found[1]) * _HOURS[found[2]]) if found else None


class Requirement(Struct, frozen=True, kw_only=True):
    """One thing that must hold, on the platforms and models that it names."""

    kinds: ClassVar[tuple[str, ...]] = ()  # what `require` says, where it is a kind of its own
    on: ClassVar[tuple[str, ...]] = PLATFORMS

    id: Id
    require: str
    text: Text | None = None  # why, in the words of whoever wrote the policy
    platforms: tuple[Platform, ...] = ()  # none: all of the policy's
    models: tuple[Text, ...] = ()  # with `*`; none: all


class Complete(Requirement, frozen=True, kw_only=True):
    """The acquisition ended, and the case was closed."""

    kinds: ClassVar[tuple[str, ...]] = ("complete",)


class UsersReadable(Requirement, frozen=True, kw_only=True):
    """The apps and settings of every user could be read."""

    kinds: ClassVar[tuple[str, ...]] = ("users_readable",)


class CoverageAtLeast(Requirement, frozen=True, kw_only=True):
    """So much of what applies was examined."""

    kinds: ClassVar[tuple[str, ...]] = ("coverage",)

    percent: Percent


class ChecksExamined(Requirement, frozen=True, kw_only=True):
    """These checks were made, whatever came of them."""

    kinds: ClassVar[tuple[str, ...]] = ("checks_examined",)

    rules: tuple[Text, ...] = ()  # ids
    tags: tuple[Text, ...] = ()  # attack.t1417: every rule with it


class NoFindings(Requirement, frozen=True, kw_only=True):
    """Nothing of a class was found at a level or above it, and its checks were made."""

    kinds: ClassVar[tuple[str, ...]] = ("no_findings",)

    classes: tuple[RuleClass, ...] = ("compromise",)
    level: Level = "medium"
    review: bool = True  # findings that wait for a person count
    examined: Percent = 100  # of the checks that could have found it
    except_rules: tuple[Text, ...] = ()  # ids; their findings do not count


class VerdictIs(Requirement, frozen=True, kw_only=True):
    """The report's verdict is one of these."""

    kinds: ClassVar[tuple[str, ...]] = ("verdict",)

    one_of: tuple[Verdict, ...] = ("nothing_found_in_what_was_examined",)


class AllowedProfile(Struct, frozen=True, kw_only=True):
    """A configuration profile that may be there; all that is written must hold."""

    identifier: Text | None = None
    uuid: Text | None = None
    signer_sha256: Sha256 | None = None


class AllowedAuthority(Struct, frozen=True, kw_only=True):
    """An added certificate authority; a name alone is weak, since anybody may take it."""

    sha256: Sha256 | None = None
    store: Text | None = None
    name: Text | None = None  # of its file: 5ed36f99.0


class AllowedServer(Struct, frozen=True, kw_only=True):
    """A server of a device management."""

    host: Text


class AllowedApp(Struct, frozen=True, kw_only=True):
    """An app, and who must have signed it."""

    package: Text
    signer_sha256: Sha256 | None = None  # Android
    team: Text | None = None  # iOS


class OnlyProfiles(Requirement, frozen=True, kw_only=True):
    """No configuration profile is installed but these."""

    kinds: ClassVar[tuple[str, ...]] = ("only_profiles",)
    on: ClassVar[tuple[str, ...]] = ("ios",)

    allow: tuple[AllowedProfile, ...] = ()


class OnlyAuthorities(Requirement, frozen=True, kw_only=True):
    """No certificate authority was added but these."""

    kinds: ClassVar[tuple[str, ...]] = ("only_authorities",)

    allow: tuple[AllowedAuthority, ...] = ()


class OnlyServers(Requirement, frozen=True, kw_only=True):
    """No server manages the phone but these."""

    kinds: ClassVar[tuple[str, ...]] = ("only_management_servers",)
    on: ClassVar[tuple[str, ...]] = ("ios",)

    allow: tuple[AllowedServer, ...] = ()


class OnlyApps(Requirement, frozen=True, kw_only=True):
    """No app holds a special power but these: the power stands in `require`."""

    kinds: ClassVar[tuple[str, ...]] = (
        "only_accessibility_services",
        "only_device_admins",
        "only_input_methods",
        "only_notification_listeners",
        "only_owners",
        "only_vpn_apps",
    )
    on: ClassVar[tuple[str, ...]] = ("android",)

    allow: tuple[AllowedApp, ...] = ()


class AppsPresent(Requirement, frozen=True, kw_only=True):
    """These apps are installed, by the signer that is named."""

    kinds: ClassVar[tuple[str, ...]] = ("apps_present",)

    apps: tuple[AllowedApp, ...]


class AppsAbsent(Requirement, frozen=True, kw_only=True):
    """None of these apps is installed."""

    kinds: ClassVar[tuple[str, ...]] = ("apps_absent",)

    packages: tuple[Text, ...]


class MinimumSystem(Requirement, frozen=True, kw_only=True):
    """The system is at least of this release and patch, or one of these builds."""

    kinds: ClassVar[tuple[str, ...]] = ("minimum_system",)

    release: Release | None = None
    security_patch: Day | None = None
    patch_within: Span | None = None  # no older than this when the phone was examined
    builds: tuple[Text, ...] = ()  # with `*`; fingerprints, on iOS builds


class BootState(Requirement, frozen=True, kw_only=True):
    """The system says that it started as its maker meant it; it is the phone's own word."""

    kinds: ClassVar[tuple[str, ...]] = ("boot_state",)
    on: ClassVar[tuple[str, ...]] = ("android",)

    verified_boot: tuple[Text, ...] = ("green",)
    bootloader_locked: bool | None = True
    verity_mode: tuple[Text, ...] = ()
    selinux: tuple[Text, ...] = ("enforcing",)


class CaseAge(Requirement, frozen=True, kw_only=True):
    """The phone was examined no longer ago than this."""

    kinds: ClassVar[tuple[str, ...]] = ("case_age",)

    at_most: Span


class Feeds(Requirement, frozen=True, kw_only=True):
    """It was held against feeds of indicators that are no older than this."""

    kinds: ClassVar[tuple[str, ...]] = ("feeds",)

    at_most: Span
    ids: tuple[Text, ...] = ()  # none: every feed that was used, and at least one
    signed: bool = False  # the signature of each was checked and holds


class ScanProfile(Requirement, frozen=True, kw_only=True):
    """So much was asked for."""

    kinds: ClassVar[tuple[str, ...]] = ("scan_profile",)

    at_least: Profile
    recordings: bool = False  # a recording will do, of which everything is read


class AllowedGap(Struct, frozen=True, kw_only=True):
    """Something that need not be read."""

    artifact: Text  # with `*`
    reason: Text | None = None


class Gaps(Requirement, frozen=True, kw_only=True):
    """Nothing else was left unread."""

    kinds: ClassVar[tuple[str, ...]] = ("gaps",)

    allow: tuple[AllowedGap, ...] = ()


KINDS: dict[str, type[Requirement]] = {
    name: kind
    for kind in (
        Complete,
        UsersReadable,
        CoverageAtLeast,
        ChecksExamined,
        NoFindings,
        VerdictIs,
        OnlyProfiles,
        OnlyAuthorities,
        OnlyServers,
        OnlyApps,
        AppsPresent,
        AppsAbsent,
        MinimumSystem,
        BootState,
        CaseAge,
        Feeds,
        ScanProfile,
        Gaps,
    )
    for name in kind.kinds
}
"""Every word that may stand behind `require`."""
