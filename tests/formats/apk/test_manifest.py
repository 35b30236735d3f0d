"""Manifests: what they state, and what the platform takes where they do not."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.arsc import Table, table
from fixtures.building.axml import Element, Reference, Value, document
from scanner.errors import ParseError
from scanner.formats.apk.arsc import Resources
from scanner.formats.apk.attributes import READ_PERMISSION, TARGET_PACKAGE
from scanner.formats.apk.components import Component, class_name
from scanner.formats.apk.manifest import Manifest, read_manifest

MAIN, LAUNCHER = "android.intent.action.MAIN", "android.intent.category.LAUNCHER"
RESOURCES = Resources(
    table(
        Table(
            package="com.example.app",
            types={
                "string": {"app": {"": "Example"}, "version": {"": "2.0"}, "n": {"": "12"}},
                "bool": {"yes": {"": True}},
            },
        )
    )
)


def read(*below: Element, resources: Resources | None = None, **root: Value) -> Manifest:
    tree = Element("manifest", {"package": "com.example.app"} | root, below)
    return read_manifest(document(tree), resources)


def application(*below: Element, **stated: Value) -> Element:
    return Element("application", stated, below)


def sdk(**stated: Value) -> Element:
    return Element("uses-sdk", stated)


def answers(*actions: str, categories: tuple[str, ...] = (), **stated: Value) -> Element:
    below = [Element("action", {"name": each}) for each in actions]
    below += [Element("category", {"name": each}) for each in categories]
    return Element("intent-filter", stated, tuple(below))


def component(element: Element, *before: Element, **stated: Value) -> Component:
    (found,) = read(*before, application(element, **stated)).components
    return found


def test_what_a_manifest_states():
    found = read(
        sdk(minSdkVersion=21, targetSdkVersion=34, maxSdkVersion=35),
        Element("uses-permission", {"name": "android.permission.CAMERA"}),
        Element("uses-permission-sdk-23", {"name": "android.permission.SEND_SMS"}),
        Element("uses-permission-sdk-m", {"name": "android.permission.READ_SMS"}),
        Element("uses-permission", {"name": "android.permission.CAMERA"}),
        Element("permission", {"name": "com.example.OWN"}),
        Element("uses-feature", {"name": "android.hardware.camera"}),
        Element("uses-feature", {}),
        Element("queries", {}, (Element("package", {"name": "com.example.other"}),)),
        Element("instrumentation", {"targetPackage": "com.example.tested"}),
        Element("overlay", {"targetPackage": "com.example.overlaid"}),
        application(
            label="Example", icon=Reference(0x7F020000), debuggable=True, testOnly=True,
            hasCode=False, allowBackup=False, extractNativeLibs=False,
            networkSecurityConfig=Reference(0x7F030000),
        ),
        versionCode=7, versionName="1.2", sharedUserId="com.example.shared", split="config.de",
        targetSandboxVersion=2,
    )  # fmt: skip
    permissions = ("CAMERA", "SEND_SMS", "READ_SMS")

    assert found == Manifest(
        package="com.example.app",
        split="config.de",
        version_code=7,
        version_name="1.2",
        min_sdk=21,
        target_sdk=34,
        max_sdk=35,
        shared_user="com.example.shared",
        target_sandbox=2,
        has_application=True,
        debuggable=True,
        test_only=True,
        has_code=False,
        backup=False,
        cleartext=False,
        extract_native_libs=False,
        network_security=0x7F030000,
        label="Example",
        icon=0x7F020000,
        overlay_of="com.example.overlaid",
        instruments=("com.example.tested",),
        permissions_requested=tuple(f"android.permission.{each}" for each in permissions),
        permissions_declared=("com.example.OWN",),
        features=("android.hardware.camera",),
        queries=("com.example.other",),
        components=(),
        launchers=(),
        anomalies=frozenset(),
    )


def test_what_the_platform_takes_where_nothing_is_stated():
    found = read(application())

    assert (None, None, None, None, None) == (
        found.version_code,
        found.min_sdk,
        found.target_sdk,
        found.label,
        found.network_security,
    )
    assert (False, False, True, True, True, True) == (
        found.debuggable,
        found.test_only,
        found.has_code,
        found.backup,
        found.cleartext,
        found.extract_native_libs,
    )


def test_a_manifest_without_an_application():
    assert not read().has_application


def test_both_halves_of_a_version():
    assert 3 << 32 | 0xFFFFFFFE == read(versionCode=-2, versionCodeMajor=3).version_code
    assert 1 << 32 == read(versionCodeMajor=1).version_code


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("Tiramisu", 33),
        ("S", 31),
        ("UpsideDownCake.abcdef", 34),
        ("29", 29),
        ("Unheard", None),
        (10_000, 10_000),
    ],
)
def test_versions_of_android_by_name(stated, expected):
    assert expected == read(sdk(minSdkVersion=stated)).min_sdk


def test_the_target_is_at_least_the_oldest():
    assert 26 == read(sdk(minSdkVersion=26)).target_sdk


@pytest.mark.parametrize(("target", "cleartext"), [(27, True), (28, False)])
def test_traffic_without_tls_by_the_target(target, cleartext):
    assert cleartext == read(sdk(targetSdkVersion=target), application()).cleartext


def test_traffic_without_tls_as_stated():
    told = application(usesCleartextTraffic=True)

    assert read(sdk(targetSdkVersion=34), told).cleartext


def test_values_by_reference():
    found = read(
        sdk(minSdkVersion=Reference(0x7F010002)),
        application(label=Reference(0x7F010000), debuggable=Reference(0x7F020000)),
        resources=RESOURCES,
        versionName=Reference(0x7F010001),
        versionCode=Reference(0x7F010002),
    )

    assert ("Example", True, "2.0", 12, 12) == (
        found.label,
        found.debuggable,
        found.version_name,
        found.version_code,
        found.min_sdk,
    )


def test_references_that_lead_nowhere():
    found = read(application(label=Reference(0x7F0A0000), debuggable=Reference(0x7F0A0001)))

    assert (None, False) == (found.label, found.debuggable)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("true", True), ("1", True), ("false", False), ("what", False), (1, True), (0, False)],
)
def test_a_truth_value_of_another_type(stated, expected):
    assert expected == read(application(debuggable=stated)).debuggable


@pytest.mark.parametrize(
    ("stated", "expected"), [("12", 12), ("0x10", 16), ("x", None), (True, 4294967295 - 2**32)]
)
def test_a_number_of_another_type(stated, expected):
    assert expected == read(versionCode=stated).version_code


@pytest.mark.parametrize(("stated", "expected"), [(True, "true"), (False, "false"), (3, "3")])
def test_a_text_of_another_type(stated, expected):
    assert expected == read(versionName=stated).version_name


def test_a_component_with_all_that_it_states():
    service = Element(
        "service",
        {
            "name": ".Spy",
            "permission": "android.permission.BIND_ACCESSIBILITY_SERVICE",
            "process": ":remote",
            "exported": False,
            "enabled": False,
        },
        (
            answers("a.A", "a.B", categories=("c.C",), priority=5),
            Element("intent-filter", {"priority": 999}, (Element("data", {"scheme": "https"}),)),
            Element("meta-data", {"name": "x"}),
        ),
    )

    assert component(service) == Component(
        kind="service",
        name="com.example.app.Spy",
        exported=False,
        enabled=False,
        permission="android.permission.BIND_ACCESSIBILITY_SERVICE",
        process="com.example.app:remote",
        actions=("a.A", "a.B"),
        categories=("c.C",),
        schemes=("https",),
        priority=999,
        authorities=(),
    )


def test_a_provider():
    stated: dict[str, Value] = {"name": "P", "authorities": "a.b;c.d;", "permission": "x"}
    found = component(Element("provider", stated))

    assert ("com.example.app.P", "x", ("a.b", "c.d")) == (
        found.name,
        found.permission,
        found.authorities,
    )


@pytest.mark.parametrize(
    ("kind", "below", "target", "expected"),
    [
        ("activity", (), 34, False),
        ("activity", (answers("a"),), 34, True),
        ("receiver", (answers("a"),), 30, True),
        ("activity-alias", (answers("a"),), 30, True),
        ("provider", (), 16, True),
        ("provider", (), 17, False),
    ],
)
def test_who_may_call_where_it_is_not_stated(kind, below, target, expected):
    found = component(Element(kind, {"name": ".A"}, below), sdk(targetSdkVersion=target))

    assert expected == found.exported


def test_what_the_application_says_for_its_components():
    found = component(
        Element("activity", {"name": ".A"}), permission="p.P", process="other", enabled=False
    )

    assert ("p.P", "other", False) == (found.permission, found.process, found.enabled)


def test_the_process_of_the_app_is_none_of_its_own():
    found = component(Element("activity", {"name": ".A", "process": "com.example.app"}))

    assert None is found.process


@pytest.mark.parametrize(
    ("kind", "stated", "category", "expected"),
    [
        ("activity", {}, LAUNCHER, ("com.example.app.A",)),
        ("activity-alias", {}, LAUNCHER, ("com.example.app.A",)),
        ("activity", {}, "android.intent.category.LEANBACK_LAUNCHER", ("com.example.app.A",)),
        ("activity", {"enabled": False}, LAUNCHER, ()),
        ("activity", {}, "android.intent.category.INFO", ()),
        ("receiver", {}, LAUNCHER, ()),
    ],
)
def test_what_an_icon_starts(kind, stated, category, expected):
    shown = answers(MAIN, categories=(category,))

    assert expected == read(application(Element(kind, {"name": ".A"} | stated, (shown,)))).launchers


def test_other_elements_of_a_filter_say_nothing():
    odd = Element("intent-filter", {}, (Element("uri", {"name": "x"}), Element("data", {})))

    assert ((), ()) == (
        (found := component(Element("activity", {"name": ".A"}, (odd,)))).actions,
        found.schemes,
    )


def test_two_filters_that_start_only_together():
    apart = (answers(MAIN), answers("x", categories=(LAUNCHER,)))

    assert () == read(application(Element("activity", {"name": ".A"}, apart))).launchers


def test_only_the_first_application_counts():
    found = read(application(label="One"), application(label="Two"))

    assert ("One", frozenset({"xml_root"})) == (found.label, found.anomalies)


def test_elements_in_other_places_say_nothing():
    action = Element("action", {"name": "a"})
    nested = Element("service", {"name": ".B"}, (Element("x", {}, (answers("b"),)), action))
    found = read(
        Element("x", {}, (application(debuggable=True), Element("activity", {"name": ".A"}))),
        Element("queries", {}, (Element("x", {}, (Element("package", {"name": "p"}),)),)),
        application(Element("x", {}, (Element("activity", {"name": ".C"}),)), nested),
    )

    assert (False, ()) == (found.debuggable, found.queries)
    assert [("com.example.app.B", ())] == [(each.name, each.actions) for each in found.components]


@pytest.mark.parametrize(
    ("name", "expected"),
    [(".A", "p.q.A"), ("A", "p.q.A"), ("x.A", "x.A"), ("", "")],
)
def test_names_of_classes_in_full(name, expected):
    assert expected == class_name("p.q", name)


def test_the_permission_to_read_a_provider_comes_first():
    tree = Element("provider", {"name": "P", "permission": "x", "targetPackage": "y"})
    data = document(Element("manifest", {"package": "p"}, (application(tree),)))
    made = data.replace(*(each.to_bytes(4, "little") for each in (TARGET_PACKAGE, READ_PERMISSION)))

    assert "y" == read_manifest(made).components[0].permission


def test_another_root_is_an_error():
    with pytest.raises(ParseError, match="a manifest expected"):
        read_manifest(document(Element("resources")))


def test_no_element_at_all_is_an_error():
    data = document(Element("manifest"))
    at = data.find(struct.pack("<HH", 0x0102, 16))

    with pytest.raises(ParseError, match="a manifest expected"):
        read_manifest(data[:at] + struct.pack("<HHI", 0x0104, 16, 36) + data[at + 8 :])
