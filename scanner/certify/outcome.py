"""What a requirement is decided on, and what comes of it: met, not met, or not examined.

What was not read is never met.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cached_property

from msgspec import UNSET, Struct

from scanner.certify.lists import Lists, Unread
from scanner.certify.statement import Result
from scanner.model.entities import App, Entity, User
from scanner.model.privacy import PrivacyClass
from scanner.model.report import Acquisition, Report
from scanner.snapshot import Joined, Snapshot

NAMED = 20  # of what stands against a requirement, and of ids

Hide = Callable[[PrivacyClass, str], str]


class Outcome(Struct, frozen=True, kw_only=True):
    """The result of one requirement."""

    result: Result
    reason: str | None = None
    detail: str = ""
    counts: dict[str, int] = {}
    named: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


class Facts:
    """Everything that requirements are held against."""

    def __init__(
        self,
        *,
        report: Report,
        acquisition: Acquisition,
        snapshot: Snapshot,
        lists: Lists,
        issued_at: datetime,
        recorded: bool,
        hide: Hide,
    ) -> None:
        self.report, self.acquisition, self.snapshot = report, acquisition, snapshot
        self.lists, self.issued_at, self.recorded = lists, issued_at, recorded
        self.hide = hide  # gives a value of a privacy class as the statement may show it

    @cached_property
    def apps(self) -> dict[tuple[int, str], Joined]:
        """Apps that are installed, by user and package; those of which nobody says count too."""
        found: dict[tuple[int, str], Joined] = {}
        for joined in self.snapshot.joined(App):
            app = joined.entity
            if isinstance(app, App) and app.installed is not False:
                found[app.user, app.package] = joined
        return found

    def lists_of_users(self) -> Unread | None:
        """Return why nobody knows who the users are; None where the phone said, or has but one."""
        return self.lists.unread(User) if self.acquisition.platform == "android" else None

    def one(self, kind: type[Entity]) -> Joined | None:
        """Return the only entity of a type; None where nothing states it."""
        return next(iter(self.snapshot.joined(kind)), None)


def met(**values: object) -> Outcome:
    """Say that a requirement is met."""
    return _outcome("met", values)


def not_met(reason: str, **values: object) -> Outcome:
    """Say that a requirement is not met."""
    return _outcome("not_met", values | {"reason": reason})


def not_examined(reason: str, **values: object) -> Outcome:
    """Say that nobody can tell, and why."""
    return _outcome("not_examined", values | {"reason": reason})


def gravest(outcomes: Iterable[Outcome]) -> Outcome:
    """Return what comes of several things that must all hold: one that does not, decides."""
    known = list(outcomes)
    for result in ("not_met", "not_examined"):
        for each in known:
            if each.result == result:
                return each
    evidence = (one for each in known for one in each.evidence)
    return met(evidence=tuple(dict.fromkeys(evidence)))


def equal(value: object, wanted: object) -> bool | None:
    """Whether a stated value is the one that is wanted; None: nothing states it."""
    if value is UNSET:
        return None
    if isinstance(value, str) and isinstance(wanted, str):
        return value.casefold() == wanted.casefold()
    return value == wanted


def every(decided: Iterable[bool | None]) -> bool | None:
    """Whether all hold; None where none fails and one is not known."""
    known = list(decided)
    if False in known:
        return False
    return None if None in known else True


def some(decided: Iterable[bool | None]) -> bool | None:
    """Whether one holds; None where none does and one is not known."""
    known = list(decided)
    if True in known:
        return True
    return None if None in known else False


def _outcome(result: Result, values: dict[str, object]) -> Outcome:
    for name in ("named", "findings", "evidence"):
        given = values.get(name, ())
        if isinstance(given, tuple):
            values[name] = given[:NAMED]
    return Outcome(result=result, **values)  # type: ignore[arg-type]
