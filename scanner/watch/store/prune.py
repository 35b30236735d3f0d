"""Keeps a store within its bounds: the oldest goes first, and nothing that is open or owed."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from scanner.watch.phones import MOST
from scanner.watch.store.rows import iso
from scanner.watch.store.store import Store

_AT_ONCE = 2000  # rows in one transaction: a watch must not wait long for it
_TABLES = ("events", "changes", "scans")
_FREE = (  # nobody holds such a finding back any more; both times are in UTC
    "coalesce(substr(json_extract(CAST(body AS TEXT), '$.suppressed_until'), 1, 19), '')"
    " < substr(?, 1, 19)"
)


class Pruned(Struct, frozen=True, kw_only=True):
    """What was removed."""

    rows: int
    bytes: int  # of the file, after
    devices: int = 0


def prune(store: Store, now: datetime, *, keep_days: int, max_mib: int) -> Pruned:
    """Remove what is older than `keep_days`, then the oldest until the file fits `max_mib`.

    Open findings, those that are suppressed, states, and what sinks are owed stay.
    """
    before = now - timedelta(days=keep_days)
    rows = sum(_older(store, table, before) for table in _TABLES)
    rows += _findings(store, before, now)
    devices = _devices(store, before)
    store.write(store.outbox.expire)
    limit = max_mib * 2**20
    while _used(store) > limit:
        removed = sum(_oldest(store, table) for table in _TABLES) or _gone(store, now)
        if not removed:
            break
        rows += removed
    store.shrink()
    return Pruned(rows=rows, bytes=_used(store), devices=devices)


def _older(store: Store, table: str, before: datetime) -> int:
    total = 0
    while removed := _remove(
        store, table, f"SELECT id FROM {table} WHERE at < ? ORDER BY at LIMIT {_AT_ONCE}",  # noqa: S608 a name of our own
        iso(before),
    ):  # fmt: skip
        total += removed
    return total


def _oldest(store: Store, table: str) -> int:
    (count,) = next(store.rows(f"SELECT count(*) FROM {table}"))  # noqa: S608 a name of our own
    share = min(_AT_ONCE, -(-count // 4))
    return _remove(store, table, f"SELECT id FROM {table} ORDER BY at LIMIT {share}")  # noqa: S608 a name of our own


def _remove(store: Store, table: str, which: str, *values: object) -> int:
    """Remove rows; phones are told how many of their scans and changes are gone."""
    removed = 0

    def work() -> None:
        nonlocal removed
        if table != "events":
            store.change(
                "UPDATE devices SET dropped = dropped + (SELECT count(*) FROM"  # noqa: S608 names of our own
                f" {table} AS old WHERE old.device = devices.device AND old.id IN ({which}))",
                *values,
            )
        # An event that the caller has not taken yet is not old, whatever its time says.
        taken = " AND id <= (SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'told')"
        removed = store.change(
            f"DELETE FROM {table} WHERE id IN ({which})" + (taken if table == "events" else ""),  # noqa: S608 names of our own
            *values,
        )

    store.write(work)
    return removed


def _findings(store: Store, before: datetime, now: datetime) -> int:
    removed = 0

    def work() -> None:
        nonlocal removed
        removed = store.change(
            "DELETE FROM findings WHERE NOT open AND last_at < ?"  # noqa: S608 words of our own
            f" AND {_FREE}", iso(before), iso(now),
        )  # fmt: skip
        store.change("DELETE FROM silences WHERE until < ?", iso(before))

    store.write(work)
    return removed


def _gone(store: Store, now: datetime) -> int:
    """Forget the findings that are gone for the longest time."""
    removed = 0

    def work() -> None:
        nonlocal removed
        removed = store.change(
            "DELETE FROM findings WHERE (device, fingerprint) IN (SELECT device, fingerprint"  # noqa: S608 words of our own
            f" FROM findings WHERE NOT open AND {_FREE} ORDER BY last_at LIMIT {_AT_ONCE})",
            iso(now),
        )

    store.write(work)
    return removed


def _devices(store: Store, before: datetime) -> int:
    """Forget phones that never were scanned and have not been seen since, and too many of them."""
    removed = 0

    def work() -> None:
        nonlocal removed
        removed = store.change(
            "DELETE FROM devices WHERE heard_at IS NULL AND NOT present AND first_at < ?",
            iso(before),
        )
        removed += store.change(
            "DELETE FROM devices WHERE device IN (SELECT device FROM devices WHERE heard_at IS NULL"
            " AND NOT present ORDER BY first_at DESC LIMIT -1 OFFSET ?)", MOST,
        )  # fmt: skip

    store.write(work)
    return removed


def _used(store: Store) -> int:
    (pages,) = next(store.rows("PRAGMA page_count"))
    (free,) = next(store.rows("PRAGMA freelist_count"))
    (size,) = next(store.rows("PRAGMA page_size"))
    return int((pages - free) * size)
