"""A simulated phone behind an adb server of its own, for `demo:NAME` and `scanner demo`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scanner.pipeline import AdbServer


@contextmanager
def serving(name: str | Path) -> Iterator[tuple[str, AdbServer]]:
    """Serve a recorded phone; yield the target that reaches it and the server to ask.

    The server is a real one on a port of its own: the user's server and keys are not touched.
    """
    from scanner import simulate  # costs a real scan a tenth of its start, and it needs none of it

    path = name if isinstance(name, Path) else simulate.find_phone(name)
    with (
        simulate.AdbServer() as server,
        simulate.SimulatedPhone(simulate.Phone.load(path)) as phone,
    ):
        yield (
            f"android:{phone.address}",
            AdbServer(host=server.host, port=server.port, keys=(server.keys,)),
        )
