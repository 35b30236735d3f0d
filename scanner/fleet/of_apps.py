"""Facts on apps, on who signed and installed them, and on the powers they were given."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.fleet.values import Found, day, short, text
from scanner.model.artifact import Known
from scanner.model.entities import (
    AccessibilityService,
    App,
    InputMethod,
    NotificationListener,
    RoleHolder,
)

_BY_HAND = frozenset({"local_file", "downloaded_file"})  # PackageInstaller.java
_INSTALLERS = frozenset(  # what installs a file that somebody chose, and no store
    {
        "com.android.packageinstaller",
        "com.google.android.packageinstaller",
        "com.android.shell",
        "com.samsung.android.packageinstaller",
        "com.miui.packageinstaller",
    }
)
_OF_STORE = ("Apple iPhone OS Application Signing", "TestFlight Beta Distribution")


def apps(state: Known) -> Iterator[Found]:
    """Yield installed apps that are no part of the system."""
    for each in _own(state):
        yield each.package, day(each.first_installed)


def system_apps(state: Known) -> Iterator[Found]:
    """Yield the apps that came with the system."""
    for each in _installed(state):
        if each.system is True:
            yield each.package, None


def signers(state: Known) -> Iterator[Found]:
    """Yield apps with who signed them, by the best that is stated."""
    for each in _own(state):
        digests = each.signers if isinstance(each.signers, tuple) else ()
        signer = " ".join(map(short, digests)) or text(each.signer) or text(each.team)
        if signer:
            yield f"{each.package} {signer}", None


def installers(state: Known) -> Iterator[Found]:
    """Yield who installed apps."""
    for each in _own(state):
        if each.installer is None:
            yield "none", None
        elif installer := text(each.installer):
            yield installer, None


def sideloaded(state: Known) -> Iterator[Found]:
    """Yield apps from outside a store, and of an iPhone those that no store signed."""
    for each in _own(state):
        signed = text(each.signed_as)
        if each.profile_validated is True or (signed and not signed.startswith(_OF_STORE)):
            yield " ".join(filter(None, (each.package, signed))), day(each.first_installed)
        elif (
            each.installer is None
            or each.installer in _INSTALLERS
            or each.package_source in _BY_HAND
        ):
            yield each.package, day(each.first_installed)


def accessibility_services(state: Known) -> Iterator[Found]:
    """Yield enabled services that may read the screen."""
    for each in state.every(AccessibilityService):
        if each.enabled is True:
            yield each.component, None


def notification_listeners(state: Known) -> Iterator[Found]:
    """Yield enabled services that may read notifications."""
    for each in state.every(NotificationListener):
        if each.enabled is True:
            yield each.component, None


def input_methods(state: Known) -> Iterator[Found]:
    """Yield enabled keyboards."""
    for each in state.every(InputMethod):
        if each.enabled is True:
            yield each.component, None


def role_holders(state: Known) -> Iterator[Found]:
    """Yield who holds which role."""
    for each in state.every(RoleHolder):
        yield f"{each.role} {each.package}", None


def _installed(state: Known) -> Iterator[App]:
    return (each for each in state.every(App) if each.installed is not False)


def _own(state: Known) -> Iterator[App]:
    return (each for each in _installed(state) if each.system is not True)
