"""A simulated iPhone that is served until it is interrupted."""

import asyncio
import signal
import subprocess
import sys

from pymobiledevice3.usbmux import list_devices

from tests.simulate.ios.recordings import UDID, record

SERVE = """
import sys
from pathlib import Path
from scanner.simulate.ios import serve_ios
serve_ios(Path(sys.argv[1]), on_event=lambda event: print(event.kind, event.detail, flush=True))
"""


def test_it_is_served_until_interrupted(tmp_path):
    serving = subprocess.Popen(
        [sys.executable, "-c", SERVE, record(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with serving:
        kind, variable = serving.stdout.readline().split()
        name, address = variable.split("=")
        devices = asyncio.run(list_devices(usbmux_address=address))
        serving.send_signal(signal.SIGINT)
        _, errors = serving.communicate(timeout=20)

    assert ("listening", "USBMUXD_SOCKET_ADDRESS") == (kind, name)
    assert [UDID, UDID] == [device.serial for device in devices]
    assert (0, "") == (serving.returncode, errors)
