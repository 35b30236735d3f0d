"""Public keys of adb, as `adb_keys`, `~/.android/adbkey.pub` and `dumpsys adb` hold them.

One line: the key in base64, a blank, a name that the computer gave to itself and that is not read.
Source: system/core libcrypto_utils (android_pubkey), AdbDebuggingManager.getFingerprints.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import struct

_LONGEST = 16 * 1024  # characters


def fingerprint(line: str) -> str | None:
    """Return the MD5 of a key as Android's dialog shows it (AA:BB:...), or None for no key."""
    words = line[:_LONGEST].split(maxsplit=1)
    if not words:
        return None
    try:
        key = base64.b64decode(words[0], validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(key) < 4 or not 0 < struct.unpack_from("<I", key)[0] <= 1024:  # noqa: PLR2004  words of modulus
        return None
    return hashlib.md5(key, usedforsecurity=False).digest().hex(":").upper()
