"""Files of rules applied apart, where all together did not end on some bytes.

One file that was made to take for ever must not blind the others, least of all the shipped ones:
those are tried first. A group that does not end is halved, until each file that does not end is
known by its name. What the time did not suffice for counts as not ended, too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from scanner.detect.yara.cache import HEADER_SIZE
from scanner.detect.yara.engine import ScanTimeout
from scanner.detect.yara.yarax import Compiled, YaraX
from scanner.model.content import AppliedText, ContentKind, RuleMatch, RuleSetFile
from scanner.model.requests import MiB

Run = Callable[[Compiled, float], Iterable[RuleMatch]]
Texts = tuple[AppliedText, ...]

_LEAST_SECONDS = 1.0
_RATE = 20 * MiB  # bytes a second that a file of rules must read at least
_decode = msgspec.msgpack.Decoder(Texts).decode


def texts_of(chosen: RuleSetFile, kind: ContentKind) -> Texts:
    """Return the files of rules that a set was made of, for contents of a kind."""
    return tuple(
        each
        for each in _texts(chosen.sources)
        if kind in each.kinds or not (each.kinds or chosen.small)
    )


@lru_cache(maxsize=4)
def compiled(texts: Texts) -> Compiled:
    """Compile files that were compiled before, each for itself."""
    return YaraX().compile(each.source for each in texts)


def apply(texts: Texts, run: Run, size: int, until: float) -> tuple[list[RuleMatch], list[str]]:
    """Return what files match, and the names of those that did not end; `until` is a moment."""
    seconds = _LEAST_SECONDS + size / _RATE
    found: list[RuleMatch] = []
    unended: list[str] = []
    groups = list(_groups(texts))
    while groups:
        group = groups.pop()
        if time.monotonic() > until:
            unended += (each.source.name for each in group)
            continue
        try:
            found += run(YaraX().compile(each.source for each in group), seconds)
        except ScanTimeout:
            if len(group) == 1:
                unended.append(group[0].source.name)
            else:
                half = len(group) // 2
                groups += (group[half:], group[:half])
    return sorted(found, key=lambda match: match.file), unended


def _groups(texts: Sequence[AppliedText]) -> Iterator[Texts]:
    """Yield what others wrote, then what is shipped: the last is tried first."""
    for shipped in (False, True):
        if group := tuple(each for each in texts if each.shipped is shipped):
            yield group


@lru_cache(maxsize=1)
def _texts(path: str) -> Texts:
    with Path(path).open("rb") as stream:
        stream.seek(HEADER_SIZE)
        return _decode(stream.read())
