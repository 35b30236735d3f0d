"""Answers about the network and debugging, with somebody's personal words where they stand."""

from __future__ import annotations

from . import (
    test_adb_keys,
    test_certificates,
    test_connectivity,
    test_debugging,
    test_sockets,
    test_vpn,
    test_wifi,
)

_SETTINGS = "adb_wifi_enabled=1\nalways_on_vpn_app=a.b\nalways_on_vpn_lockdown=1\n"


def texts(word: str) -> dict[str, list[tuple[int, str]]]:
    """Return (reading, answer) by artifact; `word` stands for what is personal in them."""
    wifi = f"    adb_wifi={{\n      enabled=true\n      network_ssid={word}\n    }}\n"
    adb = (
        test_adb_keys.HEAD
        + test_adb_keys.LISTED
        + test_adb_keys.xml(test_adb_keys.row(0))
        + wifi
        + test_adb_keys.FOOT
    ).replace("somebody@laptop", word)
    found = {
        "android.sockets": [
            (0, test_sockets.TCP),
            (3, test_sockets.UDP6),
            (4, test_sockets.NETSTAT),
            (5, test_sockets.SS),
        ],
        "android.connectivity": [
            (0, test_connectivity.EIGHT),
            (0, test_connectivity.NINE),
            (0, test_connectivity.FOURTEEN),
        ],
        "android.vpn": [
            (0, test_vpn.TWELVE),
            (0, test_vpn.SIXTEEN),
            (1, _SETTINGS),
            (2, test_vpn.DUMP),
        ],
        "android.wifi": [
            (0, test_wifi.LIST),
            (1, test_wifi.BEGIN + test_wifi.OLD + test_wifi.NEW + test_wifi.END),
        ],
        "android.certificates": [(0, test_certificates.LISTED)],
        "android.debugging": [
            (0, test_debugging.EIGHT.replace("somebody@laptop", word)),
            (0, test_debugging.NINE.replace("somebody@laptop", word)),
            (1, adb),
            (2, _SETTINGS),
        ],
    }
    return {
        name: [(number, text.replace("Somebody's", word)) for number, text in answers]
        for name, answers in found.items()
    }
