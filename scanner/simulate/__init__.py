"""Serves a recorded phone over the real adb protocol, with faults on request."""

from scanner.simulate.counters import Event
from scanner.simulate.daemon import SimulatedPhone, serve
from scanner.simulate.faults import HOSTILE_NAMES, Drip, Faults, Line
from scanner.simulate.phone import Answer, Phone, find_phone, phones
from scanner.simulate.server import AdbServer
from scanner.simulate.userland import shells

__all__ = [
    "HOSTILE_NAMES",
    "AdbServer",
    "Answer",
    "Drip",
    "Event",
    "Faults",
    "Line",
    "Phone",
    "SimulatedPhone",
    "find_phone",
    "phones",
    "serve",
    "shells",
]
