"""A recorded iPhone as its files say it, read apart from simulator and parsers, on purpose."""

from __future__ import annotations

import base64
import json
import plistlib
from pathlib import Path
from typing import Any

from tests.phones.recording import FIXTURES

IPHONES = sorted(path.parent for path in FIXTURES.glob("phones/ios-*/phone.json"))
INSTALLATION = "com.apple.mobile.installation_proxy"
MC_INSTALL = "com.apple.mobile.MCInstall"
MOUNTER = "com.apple.mobile.mobile_image_mounter"
REQUESTS = (
    (INSTALLATION, {"Command": "Lookup"}),
    (MC_INSTALL, {"RequestType": "GetProfileList"}),
    (MC_INSTALL, {"RequestType": "GetCloudConfiguration"}),
    ("com.apple.misagent", {"MessageType": "CopyAll", "ProfileType": "Provisioning"}),
    (
        "com.apple.mobile.diagnostics_relay",
        {"Request": "IORegistry", "CurrentPlane": "IODeviceTree", "EntryName": "chosen"},
    ),
    ("com.apple.os_trace_relay", {"Request": "PidList"}),
    ("com.apple.springboardservices", {"command": "getIconState"}),
    (MOUNTER, {"Command": "CopyDevices"}),
    (MOUNTER, {"Command": "QueryDeveloperModeStatus"}),
    ("com.apple.companion_proxy", {"Command": "GetDeviceRegistry"}),
    ("com.apple.mobileactivationd", {"Command": "GetActivationStateRequest"}),
)


class RecordedIPhone:
    """A recorded iPhone, read plainly."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.phone = json.loads((folder / "phone.json").read_text(encoding="utf-8"))
        self.canaries = json.loads((folder / "canaries.json").read_text(encoding="utf-8"))

    def __str__(self) -> str:
        return self.folder.name

    def expected_of(self, profile: str) -> dict[str, Any]:
        name = "expected.json" if profile == "quick" else f"expected-{profile}.json"
        found: dict[str, Any] = json.loads((self.folder / name).read_text(encoding="utf-8"))
        assert found["profile"] == profile
        return found

    def plist(self, name: str) -> Any:
        return plistlib.loads((self.folder / name).read_bytes())

    def values(self, domain: str) -> dict[str, Any]:
        found: dict[str, Any] = self.plist(self.phone["values"][domain])
        return found

    def replies(self, number: int) -> list[Any]:
        """Return the answers to one of `REQUESTS`."""
        service, message = REQUESTS[number]
        (call,) = [
            call
            for call in self.phone["calls"]
            if call["service"] == service and call["message"] == message
        ]
        return [self.plist(name) for name in call["replies"]]

    def apps(self) -> dict[str, dict[str, Any]]:
        (answer,) = self.replies(0)
        found: dict[str, dict[str, Any]] = answer["LookupResult"]
        return found

    def lines(self, name: str) -> list[dict[str, Any]]:
        text = (self.folder / self.phone[name]).read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def frames(self) -> list[bytes]:
        return [base64.b64decode(line["frame"]) for line in self.lines("packets")]

    def everything(self) -> str:
        """Return all that the phone may say, the content of packets included."""
        lists = {"canaries.json", "expected.json", "expected-standard.json"}
        files = [path for path in self.folder.rglob("*") if path.is_file()]
        names = "\n".join(str(path.relative_to(self.folder)) for path in files)
        told = [path.read_bytes() for path in files if path.name not in lists]
        return names + b"\n".join((*told, *self.frames())).decode("utf-8", "replace")
