"""Android names: packages, components, Linux users."""

from __future__ import annotations

import re

NAME_LIMIT = 255
"""Characters of the longest name kept; Android's own limit for package names is 223."""

_APP_ID_OF_APPS = 10_000
_APP_ID_OF_ISOLATED = 99_000
_UIDS_OF_A_USER = 100_000

# android_filesystem_config.h: the users of system parts; names of vendors are not listed.
_SYSTEM_USERS = {
    "root": 0,
    "daemon": 1,
    "bin": 2,
    "system": 1000,
    "radio": 1001,
    "bluetooth": 1002,
    "graphics": 1003,
    "input": 1004,
    "audio": 1005,
    "camera": 1006,
    "log": 1007,
    "mount": 1009,
    "wifi": 1010,
    "adb": 1011,
    "install": 1012,
    "media": 1013,
    "dhcp": 1014,
    "vpn": 1016,
    "keystore": 1017,
    "usb": 1018,
    "drm": 1019,
    "mdnsr": 1020,
    "gps": 1021,
    "nfc": 1027,
    "clat": 1029,
    "mediadrm": 1031,
    "shared_relro": 1037,
    "dbus": 1038,
    "logd": 1036,
    "mediaex": 1040,
    "audioserver": 1041,
    "metrics_coll": 1042,
    "webview_zygote": 1053,
    "cameraserver": 1047,
    "mediacodec": 1046,
    "tombstoned": 1058,
    "statsd": 1066,
    "incidentd": 1067,
    "secure_element": 1068,
    "lmkd": 1069,
    "gpu_service": 1072,
    "network_stack": 1073,
    "credstore": 1076,
    "shell": 2000,
    "nobody": 9999,
}
_APP_USER = re.compile(r"u(\d{1,5})_(?:([ai])(\d{1,5})|(\w+))\Z")
_OLD_APP_USER = re.compile(r"app_(\d{1,5})\Z")  # before Android 4.2, which knows no users


def package_name(text: str) -> str | None:
    """Return a package name, or None where the text cannot be one.

    It stays data whatever it holds: it never becomes a path or a word of a shell.
    """
    if 0 < len(text) <= NAME_LIMIT and text.isprintable() and " " not in text:
        return text
    return None


def component(text: str) -> tuple[str, str] | None:
    """Return (package, package/full.Class) of `package/.Class`; None where it is none."""
    package, slash, name = text.partition("/")
    if not slash or not name or package_name(package) is None:
        return None
    full = package + name if name.startswith(".") else name
    if len(full) > NAME_LIMIT * 2 or not full.isprintable() or any(c in full for c in " /{}"):
        return None
    return package, f"{package}/{full}"


def uid_of(owner: str) -> int | None:
    """Return the Linux uid of a user name as Android prints it; None for a vendor's own name."""
    if owner.isascii() and owner.isdigit():
        return int(owner[:10])
    if owner in _SYSTEM_USERS:
        return _SYSTEM_USERS[owner]
    if match := _OLD_APP_USER.match(owner):
        return _APP_ID_OF_APPS + int(match[1])
    if not (match := _APP_USER.match(owner)):
        return None
    user, kind, number, name = match.groups()
    base = int(user) * _UIDS_OF_A_USER
    if kind is None:
        return base + _SYSTEM_USERS[name] if name in _SYSTEM_USERS else None
    return base + (_APP_ID_OF_APPS if kind == "a" else _APP_ID_OF_ISOLATED) + int(number)
