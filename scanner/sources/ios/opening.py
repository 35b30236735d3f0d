"""The way to a phone: which there are, whether it trusts this computer, what stands between."""

from __future__ import annotations

import asyncio

from pymobiledevice3.exceptions import (
    NotPairedError,
    PasscodeRequiredError,
    PasswordRequiredError,
    PyMobileDevice3Exception,
)
from pymobiledevice3.usbmux import MuxDevice

from scanner.errors import DeviceError
from scanner.sources.ios import mux
from scanner.sources.ios.asking import Phone
from scanner.sources.ios.pairing_record import PairingRecord, record_of

_WITHIN = 15.0  # seconds


class Untrusted(DeviceError):
    """The phone has not trusted this computer."""

    def __init__(self, udid: str) -> None:
        super().__init__(
            f"The iPhone {udid} has not trusted this computer.",
            remedy=f"Unlock it, run `scanner pair ios:{udid}`, and tap Trust on its screen.",
        )


class Locked(DeviceError):
    """The phone was not unlocked since it started."""

    def __init__(self, udid: str) -> None:
        super().__init__(
            f"The iPhone {udid} is locked.",
            remedy="Unlock it with its passcode, keep it unlocked, and try again.",
        )


class Silent(DeviceError):
    """The phone is there, and nothing comes of asking it."""

    def __init__(self, udid: str) -> None:
        super().__init__(
            f"The iPhone {udid} is attached, but does not answer.",
            remedy="Unlock it, plug it in again, restart it if need be, and try again.",
        )


async def opened(device: MuxDevice, address: str) -> Phone:
    """Begin a session with a phone that trusts this computer; the caller closes it.

    DeviceError, with what to do, where it does not, or something else stands in the way.
    """
    udid = device.serial
    stored = await mux.pair_record(address, udid)
    if stored is None:
        raise Untrusted(udid)
    return await with_record(device, address, record_of(stored))


async def with_record(device: MuxDevice, address: str, record: PairingRecord) -> Phone:
    """Begin a session with what is known of the pairing. DeviceError as for `opened`."""
    phone = Phone(device, address, record)
    try:
        async with asyncio.timeout(_WITHIN):
            await phone.open()
    except NotPairedError as error:
        raise Untrusted(device.serial) from error
    except (PasswordRequiredError, PasscodeRequiredError) as error:
        raise Locked(device.serial) from error
    except (PyMobileDevice3Exception, OSError, EOFError) as error:
        raise await why_not(device, address) from error
    return phone


async def why_not(device: MuxDevice, address: str) -> DeviceError:
    """Say what became of a phone that could not be reached."""
    found = await mux.listed(address)
    if any(one.devid == device.devid for one in found):
        return Silent(device.serial)
    return DeviceError(
        f"The iPhone {device.serial} went away.",
        remedy="Plug it in again, unlock it, keep it unlocked, and try again.",
    )


async def chosen(udid: str | None, address: str) -> MuxDevice:
    """Find the phone with a UDID, or the only one there is, over USB where it can be."""
    if udid is not None and not mux.is_udid(udid):
        raise DeviceError(
            "That is not the UDID of an iPhone.", remedy="`scanner devices` lists the phones."
        )
    found = usable(await mux.listed(address))
    if udid is not None:
        wanted = [one for one in found if mux.is_same(one.serial, udid)]
        if not wanted:
            raise DeviceError(
                f"No iPhone with the UDID {udid} is attached.",
                remedy="`scanner devices` lists the phones there are.",
            )
        return wanted[0]
    if not found:
        raise DeviceError(
            "No iPhone is attached.",
            remedy="Plug an iPhone in and unlock it; if it asks whether to trust this computer, tap"
            " Trust, and try again.",
        )
    if len(found) > 1:
        names = ", ".join(f"ios:{one.serial}" for one in found)
        raise DeviceError(
            f"{len(found)} iPhones are attached: {names}.", remedy="Name one of them as the target."
        )
    return found[0]


def usable(found: tuple[MuxDevice, ...]) -> list[MuxDevice]:
    """Return each phone once, the connection over USB where there are two.

    One whose name has not the form of a UDID is left out: the name is part of a file's elsewhere.
    """
    phones: dict[str, MuxDevice] = {}
    for one in found:
        if not isinstance(one.serial, str) or not mux.is_udid(one.serial):
            continue
        name = one.serial.replace("-", "").upper()
        if name not in phones or (one.is_usb and not phones[name].is_usb):
            phones[name] = one
    return list(phones.values())


def transport_of(device: MuxDevice) -> str:
    """Return how usbmuxd reaches a phone."""
    return "network" if device.is_network else "usb"
