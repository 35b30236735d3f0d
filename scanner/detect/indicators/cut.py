"""Names of processes that the platform cuts.

- Linux keeps 15 characters of a program's name: the first ones (TASK_COMM_LEN, linux/sched.h).
- Android names an app's process by its package, and of a longer name keeps the last 15 characters
  (`set_process_name`, libcutils/process_name; `SetThreadName`, com_android_internal_os_Zygote.cpp).
- Darwin keeps the first 16 characters (MAXCOMLEN, sys/param.h; `p_comm`, sys/proc.h).

Programs that print the whole name are not concerned: a name counts as cut only where it has exactly
the length that is kept, and is not then the whole name of an indicator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scanner.detect.indicators.entries import Entries
from scanner.model.observables import ObservableType

Cut = tuple[ObservableType, slice]  # the type of indicator, and what is left of its value

_MOST = 8  # longer names that one is taken for
_FIRST_15, _LAST_15, _FIRST_16 = slice(None, 15), slice(-15, None), slice(None, 16)

CUTS: Mapping[str, tuple[Cut, ...]] = {
    "android": (("process", _FIRST_15), ("process", _LAST_15), ("package", _LAST_15)),
    "ios": (("process", _FIRST_16),),
}


class Cuts:
    """What is left of long names, made when a name of that length is first asked for."""

    def __init__(self, tables: Mapping[ObservableType, Mapping[str, Entries]]) -> None:
        self._tables = tables
        self._made: dict[tuple[ObservableType, int | None, int | None], dict[str, Entries]] = {}

    def find(self, name: str, cuts: Iterable[Cut]) -> Iterator[Entries]:
        """Yield the entries of longer names that a name may be what is left of."""
        for type, kept in cuts:
            length = kept.stop or -kept.start
            if len(name) == length and type in self._tables:
                entries = self._table(type, kept, length).get(name)
                if entries is not None:
                    yield entries

    def _table(self, type: ObservableType, kept: slice, length: int) -> dict[str, Entries]:
        key = type, kept.start, kept.stop
        made = self._made.get(key)
        if made is None:
            made = self._made[key] = {}
            for value, entries in self._tables[type].items():
                if len(value) > length:
                    _enter(made, value[kept], entries)
        return made


def _enter(table: dict[str, Entries], name: str, entries: Entries) -> None:
    known = table.setdefault(name, [])
    if isinstance(known, list) and len(known) < _MOST:
        known += [entries] if isinstance(entries, int) else entries[:_MOST]
