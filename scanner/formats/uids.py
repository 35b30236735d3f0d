"""Linux users of apps, as `UserHandle.formatUid` prints them."""

from __future__ import annotations

import re

USER_RANGE = 100_000
"""Linux users of one Android user (UserHandle.PER_USER_RANGE)."""

# UserHandle.java, Process.java: an app, a system part of a further user, an isolated process, one
# of an app's own zygote.
_FIRST = {"a": 10_000, "s": 0, "i": 99_000, "ai": 90_000}
_PRINTED = re.compile(r"(?:u(\d{1,5})(ai|a|s|i)(\d{1,6})|(\d{1,10}))\Z")


def printed_uid(text: str) -> int | None:
    """Return the uid of `u0a123`, `u10s1000` or `1000`; None where the text is none."""
    match = _PRINTED.match(text)
    if match is None:
        return None
    user, kind, number, plain = match.groups()
    if plain is not None:
        return int(plain)
    return int(user) * USER_RANGE + _FIRST[kind] + int(number)
