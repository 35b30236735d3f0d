"""Which of many paths somebody wants: patterns sorted by their folders, so each path costs little.

A pattern is of folders and a name, where `*`, `?` and `[]` stand for anything but a slash.
"""

from __future__ import annotations

import re
from fnmatch import translate

_SPECIAL = re.compile(r"[*?\[]")
_REMEMBERED = 65_536  # folders: neighbours in a list mostly lie in one


class _Folder:
    """What is wanted below one folder."""

    def __init__(self) -> None:
        self.named: dict[str, _Folder] = {}
        self.alike: dict[str, tuple[re.Pattern[str], _Folder]] = {}
        self.is_end = False


class PathPatterns:
    """A set of patterns of paths."""

    def __init__(self) -> None:
        self._top = _Folder()
        self._known: dict[str, tuple[_Folder, ...]] = {}

    def add(self, pattern: str) -> None:
        """Take one pattern more."""
        self._known.clear()
        here = self._top
        for part in pattern.split("/"):
            if not _SPECIAL.search(part):
                here = here.named.setdefault(part, _Folder())
            else:
                found = here.alike.get(part) or (re.compile(translate(part)), _Folder())
                here.alike[part] = found
                here = found[1]
        here.is_end = True

    def covers(self, path: str) -> bool:
        """Say whether a pattern is of this path."""
        folder, slash, name = path.rpartition("/")
        if not slash:
            return any(below.is_end for below in _below(self._top, name))
        here = self._known.get(folder)
        if here is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            here = self._known[folder] = self._of(folder)
        return any(below.is_end for one in here for below in _below(one, name)) if here else False

    def _of(self, folder: str) -> tuple[_Folder, ...]:
        """Return what is wanted below a folder, by each of the patterns that lead there."""
        here = [self._top]
        for part in folder.split("/"):
            here = [below for one in here for below in _below(one, part)]
            if not here:
                break
        return tuple(here)


def _below(folder: _Folder, name: str) -> list[_Folder]:
    found = [below for pattern, below in folder.alike.values() if pattern.match(name)]
    named = folder.named.get(name)
    return found if named is None else [named, *found]
