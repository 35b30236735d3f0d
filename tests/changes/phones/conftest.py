"""Scans of phones of ours that change."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from fixtures.building.changing import Edit, Later
from scanner.model.changes import State
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone, find_phone
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd
from tests.changes.phones.planted import Look


@pytest.fixture(scope="session")
def look(adb_server: AdbServer, tmp_path_factory: pytest.TempPathFactory) -> Look:
    """Scan a phone with some edits: `look("android-16-clean", edits, baseline=...)`."""
    where = Where(host=adb_server.host, port=adb_server.port)

    def look(name: str, edits: Iterable[Edit] = (), baseline: State | Path | None = None):
        folder = tmp_path_factory.mktemp("changing")
        later = Later(find_phone(name), folder / "phone", edits)
        options = {"output": folder / "case", "profile": "standard", "apps": "none"}
        chosen = {"formats": ("json",), "baseline": baseline}
        if name.startswith("ios"):
            phone = IPhone.load(later.folder)
            with Usbmuxd([SimulatedIPhone(phone)]) as mux:
                options["usbmux"] = mux.address
                return scan(f"ios:{phone.udid}", options=Options(**options), **chosen)
        with SimulatedPhone(Phone.load(later.folder)) as simulated:
            adb_server.connect(simulated.address)
            try:
                target = f"android:{simulated.address}"
                return scan(target, options=Options(**options, adb=where), **chosen)
            finally:
                adb_server.disconnect(simulated.address)

    return look
