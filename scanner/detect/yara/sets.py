"""Rules compiled into sets, one for each kind of content that some file declares itself for."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import msgspec

from scanner.detect.yara.cache import HEADER_SIZE, Cache, own_cache
from scanner.detect.yara.checking import Checker, engine
from scanner.detect.yara.pack import YaraFile, YaraPack
from scanner.errors import UsageError
from scanner.model.content import CODE, AppliedText, ContentKind, RuleSetFile
from scanner.model.data import data_folder

Group = tuple[YaraFile, ...]


def applying(pack: YaraPack, platform: str | None) -> Group:
    """Return the files that run on a platform; without one, all: but those that are too slow."""
    return tuple(
        file
        for file in pack.files
        if not file.slow and file.rules and (platform is None or file.platform in {None, platform})
    )


@contextlib.contextmanager
def prepared(pack: YaraPack, platform: str | None = None) -> Iterator[tuple[RuleSetFile, ...]]:
    """Compile the sets for a platform, or find them compiled; they are files for the while."""
    files = applying(pack, platform)
    cache = own_cache()
    with contextlib.ExitStack() as stack:
        checker = stack.enter_context(Checker(cache))
        sources = _sources(files, cache, stack)
        found = []
        for small in (False, True):
            for group, kinds in (_small(files) if small else _groups(files)).items():
                path = cache.path(_name(group)) if cache is not None else None
                if path is None:
                    content = checker.compile_set(tuple(file.source() for file in group))
                    path = _kept(cache, _name(group), content, stack)
                found.append(_set(path, sources, kinds, small=small))
        yield tuple(found)


def _set(path: Path, sources: Path, kinds: tuple[ContentKind, ...], *, small: bool) -> RuleSetFile:
    return RuleSetFile(path=str(path), sources=str(sources), kinds=kinds, small=small)


def _sources(files: Group, cache: Cache | None, stack: contextlib.ExitStack) -> Path:
    """Write the texts of all files, for a set that has to be taken apart."""
    own = data_folder("rules")
    texts = tuple(
        AppliedText(
            source=file.source(),
            kinds=file.kinds,
            shipped=Path(file.path).is_relative_to(own),
        )
        for file in files
    )
    content = msgspec.msgpack.encode(texts)
    name = f"texts {hashlib.sha256(content).hexdigest()}"
    path = cache.path(name) if cache is not None else None
    return path or _kept(cache, name, content, stack)


def _groups(files: Group) -> dict[Group, tuple[ContentKind, ...]]:
    """Return the kinds of content of each set; none: all others."""
    groups: dict[Group, tuple[ContentKind, ...]] = {}
    if anywhere := tuple(file for file in files if not file.kinds):
        groups[anywhere] = ()
    for kind in dict.fromkeys(kind for file in files for kind in file.kinds):
        group = tuple(file for file in files if not file.kinds or kind in file.kinds)
        groups[group] = (*groups.get(group, ()), kind)
    return groups


def _small(files: Group) -> dict[Group, tuple[ContentKind, ...]]:
    """Return the files that declare themselves for kinds which are no code, by those kinds."""
    groups: dict[Group, tuple[ContentKind, ...]] = {}
    for kind in dict.fromkeys(kind for file in files for kind in file.kinds if kind not in CODE):
        group = tuple(file for file in files if kind in file.kinds)
        groups[group] = (*groups.get(group, ()), kind)
    return groups


def _name(group: Group) -> str:
    named = "\n".join(f"{file.sha256} {file.name}" for file in group)
    return f"set {engine()} {hashlib.sha256(named.encode()).hexdigest()}"


def _kept(cache: Cache | None, name: str, content: bytes, stack: contextlib.ExitStack) -> Path:
    """Write a set where a child can read it: into the cache, or for this while only."""
    if cache is not None:
        with contextlib.suppress(OSError):
            return cache.put(name, content)
    try:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory()), "set")
        path.write_bytes(bytes(HEADER_SIZE) + content)
    except OSError as error:
        remedy = "set SCANNER_HOME to a private folder of yours"
        raise UsageError("compiled rules cannot be written anywhere", remedy=remedy) from error
    return path
