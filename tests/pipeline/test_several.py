"""Several phones at once, Android and iOS: each report is that of a scan of the phone alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

import scanner
from scanner.case import verify
from scanner.errors import DeviceError, RuleError, ScannerError, UsageError
from scanner.pipeline import Options, Scanned, scan, scan_each
from scanner.simulate import Phone, SimulatedPhone, find_phone
from scanner.simulate.ios import IosFaults, Usbmuxd
from tests.pipeline.conftest import CURRENT, TAMPERED
from tests.pipeline.iphones import CLEAN, IOS_TAMPERED, ScannedIPhone, repeatable, simulated

MakeOptions = Callable[..., Options]
NAMES = (CURRENT, TAMPERED, CLEAN, IOS_TAMPERED)


class Four(Struct, frozen=True):
    """Two Android phones and two iPhones, each with its target."""

    targets: dict[str, str]
    usbmux: str


@pytest.fixture
def four(simulate: Callable[..., SimulatedPhone]) -> Iterator[Four]:
    with ExitStack() as running:
        androids = {name: simulate(Phone.load(find_phone(name))) for name in (CURRENT, TAMPERED)}
        iphones = {name: simulated(name) for name in (CLEAN, IOS_TAMPERED)}
        mux = running.enter_context(Usbmuxd([*iphones.values()]))
        targets = {name: f"android:{phone.address}" for name, phone in androids.items()}
        yield Four(
            targets | {name: f"ios:{phone.udid}" for name, phone in iphones.items()}, mux.address
        )


@pytest.fixture(scope="session")
def alone(
    scanned: Callable[[str], Scanned], scanned_iphone: ScannedIPhone
) -> Callable[[str], dict[str, Any]]:
    """What a scan of a phone says when nothing else is scanned."""

    def get(name: str) -> dict[str, Any]:
        done = scanned_iphone(name).done if name.startswith("ios") else scanned(name)
        return repeatable(done.report)

    return get


def test_all_at_once_in_one_call(
    four: Four, options: MakeOptions, alone: Callable[[str], dict[str, Any]]
):
    phones = [(target, options(usbmux=four.usbmux)) for target in four.targets.values()]

    done = list(scanner.scan_each(phones))

    assert [*four.targets.values()] == [target for target, _ in done]
    for name, (_, result) in zip(four.targets, done, strict=True):
        assert isinstance(result, Scanned), name
        assert alone(name) == repeatable(result.report), name
        assert (True, ()) == (verify(result.folder).complete, verify(result.folder).problems)


def test_all_at_once_in_threads_of_the_caller(
    four: Four, options: MakeOptions, alone: Callable[[str], dict[str, Any]]
):
    done: dict[str, dict[str, Any]] = {}

    def run(name: str, target: str, chosen: Options) -> None:
        done[name] = repeatable(scan(target, options=chosen).report)

    threads = [
        threading.Thread(target=run, args=(name, target, options(usbmux=four.usbmux)))
        for name, target in four.targets.items()
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(NAMES) == set(done)
    for name in NAMES:
        assert alone(name) == done[name], name


def test_one_that_fails_costs_the_others_nothing(
    options: MakeOptions,
    simulate: Callable[..., SimulatedPhone],
    alone: Callable[[str], dict[str, Any]],
):
    android = simulate(Phone.load(find_phone(TAMPERED)))
    whole, gone = simulated(CLEAN), simulated(IOS_TAMPERED, faults=IosFaults(goes_away_after=6))
    with Usbmuxd([whole, gone]) as mux:
        targets = [f"ios:{gone.udid}", "android:NOSUCHSERIAL", f"android:{android.address}"]
        targets.append(f"ios:{whole.udid}")

        done = dict(scan_each([(target, options(usbmux=mux.address)) for target in targets]))

    assert targets == [*done]
    lost, absent, *scanned = done.values()
    assert isinstance(lost, DeviceError)
    assert isinstance(absent, DeviceError)
    assert lost.remedy
    assert [alone(TAMPERED), alone(CLEAN)] == [repeatable(each.report) for each in scanned]


def test_what_is_wrong_with_the_call_is_said_before_any_phone_is_asked(
    options: MakeOptions, tmp_path: Path
):
    (tmp_path / "broken.yml").write_text("title: [\n")
    phone = simulated(CLEAN)
    with Usbmuxd([phone]) as mux:
        named = (f"ios:{phone.udid}", options(usbmux=mux.address))
        with pytest.raises(UsageError, match="named twice"):
            list(scan_each([named, named]))
        with pytest.raises(RuleError):
            list(scan_each([named], rules=[tmp_path / "broken.yml"]))

        assert [] == phone.calls
    assert [] == list(scan_each([]))


def test_a_word_that_is_wrong_for_one_is_an_error_of_that_one(options: MakeOptions):
    phone = simulated(CLEAN)
    with Usbmuxd([phone]) as mux:
        chosen = options(usbmux=mux.address, profile="sideways")
        ((_, result),) = scan_each([(f"ios:{phone.udid}", chosen)])

    assert isinstance(result, ScannerError)
    assert [] == phone.calls
