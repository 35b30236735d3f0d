"""Personal data planted in the recorded iPhones appears in no byte outside of data/evidence.

Of streams that are reduced while they come nothing personal lies in the evidence either.
"""

from __future__ import annotations

import plistlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from scanner.formats.plists import plist_of
from scanner.simulate import AdbServer
from scanner.simulate.ios import IosFaults, IPhone, SimulatedIPhone, Usbmuxd
from tests.phones.iphone import IPHONES
from tests.privacy.test_canary import Canary, Surroundings, canaries, seen

Plug = Callable[..., Surroundings]
TRAFFIC = "ios-18-tampered"  # the only one whose packets are watched: that takes 20 seconds
REDUCED = ("log", "packets", "crash reports")
NAMES = [path.name for path in IPHONES]


@pytest.fixture
def plug(tmp_path: Path, adb_server: AdbServer) -> Iterator[Plug]:
    """Plug an iPhone in: commands that run in these surroundings find it, and no other phone."""
    with ExitStack() as running:

        def start(name: str, faults: IosFaults | None = None) -> Surroundings:
            recorded = IPhone.load(next(path for path in IPHONES if path.name == name))
            mux = running.enter_context(Usbmuxd([SimulatedIPhone(recorded, faults=faults)]))
            return Surroundings(tmp_path, adb_server.port, USBMUXD_SOCKET_ADDRESS=mux.address)

        yield start


def under_no_level(planted: list[Canary]) -> list[Canary]:
    return [each for each in planted if each.privacy != "D"]


@pytest.mark.parametrize("name", NAMES)
def test_no_command_and_no_format_shows_personal_data(name: str, plug: Plug):
    planted, surroundings = canaries(name), plug(name)
    asked = ["--profile", "standard", "--include", "sysdiagnose"]
    asked += ["--include", "traffic"] if name == TRAFFIC else []

    assert 0 == surroundings.run(
        "scan", "-o", "case", "-vv", "--events", "-", "-f", "json", "-f", "html", *asked
    )
    assert 0 == surroundings.run("examine", "case", "--privacy", "public", "-o", "public")
    for format_ in ("json", "html", "text"):
        assert 0 == surroundings.run("report", "case", "-f", format_)
    for words in (
        ["verify", "case"],
        ["case", "info", "case", "--json"],
        ["scan", "case", "--json"],
    ):
        assert 0 == surroundings.run(*words)
    assert set() == seen(surroundings.left(), planted)

    assert 0 == surroundings.run("examine", "case", "--privacy", "case", "-o", "full", "-f", "html")
    assert 0 == surroundings.run("devices", "--json")
    assert set() == seen(surroundings.left(), under_no_level(planted))
    assert seen(surroundings.left(), planted)  # device ids, which that level does show

    kept = seen(surroundings.left(evidence=True), planted)
    assert {each.privacy for each in planted if each.place in kept} >= {"P", "D"}
    assert "crash area, a sysdiagnose" in kept
    assert set() == {place for place in kept if place.startswith(REDUCED)}


def spoilt(recorded: IPhone, change: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """Return the answers of each service and domain, changed: of two calls the first's for both."""
    found: dict[str, bytes] = {}
    for call in recorded.calls:
        found.setdefault(call.service, change(recorded.read(call.replies[0])))
    for domain in filter(None, recorded.values):  # without one a session does not begin
        stated = plistlib.dumps({"Request": "GetValue", "Value": recorded.domain(domain)})
        found[f"lockdownd/{domain}"] = change(stated)
    return found


def garbled(data: bytes) -> bytes:
    return b"\x01\x02" + data[7:]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 3 // 4]


def misplaced(data: bytes) -> bytes:
    """Every text where a name is expected, and under each name something of another type."""
    return plistlib.dumps(_misplaced(plist_of(data)))


def _misplaced(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: [each, {each: each}] if isinstance(each, str) else _misplaced(each)
            for key, each in value.items()
        }
    return [_misplaced(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("change", [garbled, cut, misplaced])
@pytest.mark.parametrize("name", NAMES[:1])
def test_broken_answers_do_not_show_it_in_errors(name: str, change: Any, plug: Plug):
    planted, recorded = canaries(name), IPhone.load(IPHONES[0])
    broken = spoilt(recorded, change)
    surroundings = plug(name, IosFaults(replace=broken))

    assert 0 == surroundings.run("scan", "-o", "case", "-vv", "--events", "events")
    assert 0 == surroundings.run("examine", "case", "--privacy", "case", "-o", "report")

    assert set() == seen(surroundings.left(), under_no_level(planted))


def test_an_iphone_without_trust_tells_nothing_personal(tmp_path: Path, adb_server: AdbServer):
    """What lockdownd tells everyone is the name of the phone, too: nobody needs it."""
    name, recorded = NAMES[0], IPhone.load(IPHONES[0])
    with Usbmuxd([SimulatedIPhone(recorded, trust="unpaired")]) as mux:
        port = adb_server.port  # `devices` would start a server of its own where none listens
        surroundings = Surroundings(tmp_path, port, USBMUXD_SOCKET_ADDRESS=mux.address)
        assert 3 == surroundings.run("scan", f"ios:{recorded.udid}", "-vv", "--events", "-")
        surroundings.run("devices")
        surroundings.run("doctor", "--json")
        assert 0 == surroundings.run("pair", f"ios:{recorded.udid}", "--yes")

    assert set() == seen(surroundings.left(), under_no_level(canaries(name)))


PROFILES = sorted((IPHONES[0].parents[1] / "profiles").iterdir())


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.name)
def test_no_level_shows_what_is_personal_in_a_profile(
    path: Path, tmp_path: Path, adb_server: AdbServer
):
    surroundings, given = Surroundings(tmp_path, adb_server.port), tmp_path / path.name
    given.write_bytes(path.read_bytes())

    chosen = ("-vv", "--events", "-", "-f", "json", "-f", "html", "--privacy", "case")
    assert 0 == surroundings.run("scan", given, "-o", "case", *chosen)
    assert 0 == surroundings.run("examine", given, "--privacy", "public", "-o", "public")
    assert 0 == surroundings.run("report", "case", "-f", "json")
    assert 0 == surroundings.run("artifacts", "list", "--unread", given, "--json")

    everything = surroundings.left() + surroundings.left(evidence=True)
    assert b"canary" not in everything.lower()
    assert b'"artifact":"ios.' in everything


def test_something_personal_stands_in_the_profiles():
    assert {b"CANARY-office", b"CANARY-person", b"CANARY-secret"} == {
        word
        for word in (b"CANARY-office", b"CANARY-person", b"CANARY-secret")
        for path in PROFILES
        if word in path.read_bytes()
    }
