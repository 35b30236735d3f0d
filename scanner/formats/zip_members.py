"""The members of a zip as any container lists them: which can be read, what is wrong of each."""

from __future__ import annotations

import stat
from collections import Counter
from collections.abc import Sequence

from scanner.formats import zip_directory
from scanner.formats.inflated import FREE_SIZE, RATIO_LIMIT, SIZE_LIMIT
from scanner.formats.member import LONG, NAME_LIMIT, TWICE, Member
from scanner.formats.zip_directory import Entry
from scanner.model.evidence import Reason

OVERLAP = "its bytes are also those of another member"

_METHODS = (zip_directory.STORED, zip_directory.DEFLATED)


def members_of(entries: Sequence[Entry]) -> tuple[dict[str, Entry], tuple[Member, ...]]:
    """Return the first entry of each name, and the members that they are, in the zip's order."""
    shared = _shared(entries)
    names = Counter(entry.name for entry in entries)
    first: dict[str, Entry] = {}
    members: list[Member] = []
    for entry in entries:
        if entry.name.endswith("/") or entry.name in first:
            continue
        first[entry.name] = entry
        members.append(_member(entry, twice=names[entry.name] > 1, shared=entry.at in shared))
    return first, tuple(members)


def _member(entry: Entry, *, twice: bool, shared: bool) -> Member:
    reason: Reason = "parse_error"
    detail, readable = "", False
    if len(entry.name) > NAME_LIMIT:
        detail = LONG
    elif not entry.is_file:
        detail = "a link or no plain file"
    elif entry.is_encrypted:
        reason, detail = "locked", "it is encrypted"
    elif entry.method not in _METHODS:
        reason, detail = "unsupported_version", "a method of compression that is not known"
    else:
        readable = True
        if twice or shared:
            detail = TWICE if twice else OVERLAP
        elif entry.size > min(max(FREE_SIZE, RATIO_LIMIT * entry.packed), SIZE_LIMIT):
            reason, detail = "truncated", "it is larger than what is read"
    return Member(
        name=entry.name,
        size=entry.size,
        reason=reason if detail else None,
        detail=detail,
        readable=readable,
        kind="file" if entry.is_file else "link" if _is_link(entry) else "other",
        mode=None if entry.unix is None else stat.S_IMODE(entry.unix),
        modified=entry.modified,
    )


def _is_link(entry: Entry) -> bool:
    return entry.unix is not None and stat.S_ISLNK(entry.unix)


def _shared(entries: Sequence[Entry]) -> set[int]:
    """Return where entries begin whose bytes another entry has, too."""
    shared: set[int] = set()
    end, last = 0, -1
    for entry in sorted(entries, key=lambda entry: entry.at):
        if entry.at < end:
            shared |= {entry.at, last}
        stop = entry.at + zip_directory.HEADER_SIZE + entry.packed
        if stop > end:
            end, last = stop, entry.at
    return shared
