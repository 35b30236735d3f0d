"""Clock, lock state and serial of a phone."""

import pytest

from scanner.simulate import Faults
from scanner.sources.android.probe import locked

POLICY = b"""WINDOW MANAGER POLICY STATE
    KeyguardServiceDelegate
      showing=%s
      secure=%s
      KeyguardStateMonitor
        mIsShowing=true
"""


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (POLICY % (b"true", b"true"), True),
        (POLICY % (b"false", b"true"), False),
        (POLICY % (b"true", b"false"), False),
        (b"showing=true\nsecure=true\n", None),
        (b"KeyguardServiceDelegate\n showing=maybe\n secure=true\n", None),
        (b"Can't find service: window\n", None),
        (b"", None),
    ],
)
def test_the_lock_state_is_what_the_keyguard_states(output, expected):
    assert expected is locked(output)


def phone_of(record_phone, **extra):
    return record_phone(
        {
            "getprop": b"[ro.serialno]: [TESTSERIAL01]\n",
            "dumpsys window policy": POLICY % (b"true", b"true"),
            **extra,
        }
    )


def test_a_probe_of_a_phone(record_phone, simulate, open_source):
    source = open_source(simulate(phone_of(record_phone)))

    probe = source.probe()

    assert probe.locked is True
    assert "TESTSERIAL01" == source.device_id
    assert abs(probe.clock.skew_seconds) <= probe.clock.uncertainty_seconds + 0.5
    assert 0 < probe.clock.uncertainty_seconds < 5
    assert len(probe.clock.zone) == 5
    assert probe.clock.booted_at < probe.clock.device_at


def test_a_phone_with_another_clock(record_phone, simulate, open_source):
    source = open_source(simulate(phone_of(record_phone), faults=Faults(clock_offset=86_400.0)))

    assert 86_400 == pytest.approx(source.probe().clock.skew_seconds, abs=1)


def test_the_first_probe_is_that_of_opening(record_phone, simulate, open_source):
    phone = simulate(phone_of(record_phone))
    source = open_source(phone)

    source.probe()
    assert 1 == phone.opened["exec"] == source.round_trips
    source.probe()
    assert 2 == phone.opened["exec"] == source.round_trips


@pytest.mark.parametrize("serial", [b"", b"\x1b[2J", b"x" * 500, b"two words"])
def test_a_serial_that_is_none_is_not_taken(record_phone, simulate, open_source, serial):
    phone = simulate(record_phone({"getprop": b"[ro.serialno]: [" + serial + b"]\n"}))

    assert phone.address == open_source(phone).device_id


def test_a_phone_that_floods_its_probe(record_phone, simulate, open_source):
    faults = Faults(flood={"dumpsys window policy": 1 << 30})

    assert open_source(simulate(record_phone(), faults=faults)).probe().locked is None
