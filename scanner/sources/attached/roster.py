"""What was told of the phones of one server, and what of a new look at them is news."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, structs

from scanner.model.source import Attached
from scanner.sources.attached.attachment import DETACHED, Kind

PASSING = frozenset({"offline", "authorizing", "connecting"})
"""States that a phone goes through on its way to another."""


class Seen(Struct, frozen=True, kw_only=True):
    """A phone in one look at all phones of a server."""

    phone: Attached
    connection: str = ""  # another one means that it was unplugged in between; empty: not known
    pairings: int = 0  # times that it was paired while it was there


View = Mapping[str, Seen]
"""All phones of a server, by target."""


class Roster:
    """Tells what changed since it was asked last."""

    def __init__(self) -> None:
        self._told: dict[str, Seen] = {}

    def __len__(self) -> int:
        return len(self._told)

    def begin_anew(self) -> None:
        """Take no connection for one of before: a server that was started again counts from 1."""
        self._told = {
            target: structs.replace(seen, connection="", pairings=0)
            for target, seen in self._told.items()
        }

    def news(self, view: View, *, settled: bool = True) -> Iterator[tuple[Kind, Attached]]:
        """Yield what is to be told of a look, and take it as told.

        While a server is not `settled` it may still be finding its phones: one that is missing, or
        in a state that passes by itself, is left as it was told.
        """
        if settled:
            for target in [target for target in self._told if target not in view]:
                yield "detached", _gone(self._told.pop(target))
        for target, seen in view.items():
            before = self._told.get(target)
            if before is not None and not settled and seen.phone.state in PASSING:
                continue
            self._told[target] = seen
            if before is None:
                yield "attached", seen.phone
            elif before.connection != seen.connection and before.connection and seen.connection:
                yield "detached", _gone(before)
                yield "attached", seen.phone
            elif (before.phone, before.pairings) != (seen.phone, seen.pairings):
                yield "changed", seen.phone


def _gone(seen: Seen) -> Attached:
    return structs.replace(seen.phone, state=DETACHED, obstacle=None)
