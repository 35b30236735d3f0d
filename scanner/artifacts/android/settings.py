"""Settings of all namespaces, from `settings list` and, in a recording, `dumpsys settings`.

`name=value`, one entry a line, sorted (SettingsService.java); values may hold `=` and span lines,
so a line that has no name of a setting before its first `=` belongs to the entry above. `global`
is the device's and stands under user 0; `secure` and `system` are each user's: `settings --user N
list ...` (Android 8 and later; refused for users that the shell may not see).

Only the allow-list is read. Names of the device and its owner, lock screen texts, networks,
positions and accounts are settings too; the name of a private resolver may hold its customer's. A
name that stands twice (a value that imitates an entry) is stated by neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android import settings_dump
from scanner.artifacts.android.accessibility import from_setting
from scanner.artifacts.android.answer import answer, per_user
from scanner.artifacts.android.settings_dump import VALUE_LIMIT, Namespace
from scanner.errors import ParseError
from scanner.formats.lines import ends_whole, text_lines
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import AccessibilityService, App, Setting
from scanner.model.entities import Statement as AnyStatement
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, ServiceDump

ALLOWED: dict[str, dict[str, str]] = {
    "global": {
        "adb_enabled": "USB debugging",
        "adb_wifi_enabled": "wireless debugging",
        "adb_allowed_connection_time": "how long a computer stays allowed",
        "development_settings_enabled": "developer options",
        "stay_on_while_plugged_in": "the screen stays on",
        "install_non_market_apps": "unknown sources, before Android 8",
        "package_verifier_enable": "Play Protect asks before an installation",
        "package_verifier_user_consent": "the owner agreed to Play Protect",
        "package_verifier_state": "Play Protect's own state",
        "upload_apk_enable": "Play Protect may send unknown apps",
        "verifier_verify_adb_installs": "apps installed over USB are checked",
        "http_proxy": "all traffic of well-behaved apps goes there",
        "global_http_proxy_host": "all traffic of well-behaved apps goes there",
        "global_http_proxy_port": "all traffic of well-behaved apps goes there",
        "private_dns_mode": "encrypted name resolution",
        "captive_portal_mode": "network check",
        "airplane_mode_on": "no network at the time of the scan",
        "advanced_protection_mode": "Advanced Protection",
        "ota_disable_automatic_update": "system updates wait for the owner",
        "auto_time": "the clock is set by the network",
        "require_password_to_decrypt": "storage needs the password",
        "hidden_api_policy": "apps may use internal interfaces",
        "debug_app": "the app that is being debugged",
        "wait_for_debugger": "the app that is being debugged waits",
        "enable_gpu_debug_layers": "libraries are loaded into an app",
        "gpu_debug_app": "the app that they are loaded into",
    },
    "secure": {
        "enabled_accessibility_services": "who may read the screen and act",
        "accessibility_enabled": "whether any of them runs",
        "enabled_notification_listeners": "who may read notifications",
        "enabled_notification_assistant": "who may read and change notifications",
        "enabled_notification_policy_access_packages": "who may silence notifications",
        "default_input_method": "who sees what is typed",
        "enabled_input_methods": "who may be chosen for it",
        "voice_interaction_service": "who listens for the hot word",
        "assistant": "who may read the screen on request",
        "autofill_service": "who sees passwords and forms",
        "credential_service": "who holds passkeys",
        "sms_default_application": "who receives messages",
        "dialer_default_application": "who sees calls",
        "nfc_payment_default_component": "who answers card readers",
        "accessibility_shortcut_target_service": "what the accessibility shortcut starts",
        "accessibility_button_targets": "what the accessibility button starts",
        "always_on_vpn_app": "all traffic goes through it",
        "always_on_vpn_lockdown": "nothing goes around it",
        "install_non_market_apps": "unknown sources, before Android 8",
        "mock_location": "positions may be forged, before Android 6",
        "location_mode": "positions are on",
        "lock_screen_lock_after_timeout": "when the lock closes",
        "lockscreen.disabled": "no lock screen",
        "lock_screen_show_notifications": "the lock screen shows notifications",
        "lock_screen_allow_private_notifications": "with their text",
        "advanced_protection_mode": "Advanced Protection",
        "package_verifier_user_consent": "the owner agreed to Play Protect",
    },
    "system": {
        "show_password": "typed characters show",
        "screen_off_timeout": "when the screen turns off",
    },
}
"""Namespaces and the names in them that are read, each with its reason."""

_NAME = re.compile(r"[A-Za-z0-9_.:#/$@ -]{1,200}=")


def parse(file: EvidenceFile) -> Iterator[AnyStatement]:
    """Yield settings of the allow-list, and the accessibility services that one lists."""
    yield from _settings(_listed(file))


def parse_dump(file: EvidenceFile) -> Iterator[AnyStatement]:
    """Yield settings of the allow-list of each user, and the accessibility services listed."""
    for space in _dumped(file):
        yield from _settings(space)


def secure(file: EvidenceFile) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield the user whose secure settings are listed, and those that are stated, by name."""
    space = _listed(file)
    yield space.user, _stated(space)


