"""What happens to a phone in ordinary life between two scans, of which nobody is to be warned."""

from __future__ import annotations

import re

from fixtures.building.changing import (
    Edit,
    Later,
    appended,
    cloned,
    of_app,
    prop,
    rewritten,
    setting,
    substituted,
    uninstalled,
    versioned,
)
from fixtures.building.changing_iphones import bought, removed_profile, reply, value

_PS = "ps -A"
_BUILD, _NEXT = "X999BXXU3CZJ1", "X999BXXU3CZK4"
_OLD_ID, _NEXT_ID = "BP2A.250605.031.A3", "BP2A.250705.012.B1"


def _other_numbers(line: re.Match[str]) -> str:
    """Number processes as after another start; the first ones are threads of the kernel."""
    pid, parent = int(line[1]), int(line[2])
    later = [number + 31 if number > 300 else number for number in (pid, parent)]
    return f"{later[0]:5d} {later[1]:5d} {line[3]}"


def _restarted(phone: Later) -> None:
    rewritten(_PS, r"^ *(\d+) +(\d+) (\S.*)$", _other_numbers)(phone)
    rewritten(_PS, r" 09:12:0\d ", " 07:01:22 ")(phone)
    rewritten("cat /proc/mounts", r"/dev/block/dm-(\d+)", r"/dev/block/dm-1\1")(phone)
    setting("global", "boot_count", "42")(phone)


UPDATES: tuple[Edit, ...] = (
    versioned("com.example.correo", 44800, "4.15.0"),
    versioned("com.example.llavero", 99_000_001, "77.1"),
    versioned("com.example.tunel", 99_000_002, "78.0"),
    # an update asks for more, and gets what nobody is asked for
    of_app(
        "com.example.correo",
        "      android.permission.VIBRATE: granted=true\n",
        "      android.permission.VIBRATE: granted=true\n"
        "      android.permission.FOREGROUND_SERVICE_DATA_SYNC: granted=true\n",
    ),
    # the store brings parts of the system up to date as well
    versioned("com.google.android.gms", 263_000_000, "26.30.0"),
    # and the owner takes a new app from it
    cloned("com.example.correos", "com.example.mudanza", 19001, system=False),
    uninstalled("com.example.yoga"),
    # another one stays and is switched off
    of_app("com.example.flores", " enabled=0 ", " enabled=3 "),
    appended("cmd package list packages -d --user 0", "package:com.example.flores"),
)
RESTART: tuple[Edit, ...] = (
    _restarted,
    # what runs in the background is another choice of apps
    rewritten(_PS, r"^.* com\.android\.bips +com\.android\.bips *\n", ""),
    appended(
        _PS,
        " 8801   551 u0_a64       u:r:untrusted_app:s0:c64,c256,c512,c768 07:40:00"
        " com.example.correo com.example.correo",
    ),
    appended(
        _PS,
        " 8802     2 root         u:r:kernel:s0                  07:40:00"
        " [kworker/u17:3]            [kworker/u17:3]",
    ),
)
ANOTHER_WIFI: tuple[Edit, ...] = (
    # the VPN is off there
    rewritten("dumpsys connectivity", r"^  NetworkAgentInfo\{network\{102\}.*\n.*\n", ""),
    substituted(
        "dumpsys vpn_management",
        "  0: com.example.tunel\n    Active package name: com.example.tunel\n"
        "    Active vpn type: 1\n",
        "  0: [Legacy VPN]\n    Active package name: [Legacy VPN]\n    Active vpn type: -1\n",
    ),
    rewritten("dumpsys connectivity", r"192\.0\.2\.1\b", "198.51.100.1"),
    rewritten("dumpsys connectivity", r"192\.0\.2\.23/24", "198.51.100.40/24"),
    rewritten("dumpsys connectivity", r"CANARY-P-118-wifi de casa", "Hotel Ejemplo"),
    appended("cmd wifi list-networks", "4            Hotel Ejemplo                open"),
)
SYSTEM_UPDATE: tuple[Edit, ...] = (
    _restarted,
    rewritten("getprop", _BUILD, _NEXT),
    rewritten("getprop", re.escape(_OLD_ID), _NEXT_ID),
    prop("ro.build.version.security_patch", "2026-11-01"),
    rewritten("dumpsys package", _BUILD, _NEXT),
    rewritten("dumpsys user", _BUILD, _NEXT),
    versioned("com.android.settings", 37, "17"),
    versioned("com.android.systemui", 37, "17"),
    versioned("com.sec.android.app.launcher", 1_700_000_000, "17.0"),
    of_app("com.android.settings", "signatures:[", "signatures:[0"),
    cloned("com.android.traceur", "com.android.contentsafety", 19002, system=True),
    # a service that only the new build has, and one more image
    appended(
        _PS,
        "  777     1 root         u:r:trade_in:s0                07:01:22"
        " trade_in_mode            /system/bin/trade_in_mode",
    ),
    appended("cat /proc/mounts", "/dev/block/dm-61 /system_dlkm erofs ro,seclabel,relatime 0 0"),
)
# A staged roll-out reaches the phone on one of these days, and not on the others.
ANDROID = {
    "some days": (*UPDATES, *RESTART, *ANOTHER_WIFI),
    "some days with an update of the system": (*UPDATES, *ANOTHER_WIFI, *SYSTEM_UPDATE),
}


