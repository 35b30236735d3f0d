"""kill -9 at any moment of an acquisition leaves a valid, incomplete case that can go on."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.case import Case, verify
from scanner.pipeline import Options, acquire, examine
from scanner.simulate import AdbServer, Line, Phone, SimulatedPhone, find_phone
from tests.pipeline.conftest import OLD

_CHANCE = random.Random(2026)
MOMENTS = sorted(_CHANCE.uniform(0.02, 0.9) for _ in range(10))


@pytest.mark.parametrize("seconds", MOMENTS, ids=lambda seconds: f"{seconds:.2f}")
def test_a_killed_acquisition(
    seconds: float,
    simulate: Callable[..., SimulatedPhone],
    adb_server: AdbServer,
    options: Callable[..., Options],
    tmp_path: Path,
):
    phone = simulate(Phone.load(find_phone(OLD)), line=Line(open_ms=150, bytes_per_second=2e5))
    target, folder = f"android:{phone.address}", tmp_path / "case"
    words = ["acquire", target, "--adb-port", str(adb_server.port), "-q", "-o", str(folder)]
    process = subprocess.Popen([sys.executable, "-m", "scanner", *words], stdout=subprocess.DEVNULL)
    while process.poll() is None and not (folder / "bagit.txt").exists():
        time.sleep(0.01)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    killed = process.wait() == -signal.SIGKILL

    found = verify(folder)
    assert () == found.problems
    assert killed or found.complete
    had = {each.id for each in Case.open(folder).evidence()}
    report = examine(folder).report
    assert had == {line.id for line in report.evidence}
    if not found.complete:
        assert report.verdict == "inconclusive"
        resumed = acquire(target, options=options(output=folder, resume=True))
        assert had <= {each.id for each in Case.open(folder).evidence()}
        assert (True, ()) == (verify(folder).complete, verify(folder).problems)
        assert resumed.digest
