"""A simulated phone behind a server of its own, for `demo:NAME` and `scanner demo`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from scanner.pipeline import AdbServer


class Reached(Struct, frozen=True, kw_only=True):
    """How a phone is reached: the target, and the servers to ask where they are not the usual."""

    target: str | None
    adb: AdbServer | None = None
    usbmux: str | None = None


@contextmanager
def serving(name: str | Path) -> Iterator[Reached]:
    """Serve a recorded phone; yield how it is reached.

    The adb server is a real one on a port of its own, and so is the usbmuxd: the user's own servers
    and keys are not touched.
    """
    from scanner import simulate  # costs a real scan a tenth of its start, and it needs none of it

    path = name if isinstance(name, Path) else simulate.find_phone(name)
    with (_iphone if is_iphone(path) else _android)(path) as reached:
        yield reached


def is_iphone(path: Path) -> bool:
    """Whether a folder holds a recorded iPhone; what is wrong with it its reader says."""
    try:
        stated = json.loads((path / "phone.json").read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(stated, dict) and stated.get("platform") == "ios"


@contextmanager
def _android(path: Path) -> Iterator[Reached]:
    from scanner import simulate

    with (
        simulate.AdbServer() as server,
        simulate.SimulatedPhone(simulate.Phone.load(path)) as phone,
    ):
        yield Reached(
            target=f"android:{phone.address}",
            adb=AdbServer(host=server.host, port=server.port, keys=(server.keys,)),
        )


@contextmanager
def _iphone(path: Path) -> Iterator[Reached]:
    from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd

    recorded = IPhone.load(path)
    with Usbmuxd([SimulatedIPhone(recorded)]) as server:
        yield Reached(target=f"ios:{recorded.udid}", usbmux=server.address)
