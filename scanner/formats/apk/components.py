"""Components that a manifest declares: who may call them, and for what.

Source: AOSP `ParsedMainComponentUtils.java`, `ParsedActivityUtils.java`,
`ParsedProviderUtils.java`, `ParsedIntentInfoUtils.java`.
"""

from __future__ import annotations

from msgspec import Struct, field

from scanner.formats.apk import attributes as a
from scanner.formats.apk.axml import Start
from scanner.formats.apk.stated import Stated

FILTER_NAME_LIMIT = 4096  # actions, categories and schemes of one component, each

_EXPORTED_BEFORE = 17  # providers were open to all where the target is older


class Component(Struct, frozen=True, kw_only=True):
    """An activity, an alias of one, a service, a receiver or a provider."""

    kind: str  # activity, alias, service, receiver, provider
    name: str  # the class in full
    exported: bool
    enabled: bool
    permission: str | None
    process: str | None  # None: the app's own
    actions: tuple[str, ...]
    categories: tuple[str, ...]
    schemes: tuple[str, ...]
    priority: int | None
    authorities: tuple[str, ...]


class Filter(Struct, kw_only=True):
    """An intent filter, as it is read."""

    priority: int | None = None
    actions: dict[str, None] = field(default_factory=dict)
    categories: dict[str, None] = field(default_factory=dict)
    schemes: dict[str, None] = field(default_factory=dict)

    def take(self, name: str, element: Start, stated: Stated) -> None:
        """Take what an element within the filter says."""
        if name == "action":
            text, names = stated.text(element, a.NAME), self.actions
        elif name == "category":
            text, names = stated.text(element, a.NAME), self.categories
        elif name == "data":
            text, names = stated.text(element, a.SCHEME), self.schemes
        else:
            return
        if text and len(names) < FILTER_NAME_LIMIT:
            names[text] = None


class Pending(Struct):
    """A component, as it is read."""

    kind: str
    element: Start
    filters: list[Filter] = field(default_factory=list)

    def component(self, package: str, application: Start, target: int, stated: Stated) -> Component:
        """Return the component; what it does not say, the platform or the application does."""
        element, filters = self.element, self.filters
        is_provider = self.kind == "provider"
        by_default = target < _EXPORTED_BEFORE if is_provider else bool(filters)
        process = stated.text(element, a.PROCESS) or stated.text(application, a.PROCESS)
        return Component(
            kind=self.kind,
            name=class_name(package, stated.text(element, a.NAME) or ""),
            exported=stated.boolean(element, a.EXPORTED, default=by_default),
            enabled=stated.boolean(element, a.ENABLED, default=True)
            and stated.boolean(application, a.ENABLED, default=True),
            permission=_permission(element, application, stated, is_provider=is_provider),
            process=_process(package, process),
            actions=_joined([each.actions for each in filters]),
            categories=_joined([each.categories for each in filters]),
            schemes=_joined([each.schemes for each in filters]),
            priority=max(
                (each.priority for each in filters if each.priority is not None), default=None
            ),
            authorities=_authorities(stated.text(element, a.AUTHORITIES)) if is_provider else (),
        )


def class_name(package: str, name: str) -> str:
    """Return the full name of a class, as the platform completes it."""
    if name.startswith("."):
        return package + name
    return name if "." in name or not name else f"{package}.{name}"


def _permission(
    element: Start, application: Start, stated: Stated, *, is_provider: bool
) -> str | None:
    own = stated.text(element, a.PERMISSION)
    if is_provider:
        own = stated.text(element, a.READ_PERMISSION) or own
    if own is None:
        own = stated.text(application, a.PERMISSION)
    return own or None


def _process(package: str, name: str | None) -> str | None:
    if not name:
        return None
    full = package + name if name.startswith(":") else name
    return None if full == package else full


def _authorities(text: str | None) -> tuple[str, ...]:
    return tuple(each for each in (text or "").split(";") if each)


def _joined(names: list[dict[str, None]]) -> tuple[str, ...]:
    if len(names) == 1:
        return tuple(names[0])
    return tuple(dict.fromkeys(name for each in names for name in each))
