"""A small clean iPhone, and what the shipped rules make of what stands on it.

The reach of the scan is that of the real artifacts: a rule that asks for what no service of an
iPhone states is not examined here either.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scanner.artifacts.ios import (
    activation,
    apps,
    binary_images,
    boot,
    build,
    companions,
    connections,
    crash_reports,
    disk_images,
    home_screen,
    management,
    processes,
    profile_contents,
    profiles,
    provisioning,
    running_processes,
    state,
)
from scanner.detect import ScanFacts, decide, inspect
from scanner.model.artifact import Artifact, Profile
from scanner.model.entities import (
    App,
    BinaryImage,
    Build,
    Crash,
    DeviceState,
    Entity,
    Management,
    Process,
    ProvisioningProfile,
)
from scanner.model.entities import Profile as Configuration
from scanner.model.evidence import Gap
from scanner.snapshot import Snapshot
from tests.lookalikes.device import NOW, PACK, Outcome

LIVE: tuple[Artifact, ...] = (
    build.BUILD,
    state.STATE,
    activation.ACTIVATION,
    boot.BOOT,
    management.MANAGEMENT,
    profiles.PROFILES,
    profile_contents.PROFILE_CONTENTS,
    apps.APPS,
    home_screen.HOME_SCREEN,
    provisioning.PROVISIONING,
    processes.PROCESSES,
    binary_images.BINARY_IMAGES,
    crash_reports.CRASH_REPORTS,
    disk_images.DISK_IMAGES,
    companions.COMPANIONS,
    running_processes.RUNNING_PROCESSES,
    connections.CONNECTIONS,
)
QUICK = tuple(each for each in LIVE if each.profile is Profile.QUICK)
# What every phone in use keeps to itself: developer services, and the contents of a profile.
DEVELOPER = ("ios.running_processes", "ios.connections")
CONTENTS = "ios.profile_contents"

STORE = "Apple iPhone OS Application Signing"
TESTFLIGHT = "TestFlight Beta Distribution"
COMPANY = "iPhone Distribution"
DEVELOPMENT = "Apple Development"
BUNDLES = "/private/var/containers/Bundle/Application"
UPDATER = (
    "/private/var/db/com.apple.xpc.roleaccountd.staging/exec/16777224.4177.xpc"
    "/com.apple.NRD.UpdateBrainService"
)


def app(package: str, **stated: Any) -> App:
    """Return an app of the App Store of which everything is known."""
    known: dict[str, Any] = {
        "user": 0,
        "installed": True,
        "offloaded": False,
        "system": False,
        "hidden": False,
        "debuggable": False,
        "home_screen": True,
        "signed_as": STORE,
        "team": "ABCDE12345",
        "profile_validated": False,
        "entitlements": ("application-identifier", "keychain-access-groups"),
        "background_modes": None,
        "path": f"{BUNDLES}/3F2A9C10-0000-4000-8000-00000000ABCD/Example.app",
    }
    return App(package=package, **known | stated)


def shipped(package: str, **stated: Any) -> App:
    """Return an app that comes with iOS, with the powers that such apps have."""
    known = {
        "system": True,
        "signed_as": None,
        "team": None,
        "path": "/Applications/Example.app",
        "entitlements": ("com.apple.private.tcc.allow", "platform-application"),
    }
    return app(package, **known | stated)


def around(package: str, signed_as: str = COMPANY, **stated: Any) -> App:
    """Return an app that came around the App Store."""
    return app(package, **{"signed_as": signed_as, "profile_validated": True} | stated)


def image(path: str, area: str, *, program: str | None = None, own: bool = True) -> BinaryImage:
    """Return a program, or an image that worked in one."""
    return BinaryImage(
        process=program or path,
        path=path,
        main=program is None,
        own=own,
        area=area,
        process_area=area if program is None else "system",
    )


def running(pid: int, name: str) -> Process:
    return Process(source="pid_list", pid=pid, started=None, name=name)


def crash(file: str, process: str, *, exposed: bool, kind: str = "crash") -> Crash:
    return Crash(file=file, process=process, exposed=exposed, kind=kind)


def installed(identifier: str, name: str, **stated: Any) -> Configuration:
    """Return a configuration profile as the phone lists it: no word of what it contains."""
    known: dict[str, Any] = {"installed": True, "active": True, "removable": True}
    return Configuration(identifier=identifier, uuid=None, file=None, name=name, **known | stated)


def provisioned(uuid: str, **stated: Any) -> ProvisioningProfile:
    """Return a company's provisioning profile, as Apple signs it."""
    known: dict[str, Any] = {
        "installed": True,
        "enterprise": True,
        "store": False,
        "debuggable": False,
        "for_this_device": True,
        "signature": "valid",
        "chain": "apple",
        "signer": "Apple iPhone OS Provisioning Profile Signing",
    }
    return ProvisioningProfile(uuid=uuid, file=None, **known | stated)


def set_up(**stated: Any) -> DeviceState:
    known: dict[str, Any] = {
        "activation": "Activated",
        "passcode": True,
        "developer_mode": False,
        "internal": False,
        "backup_encrypted": True,
        "boot_arguments": None,
        "wifi_connections": False,
        "wifi_debugging": False,
    }
    return DeviceState(**known | stated)


def private() -> Management:
    """Return the management of a phone that nobody manages."""
    return Management(configured=False, supervised=False, organization=None, unremovable=False)


def clean(*, state: DeviceState | None = None, by: Management | None = None) -> list[Entity]:
    """Return an iPhone that nobody tampered with."""
    locationd = "/usr/libexec/locationd"
    return [
        Build(manufacturer="Apple", model="iPhone17,1", release="26.1", release_major=26),
        state or set_up(),
        by or private(),
        shipped("com.apple.Health"),
        shipped("com.apple.AuthKitUIService", hidden=True, home_screen=False),
        shipped("com.apple.calculator", path=f"{BUNDLES}/3F2A9C10/Calculator.app"),
        app("com.apple.Pages", entitlements=("com.apple.private.tcc.allow",)),
        app("com.example.notes"),
        app("org.whispersystems.signal", background_modes=("voip", "audio")),
        running(1, "launchd"),
        running(41, "locationd"),
        image(locationd, "system"),
        image("/usr/lib/libobjc.A.dylib", "system", program=locationd, own=False),
        image("/private/preboot/Cryptexes/OS/usr/libexec/example", "cryptex"),
    ]


def examined(
    entities: Iterable[Entity],
    *,
    gaps: Iterable[str] = DEVELOPER,
    statements: tuple[Artifact, ...] = LIVE,
    minimum: int = 0,
    of_file: bool = False,
) -> Outcome:
    """Apply the shipped rules to an iPhone, or a file; `gaps` are artifacts without an answer."""
    snapshot = Snapshot("ios", now=NOW, skew_seconds=2.0)
    for rank, entity in enumerate(entities):
        snapshot.add(entity, evidence=f"e{rank}", provenance="os_claimed", rank=rank)
    missing = [Gap(artifact=name, reason="unsupported_version") for name in gaps]
    results = list(
        inspect(
            snapshot,
            PACK,
            platform="ios",
            gaps=missing,
            statements=statements,
            facts=ScanFacts(),
        )
    )
    checks = tuple(check for check, _ in results)
    findings = tuple(finding for _, found in results for finding in found)
    verdict = decide(checks, findings, minimum=minimum, complete=True, of_file=of_file)
    return Outcome(verdict=verdict, checks=checks, findings=findings)
