"""Makes events, has them kept, and holds them until the caller takes them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from scanner.model.privacy import PrivacyLevel
from scanner.model.watch import WatchEvent, WatchEventKind
from scanner.watch.clock import Clock
from scanner.watch.delivering import Deliveries
from scanner.watch.keeping import Keeping
from scanner.watch.looking import reason
from scanner.watch.phones import unnamed
from scanner.watch.store.store import Store, StoreFull

_AFTER_FULL = 60.0  # seconds until the store is tried again
_AGAIN = 10_000  # events of an earlier run that are told at the start


class Telling:
    """What a watch tells: kept first, told then."""

    def __init__(
        self, store: Store, clock: Clock, deliveries: Deliveries, privacy: PrivacyLevel
    ) -> None:
        self._store, self._clock, self._deliveries = store, clock, deliveries
        self._privacy = privacy
        self._keeping = Keeping(store)
        self._full = False
        self.at = 0.0  # seconds of the watch
        self.retry_at = float("-inf")
        # What an earlier run kept and nobody has taken yet comes first, with the ids it had.
        self._pending = deque(store.events(store.told, limit=_AGAIN))

    @property
    def now(self) -> datetime:
        return self._clock.now()

    @property
    def pending(self) -> bool:
        return bool(self._pending)

    @property
    def blocked(self) -> bool:
        """Whether something waits for room on the disk; no scans begin meanwhile."""
        return self._full

    def event(self, event: WatchEventKind, **fields: Any) -> WatchEvent:
        """Make an event; only at privacy level `case` it names the phone's target."""
        target = fields.get("target") or ""
        if fields.get("detail"):
            device = fields.get("device") or ""
            fields["detail"] = unnamed(fields["detail"], target, device, self._privacy)
        if self._privacy != "case":
            fields.pop("target", None)
        return WatchEvent(id=self._store.new_id(), at=self.now, event=event, **fields)

    def tell(self, event: WatchEventKind, **fields: Any) -> None:
        """Keep and tell an event that changes nothing else."""
        self.keep((self.event(event, **fields),), lambda: None)

    def keep(self, events: Sequence[WatchEvent], write: Callable[[], object]) -> None:
        """Keep events and what belongs to them in one transaction, then tell them.

        Without room they are told all the same, and kept as soon as there is some.
        """
        try:
            self._keeping.keep(events, write)
        except StoreFull as error:
            self.no_room(error)
        self._pending.extend(events)
        if events:
            self._deliveries.wake()

    def no_room(self, error: StoreFull) -> None:
        """Say once that the disk is full; the store is tried again after a while."""
        if not self._full:
            self._full = True
            self._pending.append(self.event("trouble", detail=reason(error)))
        self.retry_at = self.at + _AFTER_FULL

    def retry(self) -> None:
        """Try to keep what there was no room for."""
        if not self._full or self.at < self.retry_at:
            return
        try:
            lost = self._keeping.retry()
        except StoreFull as error:
            self.no_room(error)
            return
        self._full, self.retry_at = False, float("-inf")
        kept = f"all but {lost} steps of what was seen" if lost else "what was seen"
        detail = f"the store can be written again, and {kept} in between is kept"
        self.tell("trouble", detail=detail, counts={"lost": lost} if lost else {})

    def taken(self) -> Iterator[WatchEvent]:
        """Yield what is to be told, and note what the caller has taken."""
        while self._pending:
            event = self._pending.popleft()
            yield event
            self._keeping.taken(event.id)
