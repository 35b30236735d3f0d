"""Files of YARA rules: read, compiled and timed before any phone is touched.

A file that is malformed is refused, with all that is wrong in it. A rule of a well-formed file that
the engine cannot evaluate is listed, and the rest run. A file that is too slow is listed and set
aside. What came of a file is kept by the digest of its text: a file is compiled once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from scanner.detect.foreign import plain
from scanner.detect.problems import Problems, RuleErrors
from scanner.detect.yara import heading
from scanner.detect.yara.checking import Checker
from scanner.detect.yara.heading import Heading
from scanner.detect.yara.probe import BUDGET, HOPELESS
from scanner.detect.yara.syntax import line_of, private
from scanner.errors import RuleError
from scanner.model.content import Checked, ContentKind, RuleProblem, RuleText
from scanner.model.findings import CONFIDENCES, LEVELS, Message
from scanner.model.report import RuleLine
from scanner.model.requests import MiB

FILE_SIZE_LIMIT = 4 * MiB
TOTAL_SIZE_LIMIT = 64 * MiB
COUNT_LIMIT = 5_000  # files
RULE_LIMIT = 50_000

_TITLES = 3  # in the description of a file
_REMEDIES = {
    "IncludeNotAllowed": "nothing is included: write the rules into this file",
    "DuplicateRule": "give each rule of a file a name of its own",
    "UnusedPattern": "use the string in the condition, or take it out",
    "SyntaxError": "see https://virustotal.github.io/yara-x/docs/writing_rules/anatomy-of-a-rule/",
}


class YaraFile(Struct, frozen=True, kw_only=True):
    """One file of rules, ready to be compiled into sets."""

    path: str  # on this computer
    name: str  # within its pack: the namespace of its rules
    text: str
    sha256: str
    rules: tuple[Heading, ...]  # without those that serve others, and those that are unusable
    line: RuleLine  # of its check
    platform: str | None  # None: any
    kinds: tuple[ContentKind, ...]  # of content that it is for; none: any
    cost: float  # times the reference
    slow: bool  # set aside

    def source(self) -> RuleText:
        """Return the text with its namespace."""
        return RuleText(name=self.name, text=self.text)


class YaraPack(Struct, frozen=True, kw_only=True):
    """Files of rules, in the order of their names."""

    files: tuple[YaraFile, ...] = ()
    unusable: tuple[Message, ...] = ()  # rules that cannot be evaluated, files that are too slow
    digest: str = ""

    def lines(self) -> tuple[RuleLine, ...]:
        """Return what a report names: each file's check, then its rules."""
        return tuple(
            line for file in self.files for line in (file.line, *(each.line for each in file.rules))
        )


def load_yara(files: Iterable[tuple[Path, str]]) -> YaraPack:
    """Load files, each with its name in the pack; RuleErrors with all that is wrong in any."""
    errors: list[RuleError] = []
    loaded: list[YaraFile] = []
    listed: dict[str, list[Message]] = {}
    with Checker() as checker:
        for path, source, sha256 in _read(files, errors):
            try:
                checked = checker.check(str(path), source)
                _refuse(str(path), source, checked)
            except RuleErrors as problem:
                errors += problem.errors
                continue
            except RuleError as problem:
                errors.append(problem)
                continue
            made = _file(str(path), source, sha256, checked)
            loaded.append(made)
            listed[made.name] = _unusable(made, checked)
    if errors:
        raise RuleErrors(errors)
    loaded.sort(key=lambda file: file.name)
    unusable = tuple(message for file in loaded for message in listed[file.name])
    if sum(len(file.rules) for file in loaded) + len(unusable) > RULE_LIMIT:
        raise RuleError("rules", "path", f"more than {RULE_LIMIT} rules", remedy="load fewer")
    named = "\n".join(f"{file.sha256} {file.name}" for file in loaded)
    digest = hashlib.sha256(named.encode()).hexdigest() if loaded else ""
    return YaraPack(files=tuple(loaded), unusable=unusable, digest=digest)


