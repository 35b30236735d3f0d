"""Digests as texts state them: hexadecimal digits, as many as the method gives.

`sha256sum` prints a backslash before the digits where the name of the file needed one (coreutils
and toybox); it is no part of them. A text that is no digest is a message of a tool that failed.
"""

from __future__ import annotations

import re
from typing import Literal

from msgspec import UNSET, UnsetType

Method = Literal["md5", "sha1", "sha256"]

_DIGITS: dict[Method, int] = {"md5": 32, "sha1": 40, "sha256": 64}
_HEX = re.compile(r"[0-9a-f]+\Z")


def digest(text: str, method: Method) -> str | UnsetType:
    """Return a digest in lower case, UNSET where a text is none of this method."""
    digits = text.removeprefix("\\").lower()
    return digits if len(digits) == _DIGITS[method] and _HEX.match(digits) else UNSET
