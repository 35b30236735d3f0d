"""The members of a tar, and their bytes, as parts of the archive.

One pass gives the list, and the digests of those members that somebody wants: a large archive in
gzip is inflated once for both, and what is kept of it on the way lets each be opened later.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO, Literal, cast

from msgspec import structs

from scanner.errors import ParseError
from scanner.formats import tar
from scanner.formats.gunzip import Gunzipped, States
from scanner.formats.member import LINK, LONG, MEMBER_LIMIT, NAME_LIMIT, TWICE, Member
from scanner.formats.window import window
from scanner.model.evidence import Reason


class TarList:
    """What a tar holds; `read` opens the archive. ParseError where nothing of it can be listed."""

    def __init__(
        self,
        read: Callable[[], BinaryIO],
        digested: Callable[[str], bool] | None = None,
        *,
        gzip: bool,
    ) -> None:
        self._read, self._states = read, States() if gzip else None
        self.digests: dict[str, str] = {}
        self.programs: set[str] = set()
        self.is_cut = False
        self._at: dict[str, int] = {}
        self._twice: set[str] = set()
        self._found: list[Member] = []
        self._fill(digested)
        self._sizes = {each.name: each.size for each in self._found if each.readable}
        self.members = tuple(map(self._told, self._found) if self._twice else self._found)
        self._found.clear()

    def open(self, name: str) -> BinaryIO:
        """Open the bytes of a member; ParseError where it is none that can be read."""
        if name not in self._sizes:
            raise ParseError("a member that can be read expected in the archive")
        stream = self._read()
        content = stream if self._states is None else Gunzipped(stream, self._states)
        return window(cast("BinaryIO", content), self._at[name], self._sizes[name])

    def _fill(self, digested: Callable[[str], bool] | None) -> None:
        stream, inflated = tar.opened(self._read(), self._states)
        remember = None if inflated is None else inflated.remember
        with stream:
            try:
                for entry in tar.entries(stream, digested, remember):
                    self.is_cut = len(self._found) == MEMBER_LIMIT
                    if self.is_cut:
                        return
                    if entry.kind != "folder":
                        self._add(entry)
            except ParseError:
                self.is_cut = True  # what was read until then stands
                if not self._found:
                    raise

    def _add(self, entry: tar.Entry) -> None:
        if entry.name in self._at:
            self._twice.add(entry.name)
            return
        self._at[entry.name] = entry.at
        if entry.is_program:
            self.programs.add(entry.name)
        if entry.sha256 is not None and not entry.is_cut:
            self.digests[entry.name] = entry.sha256
        self._found.append(_member(entry))

    def _told(self, member: Member) -> Member:
        if member.name not in self._twice:
            return member
        return structs.replace(member, reason=member.reason or "parse_error", detail=TWICE)


def _member(entry: tar.Entry) -> Member:
    reason: Reason = "parse_error"
    kind: Literal["file", "link", "other"] = "file"
    detail, readable = entry.flaw, not entry.flaw
    if entry.kind != "file":
        kind, readable = "link" if entry.kind == "link" else "other", False
        detail = detail or (LINK if kind == "link" else "no plain file")
    elif len(entry.name) > NAME_LIMIT:
        detail, readable = LONG, False
    elif entry.is_cut:
        reason, detail = "truncated", "the archive ends before it does"
    return Member(
        name=entry.name,
        size=entry.size,
        reason=reason if detail else None,
        detail=detail,
        readable=readable,
        kind=kind,
        mode=entry.mode,
        uid=entry.uid,
        modified=entry.modified,
    )
