"""Serves a recorded iPhone over usbmuxd's real protocol, with faults on request."""

from scanner.simulate.ios.device import SimulatedIPhone, Trust
from scanner.simulate.ios.faults import IosFaults
from scanner.simulate.ios.phone import Call, IPhone
from scanner.simulate.ios.serve import serve_ios
from scanner.simulate.ios.services import SERVICES, Handler
from scanner.simulate.ios.usbmuxd import Usbmuxd

__all__ = [
    "SERVICES",
    "Call",
    "Handler",
    "IPhone",
    "IosFaults",
    "SimulatedIPhone",
    "Trust",
    "Usbmuxd",
    "serve_ios",
]
