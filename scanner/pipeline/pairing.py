"""Pairing with an iPhone, which a person asks for, and the memory of having done so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from scanner.case.pseudonym import home
from scanner.case.storage import PRIVATE_FOLDER, Journal, disk_errors
from scanner.errors import UsageError
from scanner.pipeline.host import now

_REMEMBERED = 1024 * 1024  # bytes of the list that are looked through


class Pairing(Struct, frozen=True, kw_only=True):
    """A pairing; one that was made here is a line of `pairings.jsonl` in the installation's folder.

    What the iPhone had of this computer from before is `already`, and never counts as made now.
    """

    fingerprint: str  # of the certificate by which the iPhone knows this computer
    paired_at: datetime | None  # None: before, and not by this installation
    saved_to: str  # where the pairing record lies
    already: bool = False


def pair(
    target: str,
    *,
    usbmux: str | None = None,
    seconds: float = 60.0,
    on_waiting: Callable[[], None] | None = None,
) -> Pairing:
    """Let the iPhone at ios:UDID trust this computer; it asks whoever holds it.

    This changes the iPhone: it keeps the pairing. `on_waiting` is called when the iPhone has asked,
    and nobody has answered yet. One that trusts this computer is left as it is. UsageError for what
    is no iPhone; DeviceError where the answer is no, or none in `seconds`.
    """
    from scanner.sources.ios import pair as ask  # noqa: PLC0415 - imports pymobiledevice3

    require_iphone(target)
    udid = target.removeprefix("ios:")
    made = ask(udid, address=usbmux, seconds=seconds, on_waiting=on_waiting)
    pairing = Pairing(
        fingerprint=made.host_id,
        paired_at=paired_at([made.host_id]) if made.already else now(),
        saved_to=made.saved_to,
        already=made.already,
    )
    if not made.already:
        _remember(pairing)
    return pairing


def require_iphone(target: str) -> None:
    """UsageError for a target that cannot be paired with."""
    if not target.startswith("ios:"):
        raise UsageError("only iPhones are paired", remedy="name one as ios:UDID")


def paired_at(fingerprints: Iterable[str]) -> datetime | None:
    """Return when this installation made one of some pairings; None where it did not."""
    known = set(fingerprints)
    try:
        with _memory().open("rb") as stream:
            lines = stream.read(_REMEMBERED).splitlines()
    except OSError:
        return None
    for line in reversed(lines):
        try:
            pairing = msgspec.json.decode(line, type=Pairing)
        except msgspec.MsgspecError:
            continue
        if pairing.fingerprint in known:
            return pairing.paired_at
    return None


def _memory() -> Path:
    return home() / "pairings.jsonl"


def _remember(pairing: Pairing) -> None:
    path = _memory()
    with disk_errors(path.parent):
        path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        journal = Journal(path)
        try:
            journal.append(msgspec.json.encode(pairing) + b"\n")
        finally:
            journal.close()
