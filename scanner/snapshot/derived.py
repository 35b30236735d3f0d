"""Fields that follow from what was stated: ages at *now*, other users, the examiner's own key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime

from msgspec import UNSET

from scanner.model.entities import AdbKey, App, Build, Entity
from scanner.snapshot.joined import Joined, derive

Table = dict[tuple[object, ...], Joined]


def derive_all(
    entity: type[Entity],
    joined: Table,
    *,
    now: datetime | None,
    users: Iterable[int],
    host_keys: frozenset[str],
) -> Table:
    """Fill in the fields of one type of entity that no evidence states by itself."""
    if entity is App:
        return _other_users(joined, set(users))
    if entity is Build:
        return {key: _patch_age(each, now) for key, each in joined.items()}
    if entity is AdbKey:
        return {key: _key_age(each, now, host_keys) for key, each in joined.items()}
    return joined


def _other_users(joined: Table, users: set[int]) -> Table:
    """Say for each app who else has it; unknown where another user's apps were not listed."""
    installed: dict[str, set[int]] = defaultdict(set)
    listed: set[int] = set()
    for each in joined.values():
        if isinstance(app := each.entity, App):
            if app.installed is not UNSET:
                listed.add(app.user)
            if app.installed is True:
                installed[app.package].add(app.user)
    if not users or users - listed:
        return joined
    result: Table = {}
    for key, each in joined.items():
        if isinstance(app := each.entity, App):
            others = tuple(sorted(installed[app.package] - {app.user})) or None
            result[key] = derive(each, source="installed", other_users=others)
    return result


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


def _key_age(joined: Joined, now: datetime | None, host_keys: frozenset[str]) -> Joined:
    key = joined.entity
    if not isinstance(key, AdbKey):
        return joined
    joined = derive(joined, source="fingerprint", examiner=key.fingerprint in host_keys)
    if now is None or not isinstance(key.last_connected_at, datetime):
        return joined
    days = (now - key.last_connected_at).days
    return derive(joined, source="last_connected_at", days_since_connection=days)
