"""The facets that devices are compared by: a table to read, and how each is meant.

Values of one facet are alike on alike phones: no id of the device, no time, no number of a process,
no part of a path that the phone drew at random.
"""

from __future__ import annotations

from scanner.model.fleet import FacetKind
from scanner.model.privacy import PrivacyClass

ANDROID, IOS = "android", "ios"
BOTH = (ANDROID, IOS)


def _kind(
    name: str, title: str, entity: str, *, on: tuple[str, ...] = BOTH, kind: str = "system",
    privacy: PrivacyClass = "A",
) -> FacetKind:  # fmt: skip
    return FacetKind(
        name=name, title=title, platforms=on, privacy=privacy, kind=kind, entity=entity
    )


_A, _I = (ANDROID,), (IOS,)

# The gravest first: so they stand in counts and lists where nothing else decides.
FACETS: tuple[FacetKind, ...] = (
    _kind("certificate_authority", "Certificate authorities added", "certificate", privacy="N"),
    _kind("device_owner", "Owner of the device or of a profile", "policy_owner", on=_A),
    _kind("device_admin", "Device administrators", "device_admin", on=_A),
    _kind("management", "Management", "management", on=_I, privacy="N"),
    _kind("profile", "Configuration profiles", "profile", on=_I),
    _kind("profile_version", "Versions of profiles", "profile", on=_I),
    _kind("provisioning_profile", "Provisioning profiles", "provisioning_profile", on=_I),
    _kind("restriction", "Restrictions and policies", "payload"),
    _kind("vpn", "VPN", "vpn", privacy="N"),
    _kind("proxy", "Proxies", "network", privacy="N"),
    _kind("dns", "Name servers", "network", privacy="N"),
    _kind("boot", "State of boot and system", "build", privacy="S"),
    _kind("patch_age", "Age of the security patches", "build", on=_A, privacy="H"),
    _kind("accessibility_service", "Accessibility services", "accessibility_service", on=_A),
    _kind("notification_listener", "Notification listeners", "notification_listener", on=_A),
    _kind("input_method", "Keyboards", "input_method", on=_A),
    _kind("role_holder", "Holders of roles", "role_holder", on=_A),
    _kind("sideloaded_app", "Apps from outside a store", "app"),
    _kind("temporary_file", "Files in temporary folders", "file", on=_A, privacy="N"),
    _kind("process", "System processes", "process", privacy="N"),
    _kind("system_app", "System apps", "app"),
    _kind("mount", "Mounted file systems", "mount", on=_A, privacy="N"),
    _kind("disk_image", "Disk images", "disk_image", on=_I, privacy="S"),
    _kind("property", "Properties", "property", privacy="S"),
    _kind("patch", "Release and patches", "build", privacy="H"),
    _kind("app", "Apps", "app", kind="app"),
    _kind("app_signer", "Signers of apps", "app", kind="app"),
    _kind("installer", "Installers of apps", "app", on=_A, kind="app"),
    _kind("setting", "Settings", "setting", on=_A, kind="setting", privacy="S"),
)

BY_NAME: dict[str, FacetKind] = {each.name: each for each in FACETS}
ORDER: dict[str, int] = {each.name: place for place, each in enumerate(FACETS)}


def facets_of(platform: str) -> tuple[FacetKind, ...]:
    """Return the facets that devices of a platform have."""
    return tuple(each for each in FACETS if platform in each.platforms)
