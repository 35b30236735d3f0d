"""Where on the phone the files of a copied file system lay.

Who copies one names its files in many ways: from the root (`/private/var/...`, `var/...`), below a
folder of the case or of the partition (`filesystem1/System/...`), or from the top of the data
partition (`filesystem2/mobile/...`). A name that only iOS has tells what lies above it: a folder of
`/private/var`, or of the system. The same folder stands for the same place in all names.

What a Mac has as well (`/private/var/db`, `/private/var/root`) tells so only where there is no
`Users` beside it.
"""

from __future__ import annotations

import re

from scanner.formats.ios_paths import normal

_PREFIX = r"((?:[^/]+/){0,3}?)"
_OF_DATA = (
    r"mobile/(?:Library|Containers|Media)/|containers/(?:Bundle|Data|Shared)/"
    r"|wireless/Library/|preferences/(?:SystemConfiguration/|com\.apple\.)"
    r"|root/Library/(?:Caches|Lockdown|Preferences)/|Managed Preferences/mobile/"
    r"|networkd/netusage|installd/Library/"
)
_OF_VAR = (
    r"mobile|containers|wireless|preferences|networkd|installd|MobileAsset|Keychains|keybags"
    r"|Managed Preferences|staged_system_apps|MobileSoftwareUpdate|db|root|tmp|logs?|jb|run"
)
_OF_SYSTEM = r"System/Library/CoreServices/SpringBoard\.app/|private/preboot/"
_AT_ROOT = re.compile(rf"{_PREFIX}(?:private/var/(?:{_OF_VAR})/|var/(?:{_OF_DATA})|{_OF_SYSTEM})")
_AT_VAR = re.compile(rf"{_PREFIX}(?:{_OF_DATA})")
_OF_A_PERSON = "Users/"  # where a Mac keeps what iOS keeps in /private/var/mobile
_DEPTH = 3


class Places:
    """What folders of a recording stand for which places of a phone; it learns name by name."""

    def __init__(self) -> None:
        self._bases: dict[str, str] = {}
        self._of_mac: set[str] = set()

    @property
    def is_any(self) -> bool:
        """Whether anything was found that only an iPhone has."""
        return any(prefix not in self._of_mac for prefix in self._bases)

    def learn(self, name: str) -> None:
        """Take what a name tells."""
        name = name.lstrip("/")
        if match := _AT_ROOT.match(name):
            self._add(match[1], "/")
        elif match := _AT_VAR.match(name):
            self._add(match[1], "/private/var/")
        elif "Users/" in name[:200]:
            before, _, _ = name.partition(_OF_A_PERSON)
            if not before or before.endswith("/"):
                self._of_mac.add(before)

    def path(self, name: str) -> str | None:
        """Return where on the phone a file lay; None where nothing tells."""
        name = name.lstrip("/")
        at = 0
        for _ in range(_DEPTH + 1):
            base = self._bases.get(name[:at])
            if base is not None and name[:at] not in self._of_mac:
                return normal(base + name[at:])
            at = name.find("/", at) + 1
            if not at:
                return None
        return None

    def _add(self, prefix: str, base: str) -> None:
        known = self._bases.get(prefix)
        if known is None or base == "/":
            self._bases[prefix] = base
