"""What a backup says of itself: Manifest.plist, with the keybag and the key of the list of files.

IsEncrypted says whether the files are. BackupKeyBag is there in any case. Since iOS 10.2 the list
of files is encrypted as well; ManifestKey is its key, wrapped, four bytes of its class before it.
A copy of an encrypted backup that somebody decrypted keeps Manifest.plist as it was: its list of
files then is a plain database, though there is a key for it.
"""

from __future__ import annotations

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats import plists
from scanner.formats.ios_backup.keybag import Keybag, keybag
from scanner.formats.ios_backup.layout import DATABASE, INFO, LIST, MANIFEST, STATUS, Layout
from scanner.model.requests import MiB

_LIMIT = 64 * MiB  # bytes of a list; it names each app
_BEGINNINGS = {DATABASE: b"SQLite format 3\0", LIST: b"mbdb"}


class About(Struct, frozen=True, kw_only=True):
    """How a backup is encrypted."""

    encrypted: bool = False  # its files are
    list_key: str = ""  # hex, as in a locator: of an encrypted Manifest.db


def is_damaged(layout: Layout) -> bool:
    """Say whether none of a backup's lists is one, so that nothing of it can be read."""
    return not any(_is_list(layout, name) for name in (DATABASE, LIST, MANIFEST, INFO, STATUS))


def about(layout: Layout) -> About:
    """Return how a backup is encrypted; without Manifest.plist it is not.

    ParseError for a damaged Manifest.plist.
    """
    if not layout.has(MANIFEST):
        return About()
    stated = read_map(layout, MANIFEST)
    if not plists.flag(stated, "IsEncrypted"):
        return About()
    key = stated.get("ManifestKey")
    if not isinstance(key, bytes):
        return About(encrypted=True)
    if layout.has(DATABASE) and _begins(layout, DATABASE):
        return About()
    return About(encrypted=True, list_key=key.hex())


def keybag_of(layout: Layout) -> Keybag:
    """Return the keybag of a backup; ParseError where there is none."""
    data = read_map(layout, MANIFEST).get("BackupKeyBag")
    if not isinstance(data, bytes):
        raise ParseError("a keybag in Manifest.plist expected")
    return keybag(data)


def read_map(layout: Layout, name: str) -> plists.Map:
    """Return one of the lists of a backup; ParseError where it is none."""
    with layout.open(name) as stream:
        data = stream.read(_LIMIT + 1)
    if len(data) > _LIMIT:
        raise ParseError(f"at most {_LIMIT} bytes expected")
    value = plists.plist_of(data)
    if not isinstance(value, dict):
        raise ParseError("a property list with a dictionary expected")
    return value


def _is_list(layout: Layout, name: str) -> bool:
    if not layout.has(name):
        return False
    try:
        if name in _BEGINNINGS:
            return _begins(layout, name)
        return bool(read_map(layout, name))
    except ParseError:
        return False


def _begins(layout: Layout, name: str) -> bool:
    beginning = _BEGINNINGS[name]
    with layout.open(name) as stream:
        return stream.read(len(beginning)) == beginning
