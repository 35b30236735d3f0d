"""What a target names: an attached phone, or a path."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scanner.errors import UsageError
from scanner.model.source import DeviceAction, Probe, Source
from scanner.pipeline.options import AdbServer

if TYPE_CHECKING:
    from scanner.sources.android import Attached

OnAction = Callable[[DeviceAction], None]


class LiveSource(Source, Protocol):
    """A source with a device at its other end."""

    round_trips: int

    def probe(self) -> Probe:
        """Ask the device for its clock and its lock state."""
        ...


def as_path(target: str | None) -> Path | None:
    """Return the path that a target names; None where it names a phone."""
    if target is None or target.startswith(("android:", "ios:")):
        return None
    path = Path(target)
    if path.exists():
        return path
    raise UsageError(
        f"no such path, and not the name of a phone: {target}",
        remedy="name a phone as android:SERIAL or android:HOST:PORT (scanner devices lists them)",
    )


def is_case(path: Path) -> bool:
    """Whether a path is the folder of a case."""
    return (path / "bagit.txt").is_file()


def host_keys(platform: str, adb: AdbServer) -> tuple[str, ...]:
    """Return the fingerprints by which a device knows this computer."""
    if platform != "android":
        return ()
    from scanner.sources.android import host_keys as adb_keys

    return adb_keys(adb.keys)


def devices(*, host: str | None = None, port: int | None = None) -> tuple[Attached, ...]:
    """List attached phones in every state; starts an adb server where none runs."""
    from scanner.sources.android import devices as attached

    return tuple(attached(host=host, port=port))


def open_source(
    target: str | None = None,
    *,
    adb: AdbServer | None = None,
    on_action: OnAction | None = None,
) -> LiveSource:
    """Open a phone, or the only one that is attached, to put requests to it directly.

    DeviceError, with a remedy, where it cannot be reached. The caller closes it.
    """
    return open_live(target, adb or AdbServer(), on_action or _unrecorded)


def open_live(target: str | None, adb: AdbServer, on_action: OnAction) -> LiveSource:
    """Open the phone that a target names, or the only one that is attached."""
    if target is not None and not target.startswith(("android:", "ios:")) and Path(target).exists():
        raise UsageError(
            f"{target}: a recording has no phone at its other end to put requests to",
            remedy="scan or examine it: scanner.scan(path)",
        )
    if target is not None and target.startswith("ios:"):
        raise UsageError(
            "iPhones cannot be examined by this version",
            remedy="only Android phones can: android:SERIAL",
        )
    from scanner.sources.android import open_android

    serial = None if target is None else target.removeprefix("android:")
    return open_android(serial, host=adb.host, port=adb.port, on_action=on_action)


def _unrecorded(action: DeviceAction) -> None:
    """Take an action of a caller who keeps no audit log."""
