"""Files of feeds that a person names: which there are in a folder, and the id that each gets."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from scanner.errors import UsageError

MAX_FEED_BYTES = 256 * 2**20  # that of the readers, which are imported when a file is read
FILE_LIMIT = 1_000  # of one folder
SUFFIXES = frozenset(
    (".csv", ".hosts", ".json", ".jsonl", ".stix", ".stix2", ".tsv", ".txt", ".yaml", ".yml")
)
SIGNATURE_SUFFIXES = (".minisig", ".sig")  # after the name of the file that was signed
_LONGEST = 60  # leaves room for a number


def feed_files(path: Path) -> tuple[Path, ...]:
    """Return a file as it is, or those of a folder that may hold indicators. UsageError for none.

    What is hidden, and what the name of no feed ends like, is left out: a folder of feeds is often
    a whole repository.
    """
    if path.is_dir():
        found = tuple(sorted(islice(_below(path), FILE_LIMIT + 1)))
        if not found:
            raise without_feeds(path)
        if len(found) > FILE_LIMIT:
            raise UsageError(f"{path}: more than {FILE_LIMIT} files", remedy="name fewer")
        return found
    if not path.exists():
        raise UsageError(f"{path}: no such file", remedy="check the path")
    return (path,)


def without_feeds(folder: Path) -> UsageError:
    """Return the error of a folder in which no file is a feed."""
    names = ", ".join(f"*{suffix}" for suffix in sorted(SUFFIXES))
    return UsageError(f"{folder}: no files of indicators there", remedy=f"it takes {names}")


def _below(folder: Path) -> Iterator[Path]:
    for inside, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(inside, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES and path.is_file():
                yield path


def id_of(path: Path, below: Path | None = None, prefix: str = "") -> str:
    """Return the id of a file: its name, within a folder its path, in letters that ids may have."""
    name = path.relative_to(below).with_suffix("").as_posix() if below else path.stem
    plain = re.sub(r"[^a-z0-9.]+", "-", f"{prefix}{name}".lower()).strip("-.")
    return plain[:_LONGEST].rstrip("-.") or "feed"


def unused(id: str, taken: set[str]) -> str:
    """Return an id that is not taken yet, with a number where it must be; then it is taken."""
    free, number = id, 1
    while free in taken:
        number += 1
        free = f"{id[:_LONGEST]}-{number}"
    taken.add(free)
    return free
