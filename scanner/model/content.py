"""Contents of files: what rules of bytes are asked about, and what they answer.

These records go through the pipe between a worker and its child. What matched is never kept: the
bytes of a file may be personal. An offset and a length lead an examiner to them.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from scanner.model.evidence import Gap, Locator, Reason
from scanner.model.recording import BackupKeys
from scanner.model.requests import MiB

ContentKind = Literal[
    "dex",
    "elf",
    "macho",
    "zip",
    "arsc",
    "axml",
    "pe",
    "script",
    "plist",
    "image",
    "text",
    "other",
]
CODE: frozenset[ContentKind] = frozenset(
    {"dex", "elf", "macho", "zip", "arsc", "axml", "pe", "script"}
)
"""Kinds that a program is made of, and archives of such: looked into whatever their size."""

MetaValue = str | int | float | bool
Scope = Literal["code", "named"]
"""code: of a phone, what is code or an app. named: files that a person asks about, each whole."""


class StringMatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where one string of a rule was found."""

    identifier: str  # $a
    offset: int
    length: int
    xor_key: int | None = None


class RuleMatch(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One rule that matched some bytes."""

    rule: str
    file: str  # of the rule, within its pack; rules of one file are one namespace
    tags: tuple[str, ...] = ()
    meta: tuple[tuple[str, MetaValue], ...] = ()
    strings: tuple[StringMatch, ...] = ()  # the first few of each identifier, by offset

    @property
    def namespace(self) -> str:
        """The namespace of the rule."""
        return self.file


class RuleText(Struct, frozen=True, kw_only=True):
    """The text of one file of rules."""

    name: str  # within its pack, with `/`
    text: str


class RuleHead(Struct, frozen=True, kw_only=True):
    """What a compiled rule says of itself."""

    name: str
    tags: tuple[str, ...] = ()
    meta: tuple[tuple[str, MetaValue], ...] = ()


class RuleProblem(Struct, frozen=True, kw_only=True):
    """What an engine says against a file of rules."""

    line: int
    rule: str  # the rule it is about; empty: the file
    code: str  # the engine's word for it
    text: str
    malformed: bool  # False: the file is well-formed, and this engine cannot evaluate the rule


class AppliedText(Struct, frozen=True, kw_only=True):
    """A file of rules that a set was made of, should it have to be applied apart."""

    source: RuleText
    kinds: tuple[ContentKind, ...]  # of content that it is for; none: any
    shipped: bool  # False: a person named it


class RuleSetFile(Struct, frozen=True, kw_only=True):
    """A compiled set of rules in a file of our own, and what it is for."""

    path: str
    sources: str  # a file of our own with the texts of all sets
    kinds: tuple[ContentKind, ...]  # none: all that have no set of their own
    small: bool = False  # for what would be passed over, as it is no code and small


class CheckWork(Struct, frozen=True, kw_only=True, tag_field="type", tag="check"):
    """To a child: compile one file of rules, and time it."""

    source: RuleText


class CompileWork(Struct, frozen=True, kw_only=True, tag_field="type", tag="compile"):
    """To a child: compile a set of rules, and hand it back."""

    sources: tuple[RuleText, ...]


class Place(Struct, frozen=True, kw_only=True):
    """Bytes of a recording, or of a file, that rules are asked about."""

    locator: Locator
    size: int  # bytes, as declared


class ScanWork(Struct, frozen=True, kw_only=True, tag_field="type", tag="scan"):
    """To a child: apply compiled rules to places of a recording, or to a file."""

    places: tuple[Place, ...]
    sets: tuple[RuleSetFile, ...]
    scope: Scope = "code"
    routed: bool = True  # False: all that is read is scanned, however small
    digests: bool = False  # of all that is scanned; else of what matched
    member_seconds: float = 20.0
    place_seconds: float = 120.0
    member_limit: int = 256 * MiB  # bytes held at once
    total_limit: int = 4096 * MiB  # bytes held one after the other below one place
    keys: BackupKeys | None = None  # of an encrypted backup


class UnlockWork(Struct, frozen=True, kw_only=True, tag_field="type", tag="unlock"):
    """To a child: unlock the backup at a path."""

    password: bytes

    def __repr__(self) -> str:
        return "UnlockWork()"


Work = CheckWork | CompileWork | ScanWork | UnlockWork


class Checked(Struct, frozen=True, kw_only=True, tag_field="type", tag="checked"):
    """What came of one file of rules."""

    rules: tuple[RuleHead, ...]
    problems: tuple[RuleProblem, ...]
    cost: float  # how many times slower than the reference rules


class CompiledPiece(Struct, frozen=True, kw_only=True, tag_field="type", tag="compiled"):
    """A piece of a compiled set, in order."""

    data: bytes


class Entered(Struct, frozen=True, kw_only=True, tag_field="type", tag="entered"):
    """The scan has come to a place; what stops it before the next one, stopped it there."""

    number: int  # of the place, from 0


class Scanned(Struct, frozen=True, kw_only=True, tag_field="type", tag="scanned"):
    """Bytes that rules were applied to."""

    place: tuple[str, ...]  # names from the outside in, as in a locator
    size: int
    kind: ContentKind
    sha256: str | None = None
    matches: tuple[RuleMatch, ...] = ()


class Unscanned(Struct, frozen=True, kw_only=True, tag_field="type", tag="unscanned"):
    """What rules could not be applied to, or not to all of it."""

    place: tuple[str, ...]
    reason: Reason
    detail: str  # in our words
    files: tuple[str, ...] = ()  # of rules, that could not be applied; none: all


class PassedOver(Struct, frozen=True, kw_only=True, tag_field="type", tag="passed_over"):
    """How much below one place is no code and was not scanned."""

    place: tuple[str, ...]
    files: int


Content = Checked | CompiledPiece | Entered | Scanned | Unscanned | PassedOver | BackupKeys
"""What a work on rules or contents yields."""


class ContentFile(Struct, frozen=True, kw_only=True):
    """A file whose bytes rules were applied to, as a finding names it."""

    path: str  # base.apk!/lib/arm64-v8a/libx.so, from the top of what was examined
    entity: Literal["installed_file", "file"]  # the type whose privacy class its path has
    kind: ContentKind
    size: int
    sha256: str | None = None
    matches: tuple[RuleMatch, ...] = ()
    evidence: tuple[str, ...] = ()


class Contents(Struct, frozen=True, kw_only=True):
    """What came of rules of bytes."""

    files: tuple[ContentFile, ...] = ()  # that were scanned, in their order
    gaps: tuple[Gap, ...] = ()  # of all rules, then of files of rules
    unended: dict[str, int] = {}  # files of rules, by the number of contents they did not end on
    unended_gaps: int = 0  # how many of the gaps are of such files
    passed_over: int = 0  # files that are no code, or too small for being none
