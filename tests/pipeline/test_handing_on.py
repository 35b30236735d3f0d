"""Files of apps are looked into while others still come, and each of them once."""

from __future__ import annotations

import hashlib
import threading

import pytest

from scanner.errors import Cancelled
from scanner.model.events import EvidenceAdded
from scanner.model.requests import AppBytes, as_planned
from scanner.pipeline.acquisition import acquiring, starting
from scanner.simulate import Faults, Line
from tests.pipeline.test_app_pulls import LIST, folder, listed
from tests.sources.test_app_bytes import NOISE

NAMES = [f"com.example.n{number}" for number in range(8)]


class Inspector:
    """Takes files like the one that reads them, and notes how many had come by then."""

    def __init__(self, came):
        self.came, self.taken = came, {}
        self.at = []

    def submit(self, evidence, file):
        with file.open() as stream:
            digest = hashlib.sha256(stream.read()).hexdigest()
        assert evidence.sha256 == digest
        assert evidence.request.path not in self.taken
        self.taken[evidence.request.path] = digest
        self.at.append(len(self.came))


@pytest.fixture
def phone(record_phone, monkeypatch, tmp_path):
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    files = {f"{folder(name)}/base.apk": NOISE[:2_000_000] for name in NAMES}
    answers = {LIST: listed(*NAMES).encode(), "getprop": b"[ro.serialno]: [TESTSERIAL01]\n"}
    return record_phone(answers, files=files)


@pytest.fixture
def collect(simulate, options):
    """Acquire a phone with an inspector: `collect(phone)`; the inspector and how it ended."""

    def run(phone, *, faults=None, **chosen):
        started = simulate(phone, faults=faults, line=Line(bytes_per_second=20e6))
        came = []

        def on_event(event):
            if isinstance(event, EvidenceAdded) and event.request.startswith("bytes of"):
                came.append(event.id)
                if "cancel" in chosen and len(came) == 2:
                    chosen["cancel"].set()

        chosen = {"profile": "standard", "app_cache": 0} | chosen
        inspector = Inspector(came)
        with (
            starting() as worker,
            acquiring(
                f"android:{started.address}", options(on_event=on_event, **chosen), worker
            ) as running,
        ):
            running.handing_on.inspection = inspector
            running.collect()
            running.record_end()
            running.settle()
        return inspector, running

    return run


def test_each_file_is_looked_into_once_while_others_come(phone, collect):
    inspector, running = collect(phone)

    assert {f"/{folder(name)}/base.apk" for name in NAMES} == set(inspector.taken)
    assert inspector.at[0] < len(NAMES)
    assert running.case.acquisition.complete


def test_a_file_of_before_is_looked_into_when_the_acquisition_goes_on(phone, collect, tmp_path):
    first, _ = collect(phone, faults=Faults(drop_after_bytes=9_000_000), output=tmp_path / "case")
    second, running = collect(phone, output=tmp_path / "case", resume=True)

    assert 0 < len(first.taken) < len(NAMES)
    assert {f"/{folder(name)}/base.apk" for name in NAMES} == set(second.taken)
    assert len(second.came) < len(NAMES)
    assert running.case.acquisition.complete


def test_a_cancelled_acquisition_ends_soon(phone, collect):
    inspector, running = collect(phone, cancel=threading.Event())

    assert isinstance(running.error, Cancelled)
    assert len(inspector.taken) <= len(inspector.came) < len(NAMES)


def test_how_a_file_comes_and_its_version_make_it_no_other():
    plain = AppBytes(path="/a.apk", package="com.example", size=1, modified=2)
    asked = AppBytes(
        path="/a.apk", package="com.example", size=1, modified=2, version=3, min_sdk=9, ranges=True
    )

    assert as_planned(plain) == as_planned(asked)
    assert as_planned(plain) != as_planned(AppBytes(path="/a.apk", package="com.example", size=2))
