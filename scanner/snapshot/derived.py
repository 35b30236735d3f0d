"""Fields that follow from what was stated: ages at *now*, other users, whose key or phone it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import UTC, date, datetime

from msgspec import UNSET, Struct

from scanner.formats.uids import FIRST_APP, USER_RANGE
from scanner.model.entities import (
    AdbKey,
    App,
    AppChange,
    Build,
    Clock,
    Crash,
    Entity,
    PackageTrace,
    Process,
    Profile,
    ProvisioningProfile,
    Socket,
)
from scanner.snapshot.app_files import AppFiles
from scanner.snapshot.enriched import enrich
from scanner.snapshot.joined import Joined, derive
from scanner.snapshot.listings import compare

Table = dict[tuple[object, ...], Joined]


class Known(Struct, frozen=True, kw_only=True):
    """What the fields are derived from, beside the entities of one type."""

    now: datetime | None
    users: frozenset[int]
    host_keys: frozenset[str] | None
    apps: Callable[[], Iterable[App]]
    udids: Callable[[], Collection[object]]
    files: Callable[[], AppFiles]


def derive_all(entity: type[Entity], joined: Table, known: Known) -> Table:
    """Fill in the fields of one type of entity that no evidence states by itself."""
    derivation = _DERIVATIONS.get(entity)
    return derivation(joined, known) if derivation else joined


def clock(skew_seconds: float | None) -> Table:
    """Return how far the device's clock is off, which the record of the acquisition says."""
    if skew_seconds is None:
        return {(): Joined(Clock(), {}, {})}
    stated = Clock(skew_minutes=round(skew_seconds / 60))
    return {(): Joined(stated, {}, {"skew_minutes": "os_claimed"})}


def _apps(joined: Table, facts: Known) -> Table:
    files = facts.files()
    with_files = {key: enrich(each, files) for key, each in joined.items()}
    return _other_users(with_files, facts)


def _other_users(joined: Table, facts: Known) -> Table:
    """Say for each app who else has it; unknown where another user's apps were not listed."""
    known = [each.entity for each in joined.values() if isinstance(each.entity, App)]
    installed = _installed(known, facts.users)
    if installed is None:
        return joined
    result: Table = {}
    for key, each in joined.items():
        if isinstance(app := each.entity, App):
            others = tuple(sorted(installed.get(app.package, set()) - {app.user})) or None
            result[key] = derive(each, source="installed", other_users=others)
    return result


def _installed(apps: Iterable[App], users: frozenset[int]) -> dict[str, set[int]] | None:
    """Return which users have each package; None where some user's apps were not listed."""
    installed: dict[str, set[int]] = defaultdict(set)
    listed: set[int] = set()
    for app in apps:
        if app.installed is not UNSET:
            listed.add(app.user)
        if app.installed is True:
            installed[app.package].add(app.user)
    return None if not users or users - listed else installed


def _still_installed(joined: Table, facts: Known) -> Table:
    installed = _installed(facts.apps(), facts.users)
    if installed is None:
        return joined
    result = dict(joined)
    for key, each in joined.items():
        if isinstance(trace := each.entity, PackageTrace | AppChange):
            there = bool(installed.get(trace.package))
            result[key] = derive(each, source="package", installed=there)
    return result


def _owners(joined: Table, facts: Known) -> Table:
    """Say which apps a socket belongs to, by its Linux uid."""
    of_uid: dict[int, list[App]] = defaultdict(list)
    for app in facts.apps():
        if app.installed is True and isinstance(app.uid, int):
            of_uid[app.uid].append(app)
    return {key: _owned(each, of_uid) for key, each in joined.items()}


