"""Ordinary iPhones that resemble a tampered one, in many variants."""

from __future__ import annotations

import random
from collections.abc import Callable

from msgspec import structs

from scanner.model.entities import (
    Certificate,
    DiskImage,
    Entity,
    Management,
    Payload,
    Process,
    Socket,
)
from scanner.model.entities import Profile as Configuration
from tests.lookalikes.ios.phone import (
    DEVELOPMENT,
    TESTFLIGHT,
    UPDATER,
    app,
    around,
    crash,
    image,
    installed,
    provisioned,
    running,
    set_up,
    shipped,
)

Ordinary = Callable[[random.Random], list[Entity]]

WORDS = ("harbour", "lantern", "meadow", "copper", "violet", "juniper", "walnut", "ember")
RESOLVERS = ("dns.quad9.net", "family.cloudflare-dns.com", "dns.google", "a1b2c3.dns.nextdns.io")
MODES = ("audio", "location", "voip", "fetch", "remote-notification")


def name(chance: random.Random, start: str = "com.example") -> str:
    return f"{start}.{chance.choice(WORDS)}{chance.randint(1, 999)}"


def other_origins(chance: random.Random) -> list[Entity]:
    """Apps of a trial, of another marketplace, of a company's bulk purchase, of an own account."""
    trial = app(name(chance), signed_as=TESTFLIGHT, profile_validated=True)
    market = app(name(chance, "org.example.market"), background_modes=("fetch",))
    own = [
        around(f"com.rileytestut.AltStore.{chance.randint(10**9, 10**10)}", DEVELOPMENT),
        around(name(chance, "org.example.emulator"), DEVELOPMENT, background_modes=("audio",)),
        around("com.burbn.instagram.ABCDE12345", DEVELOPMENT, debuggable=True),
    ]
    return [trial, market, *(own if chance.random() < 0.5 else ())]


def icons_put_away(chance: random.Random) -> list[Entity]:
    """Apps in the app library, parts of the system without an icon, apps without their code."""
    away: list[Entity] = [
        app(
            f"{name(chance)}.n{number}",
            home_screen=chance.choice((False, None)),
            background_modes=tuple(chance.sample(MODES, 2)),
        )
        for number in range(chance.randint(3, 30))
    ]
    hidden = [shipped(f"com.apple.part{number}", hidden=True) for number in range(49)]
    return [*away, *hidden, app(name(chance), offloaded=True, home_screen=True)]


def lists_that_differ(chance: random.Random) -> list[Entity]:
    """A process in one list and not in the next, a pid used again, and the developer's list."""
    names = ("BackupAgent2", "imagent", "mobileassetd", "com.apple.WebKit.WebContent", "Fridays")
    listed: list[Entity] = [
        running(chance.randint(100, 9999), chance.choice(names)) for _ in range(40)
    ]
    started = "2026-11-21T10:00:00Z"
    pid = chance.randint(10_000, 20_000)
    return [*listed, Process(source="instruments", pid=pid, started=started, name="locationd")]


def names_like_others(chance: random.Random) -> list[Entity]:
    """Daemons whose names differ by a letter: iOS has hundreds, and no list of them is whole."""
    pairs = ("nfcd", "nfrestored", "logd", "locationd", "launchd", "lskdd", "pcapd", "gamed")
    return [running(chance.randint(100, 9999), each) for each in chance.sample(pairs, 5)]


def update_under_way(chance: random.Random) -> list[Entity]:
    """The updater in its staging folder."""
    other = UPDATER.replace(
        "16777224.4177", f"1677722{chance.randint(0, 9)}.{chance.randint(1, 9)}"
    )
    return [image(UPDATER, "staging"), image(other, "staging"), running(901, "softwareupdated")]


def tunnels(chance: random.Random) -> list[Entity]:
    """Every iPhone has several `utun` interfaces, with or without a VPN."""
    return [
        Socket(
            source="packets",
            protocol="tcp",
            local_address=f"192.0.2.{number + 1}",
            local_port=chance.randint(49152, 65535),
            remote_address="198.51.100.7",
            remote_port=chance.choice((443, 22, 5223)),
            uid=None,
            interface=f"utun{number}",
        )
        for number in range(6)
    ]


