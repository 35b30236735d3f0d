"""What somebody may change on an Android phone between two scans, and what must be said of it."""

from __future__ import annotations

from fixtures.building.changing import (
    Edit,
    adb_keys,
    appended,
    cloned,
    enlisted,
    listed_app,
    of_app,
    printed,
    prop,
    setting,
    substituted,
    versioned,
)
from tests.changes.phones.planted import Planted

PHONE = "android-16-clean"
MAIL, KEYS, TUNNEL, POST = (
    "com.example.correo",
    "com.example.llavero",
    "com.example.tunel",
    "com.example.correos",
)
CAS = "ls -1 /data/misc/user/0/cacerts-added"

# What the phone is before, in both groups: its key store and its certificates can be read.
BEFORE: tuple[Edit, ...] = (
    adb_keys("of the owner"),
    printed(CAS, ""),
    setting("secure", "advanced_protection_mode", "1"),
    setting("global", "development_settings_enabled", "0"),
    prop("sys.oem_unlock_allowed", "0"),
)

POWERS = (
    Planted(
        "a service reads the screen",
        (
            enlisted("enabled_accessibility_services", f"{MAIL}/{MAIL}.Lector"),
            substituted(
                "dumpsys accessibility",
                ".ServicioRelleno}}",
                f".ServicioRelleno}}, {{{MAIL}/{MAIL}.Lector}}}}",
            ),
        ),
        "an-app-may-read-and-operate-the-screen-and-might-not-before",
        "accessibility_service",
    ),
    Planted(
        "an app administers the phone",
        (
            substituted(
                "dumpsys device_policy",
                f"    {MAIL}/.seguridad.AdminReceiver:",
                f"    {TUNNEL}/.Admin:\n      uid=10065\n      testOnlyAdmin=false\n"
                f"      policies:\n        force-lock\n    {MAIL}/.seguridad.AdminReceiver:",
            ),
        ),
        "an-app-became-a-device-administrator",
        "device_admin",
    ),
    Planted(
        "an app owns the phone",
        (
            substituted(
                "dpm list-owners",
                "1 owner:\n",
                f"2 owners:\nUser  0: admin={KEYS}/.Gestor,DeviceOwner\n",
            ),
            substituted(
                "dumpsys device_policy",
                "  Profile Owner (User 10): ",
                f"  Device Owner: \n    admin=ComponentInfo{{{KEYS}/{KEYS}.Gestor}}\n    name=\n"
                f"    package={KEYS}\n    canAccessDeviceOwner=true\n  Profile Owner (User 10): ",
            ),
        ),
        "the-phone-or-a-profile-on-it-has-another-owner-than-before",
        "policy_owner",
    ),
    Planted(
        "an app may install others",
        (
            substituted(
                "dumpsys appops",
                f"    Package {MAIL}:\n",
                f"    Package {MAIL}:\n      REQUEST_INSTALL_PACKAGES (allow): \n",
            ),
        ),
        "an-app-was-given-a-special-power",
        "app_operation",
    ),
    Planted(
        "an app reads notifications",
        (enlisted("enabled_notification_listeners", f"{KEYS}/.Escucha"),),
        "an-app-may-read-all-notifications-and-might-not-before",
        "notification_listener",
    ),
    Planted(
        "a keyboard",
        (enlisted("enabled_input_methods", f"{MAIL}/.Teclado"),),
        "another-keyboard-than-before-sees-what-is-typed",
        "input_method",
    ),
    Planted(
        "messages go to another app",
        (substituted("dumpsys role", "holders=com.samsung.android.messaging", f"holders={MAIL}"),),
        "another-app-than-before-handles-messages-calls-or-the-assistant",
        "role_holder",
    ),
    Planted(
        "passwords are filled in by another app",
        (setting("secure", "autofill_service", f"{KEYS}/.RellenoAutomatico"),),
        "another-app-than-before-fills-in-passwords-or-reads-the-screen",
        "setting",
        "value",
    ),
    Planted(
        "all traffic goes through one app",
        (setting("secure", "always_on_vpn_app", TUNNEL),),
        "all-traffic-is-made-to-go-through-one-app-and-was-not-before",
        "vpn",
        "always_on",
    ),
    Planted(
        "traffic of the profile goes through an app",
        (
            substituted(
                "dumpsys vpn_management",
                "  10: [Legacy VPN]\n    Active package name: [Legacy VPN]\n"
                "    Active vpn type: -1\n",
                "  10: com.example.reuniones\n    Active package name: com.example.reuniones\n"
                "    Active vpn type: 1\n",
            ),
        ),
        "traffic-goes-through-an-app-that-carried-none-before",
        "vpn",
    ),
    Planted(
        "another signer",
        (of_app(MAIL, "signatures:[71be4e19]", "signatures:[0badcafe]"),),
        "an-app-is-signed-by-somebody-else-than-before",
        "app",
        "signer",
    ),
    Planted(
        "another installer",
        (
            of_app(POST, "installerPackageName=com.android.vending", "installerPackageName=null"),
            listed_app(POST, "installer=com.android.vending", "installer=null"),
        ),
        "another-program-than-before-is-named-as-the-installer-of-an-app",
        "app",
        "installer",
    ),
    Planted(
        "an update that reads contacts",
        (
            versioned(MAIL, 44800, "4.15.0"),
            of_app(MAIL, "READ_CONTACTS: granted=false", "READ_CONTACTS: granted=true"),
        ),
        "an-app-may-do-more-than-before",
        "app",
        "permissions_granted",
    ),
    Planted(
        "an older version",
        (versioned(POST, 100, "0.1"),),
        "an-app-is-older-than-before",
        "app",
        "version_code",
    ),
    Planted(
        "an app that can be debugged",
        (of_app(TUNNEL, "flags=[ ", "flags=[ DEBUGGABLE "),),
        "an-app-can-be-debugged-and-could-not-before",
        "app",
        "debuggable",
    ),
    Planted(
        "an app of the system that no update brought",
        (cloned("com.android.traceur", "com.android.updatesvc", 19000, system=True),),
        "the-system-has-an-app-that-came-with-no-update-of-the-system",
        "app",
    ),
    Planted(
        "an app that hides",
        (
            substituted(
                "dumpsys package", "        ecc42b1 com.example.llavero/.MainActivity\n", ""
            ),
        ),
        "an-app-hides-its-icon-and-showed-it-before",
        "app",
        "launcher",
    ),
    Planted(
        "the store is switched off",
        (
            of_app("com.android.vending", " enabled=0 ", " enabled=3 "),
            appended("cmd package list packages -d --user 0", "package:com.android.vending"),
        ),
        "a-service-that-protects-the-phone-was-switched-off-or-removed",
        "app",
        "enabled",
    ),
    Planted(
        "an app that becomes a part of the system",
        (
            of_app("com.example.yoga", "    flags=[ ", "    flags=[ SYSTEM "),
            appended("cmd package list packages -s --user 0", "package:com.example.yoga"),
        ),
        "an-app-became-a-part-of-the-system-without-an-update-of-the-system",
        "app",
        "system",
    ),
)
