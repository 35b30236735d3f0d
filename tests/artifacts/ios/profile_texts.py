"""Profiles as files that together state every field that their artifacts know."""

from __future__ import annotations

import plistlib
from typing import Any

from tests.sources.recorded.collected import FIXTURES, generator

signing = generator("signing")
_FOLDER = FIXTURES / "profiles"


def _configuration(identifier: str, *payloads: dict[str, Any]) -> bytes:
    return plistlib.dumps(
        {
            "PayloadType": "Configuration",
            "PayloadIdentifier": identifier,
            "PayloadContent": list(payloads),
        }
    )


CONFIGURATION = (
    *(path.read_bytes() for path in sorted(_FOLDER.glob("*.mobileconfig"))),
    _configuration(
        "com.example.others",
        {
            "PayloadType": "com.apple.vpn.managed",
            "VPNType": "VPN",
            "VPNSubType": "com.example.tunnel",
        },
        {"PayloadType": "com.apple.webClip.managed", "URL": "https://example.com"},
        {"PayloadType": "com.apple.notificationsettings", "NotificationSettings": []},
    ),
)
PROVISIONING = tuple(path.read_bytes() for path in sorted(_FOLDER.glob("*.mobileprovision")))
