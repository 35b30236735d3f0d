"""What stands around a change: the app it is about, its signer, the build, the time between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from msgspec import UNSET, UnsetType

from scanner.changes.seen import CLASSES
from scanner.changes.sides import Side, Thing
from scanner.changes.values import direction
from scanner.model.changes import ChangeLine, Plain
from scanner.model.entities import Change
from scanner.model.findings import Message
from scanner.model.privacy import PrivacyClass

_SIGNED = ("signers", "signer")  # of an app, the stronger first
_SIGNED_IOS = ("team", "signed_as")
_BOOT_TOLERANCE = timedelta(minutes=2)
_OF_THE_BUILD = frozenset({"build", "property", "mount", "process"})


class Context:
    """Both sides, asked for what a change is seen by."""

    def __init__(self, before: Side, after: Side) -> None:
        self._before, self._after = before, after
        self._old_apps, self._new_apps = _apps(before), _apps(after)
        self.build_changed = self._build_changed()
        self.restarted = self._restarted()
        between = after.state.line.taken_at - before.state.line.taken_at
        self.days = between.days

    def change(self, line: ChangeLine) -> Change:
        """Return a change as rules can ask for it."""
        package, user = _package(line.identity, line.facts), line.identity.get("user")
        old, new = (
            self._app(self._old_apps, package, user),
            self._app(self._new_apps, package, user),
        )
        app = new or old
        is_list = isinstance(line.old, tuple) or isinstance(line.new, tuple)
        modified = line.change == "modified"
        return Change(
            entity=line.entity,
            identity=" ".join(
                f"{name}={value}" for name, value in line.identity.items() if value is not None
            ),
            field=line.field,
            change=line.change,
            names=tuple(
                str(value)
                for name, value in line.identity.items()
                if name != "user" and value is not None
            )
            or None,
            user=user if isinstance(user, int) else None,
            package=package,
            old=_plain(line.old) if modified and not is_list else UNSET,
            new=_plain(line.new) if modified and not is_list else UNSET,
            gained=(line.gained or None) if is_list else UNSET,
            lost=(line.lost or None) if is_list else UNSET,
            direction=direction(line.old, line.new) if modified else UNSET,
            facts=tuple(_facts(line)) or None if not modified else UNSET,
            system_app=_truth(app, "system"),
            installer=_word(app, "installer"),
            new_app=UNSET if app is None else old is None,
            same_signer=_same_signer(old, new),
            build_changed=self.build_changed,
            restarted=self.restarted,
            days=self.days,
        )

    def explained(self, thing: Thing, field: str | None, old: Plain, new: Plain) -> Message | None:
        """Say why a change is ordinary; None where nothing here says that."""
        package, user = _package(thing.identity, thing.fields), thing.identity.get("user")
        one, other = (
            self._app(self._old_apps, package, user),
            self._app(self._new_apps, package, user),
        )
        updated = one is not None and other is not None and _updated(one, other)
        if updated and _same_signer(one, other) is True:
            return Message("changes.app_updated")
        if self.build_changed is True and direction(old, new) != "down":
            app = other or one
            of_system = app is not None and app.get("system") is True
            if of_system or (thing.entity in _OF_THE_BUILD and field != "verified_boot"):
                return Message("changes.new_build")
        return None

    def privacy(self, entity: str, field: str) -> PrivacyClass:
        """Return the privacy class of a field."""
        return CLASSES[entity].get(field) or "S"

    def _app(
        self, apps: dict[tuple[Plain, str], dict[str, Plain]], package: str | None, user: Plain
    ) -> dict[str, Plain] | None:
        if package is None:
            return None
        return apps.get((user if isinstance(user, int) else 0, package))

    def _build_changed(self) -> bool | UnsetType:
        old, new = self._before.state.line.build, self._after.state.line.build
        return UNSET if old is None or new is None else old != new

    def _restarted(self) -> bool | UnsetType:
        old, new = self._before.state.line.booted_at, self._after.state.line.booted_at
        return UNSET if old is None or new is None else abs(new - old) > _BOOT_TOLERANCE


def _apps(side: Side) -> dict[tuple[Plain, str], dict[str, Plain]]:
    return {
        (thing.identity.get("user"), str(thing.identity.get("package"))): thing.fields
        for (entity, _), thing in side.things.items()
        if entity == "app"
    }


def _package(identity: dict[str, Plain], fields: dict[str, Plain]) -> str | None:
    for stated in (identity, fields):
        value = stated.get("package")
        if isinstance(value, str):
            return value
    return None


def _updated(old: dict[str, Plain], new: dict[str, Plain]) -> bool:
    """Whether an app has another version than before, and no older one.

    The number that the system itself orders by decides; makers count names as they like.
    """
    ways = [
        direction(old[name], new[name])
        for name in ("version_code", "version_name", "bundle_version")
        if name in old and name in new and old[name] != new[name]
    ]
    return bool(ways) and next((way for way in ways if way is not None), "up") == "up"


def _same_signer(old: dict[str, Plain] | None, new: dict[str, Plain] | None) -> bool | UnsetType:
    """Say whether both versions are signed alike, by what both of them state."""
    if old is None or new is None:
        return UNSET
    for name in _SIGNED:
        if old.get(name) is not None and new.get(name) is not None:
            return old[name] == new[name]
    both = [name for name in _SIGNED_IOS if name in old and name in new]
    return all(old[name] == new[name] for name in both) if both else UNSET


def _facts(line: ChangeLine) -> Iterator[str]:
    """Yield what an entity states, as words: `enabled: true`."""
    for name, value in (*line.identity.items(), *line.facts.items()):
        for each in value if isinstance(value, tuple) else (value,):
            yield f"{name}: {_spelt(each)}"


def _spelt(value: str | int | bool | None) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(value: Plain) -> str | int | None:
    if isinstance(value, bool):
        return _spelt(value)
    return None if isinstance(value, tuple) else value


def _truth(app: dict[str, Plain] | None, name: str) -> bool | UnsetType:
    value = app.get(name, UNSET) if app is not None else UNSET
    return value if isinstance(value, bool) else UNSET


def _word(app: dict[str, Plain] | None, name: str) -> str | None | UnsetType:
    value = app.get(name, UNSET) if app is not None else UNSET
    return value if isinstance(value, str) or value is None else UNSET
