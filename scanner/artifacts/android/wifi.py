"""Saved Wi-Fi networks, reduced to how they are secured; names and positions are never read.

- A live phone: `cmd wifi list-networks` (Android 11 and later), a row `0            name      open`
  for each network and way to secure it (WifiShellCommand); 11 says wpa3, wpa2, eap; 12 joins with
  `/`; 13 and later write a row for each. `^` marks a way that Android added by itself.
- Recordings: `dumpsys wifi`, between the two lines `WifiConfigManager - Configured networks`
  (Android 8 and later). A network is `* ID: 0 SSID: "name" PROVIDER-NAME: ... HIDDEN: false ...`,
  with `* ` for the connected one where that is known, ` KeyMgmt: WPA_PSK Protocols: ...`, from 12
  `Security Parameters:` and ` Type: 2` for each way, `Proxy settings: NONE`, and who added it
  (` cuid=1000 cname=package`; WifiConfiguration.toString).

A network's name may hold line breaks and imitate what stands here. A line that begins a network is
read only whole, and where a name breaks it, reading ends with an error: what follows may be what
somebody called a network. In the rows of the command a name can imitate a row: it adds a way to
secure a network, and takes none away. A way that is not known here leaves the security unstated.
WEP is told from no security by `AuthAlgorithms: ... SHARED` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import ended_lines, ends_whole, raw_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import WifiNetwork
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, ServiceDump

_NETWORKS, _ROWS = 10_000, 30_000
_WAYS = 100  # to secure one of them
_HIGHEST = 0x7FFFFFFF
_NAME_LIMIT = 40  # characters; more than the longest way to secure a network
_PREFIX = b"WifiConfigManager - Configured networks "
_NUMBER = re.compile(r"\d{1,10} ")
_HEAD = re.compile(r"(\* |- DSBLE )?ID: (\d{1,10}) SSID: ")
_TAIL = re.compile(r"(true|false)(?: |$)")
_KEYS = re.compile(r" KeyMgmt: ([A-Z0-9_ ]{0,400}?) ?Protocols:")
_TYPE = re.compile(r" Type: (\d{1,2})$")
_PROXY = re.compile(r"Proxy settings: ([A-Z]{3,20})$")
_CREATOR = re.compile(r" cuid=\d{1,10} cname=(\S{1,255})")

_TYPES = {  # WifiConfiguration.SECURITY_TYPE_*
    0: "open",
    1: "wep",
    2: "psk",
    3: "eap",
    4: "sae",
    5: "eap",
    6: "owe",
    7: "psk",
    8: "eap",
    9: "eap",
    10: "eap",
    11: "eap",
    12: "eap",
}
_NAMES = {  # WifiShellCommand of 11, WifiConfiguration.SECURITY_TYPE_NAMES of 12 and later
    "open": "open",
    "wep": "wep",
    "owe": "owe",
    "eap": "eap",
    "wpa2": "psk",
    "wpa3": "sae",
    "wpa2-psk": "psk",
    "wpa3-sae": "sae",
    "wpa2-enterprise": "eap",
    "wpa3 enterprise": "eap",
    "wpa3 enterprise 192-bit": "eap",
    "wapi-psk": "psk",
    "wapi-cert": "eap",
    "passpoint r1/r2": "eap",
    "passpoint r3": "eap",
}
_ENDS = re.compile(rf"([ /])({'|'.join(sorted(_NAMES, key=len, reverse=True))})\^?$")


def parse_list(file: EvidenceFile) -> Iterator[WifiNetwork]:
    """Yield the networks that `cmd wifi list-networks` names."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    head = next((line for _, line in lines if line.strip()), "")
    if head.strip() == "No networks":
        return
    if not head.startswith("Network Id "):
        raise ParseError("'Network Id SSID Security type' or 'No networks' expected")
    found: dict[int, set[str]] = {}
    broken, number = False, 0
    for number, line in lines:
        words = line.split()
        broken = len(words) == 1 or (bool(words) and not _NUMBER.match(line))
        if broken or len(found) > _NETWORKS or number > _ROWS:
            break
        if words:
            found.setdefault(_number(words[0], number), set()).update(_ways(line))
    if found and not ends_whole(file):
        found.popitem()  # a row below may have named one more way
    for each, ways in found.items():
        yield WifiNetwork(id=each, security=UNSET if "" in ways else _sorted(ways))
    if broken or not found or len(found) > _NETWORKS or number > _ROWS:
        raise ParseError(f"'number name security' in each of at most {_NETWORKS} rows expected")


def _ways(row: str) -> set[str]:
    """Return the ways that a row ends with; an empty text for one that is not known."""
    ways: set[str] = set()
    rest = row.rstrip(" ")
    while (match := _ENDS.search(rest[-_NAME_LIMIT:])) is not None:
        ways.add(_NAMES[match[2]])
        if match[1] == " ":
            return ways
        rest = rest[: -len(match[0])]
    return {""}


