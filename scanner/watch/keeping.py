"""Keeps what is told, and holds what the disk has no room for until it has."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from scanner.errors import ScannerError
from scanner.model.watch import WatchEvent
from scanner.watch.store.store import Store, StoreFull

_HELD = 256  # steps that are held in memory while the disk is full; no scans begin meanwhile

Step = tuple[Sequence[WatchEvent], Callable[[], object]]


class Keeping:
    """Writes steps to the store in their order; each is one transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: deque[Step] = deque()
        self._lost = 0

    def keep(self, events: Sequence[WatchEvent], write: Callable[[], object]) -> None:
        """Keep a step. StoreFull where there is no room: the step is held, and tried again."""
        if self._held:
            self._hold((events, write))
            return
        try:
            self._write((events, write))
        except StoreFull:
            self._hold((events, write))
            raise

    def retry(self) -> int:
        """Keep what is held; return how many steps were lost. StoreFull where it does not go."""
        while self._held:
            self._write(self._held[0])
            self._held.popleft()
        lost, self._lost = self._lost, 0
        return lost

    def taken(self, id: int) -> None:
        """Note which events the caller has taken, as far as there is room for it."""
        try:
            self._store.write(lambda: self._store.put_told(id), careful=False)
        except ScannerError:
            return  # after a restart they are told once more, with the ids they have

    def _hold(self, step: Step) -> None:
        if len(self._held) >= _HELD:
            self._lost += 1
        else:
            self._held.append(step)

    def _write(self, step: Step) -> None:
        events, write = step

        def whole() -> None:
            write()
            for event in events:
                self._store.put_event(event)

        self._store.write(whole)
