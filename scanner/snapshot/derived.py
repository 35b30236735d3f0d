"""Fields that follow from what was stated: ages at *now*, other users, the examiner's own key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime

from msgspec import UNSET

from scanner.formats.uids import FIRST_APP, USER_RANGE
from scanner.model.entities import AdbKey, App, AppChange, Build, Entity, PackageTrace, Socket
from scanner.snapshot.joined import Joined, derive

Table = dict[tuple[object, ...], Joined]


def derive_all(
    entity: type[Entity],
    joined: Table,
    *,
    now: datetime | None,
    users: Iterable[int],
    host_keys: frozenset[str] | None,
    apps: Callable[[], Iterable[App]],
) -> Table:
    """Fill in the fields of one type of entity that no evidence states by itself."""
    if entity is App:
        return _other_users(joined, set(users))
    if entity is Build:
        return {key: _patch_age(each, now) for key, each in joined.items()}
    if entity is AdbKey:
        return {key: _key_age(each, now, host_keys) for key, each in joined.items()}
    if entity in {PackageTrace, AppChange}:
        installed = _installed(apps(), set(users))
        return {key: _still_installed(each, installed) for key, each in joined.items()}
    if entity is Socket:
        return _owners(joined, apps())
    return joined


def _other_users(joined: Table, users: set[int]) -> Table:
    """Say for each app who else has it; unknown where another user's apps were not listed."""
    known = [each.entity for each in joined.values() if isinstance(each.entity, App)]
    installed = _installed(known, users)
    if installed is None:
        return joined
    result: Table = {}
    for key, each in joined.items():
        if isinstance(app := each.entity, App):
            others = tuple(sorted(installed.get(app.package, set()) - {app.user})) or None
            result[key] = derive(each, source="installed", other_users=others)
    return result


def _installed(apps: Iterable[App], users: set[int]) -> dict[str, set[int]] | None:
    """Return which users have each package; None where some user's apps were not listed."""
    installed: dict[str, set[int]] = defaultdict(set)
    listed: set[int] = set()
    for app in apps:
        if app.installed is not UNSET:
            listed.add(app.user)
        if app.installed is True:
            installed[app.package].add(app.user)
    return None if not users or users - listed else installed


def _still_installed(joined: Joined, installed: dict[str, set[int]] | None) -> Joined:
    trace = joined.entity
    if installed is None or not isinstance(trace, PackageTrace | AppChange):
        return joined
    return derive(joined, source="package", installed=bool(installed.get(trace.package)))


def _owners(joined: Table, apps: Iterable[App]) -> Table:
    """Say which apps a socket belongs to, by its Linux uid."""
    of_uid: dict[int, list[App]] = defaultdict(list)
    for app in apps:
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


def _patch_age(joined: Joined, now: datetime | None) -> Joined:
    build = joined.entity
    if now is None or not isinstance(build, Build) or not isinstance(build.security_patch, str):
        return joined
    try:
        patched = date.fromisoformat(build.security_patch)
    except ValueError:
        return joined
    days = (now.astimezone(UTC).date() - patched).days
    return derive(joined, source="security_patch", patch_age_days=days)


def _key_age(joined: Joined, now: datetime | None, host_keys: frozenset[str] | None) -> Joined:
    key = joined.entity
    if not isinstance(key, AdbKey):
        return joined
    if host_keys is not None:
        joined = derive(joined, source="fingerprint", examiner=key.fingerprint in host_keys)
    if now is None or not isinstance(key.last_connected_at, datetime):
        return joined
    days = (now - key.last_connected_at).days
    return derive(joined, source="last_connected_at", days_since_connection=days)
