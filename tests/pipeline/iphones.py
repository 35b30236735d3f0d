"""Scans of the recorded iPhones, each behind a simulated usbmuxd."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Struct

from scanner.formats.plists import Map
from scanner.model.events import Event
from scanner.model.report import Report
from scanner.pipeline import Scanned
from scanner.simulate import find_phone
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd

CLEAN, SUPERVISED, IOS_TAMPERED = "ios-26-clean", "ios-26-supervised", "ios-18-tampered"
IPHONES = (CLEAN, SUPERVISED, IOS_TAMPERED)
INCLUDED = ("sysdiagnose", "traffic")

Plug = Callable[..., "Plugged"]
ScannedIPhone = Callable[[str], "OfIPhone"]


class Plugged(Struct, frozen=True):
    """A simulated iPhone at the cable, and its usbmuxd."""

    phone: SimulatedIPhone
    mux: Usbmuxd

    @property
    def target(self) -> str:
        return f"ios:{self.phone.udid}"


class OfIPhone(Struct, frozen=True):
    """The scan of an iPhone, its events, and what phone and usbmuxd were asked."""

    done: Scanned
    events: tuple[Event, ...]
    calls: tuple[tuple[str, Map], ...]
    of_mux: tuple[str, ...]


def simulated(name: str, **options: Any) -> SimulatedIPhone:
    """Return a shipped iPhone, to be plugged in."""
    return SimulatedIPhone(IPhone.load(find_phone(name)), **options)


def repeatable(report: Report) -> dict[str, Any]:
    """What of a report must not depend on when and how often an unchanged iPhone is scanned.

    The answer with all values of lockdownd holds the time of day: its digest is left out.
    """
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(report))
    del document["run"]
    for line in document["evidence"]:
        if line["request"] == "lockdown GetValue":
            del line["sha256"], line["size"]
    return document
