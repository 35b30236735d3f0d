"""Linux users: as numbers, as `UserHandle.formatUid` prints them, and by their names."""

from __future__ import annotations

import re

USER_RANGE = 100_000
"""Linux users of one Android user (UserHandle.PER_USER_RANGE)."""

FIRST_APP = 10_000
"""The first Linux user of an app (Process.FIRST_APPLICATION_UID)."""

_FIRST_ISOLATED = 99_000

# UserHandle.java, Process.java: an app, a system part of a further user, an isolated process, one
# of an app's own zygote.
_FIRST = {"a": FIRST_APP, "s": 0, "i": _FIRST_ISOLATED, "ai": 90_000}
_PRINTED = re.compile(r"(?:u(\d{1,5})(ai|a|s|i)(\d{1,6})|(\d{1,10}))\Z")

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


def printed_uid(text: str) -> int | None:
    """Return the uid of `u0a123`, `u10s1000` or `1000`; None where the text is none."""
    match = _PRINTED.match(text)
    if match is None:
        return None
    user, kind, number, plain = match.groups()
    if plain is not None:
        return int(plain)
    return int(user) * USER_RANGE + _FIRST[kind] + int(number)


def uid_of(owner: str) -> int | None:
    """Return the Linux uid of a user name as Android prints it; None for a vendor's own name."""
    if owner.isascii() and owner.isdigit():
        return int(owner[:10])
    if owner in _SYSTEM_USERS:
        return _SYSTEM_USERS[owner]
    if match := _OLD_APP_USER.match(owner):
        return FIRST_APP + int(match[1])
    if not (match := _APP_USER.match(owner)):
        return None
    user, kind, number, name = match.groups()
    base = int(user) * USER_RANGE
    if kind is None:
        return base + _SYSTEM_USERS[name] if name in _SYSTEM_USERS else None
    return base + (FIRST_APP if kind == "a" else _FIRST_ISOLATED) + int(number)
