"""How a recorded phone is set up, from data_ark.plist: the store of lockdownd.

What a phone on a cable answers to GetValue is kept here, under `DOMAIN-KEY`, the domain without a
name as `-KEY`: com.apple.mobile.wireless_lockdown-EnableWifiDebugging. As over the cable, a key
that stands for a setting is there only where somebody set it: where others of its domain stand
there and it does not, it is off. Names, numbers and lists of accounts beside them are not read.

Source: the store of a real phone of iOS 16, against the answers that lockdownd gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.plists import Map, flag, read_map, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import DeviceState
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob, MiB

_WIRELESS = "com.apple.mobile.wireless_lockdown"
_WORD = re.compile(r"[A-Za-z]{1,50}")


def parse(file: EvidenceFile) -> Iterator[DeviceState]:
    """Yield how the phone is set up; ParseError for a list that is no such store."""
    store = read_map(file, limit=16 * MiB)
    domains = frozenset(key.rpartition("-")[0] for key in store if "-" in key)
    if "" not in domains:
        raise ParseError("values of the domain without a name expected")
    activation = text(store, "-ActivationState")
    yield DeviceState(
        activation=known(activation if activation and _WORD.fullmatch(activation) else None),
        backup_encrypted=_set(store, domains, "com.apple.mobile.backup", "WillEncrypt"),
        wifi_connections=_set(store, domains, _WIRELESS, "EnableWifiConnections"),
        wifi_debugging=_set(store, domains, _WIRELESS, "EnableWifiDebugging"),
    )


def _set(store: Map, domains: frozenset[str], domain: str, key: str) -> bool | UnsetType:
    """Return a setting that is off where nobody ever set it."""
    name = f"{domain}-{key}"
    if name in store:
        return known(flag(store, name))
    return False if domain in domains else UNSET


LOCKDOWN_STORE = Artifact(
    name="ios.lockdown_store",
    title="Settings that lockdownd keeps",
    platform="ios",
    states=(
        Stated(
            DeviceState, ("activation", "backup_encrypted", "wifi_connections", "wifi_debugging")
        ),
    ),
    readings=(Reading(Glob(pattern="/private/var/root/Library/Lockdown/data_ark.plist"), parse),),
)
