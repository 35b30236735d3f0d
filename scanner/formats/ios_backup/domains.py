"""Domains of a backup, and where on the phone the files of each lie.

A list of a backup names a file by domain and relative path; a copy of a file system by its path.
Both become one device path here, so that one request finds either. Apps and groups lie in folders
with a random name on the phone and with their identifier in a backup: requests take `*` there.

The roots are those of Domains.plist of iOS 16, which backups of iOS 10 to 26 agree with.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping

ROOTS: Mapping[str, str] = {
    "BooksDomain": "/private/var/mobile",
    "CameraRollDomain": "/private/var/mobile",
    "DatabaseDomain": "/private/var/db",
    "HealthDomain": "/private/var/mobile/Library",
    "HomeDomain": "/private/var/mobile",
    "HomeKitDomain": "/private/var/mobile",
    "InstallDomain": "/private/var/installd",
    "KeyboardDomain": "/private/var/mobile",
    "KeychainDomain": "/private/var/Keychains",
    "ManagedPreferencesDomain": "/private/var/Managed Preferences",
    "MediaDomain": "/private/var/mobile",
    "MobileDeviceDomain": "/private/var/MobileDevice",
    "NetworkDomain": "/private/var/networkd",
    "ProtectedDomain": "/private/var/protected",
    "RootDomain": "/private/var/root",
    "SystemPreferencesDomain": "/private/var/preferences",
    "TonesDomain": "/private/var/mobile",
    "WirelessDomain": "/private/var/wireless",
}
"""Domains of the system."""

CONTAINERS: Mapping[str, str] = {
    "AppDomain": "/private/var/mobile/Containers/Data/Application",
    "AppDomainGroup": "/private/var/mobile/Containers/Shared/AppGroup",
    "AppDomainPlugin": "/private/var/mobile/Containers/Data/PluginKitPlugin",
    "SysContainerDomain": "/private/var/containers/Data/System",
    "SysSharedContainerDomain": "/private/var/containers/Shared/SystemGroup",
}
"""Domains of which there is one for each app, group or service: `AppDomain-com.example.app`."""


@functools.lru_cache(maxsize=4096)
def root_of(domain: str) -> str | None:
    """Return the folder on the phone that a domain is; None for one that is not known."""
    kind, dash, identifier = domain.partition("-")
    if not dash:
        return ROOTS.get(domain)
    if kind not in CONTAINERS or not is_plain(identifier) or "/" in identifier:
        return None
    return f"{CONTAINERS[kind]}/{identifier}"


def device_path(domain: str, path: str) -> str | None:
    """Return where on the phone a file of a backup lay; None where that cannot be said.

    A path that leads out of its domain is none.
    """
    root = root_of(domain)
    if root is None or (path and not is_plain(path)):
        return None
    return f"{root}/{path}" if path else root


def is_plain(path: str) -> bool:
    """Whether a relative path stays where it starts: no `..`, no empty part, no NUL."""
    if "\0" in path or "\ufffd" in path:
        return False
    # Quick for most: a part that begins with a dot, or an empty one, is looked at more closely.
    if "/." in path or "//" in path or path.startswith((".", "/")) or path.endswith("/"):
        return not any(part in {"", ".", ".."} for part in path.split("/"))
    return bool(path)


def place_of(path: str) -> tuple[str, str] | None:
    """Return domain and relative path of a device path, as a backup would name it.

    Several domains share a root: files are named as in HomeDomain there, but for the few that
    another domain is known to hold.
    """
    for kind, root in CONTAINERS.items():
        if path.startswith(f"{root}/"):
            identifier, _, rest = path.removeprefix(f"{root}/").partition("/")
            return f"{kind}-{identifier}", rest
    for start, domain in _SHARED:
        if path.startswith(f"{start}/"):
            return domain, path.removeprefix(f"{ROOTS[domain]}/")
    for domain, root in ROOTS.items():
        if path.startswith(f"{root}/"):
            return domain, path.removeprefix(f"{root}/")
    return None


_SHARED = (
    ("/private/var/mobile/Library/SMS/Attachments", "MediaDomain"),
    ("/private/var/mobile/Library/Health", "HealthDomain"),
    ("/private/var/mobile/Library/Keyboard", "KeyboardDomain"),
    ("/private/var/mobile/Library/homed", "HomeKitDomain"),
    ("/private/var/mobile/Media/DCIM", "CameraRollDomain"),
    ("/private/var/mobile/Media/PhotoData", "CameraRollDomain"),
    ("/private/var/mobile/Media", "MediaDomain"),
    ("/private/var/mobile", "HomeDomain"),
)
