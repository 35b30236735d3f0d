"""Wi-Fi networks that the phone knows, reduced to how they are secured.

com.apple.wifi.known-networks.plist (since iOS 14) has a dictionary for each network, under its
name: SupportedSecurityTypes (`Open`, `WPA2 Personal`, `WPA2/WPA3 Personal`, `WPA2 Enterprise`,
`OWE Transition`, `WEP`), Hidden, BundleID of an app that added it, AddedAt, JoinedByUserAt,
JoinedBySystemAt. com.apple.wifi.recent-networks.json of a sysdiagnose has the same for those that
were joined lately, in JSON. Before, com.apple.wifi.plist has `List of known networks`: WEP,
WPA_IE, RSN_IE with what they authenticate by, HIDDEN_NETWORK, addedAt, lastJoined.

Names, addresses and positions are never read: networks are numbered as they stand, those of the
JSON from 10,000 on. Scans (wifi_scan.txt) show what was near, not what the phone knows, and items
of the keychain (security.txt) say nothing of how a network is secured: neither is read.

Sources: files of iOS 15 and 16; public readers of sysdiagnoses; IEEE 802.11, 9.4.2.24.3 for the
numbers of what authenticates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known
from scanner.errors import NotAvailable, ParseError
from scanner.formats.apple_time import day
from scanner.formats.plists import Map, Value, entries, flag, mapping, moment, read_map, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import WifiNetwork
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob, MiB

_COUNT = 10_000  # networks of one file
_LIMIT = 64 * MiB
_JOINED = ("JoinedByUserAt", "JoinedBySystemAt")
_KEYS = {1: "eap", 2: "psk", 3: "eap", 4: "psk", 5: "eap", 6: "psk", 8: "sae", 9: "sae", 18: "owe"}
_FOLDERS = ("/private/var/preferences", "/private/var/preferences/SystemConfiguration")


def parse(file: EvidenceFile) -> Iterator[WifiNetwork]:
    """Yield each known network; ParseError, after all else, where one cannot be read."""
    yield from _networks(read_map(file).items(), 0)


def parse_recent(file: EvidenceFile) -> Iterator[WifiNetwork]:
    """Yield each network that was joined lately; ParseError as in `parse`."""
    try:
        content = msgspec.json.decode(file.read(_LIMIT))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise ParseError("a JSON object with networks expected") from error
    if not isinstance(content, dict):
        raise ParseError("a JSON object with networks expected")
    yield from _networks(content.items(), _COUNT)


def parse_old(file: EvidenceFile) -> Iterator[WifiNetwork]:
    """Yield each network of the old list; NotAvailable where it moved to a file of its own."""
    content = read_map(file)
    listed = content.get("List of known networks")
    if listed is None:
        raise NotAvailable("unsupported_version", "the list of networks is kept in another file")
    if not isinstance(listed, list) or len(listed) > _COUNT:
        raise ParseError(f"a list of at most {_COUNT} networks expected")
    for number, network in enumerate(listed):
        if not isinstance(network, dict):
            raise ParseError("a network expected")
        yield WifiNetwork(
            id=number,
            security=_of_elements(network),
            hidden=known(flag(network, "HIDDEN_NETWORK")),
            added_on=day(moment(network, "addedAt")),
            joined_on=_last(network, ("lastJoined", "lastAutoJoined")),
        )


def _networks(found: Iterator[tuple[str, Value]] | Value, first: int) -> Iterator[WifiNetwork]:
    odd = 0
    for number, (name, network) in enumerate(found):
        if number >= _COUNT:
            raise ParseError(f"at most {_COUNT} networks expected")
        if not name.startswith("wifi.network.") or not isinstance(network, dict):
            odd += 1
            continue
        yield WifiNetwork(
            id=first + number,
            security=_of_words(text(network, "SupportedSecurityTypes", limit=200)),
            hidden=known(flag(network, "Hidden")),
            suggested_by=text(network, "BundleID", limit=255),
            added_on=day(_moment(network, "AddedAt")),
            joined_on=_last(network, _JOINED),
        )
    if odd:
        raise ParseError(f"networks by their name expected; {odd} are none")


def _of_words(said: str | None) -> tuple[str, ...] | UnsetType:
    """Return how a network is secured, by what the phone calls it."""
    words = (said or "").lower()
    found = {
        "open": "open" in words or words == "none" or ("owe" in words and "transition" in words),
        "wep": "wep" in words,
        "psk": "personal" in words and ("wpa/" in words or "wpa2" in words or "wpa " in words),
        "sae": "wpa3" in words and "enterprise" not in words,
        "eap": "enterprise" in words or "dynamic wep" in words,
        "owe": "owe" in words,
    }
    if "wpa3" in words and "transition" in words:
        found["psk"] = True
    return tuple(kind for kind, holds in found.items() if holds) or UNSET


def _of_elements(network: Map) -> tuple[str, ...] | UnsetType:
    """Return how a network is secured, by the elements of its beacon."""
    found: dict[str, None] = {}
    for key, name in (("RSN_IE", "IE_KEY_RSN_AUTHSELS"), ("WPA_IE", "IE_KEY_WPA_AUTHSELS")):
        if key in network:
            kinds = entries(mapping(network, key), name)
            found |= dict.fromkeys(
                _KEYS[each] for each in kinds if isinstance(each, int) and each in _KEYS
            )
            if not kinds:
                return UNSET
    if found:
        return tuple(sorted(found))
    if "RSN_IE" in network or "WPA_IE" in network:
        return UNSET
    return ("wep",) if flag(network, "WEP") else ("open",)


def _last(network: Map, keys: tuple[str, ...]) -> str | None:
    return day(max(filter(None, (_moment(network, key) for key in keys)), default=None))


def _moment(of: Map, key: str) -> datetime | None:
    """Return a moment, also where it is written as a text with its offset."""
    value = of.get(key)
    if not isinstance(value, str):
        return moment(of, key)
    try:
        found = datetime.fromisoformat(value)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


KNOWN_NETWORKS = Artifact(
    name="ios.known_networks",
    title="Known Wi-Fi networks",
    platform="ios",
    states=(
        Stated(WifiNetwork, ("id", "security", "hidden", "suggested_by", "added_on", "joined_on")),
    ),
    readings=(
        *(
            Reading(Glob(pattern=f"{folder}/com.apple.wifi.known-networks.plist"), parse)
            for folder in _FOLDERS
        ),
        Reading(Diagnostic(name="WiFi/com.apple.wifi.known-networks.plist"), parse),
        Reading(Diagnostic(name="WiFi/com.apple.wifi.recent-networks.json"), parse_recent),
        Reading(Diagnostic(name="WiFi/com.apple.wifi.plist"), parse_old),
        *(
            Reading(Glob(pattern=f"{folder}/com.apple.wifi.plist"), parse_old)
            for folder in _FOLDERS
        ),
    ),
)
