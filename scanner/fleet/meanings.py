"""How each facet is compared: what goes together, what depends on the build, and who states it."""

from __future__ import annotations

from msgspec import Struct


class Meaning(Struct, frozen=True, kw_only=True):
    """How a facet is compared, beside what it is."""

    matter: str  # what is one matter counts once: a profile and its version
    family: str  # matters of one family go together on ordinary phones, too: an app and its service
    gravity: int = 0  # bits added for what rules a whole phone, or taken off for what varies anyway
    of_build: bool = False  # differs from build to build by nature: compared within one build only
    artifacts: tuple[str, ...] = ()  # that state it; one of them that was read is enough


_POLICY = ("android.device_policy",)
_PACKAGES = ("android.packages", "android.package_details", "ios.apps")
_CONTENTS = ("ios.profile_contents",)

MEANING: dict[str, Meaning] = {
    # Trust and management come together: an enrolment brings profile, authority and restrictions.
    "certificate_authority": Meaning(
        matter="certificate_authority",
        gravity=1,
        family="management",
        artifacts=("android.certificates", *_CONTENTS),
    ),
    "device_owner": Meaning(
        matter="device_owner", gravity=1, family="management", artifacts=_POLICY
    ),
    "device_admin": Meaning(matter="device_admin", family="management", artifacts=_POLICY),
    "management": Meaning(
        matter="management", gravity=1, family="management", artifacts=("ios.management",)
    ),
    "profile": Meaning(
        matter="profile", gravity=1, family="management", artifacts=("ios.profiles",)
    ),
    "profile_version": Meaning(
        matter="profile", gravity=1, family="management", artifacts=("ios.profiles",)
    ),
    "provisioning_profile": Meaning(
        matter="provisioning_profile", family="app", artifacts=("ios.provisioning",)
    ),
    "restriction": Meaning(
        matter="restriction", gravity=1, family="management", artifacts=(*_POLICY, *_CONTENTS)
    ),
    "vpn": Meaning(
        matter="vpn", gravity=1, family="network", artifacts=("android.vpn", *_CONTENTS)
    ),
    "proxy": Meaning(
        matter="proxy", gravity=1, family="network", artifacts=("android.connectivity", *_CONTENTS)
    ),
    "dns": Meaning(
        matter="dns", gravity=1, family="network", artifacts=("android.connectivity", *_CONTENTS)
    ),
    "boot": Meaning(
        matter="boot", gravity=1, family="boot", artifacts=("android.getprop", "ios.state")
    ),
    "patch_age": Meaning(
        matter="patch_age", gravity=-1, family="age", artifacts=("android.getprop",)
    ),
    "accessibility_service": Meaning(
        matter="power", family="power", artifacts=("android.accessibility", "android.settings")
    ),
    "notification_listener": Meaning(
        matter="power", family="power", artifacts=("android.notification_listeners",)
    ),
    "input_method": Meaning(matter="power", family="power", artifacts=("android.input_methods",)),
    "role_holder": Meaning(matter="power", family="power", artifacts=("android.roles",)),
    "sideloaded_app": Meaning(matter="sideloaded_app", family="app", artifacts=_PACKAGES),
    "temporary_file": Meaning(
        matter="temporary_file", family="system", artifacts=("android.files",)
    ),
    "process": Meaning(
        matter="process",
        family="system",
        of_build=True,
        artifacts=("android.processes", "ios.processes", "ios.running_processes"),
    ),
    "system_app": Meaning(matter="system_app", family="system", of_build=True, artifacts=_PACKAGES),
    "mount": Meaning(
        matter="mount", gravity=-1, family="system", of_build=True, artifacts=("android.mounts",)
    ),
    "disk_image": Meaning(
        matter="disk_image", family="system", of_build=True, artifacts=("ios.disk_images",)
    ),
    "property": Meaning(
        matter="property",
        gravity=-1,
        family="system",
        of_build=True,
        artifacts=("android.getprop", "ios.lockdown_domains"),
    ),
    "patch": Meaning(
        matter="patch",
        gravity=-1,
        family="boot",
        of_build=True,
        artifacts=("android.getprop", "ios.build"),
    ),
    "app": Meaning(matter="app", gravity=-1, family="app", artifacts=_PACKAGES),
    "app_signer": Meaning(
        matter="app", gravity=-1, family="app", artifacts=("android.package_details", "ios.apps")
    ),
    "installer": Meaning(matter="sideloaded_app", family="app", artifacts=_PACKAGES),
    "setting": Meaning(
        matter="setting", gravity=-1, family="setting", artifacts=("android.settings",)
    ),
}

# What nearly all have and a device lacks is a matter of its own where a device has many of them.
LACKING: dict[str, Meaning] = {
    # No app is on nearly all phones by their users' choice: the organisation gives it to them.
    "app": Meaning(matter="lacking app", family="lacking", gravity=2),
    "system_app": Meaning(matter="lacking system app", family="lacking"),
    "process": Meaning(matter="lacking process", family="lacking"),
    "mount": Meaning(matter="lacking mount", family="lacking", gravity=-1),
}

MISSING = "missing:"  # before the name of a facet: what a device lacks of it


def meaning(name: str) -> Meaning:
    """Return what a facet means, or what it means to lack something of it."""
    facet = name.removeprefix(MISSING)
    return LACKING.get(facet, MEANING[facet]) if facet != name else MEANING[facet]
