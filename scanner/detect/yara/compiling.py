"""Rules compiled in a child of a worker: what is made to hang a compiler hangs nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from scanner.detect.yara import probe
from scanner.detect.yara.yarax import YaraX
from scanner.errors import ParseError
from scanner.model.content import Checked, CheckWork, CompiledPiece, CompileWork, Content, Work
from scanner.model.requests import MiB

_PIECE = 4 * MiB


def check(_: Path | None, work: Work) -> Iterator[Content]:
    """Compile one file of rules, and time it."""
    if not isinstance(work, CheckWork):
        raise ParseError("one file of rules expected")
    compiled = YaraX().compile([work.source])
    malformed = any(problem.malformed for problem in compiled.problems)
    timed = compiled.rules and not malformed
    yield Checked(
        rules=compiled.rules,
        problems=compiled.problems,
        cost=probe.cost(compiled, _reference_seconds()) if timed else 0.0,
    )


def compile_set(_: Path | None, work: Work) -> Iterator[Content]:
    """Compile a set of rules, and yield it in pieces."""
    if not isinstance(work, CompileWork):
        raise ParseError("files of rules expected")
    stream = io.BytesIO()
    YaraX().compile(work.sources).save(stream)
    data = stream.getbuffer()
    for at in range(0, len(data), _PIECE):
        yield CompiledPiece(data=bytes(data[at : at + _PIECE]))


@lru_cache(maxsize=1)
def _reference_seconds() -> float:
    return probe.seconds(YaraX().compile([probe.reference()]))
