"""Allow-lists: nothing of a kind is on the phone but what the policy names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from msgspec import UNSET, Struct

from scanner.certify.lists import Unread
from scanner.certify.outcome import (
    Facts,
    Outcome,
    equal,
    every,
    gravest,
    met,
    not_examined,
    not_met,
    some,
)
from scanner.certify.requirements import (
    AllowedApp,
    AllowedAuthority,
    AllowedProfile,
    AllowedServer,
    AppsAbsent,
    AppsPresent,
    OnlyApps,
    OnlyAuthorities,
    OnlyProfiles,
    OnlyServers,
)
from scanner.model.entities import (
    AccessibilityService,
    App,
    Certificate,
    DeviceAdmin,
    Entity,
    InputMethod,
    NotificationListener,
    Payload,
    PolicyOwner,
    Profile,
    Vpn,
)
from scanner.model.privacy import UNREADABLE, PrivacyClass, privacy_classes
from scanner.snapshot import Joined

Allowed = AllowedProfile | AllowedAuthority | AllowedServer | AllowedApp
Fits = Callable[[Facts, Entity, Allowed], bool | None]
_MDM = "com.apple.mdm"


class Power(Struct, frozen=True, kw_only=True):
    """A kind of thing that an allow-list is about."""

    entity: type[Entity]
    counts: Callable[[Entity], bool]  # whether one of them is in force, or may be
    shown: tuple[str, ...]  # the fields by which it is named
    fits: Fits


def _always(_: Entity) -> bool:
    return True


def _unless(field: str) -> Callable[[Entity], bool]:
    return lambda entity: getattr(entity, field) is not False


def _vpn_counts(entity: Entity) -> bool:
    return isinstance(entity, Vpn) and not (entity.active is False and entity.always_on is False)


def _fields_fit(_: Facts, entity: Entity, allowed: Allowed) -> bool | None:
    """Whether everything that an entry names is so."""
    return every(
        equal(getattr(entity, name), wanted)
        for name in allowed.__struct_fields__
        if (wanted := getattr(allowed, name)) is not None
    )


def _app_fits(facts: Facts, entity: Entity, allowed: Allowed) -> bool | None:
    """Whether the app behind an entity is the one that an entry names, by its signer too."""
    package, user = getattr(entity, "package", None), getattr(entity, "user", 0)
    if not isinstance(allowed, AllowedApp) or package != allowed.package:
        return None if package is UNSET else False
    return _signed_as(facts.apps.get((user, allowed.package)), allowed)


def _signed_as(joined: Joined | None, allowed: AllowedApp) -> bool | None:
    if allowed.signer_sha256 is None and allowed.team is None:
        return True
    app = joined.entity if joined is not None else None
    if not isinstance(app, App):
        return None
    decided: list[bool | None] = []
    if allowed.signer_sha256 is not None:
        unknown = app.signers is UNSET or app.signature_verified in {None, UNSET}
        fits = isinstance(app.signers, tuple) and allowed.signer_sha256 in app.signers
        decided.append(None if unknown else fits and app.signature_verified is True)
    if allowed.team is not None:
        decided.append(equal(app.team, allowed.team))
    return every(decided)


_APP = ("user", "package")
POWERS: Mapping[str, Power] = {
    "only_profiles": Power(
        entity=Profile,
        counts=_unless("installed"),
        shown=("identifier", "uuid", "signer_sha256"),
        fits=_fields_fit,
    ),
    "only_authorities": Power(
        entity=Certificate,
        counts=_unless("active"),
        shown=("store", "name", "sha256"),
        fits=_fields_fit,
    ),
    "only_management_servers": Power(
        entity=Payload,
        counts=lambda entity: getattr(entity, "payload_type", None) in {_MDM, UNSET},
        shown=("profile", "host"),
        fits=_fields_fit,
    ),
    "only_accessibility_services": Power(
        entity=AccessibilityService, counts=_unless("enabled"), shown=_APP, fits=_app_fits
    ),
    "only_device_admins": Power(
        entity=DeviceAdmin, counts=_always, shown=_APP, fits=_app_fits
    ),
    "only_input_methods": Power(
        entity=InputMethod, counts=_unless("enabled"), shown=_APP, fits=_app_fits
    ),
    "only_notification_listeners": Power(
        entity=NotificationListener, counts=_unless("enabled"), shown=_APP, fits=_app_fits
    ),
    "only_owners": Power(
        entity=PolicyOwner, counts=_always, shown=("scope", *_APP), fits=_app_fits
    ),
    "only_vpn_apps": Power(entity=Vpn, counts=_vpn_counts, shown=_APP, fits=_app_fits),
}  # fmt: skip


def only(
    requirement: OnlyProfiles | OnlyAuthorities | OnlyServers | OnlyApps, facts: Facts
) -> Outcome:
    """Decide whether nothing of a kind is there but what is allowed."""
    power = POWERS[requirement.require]
    seen = [one for one in facts.snapshot.joined(power.entity) if power.counts(one.entity)]
    decided = [
        (some(power.fits(facts, one.entity, each) for each in requirement.allow), one)
        for one in seen
    ]
    refused = [one for fits, one in decided if fits is False]
    unsure = [one for fits, one in decided if fits is None]
    counts = {"seen": len(seen), "allowed": len(seen) - len(refused) - len(unsure)}
    if refused:
        return not_met(
            "not_allowed",
            detail="the policy does not name what stands in `named`",
            counts=counts,
            named=tuple(named(facts, one, power.shown) for one in refused),
            evidence=_evidence(refused),
        )
    if short := facts.lists.unread(power.entity):
        return _unread(short, counts)
    if unsure:
        return not_examined(
            "field_not_stated",
            detail="what the policy asks of them is not known: who signed them, or which they are",
            counts=counts,
            named=tuple(named(facts, one, power.shown) for one in unsure),
            evidence=_evidence(unsure),
        )
    return met(counts=counts, evidence=_evidence(seen))


def present(requirement: AppsPresent, facts: Facts) -> Outcome:
    """Decide whether apps are installed, by the signers that are named."""
    return gravest(_present(each, facts) for each in requirement.apps)


def absent(requirement: AppsAbsent, facts: Facts) -> Outcome:
    """Decide whether none of some apps is installed."""
    unwanted = set(requirement.packages)
    found = [one for (_, package), one in facts.apps.items() if package in unwanted]
    if found:
        return not_met(
            "not_allowed",
            detail="an app is installed that must not be",
            named=tuple(named(facts, one, _APP) for one in found),
            evidence=_evidence(found),
        )
    if short := facts.lists.unread(App):
        return _unread(short, {})
    return met(counts={"apps": len(facts.apps)})


def _present(wanted: AllowedApp, facts: Facts) -> Outcome:
    held = [one for (_, package), one in facts.apps.items() if package == wanted.package]
    stated = [one for one in held if getattr(one.entity, "installed", None) is True]
    if not stated:
        if short := facts.lists.unread(App):
            return _unread(short, {})
        if held:
            return not_examined("field_not_stated", detail=f"{wanted.package}: not said installed")
        return not_met("missing", detail=f"{wanted.package} is not installed")
    fits = some(_signed_as(one, wanted) for one in stated)
    if fits is True:
        return met(evidence=_evidence(stated))
    if fits is False:
        return not_met(
            "another_signer",
            detail=f"{wanted.package} is not signed as the policy asks",
            evidence=_evidence(stated),
        )
    return not_examined(
        "field_not_stated",
        detail=f"{wanted.package}: who signed it is not known; its file was not read",
        evidence=_evidence(stated),
    )


def named(facts: Facts, joined: Joined, fields: Sequence[str]) -> str:
    """Name an entity by some of its fields, as the statement may show them."""
    classes = privacy_classes(type(joined.entity))
    return " ".join(_words(facts, joined.entity, fields, classes))


def _words(
    facts: Facts,
    entity: Entity,
    fields: Sequence[str],
    classes: Mapping[str, PrivacyClass | None],
) -> Iterator[str]:
    for name in fields:
        value, privacy = getattr(entity, name), classes[name]
        if value is not UNSET and value is not None and privacy and privacy not in UNREADABLE:
            yield f"{name}={facts.hide(privacy, str(value)[:200])}"


def _unread(short: Unread, counts: dict[str, int]) -> Outcome:
    users = f", of the users {', '.join(map(str, short.users))}" if short.users else ""
    return not_examined(
        short.reason,
        detail=f"the list was not read{users}: {short.artifact or 'nothing states it'}",
        counts=counts,
    )


def _evidence(joined: Iterable[Joined]) -> tuple[str, ...]:
    ids = (id for one in joined for known in one.evidence.values() for id in known)
    return tuple(dict.fromkeys(ids))
