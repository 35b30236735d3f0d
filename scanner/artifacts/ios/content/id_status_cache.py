"""Addresses that iMessage and FaceTime looked up, from idstatuscache.plist.

Keys are services, below them `mailto:` addresses and `tel:` numbers; the latter are not looked at.
An address stays there although its message was erased.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_handle
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.formats.apple_time import day, mac_absolute
from scanner.formats.plists import mapping, read_map
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the e-mail addresses."""
    yield from gathered("id_status_cache", ("email",), _records(file))


def _records(file: EvidenceFile) -> Records:
    services = read_map(file)
    for service in services:
        for address, status in mapping(services, service).items():
            if isinstance(status, dict):
                yield day(mac_absolute(status.get("LookupDate"))), in_handle(address)


ID_STATUS_CACHE = content(
    "id_status_cache",
    "Addresses that iMessage and FaceTime looked up",
    (f"{HOME}/Library/Preferences/com.apple.identityservices.idstatuscache.plist", parse),
    (f"{HOME}/Library/IdentityServices/idstatuscache.plist", parse),
)
