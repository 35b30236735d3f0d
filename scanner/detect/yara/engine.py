"""What an engine of YARA rules must do; the scanner has two.

YARA-X serves files: it is the faster one, and reads DEX and Mach-O. yara-python serves the memory
of processes, and tells in tests whether YARA-X matches what it should. Rules are source text only:
a compiled rule is code, and nobody's but our own is ever loaded. Nothing is included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, Protocol

from scanner.errors import ScannerError
from scanner.model.content import RuleHead, RuleMatch, RuleProblem, RuleText

Capability = Literal["dex", "macho", "memory", "save"]

EXTERNALS = ("filename", "filepath", "extension", "filetype", "owner")
"""Variables that public rules expect. A name is no fact about bytes: all are empty."""

STRINGS_KEPT = 8  # places of one string
IDENTIFIERS_KEPT = 32  # strings of one rule


class ScanTimeout(ScannerError):
    """Rules took too long on some bytes."""


class Compiled(Protocol):
    """Rules, ready to be applied."""

    rules: tuple[RuleHead, ...]
    problems: tuple[RuleProblem, ...]

    def scan(self, data: bytes, *, seconds: float = 20.0) -> Iterator[RuleMatch]:
        """Yield the rules that match, in the order of their files; ScanTimeout beyond the time."""
        ...


class Engine(Protocol):
    """Compiles rules."""

    name: str
    version: str
    capabilities: frozenset[Capability]

    def compile(self, sources: Iterable[RuleText]) -> Compiled:
        """Compile files, each a namespace; what is wrong with them stands in `problems`."""
        ...
