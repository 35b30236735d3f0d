"""A recorded phone as its files say it, read apart from the parsers, on purpose."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures"
PHONES = sorted(path.parent for path in FIXTURES.glob("phones/android-*/phone.json"))
DEVICE_WIDE = (
    "getprop",
    "pm list users",
    "dumpsys user",
    "dumpsys package",
    "dumpsys accessibility",
    "dumpsys device_policy",
    "dpm list-owners",
    "dumpsys adb",
    "ps -A -o PID,PPID,USER,LABEL,STIME,NAME,CMDLINE",
    "settings list global",
    "dumpsys window policy",
    "dumpsys appops",
    "dumpsys role",
    "dumpsys media_projection",
    "dumpsys jobscheduler",
    "dumpsys alarm",
    "dumpsys platform_compat",
    "dumpsys connectivity",
    "dumpsys vpn_management",
    "dumpsys usb",
    "dumpsys batterystats --daily",
    "dumpsys dbinfo",
    "cmd wifi list-networks",
    "cat /proc/mounts",
    *(f"cat /proc/net/{name}" for name in ("tcp", "tcp6", "udp", "udp6")),
    "getenforce",
    "find /data/local/tmp -exec stat -c %f %s %u %U %Y %C %n {} +",
    "find /sdcard/Download -exec stat -c %f %s %u %U %Y %C %n {} +",
)
PER_USER = (
    "settings --user {user} list secure",
    "settings --user {user} list system",
    "cmd package list packages -f -U -i --show-versioncode --user {user}",
    "cmd package list packages -d --user {user}",
    "cmd package list packages -s --user {user}",
    "ls -1 /data/misc/user/{user}/cacerts-added",
)
LISTED = re.compile(
    r"package:(?P<path>/\S*)=(?P<name>[\w.]+) versionCode:(?P<version>\d+)"
    r"  installer=(?P<installer>\S+) uid:(?P<uid>\d+)"
)


class Recording:
    """A recorded phone, read plainly."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.phone = json.loads((folder / "phone.json").read_text(encoding="utf-8"))
        self.expected = self.expected_of("quick")
        self.canaries = json.loads((folder / "canaries.json").read_text(encoding="utf-8"))
        self.answers: dict[str, dict[str, Any]] = {
            " ".join(answer["argv"]): answer for answer in self.phone["answers"]
        }

    def __str__(self) -> str:
        return self.folder.name

    def expected_of(self, profile: str) -> dict[str, Any]:
        name = "expected.json" if profile == "quick" else f"expected-{profile}.json"
        found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        assert found["profile"] == profile
        return found

    def text(self, command: str) -> str:
        stdout = self.answers[command]["stdout"]
        return (self.folder / stdout).read_text(encoding="utf-8") if stdout else ""

    def users(self) -> list[int]:
        found = re.findall(
            r"^\tUserInfo\{(\d+):.*:[0-9a-f]+\} running$", self.text("pm list users"), re.MULTILINE
        )
        return [int(user) for user in found]

    def refused(self, user: int) -> bool:
        command = PER_USER[2].format(user=user)
        return f"access user {user}" in self.answers[command].get("stderr", "")

    def readable(self) -> list[int]:
        return [user for user in self.users() if not self.refused(user)]

    def listed(self, user: int) -> dict[str, re.Match[str]]:
        lines = self.text(PER_USER[2].format(user=user)).splitlines()
        matches = [LISTED.fullmatch(line) for line in lines]
        assert all(matches), lines
        return {match["name"]: match for match in matches if match}

    def packages(self) -> dict[str, str]:
        """The blocks of dumpsys package, without those of hidden system packages."""
        text = self.text("dumpsys package").partition("\nPackages:\n")[2]
        text = text.partition("\nHidden system packages:\n")[0]
        parts = re.split(r"^  Package \[([\w.]+)\] \([0-9a-f]+\):\n", text, flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    def setting(self, user: int, name: str) -> str | None:
        text = self.text(PER_USER[0].format(user=user))
        match = re.search(rf"^{name}=(.*)$", text, re.MULTILINE)
        return match[1] if match else None
