"""Pairing: the one thing that is done to an iPhone beyond reading, when a person asks for it.

lockdownd is told `Pair` with certificates that are made for it, and answers that a dialog waits
until the person has tapped Trust (and typed the passcode). Then usbmuxd keeps the record.
"""

from __future__ import annotations

import asyncio
import plistlib
import time
import uuid
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner.errors import DeviceError
from scanner.model.source import DeviceAction, OnAction
from scanner.sources.ios import mux
from scanner.sources.ios.session import Session

if TYPE_CHECKING:
    from pymobiledevice3.usbmux import MuxDevice

    from scanner.sources.ios.lockdown import Lockdown

_BETWEEN = 1.0  # seconds from one question to the next
_ASKED_WITHIN = 15.0  # seconds for one answer of the phone


class Paired(Struct, frozen=True, kw_only=True):
    """A phone that trusts this computer."""

    udid: str
    host_id: str  # fingerprint by which the phone knows this computer
    saved_to: str  # the usbmuxd that keeps the record
    already: bool = False  # it did before, and nothing was done


def pair(
    udid: str | None,
    *,
    address: str | None = None,
    seconds: float = 60.0,
    on_action: OnAction | None = None,
    on_waiting: Callable[[], None] | None = None,
) -> Paired:
    """Ask an iPhone to trust this computer, and wait for the person to tap Trust.

    `on_waiting` is called once, when the dialog is shown. DeviceError, with what to do, where the
    person declines, does not decide in time, or the phone is locked or gone.
    """
    where = mux.address_of(address)
    if not mux.is_running(where):
        raise mux.none_running()
    session = Session()
    try:
        pairing = session.run(_begun(udid, where))
        if isinstance(pairing, Paired):
            return pairing
        try:
            return _pair(session, pairing, seconds, on_action or _untold, on_waiting or _unseen)
        finally:
            session.run(pairing.close())
    finally:
        session.close()


def _pair(
    session: Session,
    pairing: _Pairing,
    seconds: float,
    on_action: OnAction,
    on_waiting: Callable[[], None],
) -> Paired:
    until, waiting = time.monotonic() + seconds, False
    on_action(DeviceAction(op="pair", argv=("Pair",), changes_device=True))
    while not session.run(pairing.ask()):
        if not waiting:
            on_waiting()
            waiting = True
        if time.monotonic() + _BETWEEN > until:
            raise DeviceError(
                f"Nobody tapped Trust on the iPhone within {seconds:.0f} seconds.",
                remedy="Unlock it, run `scanner pair` again, and tap Trust while it waits.",
            )
        time.sleep(_BETWEEN)
    paired = session.run(pairing.save())
    on_action(DeviceAction(op="pair", argv=("SavePairRecord",)))
    return paired


async def _begun(udid: str | None, address: str) -> Paired | _Pairing:
    """Return the pairing that is to be done; Paired where the phone trusts this computer."""
    from scanner.sources.ios import opening  # noqa: PLC0415 - a second's import

    device = await opening.chosen(udid, address)
    try:
        phone = await opening.opened(device, address)
    except opening.Untrusted:
        return await _Pairing.begin(device, address)
    await phone.close()
    return Paired(
        udid=device.serial, host_id=phone.record.fingerprint, saved_to=address, already=True
    )


