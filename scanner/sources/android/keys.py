"""The keys by which a phone knows this computer."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from scanner.formats.adb_key import fingerprint

_LIMIT = 16 * 1024


def host_keys(paths: Iterable[Path] | None = None) -> tuple[str, ...]:
    """Return the fingerprints of public adb keys, as Android's dialog shows them.

    Without paths, those of this user: the public halves of `adbkey` in the folders adb looks in,
    and of what ADB_VENDOR_KEYS names.
    """
    found: dict[str, None] = {}
    for path in _public_keys() if paths is None else paths:
        try:
            with path.open("rb") as stream:
                text = stream.read(_LIMIT).decode("utf-8", "replace")
        except OSError:
            continue
        if (one := fingerprint(text)) is not None:
            found[one] = None
    return tuple(found)


def _public_keys() -> Iterator[Path]:
    homes = [Path.home() / ".android"]
    if folder := os.environ.get("ANDROID_USER_HOME"):
        homes.insert(0, Path(folder))
    if folder := os.environ.get("ANDROID_SDK_HOME"):
        homes.append(Path(folder) / ".android")
    for home in homes:
        yield home / "adbkey.pub"
    for name in os.environ.get("ADB_VENDOR_KEYS", "").split(os.pathsep):
        path = Path(name)
        if name and path.is_dir():
            yield from sorted(path.glob("*.adb_key.pub"))
        elif name:
            yield path.with_name(f"{path.name}.pub")
