"""Rule packs: rule files read, checked and compiled.

A file that is malformed or forged is refused, and with it the whole pack, before any phone is
touched. A rule of a well-formed file that cannot be evaluated here is listed, and the rest run. So
is a rule that was written for another program, among the files that a person names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from scanner.case.pseudonym import home
from scanner.detect import exposure
from scanner.detect.checked import Checked, checked_files
from scanner.detect.compilation import compile_file
from scanner.detect.documents import RuleFile, parse, read_bytes
from scanner.detect.problems import RuleErrors
from scanner.detect.rules import AnyRule, RulePack, unusable
from scanner.detect.yara.pack import YaraPack, load_yara
from scanner.detect.yara.syntax import line_of
from scanner.errors import RuleError
from scanner.model.data import data_folder
from scanner.model.findings import Message

FILE_LIMIT = 5_000
SIGMA = frozenset({".yml", ".yaml"})
YARA = frozenset({".yar", ".yara"})
PROOFS = ".proofs.yml"  # beside a file of YARA rules
_ASIDE = frozenset({"draft", "exposure"})  # folders that hold no rules


def load(paths: Sequence[Path] = (), *, shipped: bool = True, proofs: bool = True) -> RulePack:
    """Load rule files and folders. RuleErrors with everything that is wrong in any of them.

    Without their proofs, files that were found right before are not checked again.
    """
    own = _files(data_folder("rules")) if shipped else ()
    files = [(path, name, False) for path, name in own]
    of_bytes = list(_files(data_folder("rules"), YARA)) if shipped else []
    errors: list[RuleError] = []
    for path in paths:
        found, more = list(_files(path)), list(_files(path, YARA))
        files += [(file, name, True) for file, name in found]
        of_bytes += more
        if not found and not more:
            remedy = "give a *.yml or *.yar file, or a folder that holds some"
            errors.append(RuleError(path, "path", "no rule files there", remedy=remedy))
    if len(files) > FILE_LIMIT:
        raise RuleError("rules", "path", f"more than {FILE_LIMIT} files", remedy="load fewer")
    rules, listed, digests = _read_all(files, errors, None if proofs else checked_files(home()))
    yara = _yara(of_bytes, errors)
    errors += _same_ids(rules, yara)
    folders = [data_folder("rules"), *paths] if shipped else paths
    vulnerabilities = _exposure(folders, errors)
    if errors:
        raise RuleErrors(errors)
    return RulePack(
        rules=tuple(rules[id] for id in sorted(rules)),
        unusable=tuple(sorted(listed, key=lambda message: str(message.params["path"]))),
        digest=_digest(digests, vulnerabilities, yara),
        vulnerabilities=vulnerabilities,
        yara=yara,
    )


def _yara(files: Sequence[tuple[Path, str]], errors: list[RuleError]) -> YaraPack | None:
    named = [(path, name.removeprefix("yara/")) for path, name in files]
    try:
        return load_yara(named) if named else None
    except RuleErrors as problem:
        errors += problem.errors
        return None


def _same_ids(rules: Mapping[str, AnyRule], yara: YaraPack | None) -> Iterator[RuleError]:
    """Yield an error for each YARA rule of ours whose UUID another rule has.

    Of two files the shipped one keeps it.
    """
    own, taken = data_folder("rules"), {id: rule.path for id, rule in rules.items()}
    files = yara.files if yara is not None else ()
    for file in sorted(files, key=lambda each: not Path(each.path).is_relative_to(own)):
        for rule in file.rules:
            if rule.uuid is None or rule.foreign:
                continue
            if rule.uuid in taken:
                where = f"line {line_of(file.text, rule.name)}, {rule.name}.meta.id"
                reason = f"the id is that of {taken[rule.uuid]}"
                yield RuleError(file.path, where, reason, remedy="give each rule an id of its own")
            taken.setdefault(rule.uuid, f"{rule.name} in {file.name}")


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


def _digest(
    digests: Iterable[str],
    vulnerabilities: Iterable[exposure.Vulnerability],
    yara: YaraPack | None,
) -> str:
    known = [msgspec.json.encode(each).hex() for each in vulnerabilities]
    if yara is not None:
        known.append(yara.digest)
    return hashlib.sha256("\n".join(sorted([*digests, *known])).encode()).hexdigest()


def _files(path: Path, endings: frozenset[str] = SIGMA) -> Iterator[tuple[Path, str]]:
    """Yield rule files with their name within the folder.

    Drafts, exposure data and what is hidden are no rules.
    """
    if path.is_file():
        if (path.suffix in YARA) == (endings == YARA):
            yield path, path.name
    elif path.is_dir():
        for file in _below(path):
            name = file.relative_to(path)
            plain = file.is_file() or not file.exists()  # a broken link is an error, a pipe is not
            ours = file.suffix in endings and not name.name.endswith(PROOFS)
            hidden = any(part.startswith(".") for part in name.parts)
            if plain and ours and not hidden and not _ASIDE.intersection(name.parts):
                yield file, name.as_posix()


def _below(folder: Path) -> list[Path]:
    """Return what may be files of rules. RuleError where a folder cannot be looked through."""
    try:
        return sorted(folder.rglob("*.y*"))
    except OSError as error:
        reason = f"it cannot be looked through: {error.strerror}"
        remedy = "name the folder that holds the rules, and no other"
        raise RuleError(folder, "path", reason, remedy=remedy) from None


def _read_all(
    files: Iterable[tuple[Path, str, bool]], errors: list[RuleError], checked: Checked | None
) -> tuple[dict[str, AnyRule], list[Message], set[str]]:
    rules: dict[str, AnyRule] = {}
    listed: list[Message] = []
    digests: set[str] = set()
    for path, name, lenient in files:
        try:
            raw = read_bytes(path)
            if (sha256 := hashlib.sha256(raw).hexdigest()) in digests:
                continue  # the same file by another path
            made = _made(raw, path, name, lenient, checked)
        except RuleErrors as problem:
            errors += problem.errors
            continue
        digests.add(sha256)
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
                where = f"line {_line_of_id(parse(raw, path), each.id)}, id"
                errors.append(RuleError(path, where, reason, remedy=remedy))
    if checked is not None and not errors:
        checked.keep()
    return rules, listed, digests


@lru_cache(maxsize=FILE_LIMIT)  # the same bytes give the same rules: a watch loads them many times
def _made(
    raw: bytes, path: Path, name: str, lenient: bool, checked: Checked | None
) -> tuple[AnyRule | Message, ...]:
    if checked is not None and (known := checked.get(hashlib.sha256(raw).hexdigest(), path)):
        return compile_file(known, name, checked=True)
    file = parse(raw, path)
    made = compile_file(file, name, lenient=lenient)
    if checked is not None and not any(isinstance(each, Message) or each.foreign for each in made):
        checked.add(file)
    return made


def _line_of_id(file: RuleFile, id: str) -> int:
    own = (each for each in file.documents if each.data.get("id") == id)
    return next((each.lines.get(("id",), 1) for each in own), 1)
