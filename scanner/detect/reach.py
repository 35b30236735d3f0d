"""How far the scan reached for one rule: which gaps keep it from an answer.

An entity may have been missed where every artifact that enumerates its type has a gap, on the whole
device or for one user. A field is out of reach where every artifact that states it has one, or
where none of the scan does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import UNSET, Struct

from scanner.detect.facts import ScanFacts
from scanner.detect.rules import AnyRule, Correlation, Test
from scanner.detect.sigma import whole
from scanner.model.artifact import Artifact, Stated, Where, listing
from scanner.model.entities import (
    AdbKey,
    ApiCall,
    App,
    AppChange,
    AppComponent,
    AppEvent,
    AppFile,
    Backup,
    Build,
    Change,
    Clock,
    CodeFile,
    Crash,
    Entity,
    FileEntry,
    InstalledFile,
    LocationClient,
    LogArchive,
    Mount,
    NetworkExtension,
    PackageTrace,
    PairingEvent,
    PrivacyGrant,
    Process,
    Profile,
    ProfileEvent,
    ProvisioningProfile,
    RemoteService,
    Restriction,
    RowGap,
    Shutdown,
    ShutdownClient,
    Socket,
    TrafficRecord,
)
from scanner.model.evidence import Gap, Reason

Base = tuple[type[Entity], str]
# Fields that no artifact states: the snapshot derives them from these.
DERIVED: Mapping[Base, tuple[Base, ...]] = {
    (App, "other_users"): ((App, "installed"),),
    (App, "file_sha256"): ((AppFile, "sha256"),),
    (App, "signers"): ((AppFile, "signature"),),
    (App, "signature_verified"): ((AppFile, "signature"),),
    (App, "signature_schemes"): ((AppFile, "signature"),),
    (App, "file_differs"): ((AppFile, "package"),),
    (App, "claimed_digest_differs"): ((AppFile, "sha256"), (InstalledFile, "sha256")),
    (App, "label"): ((AppFile, "label"),),
    (App, "label_skeleton"): ((AppFile, "label_skeleton"),),
    (App, "capabilities"): ((AppFile, "capabilities"),),
    (App, "packers"): ((AppFile, "packers"),),
    (App, "file_anomalies"): ((AppFile, "anomalies"),),
    (Build, "patch_age_days"): ((Build, "security_patch"),),
    (Crash, "day"): ((Crash, "at"),),
    (Process, "also_in"): ((Process, "whole"),),
    (Process, "missing_from"): ((Process, "whole"),),
    (AdbKey, "days_since_connection"): ((AdbKey, "last_connected_at"),),
    (AdbKey, "examiner"): ((AdbKey, "fingerprint"),),
    (PackageTrace, "installed"): ((PackageTrace, "package"),),
    (AppChange, "installed"): ((AppChange, "package"),),
    (Socket, "packages"): ((Socket, "uid"),),
    (Socket, "shipped"): ((Socket, "uid"),),
    (Profile, "signer_expired"): ((Profile, "signer_expires_at"),),
    (ProvisioningProfile, "expired"): ((ProvisioningProfile, "expires_at"),),
    (ProvisioningProfile, "age_days"): ((ProvisioningProfile, "created_at"),),
    (ProvisioningProfile, "for_this_device"): (
        (ProvisioningProfile, "devices"),
        (ProvisioningProfile, "enterprise"),
    ),
    (Clock, "skew_minutes"): (),  # of the acquisition's own record
}
# Fields that an artifact states for the few entities that have them, and as none for all others. An
# artifact that states nothing else of a type does not enumerate it.
EXCEPTIONAL: Mapping[type[Entity], frozenset[str]] = {
    App: frozenset(
        {
            "accessibility_services",
            "admin_receivers",
            "always_on_vpn",
            "home_screen",
            "input_methods",
            "notification_listeners",
            "operations_allowed",
            "owner",
            "projecting",
            "roles",
        }
    )
}
# Known only where somebody gave the files of apps, or had a program look at them on the phone.
OF_APP_FILES: frozenset[type[Entity]] = frozenset(
    {ApiCall, AppComponent, AppFile, CodeFile, InstalledFile}
)
_TOLD_BY_APP_FILES = frozenset(
    entity
    for (entity, _), told_by in DERIVED.items()
    if any(base in OF_APP_FILES for base, _ in told_by)
)
# Of an iPhone known only where a backup, a sysdiagnose or a copy of its file system was given.
OF_RECORDINGS: frozenset[type[Entity]] = frozenset(
    {
        AppEvent,
        Backup,
        FileEntry,
        LocationClient,
        LogArchive,
        Mount,
        NetworkExtension,
        PairingEvent,
        PrivacyGrant,
        ProfileEvent,
        RemoteService,
        Restriction,
        RowGap,
        Shutdown,
        ShutdownClient,
        TrafficRecord,
    }
)


class Shortfall(Struct, frozen=True, kw_only=True):
    """Why a rule could not be decided on everything it speaks of."""

    reason: Reason
    artifact: str  # names, separated by a comma; empty: no artifact is known
    users: tuple[int, ...] | None = None  # None: the whole device


class Reach:
    """The artifacts and gaps of one scan, asked by rule."""

    def __init__(
        self, statements: Sequence[Artifact], gaps: Sequence[Gap], facts: ScanFacts
    ) -> None:
        self._statements, self._not_selected = tuple(statements), facts.not_selected
        self._baseline = facts.baseline
        self._gaps: dict[str, list[Gap]] = {}
        for gap in gaps:
            self._gaps.setdefault(gap.artifact, []).append(gap)

    def stating(self, entity: type[Entity], field: str) -> tuple[str, ...]:
        """Return the names of the artifacts of this scan that state a field."""
        return _stating(self._statements, entity, field)

    def knows(self, entity: type[Entity], field: str) -> bool:
        """Whether any artifact of the platform states a field, asked for or not."""
        return bool(self.stating(entity, field) or _stating(self._not_selected, entity, field))

    def shortfall(self, rule: Test) -> Shortfall | None:
        """Return why an entity that was not seen could match; None where it could not."""
        return next(self.shortfalls(rule), None)

    def shortfalls(self, rule: Test) -> Iterator[Shortfall]:
        """Yield every reason why an entity that was not seen could match."""
        if rule.entity is Change:
            yield from self._uncompared(rule)
            return
        if rule.entity.key and (short := self._missed(rule)):
            yield short
        for field in rule.fields():
            for base in bases(rule.entity, field):
                if base[0] is rule.entity and base[1] in rule.entity.key:
                    continue
                if short := self._unstated(rule, base):
                    yield short

    def _uncompared(self, rule: Test) -> Iterator[Shortfall]:
        """Yield what of the types that a rule on changes speaks of could not be compared."""
        incomparable = self._baseline.incomparable if self._baseline else {}
        unstated: dict[str, Any] = dict.fromkeys(Change.__struct_fields__, UNSET)
        for name, (reason, artifact) in incomparable.items():
            if rule.evaluate(Change(**(unstated | {"entity": name}))) is not False:
                yield Shortfall(reason=reason, artifact=artifact)

    def _missed(self, rule: Test) -> Shortfall | None:
        if rule.evaluate(_unseen(rule, UNSET)) is False:
            return None
        concerned = False
        for where, artifacts in listing(self._statements, rule.entity, _lists).items():
            if rule.evaluate(_unseen(rule, UNSET, where)) is False:
                continue  # the rule speaks of no such entity
            concerned = True
            everywhere, users = self._short(rule, artifacts)
            if everywhere:
                return self._shortfall(artifacts, None)
            missed = [
                user for user in users if rule.evaluate(_unseen(rule, user, where)) is not False
            ]
            if missed:
                return self._shortfall(artifacts, missed)
        if concerned:
            return None
        return _absent(_names(listing(self._not_selected, rule.entity, _lists)))

    def _unstated(self, rule: Test, base: Base) -> Shortfall | None:
        (entity, field), artifacts = base, self.stating(*base)
        if not artifacts:
            return _absent(_stating(self._not_selected, entity, field))
        # A conflict needs two witnesses: the gap of either is enough to miss it.
        groups = [(name,) for name in artifacts] if field == "conflicts" else [artifacts]
        for group in groups:
            everywhere, users = self._short(rule, group)
            if everywhere:
                return self._shortfall(group, None)
            concerned = [user for user in users if rule.evaluate(_of(rule, user)) is not False]
            if concerned:
                return self._shortfall(group, concerned)
        return None

    def _short(self, rule: Test, artifacts: tuple[str, ...]) -> tuple[bool, list[int]]:
        """Say whether all these artifacts have a gap on the whole device, else for which users."""
        own = [self._gaps.get(name, []) for name in artifacts]
        by_user = "user" in rule.entity.key
        if all(any(gap.user is None or not by_user for gap in gaps) for gaps in own):
            return True, []
        users = {gap.user for gaps in own for gap in gaps if gap.user is not None}
        return False, [user for user in sorted(users) if all(_for(gaps, user) for gaps in own)]

    def _shortfall(self, artifacts: tuple[str, ...], users: Iterable[int] | None) -> Shortfall:
        short = None if users is None else tuple(users)
        reasons = {
            gap.reason
            for name in artifacts
            for gap in self._gaps[name]
            if short is None or gap.user in {None, *short}
        }
        return Shortfall(reason=min(reasons), artifact=", ".join(artifacts), users=short)


def bases(entity: type[Entity], field: str) -> tuple[Base, ...]:
    """Return what artifacts have to state so that a field, or a leaf of it, is known."""
    stated = entity, whole(field)
    return DERIVED.get(stated, (stated,))


def of_change(rule: AnyRule) -> bool:
    """Whether a rule speaks of what changed since a baseline."""
    tests: tuple[Test, ...] = rule.bases if isinstance(rule, Correlation) else (rule,)
    return any(test.entity is Change for test in tests)


def asks_for_app_files(rule: AnyRule) -> bool:
    """Whether a rule reads anything that only the files of apps tell."""
    tests: tuple[Test, ...] = rule.bases if isinstance(rule, Correlation) else (rule,)
    return any(
        test.entity in OF_APP_FILES
        # To name the fields of a rule it has to be compiled: of most entities none is derived so.
        or (
            test.entity in _TOLD_BY_APP_FILES
            and any(
                base[0] in OF_APP_FILES
                for name in test.fields()
                for base in bases(test.entity, name)
            )
        )
        for test in tests
    )


def asks_for_recordings(rule: AnyRule, statements: Iterable[Artifact]) -> bool:
    """Whether a rule reads of an iPhone what only recordings tell, and this scan does not."""
    tests: tuple[Test, ...] = rule.bases if isinstance(rule, Correlation) else (rule,)
    return rule.platform == "ios" and any(
        test.entity in OF_RECORDINGS
        and not all(_stating(statements, test.entity, field) for field in test.fields())
        for test in tests
    )


def _unseen(rule: Test, user: Any, where: Where = None) -> Entity:
    """Return what is known of an entity that nothing names.

    A rule that says `user: 0` is not concerned by what another user hides; and an app that the list
    of accessibility services does not name has none. Gaps of that list itself count by its field.
    """
    known = dict.fromkeys(EXCEPTIONAL.get(rule.entity, ())) | dict([where] if where else ())
    return _of(rule, user, known)


def _of(rule: Test, user: Any, known: Mapping[str, Any] | None = None) -> Entity:
    stated = {"user": user} | dict(known or {})
    return rule.entity(**{name: stated.get(name, UNSET) for name in rule.entity.__struct_fields__})


def _for(gaps: Iterable[Gap], user: int) -> list[Gap]:
    return [gap for gap in gaps if gap.user in {None, user}]


def _absent(others: tuple[str, ...]) -> Shortfall:
    reason: Reason = "not_selected" if others else "source_absent"
    return Shortfall(reason=reason, artifact=", ".join(others))


def _stating(artifacts: Iterable[Artifact], entity: type[Entity], field: str) -> tuple[str, ...]:
    field = whole(field)
    return tuple(
        artifact.name
        for artifact in artifacts
        if any(
            stated.entity is entity and (field == "conflicts" or field in stated.names())
            for stated in artifact.states
        )
    )


def enumerating(artifacts: Iterable[Artifact], entity: type[Entity]) -> tuple[str, ...]:
    """Return the names of the artifacts that list entities of a type."""
    return _names(listing(artifacts, entity, _lists))


def _lists(stated: Stated) -> bool:
    exceptional = EXCEPTIONAL.get(stated.entity, frozenset())
    names = set(stated.names())
    only_exceptional = exceptional and names <= exceptional.union(stated.entity.key)
    return names.issuperset(stated.entity.key) and not only_exceptional


def _names(listed: Mapping[Where, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for names in listed.values() for name in names))
