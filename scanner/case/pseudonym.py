"""Pseudonyms: the same for one device in all cases of one installation."""

from __future__ import annotations

import functools
import hashlib
import hmac
import os
import secrets
import sys
from pathlib import Path

from scanner.case.storage import PRIVATE_FOLDER, disk_errors, write_file
from scanner.errors import CaseError
from scanner.model.privacy import PrivacyClass

KEY_SIZE = 32


def home() -> Path:
    """Return the folder of this installation: `$SCANNER_HOME`, or where the platform keeps such."""
    if chosen := os.environ.get("SCANNER_HOME"):
        return Path(chosen)
    if sys.platform == "win32":
        base = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "scanner"


def installation_key(folder: Path | None = None) -> bytes:
    """Return the key of this installation, made on first need; CaseError where it cannot be."""
    folder = folder or home()
    path = folder / "installation.key"
    with disk_errors(folder):
        if not path.exists():
            _make(path)
        key = path.read_bytes()
    if len(key) != KEY_SIZE:
        raise CaseError(
            f"{path}: {KEY_SIZE} bytes expected, {len(key)} found",
            remedy="Restore it from a backup, or remove it: new cases get other pseudonyms then.",
        )
    return key


def _make(path: Path) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_file(draft, secrets.token_bytes(KEY_SIZE))
    try:
        os.link(draft, path)  # unlike a rename, fails where another process was first
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def device_key(key: bytes, device_id: str) -> bytes:
    """Derive the key of one device from that of the installation."""
    return hmac.digest(key, device_id.encode("utf-8", "surrogateescape"), hashlib.sha256)


@functools.lru_cache(maxsize=16_384)  # days and sizes repeat
def pseudonym(key: bytes, privacy_class: PrivacyClass, value: str) -> str:
    """Return 16 hexadecimal digits that stand for a value of one device."""
    text = f"{privacy_class}\0{value}".encode("utf-8", "surrogateescape")
    return hmac.digest(key, text, hashlib.sha256).hex()[:16]
