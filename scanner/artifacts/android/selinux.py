"""The mode of SELinux, from `getenforce`.

One word: Enforcing, Permissive or Disabled. `ro.boot.selinux` says what the boot loader asked for;
this says what the kernel does now.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.lines import decode
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Build
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command

MODES = frozenset({"enforcing", "permissive", "disabled"})


def parse(file: EvidenceFile) -> Iterator[Build]:
    """Yield the mode."""
    word = decode(answer(file).read()).strip().lower()
    if word not in MODES:
        raise ParseError("'Enforcing', 'Permissive' or 'Disabled' expected")
    yield Build(selinux=word)


SELINUX = Artifact(
    name="android.selinux",
    title="SELinux mode",
    platform="android",
    states=(Stated(Build, ("selinux",)),),
    readings=(Reading(Command(argv=("getenforce",)), parse),),
)