class _Saved(Struct):
    """What was read of one saved network."""

    id: int
    hidden: bool
    current: bool | UnsetType
    keys: list[str] = field(default_factory=list)
    types: list[int] = field(default_factory=list)
    shared: bool = False  # the authentication of WEP
    proxy: bool | UnsetType = UNSET
    creator: str | None | UnsetType = UNSET


def parse_dumpsys(file: EvidenceFile) -> Iterator[WifiNetwork]:
    """Yield the networks that `dumpsys wifi` holds."""
    saved: _Saved | None = None
    count, below = 0, False
    for number, line in _configured(answer(file)):
        if match := _HEAD.match(line):
            if saved is not None:
                yield _network(saved)
            count += 1
            if count > _NETWORKS:
                raise ParseError(f"at most {_NETWORKS} networks expected", line=number)
            saved, below = _head(match, line, number), False
        elif saved is not None:
            below = below or line.startswith("SecurityParams List:")
            _read(saved, line, below=below)
    if saved is not None:
        yield _network(saved)


def _configured(file: EvidenceFile) -> Iterator[tuple[int, str]]:
    """Yield the lines between the two that enclose the saved networks, without reading the rest."""
    begun = False
    for number, line in enumerate(raw_lines(file), start=1):
        if line.startswith(_PREFIX):
            if begun:
                return
            begun = line[len(_PREFIX) :].startswith(b"Begin")
        elif begun:
            yield number, line.decode("utf-8", "replace").rstrip("\r\n")
    raise ParseError(f"the {'end' if begun else 'list'} of the configured networks expected")


def _head(match: re.Match[str], line: str, number: int) -> _Saved:
    before, word, after = line.rpartition(" HIDDEN: ")
    hidden = _TAIL.match(after)
    if not word or " PROVIDER-NAME: " not in before or hidden is None:
        raise ParseError("'ID: number SSID: ... HIDDEN:' on one line expected", line=number)
    current: bool | UnsetType = UNSET
    if match[1] == "* " or " Currently Connected: true " in after:
        current = True
    elif " Currently Connected: false " in after:
        current = False
    return _Saved(id=_number(match[2], number), hidden=hidden[1] == "true", current=current)


def _read(saved: _Saved, line: str, *, below: bool) -> None:
    """Read a line below the first one of a network; `below` the list of its security types."""
    if (match := _KEYS.match(line)) and len(saved.keys) < _WAYS:
        saved.keys += match[1].split()
    elif below and (match := _TYPE.match(line)) and len(saved.types) < _WAYS:
        saved.types.append(int(match[1]))
    elif line.startswith(" AuthAlgorithms:"):
        saved.shared = saved.shared or line.endswith(" SHARED")
    elif match := _PROXY.match(line):
        saved.proxy = saved.proxy is True or match[1] in {"STATIC", "PAC"}
    elif (match := _CREATOR.match(line)) and saved.creator is UNSET:
        saved.creator = _creator(match[1])


def _creator(name: str) -> str | None | UnsetType:
    """Return the package that added a network; None where the system itself did."""
    if name.startswith("android.uid."):
        return None
    return UNSET if ":" in name else package_name(name) or UNSET


def _network(saved: _Saved) -> WifiNetwork:
    ways = {_TYPES.get(number, "") for number in saved.types} or {
        _way(word, shared=saved.shared) for word in saved.keys
    }
    known: dict[str, Any] = {} if not ways or "" in ways else {"security": _sorted(ways)}
    return WifiNetwork(
        id=saved.id,
        current=saved.current,
        hidden=saved.hidden,
        suggested_by=saved.creator,
        proxy=saved.proxy,
        **known,
    )


def _way(word: str, *, shared: bool) -> str:
    """Return a name of KeyMgmt as one of ours; an empty text for one that is not known."""
    if word == "NONE":
        return "wep" if shared else "open"
    if word in {"SAE", "OWE"}:
        return word.lower()
    if "PSK" in word:
        return "psk"
    return "eap" if "EAP" in word or word in {"IEEE8021X", "SUITE_B_192", "OSEN"} else ""


def _sorted(ways: set[str]) -> tuple[str, ...]:
    return tuple(sorted(ways))


def _number(text: str, number: int) -> int:
    if int(text) > _HIGHEST:
        raise ParseError("the number of a network expected", line=number)
    return int(text)


WIFI = Artifact(
    name="android.wifi",
    title="Saved Wi-Fi networks, how they are secured",
    platform="android",
    profile=Profile.STANDARD,
    states=(Stated(WifiNetwork, ("id", "security", "current", "hidden", "suggested_by", "proxy")),),
    readings=(
        Reading(Command(argv=("cmd", "wifi", "list-networks")), parse_list),
        Reading(ServiceDump(service="wifi"), parse_dumpsys),
    ),
)
