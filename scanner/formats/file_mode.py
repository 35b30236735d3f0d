"""Modes of files as text: of `ls`, of Go's `FileMode`, and octal.

`ls`: a letter for the kind and nine for the permissions, setuid as `s` or `S` in place of `x`. Go:
letters for each kind and special bit (`u` setuid, `g` setgid, `t` sticky), or one dash, then the
nine. Octal is of `find -type f -printf %m`, so it is of a file.
"""

from __future__ import annotations

import re

from msgspec import UNSET, UnsetType

_TEXT = re.compile(r"([a-zA-Z-]{1,8})((?:[r-][w-][xsStT-]){3})[.+@]?\Z")
_OCTAL = re.compile(r"[0-7]{1,5}\Z")
_KINDS = {"-": "file", "d": "folder", "l": "link", "L": "link"}
_SPECIAL_OF_LS = ((2, 0o4000), (5, 0o2000), (8, 0o1000))
_SPECIAL_OF_GO = {"u": 0o4000, "g": 0o2000, "t": 0o1000}
_OTHER_OF_GO = frozenset("pSDc")
_OTHER_OF_LS = frozenset("bcps")


def mode_of(text: str) -> tuple[str | UnsetType, int | UnsetType]:
    """Return the kind (file, folder, link, other) and the permissions; UNSET where not stated."""
    if _OCTAL.match(text):
        return "file", int(text, 8) & 0o7777
    match = _TEXT.match(text)
    if match is None:
        return UNSET, UNSET
    letters, rights = match.groups()
    bits = 0
    for index, letter in enumerate(rights):
        if letter not in "-ST":
            bits |= 1 << 8 - index
    for index, bit in _SPECIAL_OF_LS:
        if rights[index] in "sStT":
            bits |= bit
    if len(letters) > 1 or letters in _SPECIAL_OF_GO:
        for letter, bit in _SPECIAL_OF_GO.items():
            bits |= bit if letter in letters else 0
    return _kind(letters), bits


def _kind(letters: str) -> str:
    for letter in letters:
        if letter in _KINDS:
            return _KINDS[letter]
    other = _OTHER_OF_LS if len(letters) == 1 else frozenset[str]()
    return "other" if set(letters) & (_OTHER_OF_GO | other) else "file"