class _Pairing:
    """A record that is offered to a phone until the person there has decided.

    The phone is told certificates and names. `keys` are private: they stay on this computer.
    """

    def __init__(self, lockdown: Lockdown, record: dict[str, Any], keys: dict[str, bytes]) -> None:
        self._lockdown, self._record, self._keys = lockdown, record, keys

    @classmethod
    async def begin(cls, device: MuxDevice, address: str) -> _Pairing:
        """Make certificates for the phone's own public key."""
        from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
        from pymobiledevice3.ca import generate_pairing_cert_chain  # noqa: PLC0415
        from pymobiledevice3.exceptions import PyMobileDevice3Exception  # noqa: PLC0415

        from scanner.sources.ios.lockdown import Lockdown  # noqa: PLC0415
        from scanner.sources.ios.opening import Silent, why_not  # noqa: PLC0415

        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_ASKED_WITHIN):
                    lockdown = await Lockdown.connect(device, address)
                    stack.push_async_callback(lockdown.close)
                    lockdown.further = frozenset({"Pair"})
                    public = await lockdown.get_value(key="DevicePublicKey")
                    radio = await lockdown.public_value("WiFiAddress")
                    buid = await mux.buid(address)
                made = await asyncio.to_thread(generate_pairing_cert_chain, public)
            except (PyMobileDevice3Exception, OSError, EOFError) as error:
                raise await why_not(device, address) from error
            except (ValueError, TypeError, UnsupportedAlgorithm) as error:
                raise Silent(device.serial) from error
            stack.pop_all()  # it stays open until the person has decided
        host, key, of_device, root, root_key = made
        record = {
            "DeviceCertificate": of_device,
            "HostCertificate": host,
            "HostID": str(uuid.uuid4()).upper(),
            "RootCertificate": root,
            "SystemBUID": buid,
            **({"WiFiMACAddress": radio} if radio else {}),
        }
        return cls(lockdown, record, {"HostPrivateKey": key, "RootPrivateKey": root_key})

    async def close(self) -> None:
        """Leave the phone; more than once does no harm."""
        await self._lockdown.close()

    async def ask(self) -> bool:
        """Offer the record; False while the dialog waits. DeviceError for every other answer."""
        from pymobiledevice3.exceptions import (  # noqa: PLC0415
            PairingDialogResponsePendingError,
            PasscodeRequiredError,
            PasswordRequiredError,
            PyMobileDevice3Exception,
            UserDeniedPairingError,
        )

        from scanner.sources.ios.opening import Locked, why_not  # noqa: PLC0415

        device, address = self._lockdown.device, self._lockdown.address
        try:
            async with asyncio.timeout(_ASKED_WITHIN):
                answered = await self._lockdown.ask(
                    "Pair",
                    {
                        "PairRecord": self._record,
                        "ProtocolVersion": "2",
                        "PairingOptions": {"ExtendedPairingErrors": True},
                    },
                )
        except PairingDialogResponsePendingError:
            return False
        except UserDeniedPairingError as error:
            raise DeviceError(
                "The person at the iPhone tapped Don't Trust.",
                remedy="Ask them first; then plug the phone in again, and run `scanner pair`.",
            ) from error
        except (PasswordRequiredError, PasscodeRequiredError) as error:
            raise Locked(device.serial) from error
        except (PyMobileDevice3Exception, OSError, EOFError) as error:
            raise await why_not(device, address) from error
        bag = answered.get("EscrowBag")
        if isinstance(bag, bytes):
            self._record["EscrowBag"] = bag
        return True

    async def save(self) -> Paired:
        """See that the phone knows the record, and let usbmuxd keep it."""
        from scanner.sources.ios.opening import with_record  # noqa: PLC0415
        from scanner.sources.ios.pairing_record import record_of  # noqa: PLC0415

        device, address = self._lockdown.device, self._lockdown.address
        await self._lockdown.close()
        kept = {**self._record, **self._keys}
        record = record_of(kept)
        await (await with_record(device, address, record)).close()
        try:
            await mux.save_pair_record(address, device, plistlib.dumps(kept))
        except (DeviceError, ValueError) as error:
            raise DeviceError(
                "The iPhone trusts this computer now, but usbmuxd does not keep the record of it.",
                remedy="Look at usbmuxd's own log (may it write?), and pair again.",
            ) from error
        return Paired(udid=device.serial, host_id=record.fingerprint, saved_to=address)


def _untold(action: DeviceAction) -> None:
    """Take an action of a caller who keeps no audit log."""


def _unseen() -> None:
    """Take it that nobody is told of the dialog."""
