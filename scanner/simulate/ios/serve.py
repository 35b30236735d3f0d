"""A simulated iPhone that is served until it is told to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from scanner.simulate.counters import Event
from scanner.simulate.faults import Line
from scanner.simulate.ios.device import SimulatedIPhone, Trust
from scanner.simulate.ios.faults import IosFaults
from scanner.simulate.ios.phone import IPhone
from scanner.simulate.ios.usbmuxd import Usbmuxd


def serve_ios(
    path: Path,
    *,
    port: int = 0,
    trust: Trust = "paired",
    faults: IosFaults | None = None,
    line: Line | None = None,
    on_event: Callable[[Event], None] | None = None,
) -> None:
    """Serve a recorded iPhone until interrupted; the first event says where its usbmuxd is."""
    recorded = IPhone.load(path)
    phone = SimulatedIPhone(recorded, trust=trust, faults=faults, line=line, on_event=on_event)
    try:
        with Usbmuxd([phone], port=port) as mux:
            phone.tell(Event("listening", f"USBMUXD_SOCKET_ADDRESS={mux.address}"))
            threading.Event().wait()
    except KeyboardInterrupt:
        return
