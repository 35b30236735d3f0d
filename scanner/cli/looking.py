"""What rules and queries are tried on: cases, recordings, and the recorded phones of the demo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from scanner.cli.demo_phone import is_iphone, serving
from scanner.cli.exits import complain
from scanner.cli.passwords import password_from
from scanner.errors import ScannerError, UsageError
from scanner.model.data import data_folder
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline import AdbServer, Options, acquire
from scanner.pipeline.workbench import Looked, look

TARGET = "CASE|PATH"
_DEMO = "demo:"
_PROFILE = "standard"  # of a phone that is simulated: all that its recording can answer


def look_at(target: str, privacy: PrivacyLevel | None = None) -> Looked:
    """Read what a target names: a case, a recording, or `demo:NAME`."""
    if target.startswith(_DEMO):
        return look_at_phone(target.removeprefix(_DEMO), privacy)
    path = Path(target)
    if not path.exists():
        raise UsageError(f"no such path: {target}", remedy="name a case, a recording, or demo:NAME")
    return look(path, privacy=privacy, password=password_from(None))


def look_at_phone(phone: str | Path, privacy: PrivacyLevel | None = None) -> Looked:
    """Acquire a recorded phone over its real protocol, and read what was acquired."""
    with TemporaryDirectory(prefix="scanner-") as folder, serving(phone) as reached:
        options = Options(
            output=Path(folder) / "case",
            profile=_PROFILE,
            adb=reached.adb or AdbServer(),
            usbmux=reached.usbmux,
        )
        acquired = acquire(reached.target, options=options)
        if acquired.error is not None:
            raise acquired.error
        name = phone.name if isinstance(phone, Path) else phone
        return look(acquired.folder, name=name, privacy=privacy)


def look_at_each(
    targets: Sequence[str], privacy: PrivacyLevel | None = None
) -> Iterator[Looked | tuple[str, ScannerError]]:
    """Read each target; of one that cannot be read, yield its name and why."""
    for target in targets:
        try:
            yield look_at(target, privacy)
        except ScannerError as error:
            yield target, error


def clean_phones(platforms: set[str]) -> tuple[Looked, ...]:
    """Read the recorded phones of some platforms that nobody tampered with."""
    folders = sorted(path for path in data_folder("phones").glob("*-clean") if path.is_dir())
    chosen = [path for path in folders if ("ios" if is_iphone(path) else "android") in platforms]
    with ThreadPoolExecutor(max(1, len(chosen)), thread_name_prefix="clean") as pool:
        return tuple(pool.map(look_at_phone, chosen))


def say_unread(target: str, error: ScannerError) -> None:
    """Say on standard error which target could not be read."""
    click.echo(f"{target}: not examined", err=True)
    complain(error)