def _owned(joined: Joined, of_uid: dict[int, list[App]]) -> Joined:
    socket = joined.entity
    if not isinstance(socket, Socket) or not isinstance(socket.uid, int):
        return joined
    owners = of_uid.get(socket.uid, [])
    if not owners and socket.uid % USER_RANGE >= FIRST_APP:
        return joined  # an app that was not listed: nothing is known of it
    names = tuple(sorted({app.package for app in owners})) or None
    joined = derive(joined, source="uid", packages=names)
    shipped = [app.system for app in owners]
    # A low uid without an app is the system's own: root, shell, a daemon.
    return joined if UNSET in shipped else derive(joined, source="uid", shipped=all(shipped))


def _listings(joined: Table, _: Known) -> Table:
    """Say of each process which whole listings of the same moment name it, and which do not."""
    return compare(joined)


def _patch_age(joined: Joined, facts: Known) -> Joined:
    build, now = joined.entity, facts.now
    if now is None or not isinstance(build, Build) or not isinstance(build.security_patch, str):
        return joined
    try:
        patched = date.fromisoformat(build.security_patch)
    except ValueError:
        return joined
    days = (now.astimezone(UTC).date() - patched).days
    return derive(joined, source="security_patch", patch_age_days=days)


def _key_age(joined: Joined, facts: Known) -> Joined:
    key, now, ours = joined.entity, facts.now, facts.host_keys
    if not isinstance(key, AdbKey):
        return joined
    if ours is not None:
        joined = derive(joined, source="fingerprint", examiner=key.fingerprint in ours)
    if now is None or not isinstance(key.last_connected_at, datetime):
        return joined
    days = (now - key.last_connected_at).days
    return derive(joined, source="last_connected_at", days_since_connection=days)


def _crash_day(joined: Joined, _: Known) -> Joined:
    at = joined.entity.at if isinstance(joined.entity, Crash) else UNSET
    if not isinstance(at, datetime | None):
        return joined
    day = at.astimezone(UTC).date().isoformat() if at else None
    return derive(joined, source="at", day=day)


def _signer_age(joined: Joined, facts: Known) -> Joined:
    profile, now = joined.entity, facts.now
    if now is None or not isinstance(profile, Profile):
        return joined
    if not isinstance(ends := profile.signer_expires_at, datetime):
        return joined
    return derive(joined, source="signer_expires_at", signer_expired=ends < now)


def _provisioned(joined: Joined, facts: Known) -> Joined:
    """Say of a provisioning profile how old it is, and whether this phone is one of its own."""
    profile, now = joined.entity, facts.now
    if not isinstance(profile, ProvisioningProfile):
        return joined
    if now is not None and isinstance(profile.expires_at, datetime):
        joined = derive(joined, source="expires_at", expired=profile.expires_at < now)
    if now is not None and isinstance(profile.created_at, datetime):
        joined = derive(joined, source="created_at", age_days=(now - profile.created_at).days)
    if profile.enterprise is True:
        return derive(joined, source="enterprise", for_this_device=True)
    if isinstance(profile.devices, tuple) and (own := _own_udid(facts.udids())):
        listed = {_plain(each) for each in profile.devices}
        return derive(joined, source="devices", for_this_device=own in listed)
    return joined


def _own_udid(udids: Collection[object]) -> str | None:
    known = [_plain(each) for each in udids if isinstance(each, str)]
    return known[0] if len(known) == 1 else None


def _plain(udid: str) -> str:
    """Return a UDID without the dash that some of Apple's programs leave out."""
    return udid.replace("-", "").upper()


def _each(derivation: Callable[[Joined, Known], Joined]) -> Callable[[Table, Known], Table]:
    """Apply to each entity what needs no other one."""

    def all_of(joined: Table, facts: Known) -> Table:
        return {key: derivation(each, facts) for key, each in joined.items()}

    return all_of


_DERIVATIONS: dict[type[Entity], Callable[[Table, Known], Table]] = {
    App: _apps,
    Build: _each(_patch_age),
    AdbKey: _each(_key_age),
    Crash: _each(_crash_day),
    PackageTrace: _still_installed,
    AppChange: _still_installed,
    Socket: _owners,
    Process: _listings,
    Profile: _each(_signer_age),
    ProvisioningProfile: _each(_provisioned),
}
