"""Which cases of a watch are kept: each scan makes one, and most show nothing new.

A folder is noted in the store before it is made, and again before it is removed: after a kill
nothing lies about that the watch does not know of, and nothing is removed that it did not make.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

from scanner.watch.settings import KeepCases
from scanner.watch.store.rows import iso
from scanner.watch.store.store import Store

_NAMES = 1000  # tries to find a folder's name that is free


class CaseFolders:
    """The cases of a watch, below one folder. Its methods belong into transactions of the store."""

    def __init__(self, store: Store, root: Path, keep: KeepCases) -> None:
        self._store, self._root, self._keep = store, root.absolute(), keep

    def new(self, device: str, at: datetime) -> Path:
        """Return the folder of a new case, and note it."""
        stem = f"{at:%Y%m%dT%H%M%SZ}-{device}"
        for number in range(_NAMES):
            folder = self._root / (f"{stem}-{number}" if number else stem)
            if not folder.exists() and not self._noted(folder):
                break
        self._note(folder, device, at, "begun")
        return folder

    def settle(
        self, device: str, folder: Path, at: datetime, *, changed: bool, baseline: bool
    ) -> bool:
        """Note what a complete case is kept for; earlier ones that are kept for nothing may go."""
        old = ["last", "incomplete"] + (["changed"] if self._keep == "last" else [])
        if self._keep != "all":
            marks = ", ".join("?" * len(old))
            self._store.change(
                f"UPDATE cases SET why = 'over' WHERE device = ? AND why IN ({marks})",  # noqa: S608 marks only
                device, *old,
            )  # fmt: skip
        why = "baseline" if baseline else "changed" if changed else "last"
        self._note(folder, device, at, why)
        return True

    def broke_off(self, device: str, folders: tuple[Path, ...], at: datetime) -> None:
        """Note a case that is incomplete: it is kept until a complete one follows."""
        for folder in folders:
            self._note(folder, device, at, "incomplete")

    def drop(self, folder: Path) -> None:
        """Forget a case that is not there."""
        self._store.change("DELETE FROM cases WHERE folder = ?", str(folder))

    def recover(self) -> None:
        """Take note of cases that a kill left behind."""
        self._store.change("UPDATE cases SET why = 'incomplete' WHERE why = 'begun'")

    def sweep(self) -> int:
        """Remove the cases that are kept for nothing; outside of a transaction. StoreFull."""
        over = [Path(text) for (text,) in self._over()]
        for folder in over:
            if folder.parent == self._root and not folder.is_symlink():
                shutil.rmtree(folder, ignore_errors=True)
        gone = [folder for folder in over if not folder.exists()]
        if gone:
            self._store.write(partial(self._forget, gone))
        return len(over)

    def _forget(self, folders: Iterable[Path]) -> None:
        for folder in folders:
            self.drop(folder)

    def _over(self) -> Iterator[tuple[str]]:
        rows = [*self._store.rows("SELECT folder FROM cases WHERE why = 'over' LIMIT 100")]
        yield from rows

    def _noted(self, folder: Path) -> bool:
        rows = self._store.rows("SELECT 1 FROM cases WHERE folder = ?", str(folder))
        return next(rows, None) is not None

    def _note(self, folder: Path, device: str, at: datetime, why: str) -> None:
        self._store.change(
            "INSERT OR REPLACE INTO cases VALUES (?, ?, ?, ?)", str(folder), device, iso(at), why
        )