def _read(
    files: Iterable[tuple[Path, str]], errors: list[RuleError]
) -> Iterable[tuple[Path, RuleText, str]]:
    """Yield path, text and digest of each file once; what cannot be read is an error."""
    digests: set[str] = set()
    names: set[str] = set()
    total = 0
    for path, name in files:
        try:
            with path.open("rb") as stream:
                data = stream.read(FILE_SIZE_LIMIT + 1)
            if len(data) > FILE_SIZE_LIMIT:
                remedy = "split it into several files"
                reason = f"more than {FILE_SIZE_LIMIT // MiB} MiB"
                errors.append(RuleError(path, "line 1, file", reason, remedy=remedy))
                continue
            text = data.decode("utf-8-sig")
        except OSError:
            errors.append(RuleError(path, "file", "it cannot be read", remedy="check its rights"))
            continue
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            where, reason = f"line {line}, file", "it is no text in UTF-8"
            errors.append(RuleError(path, where, reason, remedy="save it as UTF-8"))
            continue
        sha256 = hashlib.sha256(data).hexdigest()
        if sha256 in digests:
            continue  # the same file by another path
        digests.add(sha256)
        total += len(data)
        if total > TOTAL_SIZE_LIMIT or len(digests) > COUNT_LIMIT:
            reason = f"more than {COUNT_LIMIT} files or {TOTAL_SIZE_LIMIT // MiB} MiB of rules"
            raise RuleErrors([*errors, RuleError("rules", "path", reason, remedy="load fewer")])
        if name in names:
            name = f"{name}~{sha256[:8]}"  # noqa: PLW2901  files of two folders may share a name
        names.add(name)
        yield path, RuleText(name=name, text=text), sha256


def _refuse(path: str, source: RuleText, checked: Checked) -> None:
    """RuleErrors with everything that is wrong in a file, where something is malformed."""
    problems = Problems(path)
    for head in checked.rules:
        heading.check(head, source.text, problems)
    if problems.errors or any(each.malformed for each in checked.problems):
        told = (_error(path, each) for each in checked.problems)
        raise RuleErrors([*told, *problems.errors])


def _error(path: str, problem: RuleProblem) -> RuleError:
    where = f"line {problem.line}, {problem.rule or 'file'}"
    remedy = _REMEDIES.get(problem.code, "")
    return RuleError(path, where, plain(problem.text), remedy=remedy)


def _file(path: str, source: RuleText, sha256: str, checked: Checked) -> YaraFile:
    hidden = private(source.text)
    rules = tuple(
        heading.heading(head, source.name, sha256)
        for head in checked.rules
        if head.name not in hidden
    )
    everywhere = any(not each.kinds for each in rules)
    kinds = dict.fromkeys(kind for each in rules for kind in each.kinds)
    return YaraFile(
        path=path,
        name=source.name,
        text=source.text,
        sha256=sha256,
        rules=rules,
        line=_line(source.name, sha256, rules),
        platform=_platform(source.name, rules),
        kinds=() if everywhere else tuple(kinds),
        cost=checked.cost,
        slow=checked.cost > BUDGET,
    )


def _line(name: str, sha256: str, rules: tuple[Heading, ...]) -> RuleLine:
    """Return a file as a report names its check: as grave and as sure as its gravest rule."""
    lines = [each.line for each in rules]
    titles = "; ".join(line.title for line in lines[:_TITLES])
    more = len(lines) - _TITLES
    return RuleLine(
        id=f"yara:{name}",
        title=lines[0].title if len(lines) == 1 else name,
        description=f"{titles}; {more} more" if more > 0 else titles,
        level=max((line.level for line in lines), key=LEVELS.index, default="informational"),
        confidence=max((line.confidence for line in lines), key=CONFIDENCES.index, default="low"),
        rule_class="posture"
        if lines and all(line.rule_class == "posture" for line in lines)
        else "compromise",
        status=lines[0].status if len({line.status for line in lines}) == 1 else "test",
        tags=tuple(dict.fromkeys(tag for line in lines for tag in line.tags)),
        falsepositives=(),
        references=(),
        sha256=sha256,
    )


def _platform(name: str, rules: tuple[Heading, ...]) -> str | None:
    """Return the platform that a file is for: its folder's, or that of all its rules."""
    named = [part for part in name.split("/")[:-1] if part in heading.PLATFORMS]
    if named:
        return named[0]
    stated = {each.platform for each in rules}
    return stated.pop() if len(stated) == 1 else None


def _unusable(file: YaraFile, checked: Checked) -> list[Message]:
    found = []
    for problem in _by_rule(checked.problems):
        line = line_of(file.text, problem.rule) if problem.rule else problem.line
        path = f"{file.name}:{line} {problem.rule}".strip()
        found.append(Message("rule.unusable", {"path": path, "reason": plain(problem.text)}))
    if file.slow:
        found.append(slow(file))
    return found


def slow(file: YaraFile) -> Message:
    """Say why a file is set aside."""
    if file.cost >= HOPELESS:
        return Message("rule.unended", {"path": file.name})
    return Message("rule.slow", {"path": file.name, "times": int(file.cost)})


def _by_rule(problems: tuple[RuleProblem, ...]) -> list[RuleProblem]:
    """Return the first problem of each rule; of a module that is lacking, the rules that use it."""
    found: dict[str, RuleProblem] = {}
    for problem in problems:
        found.setdefault(problem.rule, problem)
    if len(found) > 1:
        found.pop("", None)
    return list(found.values())
