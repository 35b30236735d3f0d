"""Reading cases for a comparison: each verified first, and what cannot be read is a result."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scanner.case import Case, verify
from scanner.case.bag import BAGIT, FACTS, INDEX, INFO, MANIFEST, TAG_MANIFEST
from scanner.case.tree import open_file
from scanner.errors import CaseError, ScannerError, UsageError
from scanner.model.fleet import Refused
from scanner.pipeline.fleet.document import LIMIT, encoded

PIECE = 32  # cases that one process reads at a time
_PIECE_BYTES = LIMIT  # of facts, by their first cases: what waits for the comparison is bounded
DEPTH = 3  # folders that are looked into for cases
_LIST_LIMIT = 64 * 2**20  # bytes of a list of cases
_FRAME = (BAGIT, TAG_MANIFEST, MANIFEST, INFO, INDEX)


class Read(Struct, frozen=True, kw_only=True):
    """What became of one case: the bytes of its facts, or why there are none."""

    path: str
    facts: bytes | None = None
    of: tuple[str, str, str] | None = None  # device, platform and case, as the case says
    refused: Refused | None = None


def read_piece(paths: Sequence[str]) -> list[Read]:
    """Read some cases or recordings. No error of one of them costs another anything."""
    return [_read(path) for path in paths]


def lost(path: str) -> Read:
    """Say of a case that the process which read it died."""
    return _refused(
        path,
        "the process that read it died: it may need more memory than there is",
        remedy=f"`scanner examine {path}` shows what is wrong with it",
    )


def _read(path: str) -> Read:
    try:
        folder = Path(path)
        if not _is_case(folder):
            return Read(path=path, facts=_of_recording(folder))
        checked = verify(folder)
        if checked.problems:
            first = f"{checked.problems[0].path}: {checked.problems[0].what}"
            return _refused(path, f"is not as it was written: {first}", tampered=True)
        return _of_case(path, closed=checked.complete)
    except ScannerError as error:
        return _refused(path, str(error).removeprefix(f"{path}: "), remedy=error.remedy or None)
    except (OSError, RecursionError, MemoryError, ValueError) as error:
        return _refused(path, f"cannot be read: {type(error).__name__}")


def _refused(path: str, error: str, *, remedy: str | None = None, tampered: bool = False) -> Read:
    if tampered:
        remedy = f"`scanner verify {path}` lists what differs; keep it, use an untouched copy"
    return Read(
        path=path, refused=Refused(path=path, error=error, remedy=remedy, tampered=tampered)
    )


def _is_case(path: Path) -> bool:
    """Whether a path is a case, or what is left of one: a file less does not hide it.

    A folder that cannot be looked into may be one; reading it will tell.
    """
    try:
        return any((path / name).is_file() for name in _FRAME)
    except OSError:
        return True


def _of_case(path: str, *, closed: bool) -> Read:
    folder = Path(path)
    case = Case.open(folder)
    if case.acquisition.complete and not closed:
        raise CaseError(
            f"{path}: says that it was completed, and its {TAG_MANIFEST} is missing",
            remedy="use an untouched copy, or scan the phone again",
        )
    if not case.facts.exists():
        from scanner.pipeline.fleet.examined import facts_of_case  # noqa: PLC0415 - heavy

        return Read(path=path, facts=encoded(facts_of_case(folder)))
    with open_file(folder, FACTS) as stream:
        data = stream.read(LIMIT + 1)
    if len(data) > LIMIT:
        raise CaseError(f"{folder}: more than {LIMIT} bytes of facts", remedy="do not trust it")
    about = case.acquisition
    return Read(path=path, facts=data, of=(about.device, about.platform, about.case))


def _of_recording(path: Path) -> bytes:
    if not path.exists():
        raise UsageError(f"{path}: no such case", remedy="name folders of cases, or recordings")
    from scanner.pipeline.fleet.examined import facts_of_recording  # noqa: PLC0415 - heavy

    return encoded(facts_of_recording(path))


def named(arguments: Iterable[Path | str]) -> Iterator[str]:
    """Yield the cases that arguments name, each once.

    A folder that is no case stands for the cases below it, `@FILE` for the paths in a file, one a
    line. UsageError for a list that cannot be read, and for a folder without a case.
    """
    seen: set[str] = set()
    for argument in arguments:
        for path in _named(str(argument)):
            if path not in seen:
                seen.add(path)
                yield path


def _named(argument: str) -> Iterator[str]:
    if argument.startswith("@") and not os.path.lexists(argument):
        for line in _lines(Path(argument[1:])):
            yield from _below_or_itself(Path(line))
    else:
        yield from _below_or_itself(Path(argument))


def _lines(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as stream:
            data = stream.read(_LIST_LIMIT + 1)
    except OSError as error:
        raise UsageError(
            f"{path}: cannot be read", remedy="name a file with one path a line"
        ) from error
    if len(data) > _LIST_LIMIT:
        raise UsageError(f"{path}: more than {_LIST_LIMIT} bytes", remedy="split the list")
    yield from filter(None, map(str.strip, os.fsdecode(data).splitlines()))


def _below_or_itself(path: Path) -> Iterator[str]:
    # A recording may be a folder, too; what is neither is refused when it is read.
    yield from cases_in(path) or (str(path),)


def cases_in(folder: Path) -> list[str]:
    """Return the case that a folder is, or those below it, in the order of their names."""
    if _is_case(folder):
        return [str(folder)]
    return sorted(_cases(folder, DEPTH)) if os.path.isdir(folder) else []  # noqa: PTH112  no error


def _cases(folder: Path, depth: int) -> Iterator[str]:
    try:
        with os.scandir(folder) as entries:
            below = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except OSError:
        yield str(folder)  # what cannot be looked into is refused when it is read
        return
    for path in below:
        if _is_case(Path(path)):
            yield path
        elif depth > 1:
            yield from _cases(Path(path), depth - 1)


def pieces(paths: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield work for one process at a time; a case without facts is examined, and comes alone."""
    quick: list[str] = []
    size = 0
    for path in paths:
        facts = _size_of_facts(path)
        if facts is None:
            yield (path,)
            continue
        quick.append(path)
        size += facts
        if len(quick) == PIECE or size >= _PIECE_BYTES:
            yield tuple(quick)
            quick, size = [], 0
    if quick:
        yield tuple(quick)


def _size_of_facts(path: str) -> int | None:
    try:
        found = os.lstat(os.path.join(path, FACTS))  # noqa: PTH118  one of thousands
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
