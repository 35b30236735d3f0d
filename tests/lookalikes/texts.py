"""A device as the text of a bugreport of Android 14, in the layouts that Android prints.

Only what these look-alikes need: packages with their tables, accessibility, administrators and
owners, app-ops, roles, users and settings. Fields that a phone of this version always states are
stated, whatever a variant leaves unsaid; icons are left unsaid where one variant does.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import UNSET

from scanner.model.entities import App, Build, Entity

MADE = "2026-11-20 17:30:12"
_SOURCES = {"other": 1, "store": 2, "local_file": 3, "downloaded_file": 4}
_LINE = "-" * 79
_INSTALL_TIME = ("INTERNET", "NFC", "BLUETOOTH")  # permissions that nobody is asked for


def write(folder: Path, entities: Sequence[Entity]) -> Path:
    """Write a bugreport of the apps and the build among entities; of two alike the first counts."""
    name = "bugreport-example-UP1A-2026-11-20-17-30-12"
    path = folder / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("version.txt", "2.0")
        archive.writestr("main_entry.txt", f"{name}.txt")
        archive.writestr(f"{name}.txt", "\n".join(_text(entities)) + "\n")
    return path


def _text(entities: Sequence[Entity]) -> Iterator[str]:
    apps: dict[str, App] = {}
    for each in entities:
        if isinstance(each, App):
            apps.setdefault(each.package, each)
    build = next(each for each in entities if isinstance(each, Build))
    listed = list(apps.values())
    yield from ("=" * 56, f"== dumpstate: {MADE}", "=" * 56, "Build: UP1A", "")
    yield "------ SYSTEM PROPERTIES (getprop) ------"
    yield from _properties(build)
    yield "------ DUMPSYS (/system/bin/dumpsys) ------"
    services = {
        "accessibility": _accessibility(listed),
        "appops": _operations(listed),
        "device_policy": _policy(listed),
        "notification": _notification(listed),
        "package": _packages(listed),
        "role": _roles(listed),
        "settings": _settings(),
        "user": _users(),
    }
    for service, lines in services.items():
        yield from (_LINE, f"DUMP OF SERVICE {service}:", *lines)
        end = f"was the duration of dumpsys {service}, ending at: {MADE}"
        yield f"--------- 0.012s {end}"
    yield "------ 1.500s was the duration of 'DUMPSYS' ------"
    yield from ("=" * 56, "== dumpstate: done (id 1)", "=" * 56)


def _properties(build: Build) -> Iterator[str]:
    values = {
        "ro.build.type": build.build_type,
        "ro.build.tags": build.build_tags,
        "ro.build.version.sdk": "34",
        "ro.build.version.release": "14",
        "ro.build.version.security_patch": build.security_patch,
        "ro.boot.verifiedbootstate": build.verified_boot,
        "ro.boot.flash.locked": "1",
        "ro.boot.veritymode": "enforcing",
        "ro.debuggable": "0",
        "ro.adb.secure": "1",
    }
    yield from (f"[{name}]: [{value}]" for name, value in values.items() if value is not UNSET)


def _packages(apps: list[App]) -> Iterator[str]:
    if all(app.launcher is not UNSET for app in apps):
        yield from ("Activity Resolver Table:", "  Non-Data Actions:")
        yield "      android.intent.action.MAIN:"
        yield from (f"        1a2b3c {app.package}/.Main" for app in apps if app.launcher)
        yield ""
    received = {app.package: app.receiver_actions or () for app in apps}
    yield from _table("Receiver", "android.intent.action.TIME_SET", received)
    answered = {app.package: app.service_actions or () for app in apps}
    yield from _table("Service", "android.service.dreams.DreamService", answered)
    yield "Packages:"
    for number, app in enumerate(apps):
        yield from _package(app, 10100 + number)
    yield from ("", "Queries:", "  system apps queryable: false", "", "Shared users:", "")


def _table(kind: str, usual: str, actions: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """Print who answers which action; the settings answer one on every phone."""
    yield from (f"{kind} Resolver Table:", "  Non-Data Actions:")
    for action in sorted({usual, *(one for listed in actions.values() for one in listed)}):
        yield from (f"      {action}:", "        1a2b3d com.android.settings/.Usual")
        for package, listed in actions.items():
            if action in listed:
                yield f"        1a2b3e {package}/.{kind}"
    yield ""


def _package(app: App, app_id: int) -> Iterator[str]:
    flags = {"SYSTEM": app.system, "DEBUGGABLE": app.debuggable, "TEST_ONLY": app.test_only}
    raised = " ".join(name for name, there in flags.items() if there is True)
    yield f"  Package [{app.package}] (1a2b3c):"
    yield f"    appId={app_id}"
    yield f"    codePath=/data/app/~~V7==/{app.package}-_ng=="
    yield "    versionCode=7 minSdk=24 targetSdk=34"
    yield f"    flags=[ HAS_CODE {raised} ]"
    for label, value in (
        ("installerPackageName", app.installer),
        ("installInitiatingPackageName", app.initiating_installer),
        ("installOriginatingPackageName", app.originating_installer),
    ):
        if isinstance(value, str):
            yield f"    {label}={value}"
    yield f"    packageSource={_SOURCES.get(str(app.package_source), 0)}"
    yield "    signatures=PackageSignatures{1011da9 version:3, signatures:[fbf02084], past []}"
    granted = app.permissions_granted or ()
    yield "    requested permissions:"
    yield from (f"      {one}" for one in granted)
    yield "    install permissions:"
    yield from (f"      {one}: granted=true" for one in granted if _at_install(one))
    yield (
        "    User 0: ceDataInode=1 installed=true hidden=false suspended=false distractionFlags=0"
        " stopped=false notLaunched=false enabled=0 instant=false virtual=false"
    )
    yield "      gids=[3003]"
    yield "      runtime permissions:"
    for one in granted:
        if not _at_install(one):
            yield f"        {one}: granted=true, flags=[ USER_SET ]"


def _at_install(permission: str) -> bool:
    return permission.rpartition(".")[2] in _INSTALL_TIME


def _accessibility(apps: list[App]) -> Iterator[str]:
    enabled = ", ".join(f"{{{one}}}" for app in apps for one in app.accessibility_services or ())
    yield from ("ACCESSIBILITY MANAGER (dumpsys accessibility)", "", "currentUserId=0")
    yield "User state["
    yield "     attributes:{id=0, touchExplorationEnabled=false, installedServiceCount=4}"
    yield "     shortcut key:{}"
    yield "     Bound services:{}"
    yield f"     Enabled services:{{{enabled}}}"
    yield from ("     Binding services:{}", "     Crashed services:{}", "     Client list info:{]")


def _policy(apps: list[App]) -> Iterator[str]:
    yield "Current Device Policy Manager state:"
    for app in apps:
        if app.owner is not None and app.admin_receivers:
            scope = "Device Owner:" if app.owner == "device" else "Profile Owner (User 0):"
            yield f"  {scope}"
            yield f"    admin=ComponentInfo{{{app.admin_receivers[0]}}}"
            yield f"    package={app.package}"
            yield from ("    User ID: 0", "") if app.owner == "device" else ("",)
    yield "  Enabled Device Admins (User 0, provisioningState: 0):"
    for app in apps:
        for receiver in app.admin_receivers or ():
            yield f"    {receiver}:"
            yield from ("      uid=10100", "      policies:", "        force-lock")
    yield from ("  ", "    mPasswordOwner=-1", "    mUserControlDisabledPackages=null", "  ")
    yield from ("  Encryption Status: per-user", "")


def _operations(apps: list[App]) -> Iterator[str]:
    yield from ("Current AppOps Service state:", "  Settings:", "    top_state_settle_time=+5s0ms")
    yield from (
        "",
        "  Uid 1000:",
        "    state=pers",
        "    Package android:",
        "      VIBRATE (allow):",
    )
    for number, app in enumerate(apps):
        if app.operations_allowed:
            yield f"  Uid u0a{100 + number}:"
            yield from ("    state=cch", "    capability=------", f"    Package {app.package}:")
            yield from (f"      {name} (allow):" for name in app.operations_allowed)
    yield from ("", "  AppOps policy location tags:", "    #0: 1000=android[LocationService]")


def _roles(apps: list[App]) -> Iterator[str]:
    held = {role: app.package for app in apps for role in app.roles or ()}
    yield from ("ROLE MANAGER STATE (dumpsys role):", "{", "  user_states={", "    user_id=0")
    yield "    roles=["
    for role in sorted({"android.app.role.SMS", "android.app.role.HOME", *held}):
        yield from ("      {", f"        name={role}", "        fallback_enabled=true")
        if role in held:
            yield f"        holders={held[role]}"
        yield "      }"
    yield from ("    ]", "  }", "}")


def _notification(apps: list[App]) -> Iterator[str]:
    listeners = [one for app in apps for one in app.notification_listeners or ()]
    yield from ("Current Notification Manager state:", "  Notification List:", "")
    yield from ("  Notification listeners:", "    Allowed notification listeners:")
    yield f"      {':'.join(listeners)} (user: 0 isPrimary: true isUserChanged: false)"
    yield f"    All notification listeners ({len(listeners)}) enabled for current profiles:"
    yield from (f"      ComponentInfo{{{one}}}" for one in listeners)
    yield from (
        "    Live notification listeners (0):",
        "    Snoozed notification listeners (0):",
        "",
    )


def _settings() -> Iterator[str]:
    common = {"adb_enabled": "1", "package_verifier_user_consent": "1"}
    secure = {"default_input_method": "com.example.keys/.Keys"}
    spaces = (("GLOBAL", common), ("SECURE", secure), ("SYSTEM", {"screen_off_timeout": "60000"}))
    for space, values in spaces:
        yield from (f"{space} SETTINGS (user 0)", "version: 220")
        for number, (name, value) in enumerate(values.items(), start=1):
            yield f"_id:{number} name:{name} pkg:android value:{value}"
        yield ""


def _users() -> Iterator[str]:
    yield from ("Current user: 0", "", "Users:")
    yield "  UserInfo{0:Owner:4c13} serialNo=0 isPrimary=true"
    yield "    Type: android.os.usertype.full.SYSTEM"
    yield "    Flags: 19475 (ADMIN|FULL|INITIALIZED|MAIN|PRIMARY|SYSTEM)"
    yield from ("    State: RUNNING_UNLOCKED", "    Has profile owner: false", "")
