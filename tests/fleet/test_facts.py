"""What a device contributes: values that are alike on alike phones, and nothing of its own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.fleet import FACETS, facets
from scanner.fleet.facts import STATE
from scanner.fleet.meanings import MEANING
from scanner.fleet.values import MOST, folded, steady, unnumbered
from scanner.model.entities import (
    AccessibilityService,
    App,
    Build,
    Certificate,
    DeviceAdmin,
    DeviceIdentity,
    DeviceState,
    DiskImage,
    FileEntry,
    InputMethod,
    Management,
    Mount,
    Network,
    NotificationListener,
    Payload,
    PolicyOwner,
    Process,
    Profile,
    Property,
    ProvisioningProfile,
    RoleHolder,
    Setting,
    Vpn,
)
from scanner.model.evidence import Gap
from scanner.snapshot import Snapshot

EVERYTHING = tuple(sorted({name for each in MEANING.values() for name in each.artifacts}))


def stated(platform, *entities, asked=EVERYTHING, gaps=()):
    snapshot = Snapshot(platform, now=datetime(2026, 11, 20, tzinfo=UTC))
    for entity in entities:
        snapshot.add(entity, evidence="e-1", provenance="os_claimed", rank=0)
    return facets(snapshot, platform, asked=asked, gaps=gaps)


def values(found, facet):
    return [fact.value for fact in found[facet].facts]


def test_every_facet_has_a_meaning_and_something_that_states_it():
    names = [each.name for each in FACETS]

    assert sorted(names) == sorted(MEANING) == sorted(STATE)


def test_a_process_is_named_by_owner_and_program_without_its_number():
    found = stated(
        "android",
        Process(source="ps", pid=700, started=None, owner="root", executable="/system/bin/vold"),
        Process(source="ps", pid=900, started=None, owner="u0_a123", name="com.example.app"),
        Process(source="ps", pid=12, started=None, owner="root", parent=2, name="kworker/0:1"),
        Process(source="ps", pid=13, started=None, owner="root", name="[kswapd0]"),
    )

    assert ["root /system/bin/vold"] == values(found, "process")


def test_apps_keep_their_day_of_installation_and_lose_their_numbers():
    found = stated(
        "android",
        App(
            user=0, package="com.example.app", uid=10123, installed=True, system=False,
            path="/data/app/~~Zm9vYmFyYmF6cXV4eA==/com.example.app-Zm9vYmFyYmF6cXV4eA==",
            first_installed="2026-11-18 10:11:12", installer=None, signer="5d0f1a2b",
        ),
        App(user=0, package="com.example.system", installed=True, system=True),
        App(user=0, package="com.example.gone", installed=False, system=False),
    )  # fmt: skip

    assert [("com.example.app", "2026-11-18")] == [(x.value, x.since) for x in found["app"].facts]
    assert ["com.example.app"] == values(found, "sideloaded_app")
    assert ["com.example.app 5d0f1a2b"] == values(found, "app_signer")
    assert ["com.example.system"] == values(found, "system_app")
    assert ["none"] == values(found, "installer")


def test_trust_and_traffic_of_an_android_phone():
    found = stated(
        "android",
        Certificate(store="user", user=0, name="5ed36f99.0"),
        PolicyOwner(scope="device", user=0, package="com.example.mdm"),
        Vpn(user=0, package="com.example.vpn", always_on=True),
        Network(
            interface="wlan0", proxy_host="proxy.example.net", proxy_port=8080,
            private_dns_server="dns.example.net", dns_servers=("192.168.1.1", "203.0.113.53"),
        ),
        Setting(user=0, namespace="global", name="http_proxy", value=":0"),
    )  # fmt: skip

    assert ["user 5ed36f99.0"] == values(found, "certificate_authority")
    assert ["device com.example.mdm"] == values(found, "device_owner")
    assert ["com.example.vpn, always on"] == values(found, "vpn")
    assert ["proxy.example.net:8080"] == values(found, "proxy")
    assert ["private dns.example.net", "server 203.0.113.53"] == values(found, "dns")


def test_management_of_an_iphone():
    found = stated(
        "ios",
        Management(supervised=True, organization="Example Org", host="mdm.example.org"),
        Profile(
            identifier="org.example.wifi", uuid="AB", file=None, signature="valid",
            signer="Example Root",
        ),
        Profile(identifier="org.example.file", uuid="CD", file="0" * 32, signature=None),
        Payload(profile="org.example.wifi", file=None, index=0, settings=("allowCamera=false",)),
        DeviceState(activation="Activated", developer_mode=False),
        DiskImage(path="/System/Developer", kind="Personalized"),
    )  # fmt: skip

    assert ["host=mdm.example.org", "organization=Example Org", "supervised=true"] == values(
        found, "management"
    )
    assert ["org.example.wifi, signed by Example Root"] == values(found, "profile")
    assert ["org.example.wifi AB"] == values(found, "profile_version")
    assert ["allowCamera=false"] == values(found, "restriction")
    assert ["activation=Activated", "developer_mode=false"] == values(found, "boot")
    assert ["Personalized /System/Developer"] == values(found, "disk_image")


def test_system_of_an_android_phone():
    found = stated(
        "android",
        Build(verified_boot="green", bootloader_locked=True, security_patch="2025-09-05"),
        Property(name="ro.debuggable", value="0"),
        Property(name="sys.usb.state", value="mtp,adb"),
        Setting(user=0, namespace="global", name="adb_enabled", value="1"),
        Setting(user=10, namespace="secure", name="location_mode", value="3"),
        Mount(point="/system", device="/dev/block/dm-0", filesystem="erofs", system=True),
        Mount(point="/apex/com.android.art@360000000", device="loop1", filesystem="ext4"),
        Mount(point="/storage/1A2B-3C4D", device="fuse", filesystem="fuse"),
        FileEntry(path="/data/local/tmp/run1234.sh", area="temporary", kind="file"),
    )

    assert ["bootloader_locked=true", "verified_boot=green"] == values(found, "boot")
    assert ["over 12 months", "over 6 months"] == values(found, "patch_age")
    assert ["ro.debuggable=0"] == values(found, "property")
    assert ["global/adb_enabled=1"] == values(found, "setting")
    assert ["/apex/com.android.art ext4", "/system erofs"] == values(found, "mount")
    assert ["/data/local/tmp/run#.sh"] == values(found, "temporary_file")


def test_no_id_of_the_device_becomes_a_fact():
    found = stated("android", DeviceIdentity(serial="SERIAL0123456789"))

    assert [] == [fact for facet in found.values() for fact in facet.facts]


@pytest.mark.parametrize(
    ("asked", "gaps", "expected"),
    [
        (("android.processes",), (), None),
        ((), (), "not_selected"),
        (
            ("android.processes",),
            (Gap(artifact="android.processes", reason="no_permission"),),
            "no_permission",
        ),
        (
            ("android.processes",),
            (Gap(artifact="android.processes", reason="no_permission", user=10),),
            None,
        ),
    ],
)
def test_what_was_not_read_is_said(asked, gaps, expected):
    assert expected == stated("android", asked=asked, gaps=gaps)["process"].unread


def test_one_of_several_artifacts_is_enough():
    gaps = (Gap(artifact="android.packages", reason="timeout"),)
    asked = ("android.packages", "android.package_details")

    assert None is stated("android", asked=asked, gaps=gaps)["app"].unread


def test_a_phone_that_claims_too_much_is_cut_and_says_so():
    apps = (
        App(user=0, package=f"com.example.a{number}", installed=True, system=False)
        for number in range(MOST + 1)
    )
    facet = stated("android", *apps)["app"]

    assert (MOST, "truncated") == (len(facet.facts), facet.unread)


def test_control_characters_do_not_get_into_a_fact():
    found = stated("android", PolicyOwner(scope="device", user=0, package="com.\x1b[31mevil"))

    assert "\x1b" not in values(found, "device_owner")[0]


def test_parts_that_a_phone_drew_are_left_out():
    path = "/data/app/~~AbCdEfGhIjKl==/com.example.app-AbCdEfGhIjKlMnOpQrStUv==/base.apk"

    assert "/data/app/#/com.example.app#/base.apk" == steady(path)
    assert "/tmp/run#.sh" == unnumbered("/tmp/run20261120.sh")


def test_a_long_value_is_folded_to_its_digest():
    assert "short" == folded("short")
    assert folded("x" * 1000).startswith("sha256:")
    assert folded("x" * 1000) != folded("y" * 1000)


def test_powers_of_apps_are_those_that_are_enabled():
    found = stated(
        "android",
        AccessibilityService(user=0, component="a.b/a.b.S", package="a.b", enabled=True),
        AccessibilityService(user=0, component="a.c/a.c.S", package="a.c", enabled=False),
        NotificationListener(user=0, component="a.b/a.b.N", package="a.b", enabled=True),
        NotificationListener(user=0, component="a.c/a.c.N", package="a.c", enabled=False),
        InputMethod(user=0, component="a.b/a.b.K", package="a.b", enabled=True),
        InputMethod(user=0, component="a.c/a.c.K", package="a.c"),
        RoleHolder(user=0, role="android.app.role.SMS", package="a.b"),
    )

    assert ["a.b/a.b.S"] == values(found, "accessibility_service")
    assert ["a.b/a.b.N"] == values(found, "notification_listener")
    assert ["a.b/a.b.K"] == values(found, "input_method")
    assert ["android.app.role.SMS a.b"] == values(found, "role_holder")


def test_apps_of_an_iphone_from_outside_its_store():
    store = "Apple iPhone OS Application Signing"
    found = stated(
        "ios",
        App(user=0, package="com.example.bought", installed=True, system=False, signed_as=store),
        App(
            user=0, package="com.example.own", installed=True, system=False, team="TEAM01",
            signed_as="Apple Development", profile_validated=True,
        ),
    )  # fmt: skip

    assert ["com.example.own Apple Development"] == values(found, "sideloaded_app")
    assert ["com.example.own TEAM01"] == values(found, "app_signer")


def test_what_profiles_of_an_iphone_set_up():
    found = stated(
        "ios",
        payload(0, "com.apple.mdm", host="mdm.example.org"),
        payload(1, "com.apple.vpn.managed", host="vpn.example.org"),
        payload(2, "com.apple.proxy.http.global", host="proxy.example.org", port=8080),
        payload(3, "com.apple.dnsSettings.managed", addresses=("203.0.113.53",)),
        Payload(profile="p", file="0" * 32, index=0, payload_type="com.apple.mdm", host="x.test"),
        Management(supervisors=("ab" * 32,)),
        Certificate(store="profile", user=0, name="p/0", sha256="cd" * 32, subject="Example Root"),
        Certificate(store="profile", user=0, name="p/1", sha256="ef" * 32, authority=False),
        Certificate(store="profile", user=0, name="p/2"),
        ProvisioningProfile(
            uuid="AB", file=None, app_id="com.example.own", teams=("TEAM01",), enterprise=True
        ),
        ProvisioningProfile(uuid="CD", file=None, installed=False),
    )

    assert ["server=mdm.example.org", f"supervisor={'ab' * 32}"] == values(found, "management")
    assert ["com.apple.vpn.managed vpn.example.org"] == values(found, "vpn")
    assert ["proxy.example.org:8080"] == values(found, "proxy")
    assert ["profile 203.0.113.53"] == values(found, "dns")
    assert [f"profile {'cd' * 32} Example Root"] == values(found, "certificate_authority")
    assert ["TEAM01 com.example.own enterprise"] == values(found, "provisioning_profile")


def payload(index, kind, **fields):
    return Payload(profile="p", file=None, index=index, payload_type=kind, **fields)


def test_proxies_and_policies_of_an_android_phone():
    found = stated(
        "android",
        Setting(user=0, namespace="global", name="http_proxy", value="192.0.2.7:3128"),
        Network(interface="wlan0", proxy_script=True, proxy_host="pac.example.net"),
        Network(interface="rmnet0", dns_servers=("no address", "fe80::1", "2001:db8::53")),
        DeviceAdmin(user=0, component="a.b/a.b.Admin", package="a.b", policies=("disable-camera",)),
        Vpn(user=0, package="com.example.vpn", lockdown=True),
    )

    assert ["192.0.2.7:3128", "pac.example.net", "script"] == values(found, "proxy")
    assert ["server 2001:db8::53"] == values(found, "dns")
    assert ["a.b/a.b.Admin"] == values(found, "device_admin")
    assert ["a.b: disable-camera"] == values(found, "restriction")
    assert ["com.example.vpn, lockdown"] == values(found, "vpn")
