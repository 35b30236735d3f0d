"""What a manifest declares, with the defaults that the platform puts where it says nothing.

Source: AOSP `ParsingPackageUtils.java`, `ParsedActivityUtils.java`, `ParsedProviderUtils.java`,
`ParsedIntentInfoUtils.java`, `attrs_manifest.xml`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk import attributes as a
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.axml import BinaryXml, Start
from scanner.formats.apk.components import Component, Filter, Pending
from scanner.formats.apk.proto_xml import proto_elements
from scanner.formats.apk.sdk_versions import sdk_version
from scanner.formats.apk.stated import Stated

COMPONENT_LIMIT = 20_000
MANY_COMPONENTS = 4_000  # the largest apps have some thousands
NAME_LIMIT = 20_000  # of permissions, features and the like, each

_KINDS = {
    "activity": "activity",
    "activity-alias": "alias",
    "service": "service",
    "receiver": "receiver",
    "provider": "provider",
}
_PERMISSIONS = frozenset({"uses-permission", "uses-permission-sdk-23", "uses-permission-sdk-m"})
_BARE = frozenset({"meta-data", "uses-library", "uses-native-library", "property", "layout"})
_MAIN = "android.intent.action.MAIN"
_LAUNCHERS = frozenset(
    {"android.intent.category.LAUNCHER", "android.intent.category.LEANBACK_LAUNCHER"}
)
_CLEARTEXT_OFF = 28  # from this target on, traffic without TLS is off by default


class Manifest(Struct, frozen=True, kw_only=True):
    """What a manifest declares."""

    package: str | None
    split: str | None
    version_code: int | None
    version_name: str | None
    min_sdk: int | None
    target_sdk: int | None
    max_sdk: int | None
    shared_user: str | None
    target_sandbox: int | None
    has_application: bool
    debuggable: bool
    test_only: bool
    has_code: bool
    backup: bool
    cleartext: bool  # traffic without TLS, where no network security config says otherwise
    extract_native_libs: bool
    network_security: int | None  # identifier of the file
    label: str | None
    icon: int | None  # identifier of the file
    overlay_of: str | None
    instruments: tuple[str, ...]
    permissions_requested: tuple[str, ...]
    permissions_declared: tuple[str, ...]
    features: tuple[str, ...]
    queries: tuple[str, ...]
    components: tuple[Component, ...]
    launchers: tuple[str, ...]  # activities that an icon starts
    anomalies: frozenset[str]


def read_manifest(data: bytes, resources: Resources | None = None) -> Manifest:
    """Read a binary manifest; ParseError where it has no element `manifest`."""
    document = BinaryXml(data)
    return _read(document.elements(_BARE), resources).manifest(document.anomalies)


def read_bundle_manifest(data: bytes) -> Manifest:
    """Read the manifest of an app bundle, what is no reference of it; or ParseError."""
    return _read(proto_elements(data), None).manifest(set())


def _read(events: Iterable[Start | str | None], resources: Resources | None) -> _Reader:
    reader = _Reader(resources)
    for event in events:
        if event is None:
            reader.end()
        elif isinstance(event, Start):
            reader.start(event)
    return reader


class _Reader:
    """Takes the elements of a manifest one by one."""

    def __init__(self, resources: Resources | None) -> None:
        self._stated = Stated(resources)
        self._anomalies: set[str] = set()
        self._root: Start | None = None
        self._application: Start | None = None
        self._sdk: dict[str, int | None] = {}
        self._path: list[str] = []
        self._names: dict[str, dict[str, None]] = {
            each: {}
            for each in ("requested", "declared", "features", "queries", "instruments", "overlay")
        }
        self._components: list[Pending] = []
        self._component: Pending | None = None

    def start(self, element: Start) -> None:
        name, depth = element.name, element.depth
        path = self._path
        path.append(name)
        if depth == 1:
            self._root = element
            if name != "manifest":
                raise ParseError("a manifest expected")
        elif depth == 2:  # noqa: PLR2004  what is right below the root
            self._declare(name, element)
        elif path[1] == "application":
            self._start_within(name, depth, element)
        elif path[1] == "queries" and depth == 3 and name == "package":  # noqa: PLR2004
            self._add("queries", element, a.NAME)

    def end(self) -> None:
        if len(self._path) == 3:  # noqa: PLR2004  a component is right below the application
            self._component = None
        self._path.pop()

    def _declare(self, name: str, element: Start) -> None:
        if name == "application":
            if self._application is None:
                self._application = element
            else:
                self._anomalies.add("xml_root")
        elif name in _PERMISSIONS:
            self._add("requested", element, a.NAME)
        elif name == "permission":
            self._add("declared", element, a.NAME)
        elif name == "uses-feature":
            self._add("features", element, a.NAME)
        elif name == "instrumentation":
            self._add("instruments", element, a.TARGET_PACKAGE)
        elif name == "overlay":
            self._add("overlay", element, a.TARGET_PACKAGE)
        elif name == "uses-sdk":
            self._sdk = {
                key: sdk_version(element.attributes.get(identifier), self._stated)
                for key, identifier in (
                    ("min", a.MIN_SDK),
                    ("target", a.TARGET_SDK),
                    ("max", a.MAX_SDK),
                )
            }

    def _add(self, key: str, element: Start, identifier: int) -> None:
        names = self._names[key]
        text = self._stated.text(element, identifier)
        if text and len(names) < NAME_LIMIT:
            names[text] = None

    def _start_within(self, name: str, depth: int, element: Start) -> None:
        if depth == 3:  # noqa: PLR2004  right below the application
            kind = _KINDS.get(name)
            if kind is not None and len(self._components) < COMPONENT_LIMIT:
                self._component = Pending(kind, element)
                self._components.append(self._component)
        elif self._component is not None:
            if depth == 4 and name == "intent-filter":  # noqa: PLR2004  right below a component
                self._component.filters.append(
                    Filter(priority=self._stated.integer(element, a.PRIORITY))
                )
            elif depth == 5 and self._path[3] == "intent-filter":  # noqa: PLR2004
                self._component.filters[-1].take(name, element, self._stated)

    def _made(self, package: str, application: Start, target: int) -> tuple[Component, ...]:
        if len(self._components) > MANY_COMPONENTS:
            self._anomalies.add("xml_components")
        asked = (package, application, target, self._stated)
        return tuple(each.component(*asked) for each in self._components)

    def _launchers(self, components: tuple[Component, ...]) -> Iterator[str]:
        for component, pending in zip(components, self._components, strict=True):
            if component.enabled and _launches(pending):
                yield component.name

    def manifest(self, anomalies: set[str]) -> Manifest:
        root, stated, names = self._root, self._stated, self._names
        if root is None:
            raise ParseError("a manifest expected")
        application = self._application or Start("application", {}, 2)
        package = stated.text(root, "package")
        min_sdk = self._sdk.get("min")
        target = self._sdk.get("target") or min_sdk
        allows_cleartext = (target or 1) < _CLEARTEXT_OFF
        components = self._made(package or "", application, target or 1)
        return Manifest(
            package=package,
            split=stated.text(root, "split"),
            version_code=_version_code(root, stated),
            version_name=stated.text(root, a.VERSION_NAME),
            min_sdk=min_sdk,
            target_sdk=target,
            max_sdk=self._sdk.get("max"),
            shared_user=stated.text(root, a.SHARED_USER),
            target_sandbox=stated.integer(root, a.TARGET_SANDBOX),
            has_application=self._application is not None,
            debuggable=stated.boolean(application, a.DEBUGGABLE, default=False),
            test_only=stated.boolean(application, a.TEST_ONLY, default=False),
            has_code=stated.boolean(application, a.HAS_CODE, default=True),
            backup=stated.boolean(application, a.ALLOW_BACKUP, default=True),
            cleartext=stated.boolean(application, a.CLEARTEXT, default=allows_cleartext),
            extract_native_libs=stated.boolean(application, a.EXTRACT_NATIVE_LIBS, default=True),
            network_security=stated.reference(application, a.NETWORK_SECURITY),
            label=stated.text(application, a.LABEL),
            icon=_icon(application, stated),
            overlay_of=next(iter(names["overlay"]), None),
            instruments=tuple(names["instruments"]),
            permissions_requested=tuple(names["requested"]),
            permissions_declared=tuple(names["declared"]),
            features=tuple(names["features"]),
            queries=tuple(names["queries"]),
            components=components,
            launchers=tuple(self._launchers(components)),
            anomalies=frozenset(anomalies | self._anomalies),
        )


def _icon(application: Start, stated: Stated) -> int | None:
    return stated.reference(application, a.ICON) or stated.reference(application, a.ROUND_ICON)


def _version_code(root: Start, stated: Stated) -> int | None:
    """Return both halves of a version code together, as the platform does."""
    low, high = stated.integer(root, a.VERSION_CODE), stated.integer(root, a.VERSION_CODE_MAJOR)
    if low is None and high is None:
        return None
    if not high:
        return low
    return high << 32 | (low or 0) & 0xFFFFFFFF


def _launches(pending: Pending) -> bool:
    return pending.kind in {"activity", "alias"} and any(
        _MAIN in each.actions and not _LAUNCHERS.isdisjoint(each.categories)
        for each in pending.filters
    )