def _ios_apps(*bundles: str) -> tuple[Edit, ...]:
    return tuple(
        reply("calls/apps", ("LookupResult", bundle), key, new)
        for bundle in bundles
        for key, new in (("CFBundleShortVersionString", "9.9"), ("CFBundleVersion", "9901"))
    )


IOS_UPDATES: tuple[Edit, ...] = (
    *_ios_apps("com.example.banco", "com.example.mapas"),
    bought("com.example.nueva", "com.example.correo", CFBundleShortVersionString="1.0"),
    reply("calls/apps", ("LookupResult",), "com.example.recetas", None),
    removed_profile("com.cloudflare.1dot1dot1dot1.dns"),
    # out of its trial: the App Store signs it now
    reply(
        "calls/apps",
        ("LookupResult", "com.example.prueba"),
        "SignerIdentity",
        "Apple iPhone OS Application Signing",
    ),
    reply(
        "calls/apps",
        ("LookupResult", "com.example.banco", "Entitlements"),
        "aps-environment",
        "production",
    ),
)
IOS_RESTART: tuple[Edit, ...] = (
    *(
        substituted_pid
        for turn in (1, 2, 3)
        for substituted_pid in (
            reply(f"calls/pid_list-{turn}", ("Payload",), "113", None),
            reply(f"calls/pid_list-{turn}", ("Payload",), "9113", {"ProcessName": "amfid"}),
            reply(f"calls/pid_list-{turn}", ("Payload",), "9114", {"ProcessName": "storekitd"}),
        )
    ),
    value("default", "SIMStatus", "kCTSIMSupportSIMStatusPINLocked"),
    value("default", "HostAttached", False),
    value("mobile_battery", "BatteryCurrentCapacity", 12),
)
IOS_SYSTEM_UPDATE: tuple[Edit, ...] = (
    value("default", "ProductVersion", "26.8"),
    value("default", "HumanReadableProductVersionString", "26.8"),
    value("default", "BuildVersion", "23H80"),
    value("default", "FirmwareVersion", "mBoot-18000.180.3"),
    value("default", "BasebandVersion", "2.70.00"),
    bought(
        "com.apple.NewUIService",
        "com.apple.AXUIViewService",
        Path="/Applications/NewUIService.app",
    ),
)
IOS = {
    "some days": (*IOS_UPDATES, *IOS_RESTART),
    "some days with an update of the system": (*IOS_UPDATES, *IOS_SYSTEM_UPDATE),
}
