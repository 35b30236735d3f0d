"""What the organisation of a simulated fleet set on its phones, and what it changes legitimately.

One management server, one owner, one certificate authority, a profile for each department. A new
version of the settings is rolled out in stages, as careful administrators do: some phones first,
the rest over a week, phones in drawers weeks later.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from uuid import NAMESPACE_DNS, uuid5

from scanner.simulate.fleet.stock import NEVER, Phone

OWNER = ("com.example.mdm", "com.example.mdm.AdminReceiver")
AUTHORITY = "authority-of-the-organisation"
VPN = "com.example.vpn"
LISTENER = ("com.example.messenger", "com.example.messenger.Listener")
KEYBOARDS = {
    "samsung": ("com.samsung.android.honeyboard", "com.samsung.android.honeyboard.Service"),
    "": ("com.google.android.inputmethod.latin", "com.android.inputmethod.latin.LatinIME"),
}
ROLES = (
    ("android.app.role.SMS", "com.example.messages"),
    ("android.app.role.DIALER", "com.example.dialer"),
    ("android.app.role.BROWSER", "com.android.chrome"),
    ("android.app.role.HOME", "com.example.launcher"),
)
POLICIES = tuple(
    f"com.example.mdm: {word}"
    for word in ("disable-camera", "expire-password", "force-lock", "limit-password", "wipe-data")
)
_PUSHED = 2  # day on which the new version begins
_STAGES = (0.02, 0.02, 0.10, 0.25, 0.50, 0.80, 0.93, 0.97)  # of phones that have it, by day


def uuid(name: str) -> str:
    """Return the UUID of a profile, as iOS prints it."""
    return str(uuid5(NAMESPACE_DNS, f"{name}.example.org")).upper()


def takes_new_version(seed: int, phone: Phone) -> int:
    """Return the day on which a phone takes the new version of its settings."""
    drawn = Random(f"{seed}/{phone.number}/settings").random()  # noqa: S311 - can be repeated
    late = [day for day, share in enumerate(_STAGES) if drawn < share]
    return _PUSHED + late[0] if late else (_PUSHED + 30 if drawn < 0.99 else NEVER)  # noqa: PLR2004


def profiles(phone: Phone, *, new: bool) -> Iterator[tuple[str, str]]:
    """Yield identifier and UUID of the configuration profiles of an iPhone."""
    version = 8 if new else 7
    yield "org.example.mdm", uuid("mdm")
    yield "org.example.mdm.authority", uuid("authority")
    yield "org.example.mdm.settings", uuid(f"settings-{version}")
    yield "org.example.mdm.wifi", uuid("wifi")
    yield f"org.example.mdm.unit{phone.department}", uuid(f"unit{phone.department}")