def secure_of_dump(file: EvidenceFile) -> Iterator[tuple[int, dict[str, str | None]]]:
    """Yield each user of a recording, and the secure settings that are stated, by name."""
    for space in _dumped(file):
        if space.name == "secure":
            yield space.user, _stated(space)


def _listed(file: EvidenceFile) -> Namespace:
    """Read a list of one namespace."""
    namespace, user = _scope(file)
    found: dict[str, list[list[str]]] = {}
    current: list[str] | None = None
    names = size = 0
    for number, line in enumerate(text_lines(answer(file)), start=1):
        if _NAME.match(line):
            name, _, value = line.partition("=")
            names += 1
            current = None
            if name in ALLOWED[namespace]:
                current, size = [value], len(value)
                found.setdefault(name, []).append(current)
        elif not names:
            raise ParseError("'name=value' expected", line=number)
        elif current is not None:
            current.append(line)
            size += len(line) + 1
            if size > VALUE_LIMIT:
                raise ParseError(
                    f"a value of at most {VALUE_LIMIT} characters expected", line=number
                )
    if not names:
        raise ParseError("'name=value' expected, found nothing")
    whole = ends_whole(file)
    # The last value of a cut text may be half a value.
    cut = current if current is not None and not whole else None
    values = {
        name: ["\n".join(lines) for lines in printed]
        for name, printed in found.items()
        if not any(lines is cut for lines in printed)
    }
    # `settings` prints a value that was never set, or was deleted, as the word null.
    known = {
        name: [None if v == "null" else v for v in printed] for name, printed in values.items()
    }
    return Namespace(namespace, user, known, whole)


def _dumped(file: EvidenceFile) -> Iterator[Namespace]:
    """Read the namespaces of all users; ParseError where there are none."""
    found = False
    for space in settings_dump.read(text_lines(file), ALLOWED, whole=ends_whole(file)):
        found = True
        yield space
    if not found:
        answer(file)  # the service's first line in a bugreport reads like a refusal
        raise ParseError("'GLOBAL SETTINGS (user 0)' expected")


def _stated(space: Namespace) -> dict[str, str | None]:
    """Return what a namespace states of the allow-list; None: it was never set."""
    printed = {name: space.values.get(name, []) for name in ALLOWED[space.name]}
    return {
        name: values[0] if values else None
        for name, values in printed.items()
        if len(values) == 1 or (not values and space.whole)
    }


def _settings(space: Namespace) -> Iterator[AnyStatement]:
    for name, value in _stated(space).items():
        yield Setting(user=space.user, namespace=space.name, name=name, value=value)
        if (space.name, name) == ("secure", "enabled_accessibility_services"):
            yield from from_setting(space.user, value or "")


def _scope(file: EvidenceFile) -> tuple[str, int]:
    request = file.request
    if not isinstance(request, Command) or request.argv[-1] not in ALLOWED:
        raise ParseError("a request for the list of a namespace expected")
    namespace = request.argv[-1]
    if namespace == "global":
        return namespace, 0
    if request.user is None:
        raise ParseError("a request limited to a user expected")
    return namespace, request.user


SETTINGS = Artifact(
    name="android.settings",
    title="Settings",
    platform="android",
    states=(
        Stated(Setting),
        Stated(AccessibilityService, ("user", "component", "package", "enabled")),
        Stated(App, ("user", "package", "accessibility_services")),
    ),
    readings=(
        Reading(Command(argv=("settings", "list", "global")), parse, ("global",)),
        Reading(per_user("settings", "--user", "{user}", "list", "secure"), parse, ("secure",)),
        Reading(per_user("settings", "--user", "{user}", "list", "system"), parse, ("system",)),
        Reading(ServiceDump(service="settings"), parse_dump, tuple(ALLOWED)),
    ),
)
