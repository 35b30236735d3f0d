"""Phones that come and go, told to the loop of a watch by a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from scanner.formats.text import safe_text
from scanner.model.source import Attached
from scanner.pipeline import Options, devices
from scanner.watch.messages import Came, Inbox, Message, Servers, Went, guarded

if TYPE_CHECKING:
    from scanner.sources.attached import Attachment

_DETAIL = 500  # characters

Follow = Callable[[threading.Event], Iterator[Message]]
"""Yields what comes and goes until its event is set."""


def following(options: Options, targets: Iterable[str]) -> Follow:
    """Return what follows the phones of this computer; of targets of one platform, one server."""
    from scanner.sources.attached import follow  # noqa: PLC0415  loads adbutils

    platforms = {target.partition(":")[0] for target in targets} or {"android", "ios"}
    servers = [name for name, of in (("adb", "android"), ("usbmux", "ios")) if of in platforms]

    def run(stop: threading.Event) -> Iterator[Message]:
        attachments = follow(
            host=options.adb.host,
            port=options.adb.port,
            usbmux=options.usbmux,
            stop=stop,
            servers=servers,  # type: ignore[arg-type]
        )
        for each in attachments:
            if (message := told(each)) is not None:
                yield message

    return run


def told(attachment: Attachment) -> Message | None:
    """Return an attachment as the loop is told of it."""
    if attachment.kind == "trouble" and attachment.trouble is not None:
        trouble = attachment.trouble
        return Servers(safe_text(f"{trouble.message} {trouble.remedy}", _DETAIL))
    if attachment.kind == "recovered":
        return Servers(f"{attachment.server} can be asked again")
    if attachment.phone is None:
        return None
    if attachment.kind == "detached":
        return Went(attachment.phone.target)
    return came(attachment.phone)


def came(phone: Attached) -> Came:
    """Return a phone that is there as the loop is told of it."""
    obstacle = phone.obstacle
    return Came(
        target=phone.target,
        ready=phone.state == "device",
        state=safe_text(phone.state, 40),
        obstacle=safe_text(f"{obstacle.message} {obstacle.remedy}", _DETAIL) if obstacle else None,
    )


def present(options: Options) -> tuple[Came, ...]:
    """Return the phones that are there now. DeviceError where no server can be asked."""
    found = devices(host=options.adb.host, port=options.adb.port, usbmux=options.usbmux)
    return tuple(came(each) for each in found)


def start(follow: Follow, inbox: Inbox, stop: threading.Event) -> threading.Thread:
    """Start the thread that fills the inbox."""

    def run() -> None:
        for message in follow(stop):
            inbox.put(message)
            if stop.is_set():
                return

    thread = threading.Thread(target=guarded, args=(run, inbox), name="attached", daemon=True)
    thread.start()
    return thread
