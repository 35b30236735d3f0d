"""Rule packs: rule files read, checked and compiled.

A file that is malformed or forged is refused, and with it the whole pack, before any phone is
touched. A rule of a well-formed file that cannot be evaluated here is listed, and the rest run. So
is a rule that was written for another program, among the files that a person names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from scanner.detect import exposure
from scanner.detect.compilation import compile_file
from scanner.detect.documents import read_file
from scanner.detect.problems import RuleErrors
from scanner.detect.rules import AnyRule, RulePack, unusable
from scanner.errors import RuleError
from scanner.model.data import data_folder
from scanner.model.findings import Message

FILE_LIMIT = 5_000
_ASIDE = frozenset({"draft", "exposure"})  # folders that hold no rules


def load(paths: Sequence[Path] = (), *, shipped: bool = True) -> RulePack:
    """Load rule files and folders. RuleErrors with everything that is wrong in any of them."""
    own = _files(data_folder("rules")) if shipped else ()
    files = [(path, name, False) for path, name in own]
    errors: list[RuleError] = []
    for path in paths:
        found = list(_files(path))
        files += [(file, name, True) for file, name in found]
        if not found:
            remedy = "give a *.yml file, or a folder that holds some"
            errors.append(RuleError(path, "path", "no rule files there", remedy=remedy))
    if len(files) > FILE_LIMIT:
        raise RuleError("rules", "path", f"more than {FILE_LIMIT} files", remedy="load fewer")
    rules, listed, digests = _read_all(files, errors)
    folders = [data_folder("rules"), *paths] if shipped else paths
    vulnerabilities = _exposure(folders, errors)
    if errors:
        raise RuleErrors(errors)
    return RulePack(
        rules=tuple(rules[id] for id in sorted(rules)),
        unusable=tuple(sorted(listed, key=lambda message: str(message.params["path"]))),
        digest=_digest(digests, vulnerabilities),
        vulnerabilities=vulnerabilities,
    )


def _exposure(
    folders: Iterable[Path], errors: list[RuleError]
) -> tuple[exposure.Vulnerability, ...]:
    """Load the exposure data of each folder; of two entries for one CVE the later counts."""
    found: dict[str, exposure.Vulnerability] = {}
    for folder in folders:
        if (place := folder / "exposure").is_dir():
            try:
                found |= {each.cve: each for each in exposure.load(place)}
            except RuleErrors as problem:
                errors += problem.errors
    return exposure.latest_first(found.values())


def _digest(digests: Iterable[str], vulnerabilities: Iterable[exposure.Vulnerability]) -> str:
    known = [msgspec.json.encode(each).hex() for each in vulnerabilities]
    return hashlib.sha256("\n".join(sorted([*digests, *known])).encode()).hexdigest()


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield rule files with their name within the folder; drafts and exposure data are no rules."""
    if path.is_file():
        yield path, path.name
    elif path.is_dir():
        for file in sorted(path.rglob("*.y*ml")):
            name = file.relative_to(path)
            plain = file.is_file() or not file.exists()  # a broken link is an error, a pipe is not
            if plain and file.suffix in {".yml", ".yaml"} and not _ASIDE.intersection(name.parts):
                yield file, name.as_posix()


def _read_all(
    files: Iterable[tuple[Path, str, bool]], errors: list[RuleError]
) -> tuple[dict[str, AnyRule], list[Message], set[str]]:
    rules: dict[str, AnyRule] = {}
    listed: list[Message] = []
    digests: set[str] = set()
    for path, name, lenient in files:
        try:
            file = read_file(path)
            if file.sha256 in digests:
                continue  # the same file by another path
            made = compile_file(file, name, lenient=lenient)
        except RuleErrors as problem:
            errors += problem.errors
            continue
        digests.add(file.sha256)
        for each in made:
            if isinstance(each, Message):
                listed.append(each)
            elif each.id not in rules:
                rules[each.id] = each
            elif each.foreign:
                listed.append(unusable(name, f"the id is that of {rules[each.id].path}"))
            else:
                reason = f"the id is that of {rules[each.id].path}"
                remedy = "give each rule an id of its own"
                errors.append(RuleError(path, "id", reason, remedy=remedy))
    return rules, listed, digests
