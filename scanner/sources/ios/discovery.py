"""Which iPhones are attached, and what stands in the way of each. None is ever paired here."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Literal

from scanner.errors import DeviceError
from scanner.model.source import Attached, Obstacle
from scanner.sources.ios import mux
from scanner.sources.ios.session import Session

if TYPE_CHECKING:
    from pymobiledevice3.usbmux import MuxDevice

_WITHIN = 5.0  # seconds for each phone; they are asked beside each other
_NAME_LIMIT = 64  # characters


def devices(address: str | None = None) -> tuple[Attached, ...]:
    """List attached iPhones in every state, each once; none where no usbmuxd runs.

    `address` is usbmuxd's, HOST:PORT or a path, if not the usual one.
    """
    where = mux.address_of(address)
    if not mux.is_running(where):
        return ()
    session = Session()
    try:
        return session.run(_all(where))
    finally:
        session.close()


async def _all(address: str) -> tuple[Attached, ...]:
    from scanner.sources.ios.opening import usable  # noqa: PLC0415 - a second's import

    found = await mux.listed(address)
    phones = await asyncio.gather(*(_state(one, address) for one in usable(found)))
    nameless = {str(one.serial): one for one in found if not _has_name(one)}
    return (*phones, *map(_nameless, nameless.values()))


async def _state(device: MuxDevice, address: str) -> Attached:
    from scanner.sources.ios import opening  # noqa: PLC0415
    from scanner.sources.ios.connection import ForeignPeer  # noqa: PLC0415

    product = release = None
    state, obstacle = "device", None
    try:
        async with asyncio.timeout(_WITHIN):
            product, release = await _public(device, address)
            await (await opening.opened(device, address)).close()
    except TimeoutError:
        state, obstacle = "silent", _obstacle(opening.Silent(device.serial))
    except opening.Untrusted as error:
        state, obstacle = "unpaired", _obstacle(error)
    except opening.Locked as error:
        state, obstacle = "locked", _obstacle(error)
    except opening.Silent as error:
        state, obstacle = "silent", _obstacle(error)
    except DeviceError as error:
        state = "foreign" if isinstance(error, ForeignPeer) else "lost"
        obstacle = _obstacle(error)
    transport: Literal["usb", "network"] = "network" if device.is_network else "usb"
    return Attached(
        platform="ios",
        serial=device.serial,
        state=state,
        transport=transport,
        product=product,
        release=release,
        obstacle=obstacle,
    )


async def _public(device: MuxDevice, address: str) -> tuple[str | None, str | None]:
    """Ask for the model and the version of iOS, which every computer is told."""
    from pymobiledevice3.exceptions import PyMobileDevice3Exception  # noqa: PLC0415

    from scanner.sources.ios.lockdown import Lockdown  # noqa: PLC0415
    from scanner.sources.ios.opening import why_not  # noqa: PLC0415

    try:
        lockdown = await Lockdown.connect(device, address)
    except TimeoutError:
        raise
    except (PyMobileDevice3Exception, OSError, EOFError) as error:
        raise await why_not(device, address) from error
    try:
        version = lockdown.all_values.get("ProductVersion")
        return await lockdown.public_value("ProductType"), version
    except (PyMobileDevice3Exception, EOFError) as error:
        raise await why_not(device, address) from error
    finally:
        await lockdown.close()


def _has_name(device: MuxDevice) -> bool:
    return isinstance(device.serial, str) and mux.is_udid(device.serial)


def _nameless(device: MuxDevice) -> Attached:
    return Attached(
        platform="ios",
        serial=str(device.serial)[:_NAME_LIMIT],
        state="refused",
        transport="network" if device.is_network else "usb",
        obstacle=Obstacle(
            "A device calls itself by a name that no iPhone has.",
            "Unplug it, and do not trust what it is.",
        ),
    )


def _obstacle(error: DeviceError) -> Obstacle:
    return Obstacle(str(error), error.remedy)
