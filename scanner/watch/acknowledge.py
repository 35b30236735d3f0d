"""What people say of findings and phones: seen, not to be told for a while, a new baseline."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from msgspec import structs

from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.pipeline.knowledge import Knowledge
from scanner.watch.findings import Known
from scanner.watch.store.opening import chosen_baseline
from scanner.watch.store.store import Store

_NOTE = 500  # characters
_LEAST = 4  # characters of a name that is shortened
_TABLES = ("devices", "names", "states", "scans", "findings", "changes", "silences")


def acknowledge(
    store: Store, device: str, fingerprint: str, at: datetime, *, by: str | None, note: str | None
) -> Known:
    """Note that somebody has seen a finding: it raises nothing while it lasts."""
    return _set(
        store, device, fingerprint,
        acknowledged_at=at, acknowledged_by=_short(by), note=_short(note),
    )  # fmt: skip


def suppress(
    store: Store, device: str, fingerprint: str, at: datetime, *,
    seconds: float, by: str | None, note: str | None,
) -> Known:  # fmt: skip
    """Let a finding raise nothing for a time; if it is there afterwards it is told again."""
    return _set(
        store, device, fingerprint,
        suppressed_until=at + timedelta(seconds=seconds),
        acknowledged_by=_short(by), note=_short(note),
    )  # fmt: skip


def unsuppress(store: Store, device: str, fingerprint: str) -> Known:
    """Take back what was said of a finding: it raises again when it is next new."""
    return _set(
        store, device, fingerprint,
        suppressed_until=None, acknowledged_at=None, acknowledged_by=None, note=None,
    )  # fmt: skip


def device_named(store: Store, name: str) -> str:
    """Return the phone that a pseudonym, or the beginning of one, names; UsageError otherwise."""
    return _one("phone", name, (row.device for row in store.devices()), "scanner watch status")


def new_baseline(
    store: Store, device: str, given: str, knowledge: Knowledge | None, now: datetime
) -> None:
    """Make the last scans of a phone its baseline (`last`), or a case of it.

    CaseError for a case that is damaged or was tampered with; UsageError for one of another phone.
    """
    if given == "last":
        if not _has_last(store, device):
            raise UsageError("this phone was never scanned whole", remedy="wait for its next scan")

        def work() -> None:
            store.release_baseline(device)
            store.baseline_from_last(device)
            store.change(
                "UPDATE cases SET why = 'baseline' WHERE device = ? AND why = 'last'", device
            )

        store.write(work)
        return
    if knowledge is None:
        raise ValueError("a case is read with rules")
    found = chosen_baseline(store, Path(given), knowledge, now, device=device)
    if found != device:
        raise UsageError(f"{given} is of another phone ({found})", remedy="name a case of this one")


def forget(store: Store, device: str) -> int:
    """Remove everything that is kept of a phone but its cases and events; return the rows."""
    removed = 0

    def work() -> None:
        nonlocal removed
        removed = sum(
            store.change(f"DELETE FROM {table} WHERE device = ?", device)  # noqa: S608 names of our own
            for table in _TABLES
        )
        store.change("UPDATE cases SET why = 'changed' WHERE device = ?", device)

    store.write(work)
    return removed


def _set(store: Store, device: str, fingerprint: str, **changed: object) -> Known:
    changes: list[Known] = []

    def work() -> None:
        changes.clear()
        known = store.known(device)
        which = _one("finding", fingerprint, known, f"scanner watch timeline {device}")
        new = structs.replace(known[which], **changed)
        store.put_known(device, [new])
        changes.append(new)

    store.write(work)
    return changes[0]


def _one(what: str, name: str, of: object, where: str) -> str:
    names = [str(each) for each in of]  # type: ignore[attr-defined]
    if name in names:
        return name
    found = [each for each in names if each.startswith(name)] if len(name) >= _LEAST else []
    if len(found) == 1:
        return found[0]
    shown = safe_text(name, 80)
    problem = f"{len(found)} begin with" if found else "none is called"
    raise UsageError(f"no one {what}: {problem} {shown!r}", remedy=f"{where} lists them")


def _has_last(store: Store, device: str) -> bool:
    rows = store.rows("SELECT 1 FROM states WHERE device = ? AND kind = 'last'", device)
    return next(rows, None) is not None


def _short(text: str | None) -> str | None:
    return None if text is None else safe_text(text, _NOTE)
