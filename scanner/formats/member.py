"""A member of a recording: what a folder or an archive says of one file."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.model.evidence import Reason

MEMBER_LIMIT = 1_000_000  # members of one container; the rest is a flaw
NAME_LIMIT = 1024  # characters of a member's name; a longer one is a flaw
TWICE = "another member has the same name; the first was read"
LINK = "a link, which is not followed"
LONG = "a name that is too long"


class Member(Struct, frozen=True, kw_only=True):
    """A member of a container: a plain file of a folder, an entry of an archive."""

    name: str  # from the container's top, with `/`; a key, never a path of this computer
    size: int = 0  # bytes, as declared; an archive may lie, and then the reading of it tells
    reason: Reason | None = None  # why it cannot be read whole, or not be trusted
    detail: str = ""  # of that, in our words
    readable: bool = True  # False: nothing of it can be opened
    kind: Literal["file", "link", "other"] = "file"
    mode: int | None = None  # permissions, with setuid, setgid and sticky
    uid: int | None = None
    modified: float | None = None  # seconds since 1970