def name_servers(chance: random.Random) -> list[Entity]:
    """A profile of a well-known resolver, installed and as a file."""
    host = chance.choice(RESOLVERS)
    payload = Payload(
        profile="com.example.dns.file",
        file="a1",
        index=0,
        payload_type="com.apple.dnsSettings.managed",
        host=host,
        can_be_turned_off=True,
    )
    file = Configuration(
        identifier="com.example.dns.file",
        uuid=None,
        file="a1",
        name="Example DNS over HTTPS",
        installed=False,
        removable=True,
        payload_types=("com.apple.dnsSettings.managed",),
        encrypted=False,
        signature=chance.choice((None, "valid")),
        chain=chance.choice((None, "public", "incomplete")),
    )
    return [installed("com.example.dns", "Example DNS over HTTPS"), file, payload]


def university(chance: random.Random) -> list[Entity]:
    """The file for a university's Wi-Fi: its authority, and a network."""
    types = ("com.apple.security.root", "com.apple.wifi.managed")
    file = Configuration(
        identifier="com.example.eduroam",
        uuid=None,
        file="a2",
        name="Example University Wi-Fi",
        installed=False,
        removable=True,
        payload_types=types,
        signature=chance.choice((None, "valid")),
        chain=chance.choice((None, "public", "self_signed")),
    )
    root, wifi = (
        Payload(profile=file.identifier, file="a2", index=index, payload_type=kind)
        for index, kind in enumerate(types)
    )
    payloads: list[Entity] = [
        structs.replace(root, authority=True),
        structs.replace(wifi, proxy_kind=None),
    ]
    return [file, *payloads, Certificate(store="profile", user=0, name="ca", authority=True)]


def company(chance: random.Random) -> list[Entity]:
    """A company's phone: its profiles stay, and it hands out an app and a VPN of its own."""
    managed = Management(
        configured=True,
        supervised=True,
        mandatory=True,
        unremovable=True,
        organization="Example GmbH",
        source=chance.choice((1, 2)),
    )
    vpn = ("com.apple.developer.networking.networkextension",)
    return [
        managed,
        *(installed(f"com.example.{each}", f"Example {each}", removable=False) for each in WORDS),
        installed("com.example.updates", "iOS Software Update", removable=False),
        installed("com.example.trust", "iPhone Security", removable=False),
        provisioned("1C0E5D7C"),
        around("com.example.inhouse", background_modes=("location", "voip"), entitlements=vpn),
    ]


def enrolled(chance: random.Random) -> list[Entity]:
    """A phone of one's own that works with an employer's management, which nobody supervises."""
    mine = Management(configured=False, supervised=False, unremovable=False)
    return [mine, installed(name(chance), "Example GmbH", removable=chance.choice((True, False)))]


def developer(chance: random.Random) -> list[Entity]:
    """A developer's phone, tools mounted."""
    state = set_up(developer_mode=True, wifi_connections=True, wifi_debugging=True)
    return [
        state,
        DiskImage(path="/System/Developer", kind="Personalized", developer=True),
        DiskImage(path="/private/preboot/Cryptexes/OS", kind="Cryptex", developer=False),
        image("/System/Developer/usr/bin/debugserver", "developer"),
        running(611, "debugserver"),
        around(name(chance), DEVELOPMENT, debuggable=True),
        around("com.apple.test.ExampleRunner-Runner", DEVELOPMENT, debuggable=True, hidden=True),
        around("com.example.UITests.xctrunner", DEVELOPMENT, debuggable=True, hidden=True),
        provisioned("1C0E5D7D", enterprise=False, debuggable=True),
    ]


def programs_that_crash(chance: random.Random) -> list[Entity]:
    """Web pages, memory that runs out, a game, and one bad message."""
    web = "com.apple.WebKit.WebContent"
    pages = [crash(f"w{n}", web, exposed=True) for n in range(chance.randint(3, 40))]
    memory = [crash(f"j{n}", "imagent", exposed=True, kind="jetsam") for n in range(9)]
    game = [crash(f"g{n}", "Example", exposed=False) for n in range(12)]
    return [*pages, *memory, *game, crash("m1", chance.choice(("imagent", "apsd")), exposed=True)]


ORDINARY: tuple[Ordinary, ...] = (
    other_origins,
    icons_put_away,
    lists_that_differ,
    names_like_others,
    update_under_way,
    tunnels,
    name_servers,
    university,
    enrolled,
    company,
    developer,
    programs_that_crash,
)
