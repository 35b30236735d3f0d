"""Recordings on which each rule about them has to match, and the same of an ordinary iPhone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tests.artifacts.ios.recorded.keyed import archive_of, object_of
from tests.artifacts.ios.recorded.program_texts import report, taskinfo
from tests.artifacts.ios.recorded.stored import database, plist
from tests.artifacts.ios.recorded.system_answers import texts

HOME = "/private/var/mobile"
DAY = 815_281_445  # 2026-11-02, seconds since 2001
STAGING = "/private/var/db/com.apple.xpc.roleaccountd.staging"
UPDATER = f"{STAGING}/exec/16777224.31.xpc/com.apple.NRD.UpdateBrainService"
BUNDLES = "/private/var/containers/Bundle/Application/00000000-0000-4000-8000-000000000000"
ABSENT = b"listed, and not there"
_APP, _GONE = "com.example.app", "com.example.gone"


def shutdowns(*paths: str) -> bytes:
    waited = "".join(f"\t\tremaining client pid: {9 + n} ({p})\n" for n, p in enumerate(paths))
    head = "After 1.26s, these clients are still here:\n"
    return f"{head}{waited}SIGTERM: [1793600000] All buffers flushed\n".encode()


def events(*operations: tuple[str, str]) -> bytes:
    listed = [
        {
            "com.example.profile": {
                "Operation": operation,
                "Process": "profiled",
                "Timestamp": datetime.fromisoformat(at),
            }
        }
        for operation, at in operations
    ]
    return plist({"ProfileEvents": listed})


def pairing(end: str) -> bytes:
    host = "01234567-0000-4000-8000-0123456789AB"
    return (
        "11/02/26 10:00:07.106402 pid=79 handle_pair: Pair message: {\n"
        f'    HostID = "{host}";\n}}\n'
        f"11/02/26 10:00:10.563345 pid=79 handle_pair: Pair for usbmuxd {end}\n"
    ).encode()


def extensions(*, enabled: bool) -> bytes:
    protocol = object_of("NEVPNProtocolIKEv2", ServerAddress="vpn.example.org")
    names = object_of("NEDNSOverTLSSettings", ServerName="dns.example.org", Servers=["192.0.2.1"])
    parts = {
        "VPN": object_of("NEVPN", Enabled=enabled, Protocol=protocol),
        "DNSSettings": object_of("NEDNSSettingsBundle", Enabled=enabled, Settings=names),
        "ContentFilter": object_of("NEContentFilter", Enabled=enabled),
    }
    return archive_of(
        **{name: object_of("NEConfiguration", **{name: part}) for name, part in parts.items()}
    )


def crash(process: str, minute: int) -> bytes:
    at = f"2026-11-02 09:{minute:02}:00.00 +0000"
    header = {"app_name": process, "name": process, "bug_type": "309", "timestamp": at}
    path = f"/usr/libexec/{process}"
    exception = {"type": "EXC_BAD_ACCESS", "signal": "SIGSEGV"}
    body = {"captureTime": at, "procName": process, "procPath": path, "exception": exception}
    return report(header, body)


def crashes(*processes: str) -> dict[str, bytes]:
    return {
        f"crashes_and_spins/{process}-2026-11-02-09{minute:02}00.ips": crash(process, minute)
        for minute, process in enumerate(processes)
    }


def mounted(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def processes(*named: tuple[int, str]) -> bytes:
    head = (
        "USER             UID PRSNA   PID  PPID        F  %CPU %MEM PRI NI      VSZ    RSS WCHAN"
        "    TT  STAT STARTED      TIME COMMAND\n"
    )
    return head.encode() + b"".join(
        f"root               0     - {pid:5}     1     4004   0.0  0.3   0  0        0      0 -"
        f"        ??  ?s   Tue09PM   0:27.40 {path}\n".encode()
        for pid, path in named
    )


def remote(*services: str) -> bytes:
    listed = "".join(f"\t\t{each}\n" for each in services)
    return f"Local device\n\tOS Build: 26.1 (23B85)\n\tServices:\n{listed}".encode()


def usage(*rows: tuple[int, str, str | None], used: tuple[int, ...]) -> bytes:
    return database(
        "create table ZPROCESS (Z_PK integer primary key, ZFIRSTTIMESTAMP real, ZTIMESTAMP real,"
        " ZBUNDLENAME text, ZPROCNAME text);"
        "create table ZLIVEUSAGE (ZHASPROCESS integer, ZTIMESTAMP real, ZWIFIIN real);",
        [
            ("ZPROCESS", [(key, DAY, DAY, bundle, name) for key, name, bundle in rows]),
            ("ZLIVEUSAGE", [(key, DAY, 1.0) for key in used]),
        ],
    )


def grants(*clients: tuple[str, int], keyboard: str) -> bytes:
    return database(
        "create table access (service text, client text, client_type integer, auth_value integer,"
        " auth_reason integer, last_modified integer);",
        [
            ("access", [("kTCCServiceCamera", name, kind, 2, 3, DAY) for name, kind in clients]),
            ("access", [("kTCCServiceKeyboardNetwork", keyboard, 0, 2, 3, DAY)]),
        ],
    )


def located(name: str, path: str) -> bytes:
    return plist({name: {"BundlePath": path, "Executable": path, "LocationTimeStopped": DAY}})


def restrictions(*, protect: bool) -> bytes:
    names = ("allowLockdownMode", "allowUSBRestrictedMode")
    return plist({"restrictedBool": {name: {"value": protect} for name in names}})


def installed(package: str) -> bytes:
    head = "Mon Nov  2 08:30:15 2026 [672] <notice> (0x16d54b000)"
    return f"{head} Install Successful for (Customer:{package}); x\n".encode()


def enrolled(profile: str) -> bytes:
    return plist({"ManagingProfileIdentifier": profile, "ServerURL": "https://mdm.example.com/"})


def stub(profile: str) -> bytes:
    uuid = "00000000-0000-4000-8000-000000000007"
    named = {"PayloadIdentifier": profile, "PayloadUUID": uuid, "PayloadType": "Configuration"}
    return plist({**named, "PayloadVersion": 1, "PayloadDisplayName": "Example"})


def sold(distributor: str | None) -> bytes:
    stated = {"softwareVersionBundleId": _APP, "bundleShortVersionString": "1.2"}
    return plist(
        stated | ({"distributorInfo": {"distributorID": distributor}} if distributor else {})
    )


def version(release: str, build: str) -> bytes:
    return plist({"ProductVersion": release, "ProductBuildVersion": build})


_APPS = texts("")["ios.installed_apps"][0][2]
_SHARED = "logs/MCState/Shared"
_EXTRA = "system_logs.logarchive/Extra"
_ROOT = "/dev/disk1s1 on / (apfs, sealed, local, nosuid, {}, journaled, noatime)"
_DATA = "/dev/disk1s2 on /private/var (apfs, local, nodev, nosuid, journaled)"
_RUN = ((1, "/sbin/launchd"), (61, "/usr/libexec/locationd"))

ODD: Mapping[str, Mapping[str, bytes]] = {
    "sysdiagnose": {
        "logs/SystemVersion/SystemVersion.plist": version("26.1", "23B85"),
        f"{_EXTRA}/shutdown.log": shutdowns(
            "/private/var/tmp/exampled",
            "/private/var/jb/usr/bin/exampled",
            f"{STAGING}/exampled",
            UPDATER,
        ),
        f"{_SHARED}/MCProfileEvents.plist": events(
            ("install", "2026-11-02T10:20:00"), ("remove", "2026-11-03T10:00:00")
        ),
        "logs/MobileLockdown/lockdownd.log": pairing("succeeded ."),
        "logs/Networking/com.apple.networkextension.plist": extensions(enabled=True),
        "mount.txt": mounted(
            _ROOT.format("journaled"),
            "/private/preboot/0A1B/jb on /usr/lib (bindfs, local, nosuid, read-only)",
            "/dev/disk3s1 on /System/Developer (apfs, local, nosuid, read-only)",
        ),
        "ps.txt": processes(*_RUN, (345, "/private/var/db/locationdd")),
        "taskinfo.txt": taskinfo((1, "launchd"), (61, "locationd")).encode(),
        "remotectl_dumpstate.txt": remote("com.apple.instruments.dtservicehub"),
        "logs/MCState/User/EffectiveUserSettings.plist": restrictions(protect=False),
        "logs/MobileInstallation/mobile_installation.log": installed("com.opa334.Dopamine"),
        f"{_SHARED}/MDM.plist": enrolled("com.example.mdm"),
        f"{_SHARED}/profile-0a.stub": stub("com.example.wifi"),
        **crashes("IMTransferAgent", "imagent", "imagent", "imagent"),
    },
    "backup": {
        "/private/var/wireless/Library/Databases/DataUsage.sqlite": usage(
            (1, "BackupAgent", None), (2, "locationdd", None), (9, "apsd", None), used=(1, 5)
        ),
        f"{HOME}/Library/TCC/TCC.db": grants(
            (_GONE, 0), ("/private/var/tmp/exampled", 1), keyboard=_APP
        ),
        f"{HOME}/Library/FrontBoard/applicationState.db": _APPS,
        f"{HOME}/Library/Preferences/.GlobalPreferences.plist": plist({"LDMGlobalEnabled": False}),
        "/private/var/root/Library/Caches/locationd/clients.plist": located(
            "/private/var/tmp/exampled", "/private/var/tmp/exampled"
        ),
        f"{HOME}/Library/Preferences/com.example.plist": ABSENT,
    },
    "files": {
        "/System/Library/CoreServices/SystemVersion.plist": version("18.1", "22B83"),
        "/private/var/db/diagnostics/shutdown.log": b"\n",
        "/private/var/jb/usr/bin/example": b"x",
        "/private/var/tmp/example.dylib": b"x",
        f"{BUNDLES}/iTunesMetadata.plist": sold("com.example.market"),
        f"{HOME}/Library/FrontBoard/applicationState.db": _APPS,
    },
}
"""Files of each kind of recording, in which something is odd."""

ORDINARY: Mapping[str, Mapping[str, bytes]] = {
    "sysdiagnose": {
        "logs/SystemVersion/SystemVersion.plist": version("26.1", "23B85"),
        f"{_EXTRA}/shutdown.log": shutdowns("/usr/libexec/locationd", f"{BUNDLES}/A.app/A"),
        f"{_SHARED}/MCProfileEvents.plist": events(("install", "2026-11-02T10:20:00")),
        "logs/MobileLockdown/lockdownd.log": pairing("failed : UserDeniedPairing"),
        "logs/Networking/com.apple.networkextension.plist": extensions(enabled=False),
        "mount.txt": mounted(_ROOT.format("read-only"), _DATA),
        "ps.txt": processes(*_RUN),
        "taskinfo.txt": taskinfo((1, "launchd"), (61, "locationd")).encode(),
        "remotectl_dumpstate.txt": remote("com.apple.mobile.lockdown.remote.trusted"),
        "logs/MCState/User/EffectiveUserSettings.plist": restrictions(protect=True),
        "logs/MobileInstallation/mobile_installation.log": installed("com.example.app"),
        **crashes("Example"),
    },
    "backup": {
        "/private/var/wireless/Library/Databases/DataUsage.sqlite": usage(
            (1, "BackupAgent2", None), (2, "locationd", None), used=(1, 2)
        ),
        f"{HOME}/Library/TCC/TCC.db": grants((_APP, 0), keyboard="com.apple.example"),
        f"{HOME}/Library/FrontBoard/applicationState.db": _APPS,
        f"{HOME}/Library/Preferences/.GlobalPreferences.plist": plist({"LDMGlobalEnabled": True}),
        "/private/var/root/Library/Caches/locationd/clients.plist": located(
            _APP, f"{BUNDLES}/A.app"
        ),
    },
    "files": {
        "/System/Library/CoreServices/SystemVersion.plist": version("18.1", "22B83"),
        "/private/var/db/diagnostics/shutdown.log": shutdowns("/usr/libexec/locationd"),
        "/private/var/tmp/example.cache": b"x",
        f"{BUNDLES}/iTunesMetadata.plist": sold(None),
        f"{HOME}/Library/FrontBoard/applicationState.db": _APPS,
    },
}
"""The same of an iPhone on which nothing is."""
