"""Opens the store of a watch: checked, and set aside where it is damaged."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from scanner.pipeline.change import state_of
from scanner.pipeline.examination import examining
from scanner.pipeline.knowledge import Knowledge
from scanner.watch.store import database
from scanner.watch.store.store import Store


def opened(path: Path, now: datetime) -> tuple[Store, Path | None]:
    """Open the store for a watch; return with it where a damaged one lies now, if it was."""
    try:
        return _checked(path), None
    except database.StoreDamaged:
        aside = database.set_aside(path, now)
    return _checked(path), aside


def chosen_baseline(
    store: Store, case: Path, knowledge: Knowledge, now: datetime, *, device: str | None = None
) -> str:
    """Make a case the baseline of its phone; return the phone's pseudonym.

    Nothing is changed where it is not of `device`. CaseError for a case that is damaged or was
    tampered with.
    """
    with examining(case, knowledge) as examination:
        state = state_of(examination, report=examination.conclude().report)
    found = state.line.device
    if device not in (None, found):
        return found

    def work() -> None:
        store.put_state(found, "baseline", state, now, str(case.absolute()), chosen=True)
        store.release_baseline(found)

    store.write(work)
    return found


def _checked(path: Path) -> Store:
    store = Store(path)
    try:
        store.check()
    except BaseException:
        store.close()
        raise
    return store
