"""What is wrong with files of YARA rules, once they were loaded: lints, proofs, what was left."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.detect.lints import TO_DO
from scanner.detect.problems import RuleErrors
from scanner.detect.workbench.problem import Problem, of_error
from scanner.detect.yara import YaraFile, YaraPack, lint_yara
from scanner.detect.yara.engine import ScanTimeout
from scanner.detect.yara.syntax import line_of, starts
from scanner.detect.yara_proofs import ProvedYara, YaraProof, prove_yara, read_yara_proofs, sidecar

NO_PROOFS = "yara-proofs"
UNFINISHED, WRITE = "yara-unfinished", f"write what stands as {TO_DO}"
HASTEN = "give its strings fixed beginnings of four bytes or more, and bounds to its loops"
_UNENDED = "it did not end on the probe"
PROVE = "prove each rule in a file of its own beside it: <name>.proofs.yml"


def yara_problems(pack: YaraPack) -> Iterator[Problem]:
    """Yield everything that is wrong with YARA rules which could be loaded."""
    for file in pack.files:
        yield from _lints(file)
        yield from _unfinished(file)
    yield from _unusable(pack)
    for file in pack.files:
        yield from prove_file(file)[1]


def prove_file(file: YaraFile) -> tuple[int, tuple[Problem, ...]]:
    """Return how many proofs a file carries, and what is wrong with them or is not so."""
    path = sidecar(Path(file.path))
    own = [rule.name for rule in file.rules if not rule.foreign]
    if not path.is_file():
        return 0, tuple(_unproved(file, name) for name in own[:1])
    try:
        proofs = read_yara_proofs(path, [rule.name for rule in file.rules])
    except RuleErrors as error:
        return 0, of_error(error)
    return len(proofs), tuple(_failed(file, path, proofs))


def source_of(text: str, rule: str) -> str:
    """Return the lines of one rule of a file, up to where the next one begins."""
    lines = text.splitlines()
    begin = line_of(text, rule)
    following = (line for line, _, _ in starts(text) if line > begin)
    return "\n".join(lines[begin - 1 : next(following, len(lines) + 1) - 1]).rstrip() + "\n"


def _lints(file: YaraFile) -> Iterator[Problem]:
    for name, recommendation in lint_yara(file):
        rule, _, said = recommendation.partition(": ")
        yield Problem(
            kind="lint",
            path=file.path,
            line=line_of(file.text, rule),
            key=rule if rule != file.name else "",
            name=name,
            reason=said,
        )


def _unfinished(file: YaraFile) -> Iterator[Problem]:
    for rule in file.rules:
        line = rule.line
        if any(TO_DO in text for text in (line.title, line.description, *line.falsepositives)):
            yield Problem(
                kind="lint",
                path=file.path,
                line=line_of(file.text, rule.name),
                key=rule.name,
                name=UNFINISHED,
                reason=WRITE,
            )


def _unusable(pack: YaraPack) -> Iterator[Problem]:
    """Yield what is set aside, with the place of its file on this computer."""
    paths = {file.name: file.path for file in pack.files}
    for each in pack.unusable:
        named, params = str(each.params["path"]), each.params
        if each.id in {"rule.slow", "rule.unended"}:
            slow = each.id == "rule.slow"
            said = f"{params['times']} times slower than rules usually are" if slow else _UNENDED
            reason = f"is set aside: {said}"
            yield Problem(kind="unusable", path=paths[named], reason=reason, remedy=HASTEN)
            continue
        name, _, place = named.rpartition(":")
        line, _, rule = place.partition(" ")
        reason = f"cannot be evaluated: {params['reason']}"
        yield Problem(kind="unusable", path=paths[name], line=int(line), key=rule, reason=reason)


def _unproved(file: YaraFile, rule: str) -> Problem:
    return Problem(
        kind="lint",
        path=file.path,
        line=line_of(file.text, rule),
        key=rule,
        name=NO_PROOFS,
        reason=PROVE,
    )


def _failed(file: YaraFile, path: Path, proofs: tuple[YaraProof, ...]) -> Iterator[Problem]:
    from scanner.detect.yara.yarax import YaraX  # noqa: PLC0415 - it loads the engine

    compiled = YaraX().compile([file.source()])
    for proof in proofs:
        try:
            (proved,) = prove_yara(compiled, [proof], file=file.name)
        except ScanTimeout:
            yield _problem(path, proof, "it takes too long")
            continue
        if not proved.holds:
            yield _problem(path, proof, _said(proved))


def _said(proved: ProvedYara) -> str:
    return "it matches" if proved.matches else "it does not match"


def _problem(path: Path, proof: YaraProof, said: str) -> Problem:
    expected = "should match" if proof.kind == "match" else "should not match"
    return Problem(
        kind="proof",
        path=str(path),
        line=proof.line,
        key=f"{proof.rule}.{proof.kind}.{proof.number - 1}",
        name=proof.kind,
        reason=f"proof {proof.kind} {proof.number} of {proof.rule} does not hold: {said}",
        remedy=f"the rule {expected}; correct the rule or the proof",
    )
