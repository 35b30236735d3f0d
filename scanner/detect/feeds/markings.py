"""Traffic light protocol: who may read an indicator (FIRST TLP 1.0 and 2.0).

The ids are those of STIX 2.1, section 7.2.1.4, and of the OASIS extension definition for TLP 2.0.
"""

from __future__ import annotations

from scanner.model.observables import TLPS, Tlp

MARKINGS: dict[str, Tlp] = {
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9": "clear",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da": "green",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82": "amber",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed": "red",
    "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487": "clear",
    "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb": "green",
    "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421": "amber",
    "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003": "amber+strict",
    "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1": "red",
}
_WORDS: dict[str, Tlp] = {
    "white": "clear",
    "clear": "clear",
    "green": "green",
    "amber": "amber",
    "amber+strict": "amber+strict",
    "red": "red",
}


def tlp_of(written: str) -> Tlp | None:
    """Return the marking of a text as `TLP:AMBER` or `amber`; None where it is no marking.

    One of TLP that is not known counts as the strictest: nobody can say who may read it.
    """
    name = written.strip().strip('"').lower()
    word = name.removeprefix("tlp:").replace("_", "+").strip('"')
    return _WORDS.get(word, "red" if name.startswith("tlp:") else None)


def strictest(*markings: Tlp | None) -> Tlp | None:
    """Return the strictest of some markings; None where there is none."""
    found = [one for one in markings if one is not None]
    return max(found, key=TLPS.index, default=None)
