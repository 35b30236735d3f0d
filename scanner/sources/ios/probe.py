"""The phone's clock and lock state.

lockdownd states the time as TimeIntervalSince1970 and the zone as TimeZoneOffsetFromUTC, both in
seconds. The name of the zone, which is a place, is not asked for.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scanner.model.report import ClockReading
from scanner.model.source import DeviceAction, Probe

if TYPE_CHECKING:
    from scanner.sources.ios.asking import Phone

CLOCK, ZONE = "TimeIntervalSince1970", "TimeZoneOffsetFromUTC"
_WITHIN = 5.0  # seconds
_DAY = 24 * 60  # minutes
_YEAR_9999 = 253_402_300_799


async def ask(phone: Phone) -> tuple[Probe, list[DeviceAction]]:
    """Ask the phone, and say what was done. DeviceLost where it is gone.

    What it does not state, or states as something else than a number, is not known.
    """
    zone = await _Value.of(phone, ZONE)  # first: the session may have to be begun anew
    clock = await _Value.of(phone, CLOCK)
    locked = True if "PasswordProtected" in (zone.refusal, clock.refusal) else None
    probed = Probe(clock=_reading(clock, _offset(zone.number)), locked=locked)
    return probed, [zone.action(), clock.action()]


class _Value:
    """One number that lockdownd was asked for, and when."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.number: float | None = None
        self.refusal: str | None = None
        self.asked_at, self.trip = time.time(), 0.0
        self.data = b""

    @classmethod
    async def of(cls, phone: Phone, key: str) -> _Value:
        from scanner.sources.ios.asking import require_here  # noqa: PLC0415 - a second's import
        from scanner.sources.ios.connection import map_of  # noqa: PLC0415
        from scanner.sources.ios.refusals import REFUSED  # noqa: PLC0415

        value = cls(key)
        began = time.monotonic()
        try:
            async with asyncio.timeout(_WITHIN):
                value.data = await phone.value(None, key)
            value.trip = time.monotonic() - began
            value.take(map_of(value.data))
        except REFUSED:
            await require_here(phone.device, phone.address)
        return value

    def take(self, answered: dict[str, Any]) -> None:
        """Read an answer of lockdownd."""
        error, number = answered.get("Error"), answered.get("Value")
        self.refusal = error if isinstance(error, str) else None
        if (
            isinstance(number, int | float)
            and not isinstance(number, bool)
            and abs(number) <= _YEAR_9999  # nor NaN, which no number compares with
        ):
            self.number = float(number)

    def action(self) -> DeviceAction:
        return DeviceAction(
            op="lockdown",
            argv=("GetValue", self.key),
            bytes=len(self.data),
            sha256=hashlib.sha256(self.data).hexdigest(),
            milliseconds=round(self.trip * 1000),
        )


def _reading(clock: _Value, zone: str | None) -> ClockReading | None:
    if clock.number is None or clock.number < 0:
        return None
    middle = clock.asked_at + clock.trip / 2
    return ClockReading(
        device_at=datetime.fromtimestamp(clock.number, tz=UTC),
        host_at=datetime.fromtimestamp(middle, tz=UTC),
        skew_seconds=round(clock.number - middle, 6),
        uncertainty_seconds=round(clock.trip / 2, 6),
        zone=zone,
    )


def _offset(seconds: float | None) -> str | None:
    """Write an offset as +0530; None for one that no zone has."""
    if seconds is None:
        return None
    minutes = round(seconds / 60)
    if abs(minutes) >= _DAY:
        return None
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02}{rest:02}"
