"""Listings of processes side by side: which name a process, and which do not.

The listings of a sysdiagnose are made one after the other within a minute or two. Compared are
those of them that are whole: what was cut states no absence. A process is the same where the pid
is, and one name begins with the other: some listings cut names at 16 or 32 characters, some after
a blank. What starts or ends in between is missing from some on every phone, the collector's own
programs among it, and only some listings name the kernel: what that means is for rules to say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from msgspec import UNSET

from scanner.model.entities import Process
from scanner.snapshot.joined import Joined, derive

_NAMES_OF_A_PID = 16  # a listing has one; more would make the comparison slow

OF_ONE_MOMENT = ("ps", "ps_thread", "spindump", "taskinfo")

Table = dict[tuple[object, ...], Joined]
Names = Mapping[int, list[str | None]]


def compare(joined: Table) -> Table:
    """Fill in `also_in` and `missing_from`; in one pass over the processes of each listing."""
    listed = _listed(joined)
    if not listed:
        return joined
    result: Table = {}
    for key, each in joined.items():
        process = each.entity
        others = [
            name for name in listed if isinstance(process, Process) and name != process.source
        ]
        if not isinstance(process, Process) or process.source not in OF_ONE_MOMENT or not others:
            result[key] = each
            continue
        naming = tuple(name for name in others if _names(listed[name], process))
        missing = tuple(name for name in others if name not in naming)
        result[key] = derive(
            each, source="pid", also_in=naming or None, missing_from=missing or None
        )
    return result


def _listed(joined: Table) -> dict[str, Names]:
    """Return the names by pid of each whole listing."""
    found: dict[str, dict[int, list[str | None]]] = {}
    cut: set[str] = set()
    for each in joined.values():
        process = each.entity
        if not isinstance(process, Process) or process.source not in OF_ONE_MOMENT:
            continue
        if process.whole is not True:
            cut.add(process.source)
        names = found.setdefault(process.source, defaultdict(list))
        if len(names[process.pid]) < _NAMES_OF_A_PID:
            names[process.pid].append(None if process.name is UNSET else process.name)
    return {name: found[name] for name in OF_ONE_MOMENT if name in found and name not in cut}


def _names(listing: Names, process: Process) -> bool:
    own = process.name
    return any(
        name is None or own is UNSET or name.startswith(own) or own.startswith(name)
        for name in listing.get(process.pid, ())
    )
