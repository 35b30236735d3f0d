"""What is wrong with a pack of rules, once its files were loaded: lints, proofs, what was left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from scanner.detect.lints import LINTS, lint
from scanner.detect.proofs import prove
from scanner.detect.rules import AnyRule, RulePack
from scanner.detect.sigma import Truth
from scanner.detect.workbench.files import RuleFiles
from scanner.detect.workbench.of_bytes import (
    NO_PROOFS,
    PROVE,
    UNFINISHED,
    WRITE,
    yara_problems,
)
from scanner.detect.workbench.problem import Problem
from scanner.detect.workbench.validators import LEFT_OUT, VALIDATORS, name_of, validate
from scanner.detect.yara import YARA_LINTS

_WORDS: dict[Truth, str] = {True: "matches", False: "does not match", None: "is unknown"}
_EXPECTED = {
    "match": "the rule should match",
    "no_match": "the rule should not match",
    "unknown": "the rule should stay unknown",
}


class KnownLint(Struct, frozen=True, kw_only=True):
    """A lint as it is listed."""

    name: str
    recommendation: str
    of: str  # sigma, yara
    left_out: str = ""  # why it is not run


def problems_of(pack: RulePack, files: RuleFiles) -> Iterator[Problem]:
    """Yield everything that is wrong with rules which could be loaded."""
    yield from lints_of(pack.rules, files)
    yield from unusable_of(pack)
    yield from failed_proofs(pack.rules, files)
    if pack.yara is not None:
        yield from yara_problems(pack.yara)


def lints_of(rules: Sequence[AnyRule], files: RuleFiles) -> Iterator[Problem]:
    """Yield the recommendations that rules depart from: ours, then those of pySigma."""
    for rule in rules:
        for each in lint(rule):
            yield Problem(
                kind="lint",
                path=str(files.path(rule)),
                line=files.line(rule, each.key),
                key=each.key,
                name=each.name,
                reason=each.recommendation,
            )
    own = {files.path(rule): rule for rule in rules if not rule.foreign}
    documents = (each for rule in own.values() for each in files.documents(rule))
    for issue in validate(documents):
        yield Problem(
            kind="lint",
            path=issue.document.path,
            line=issue.document.lines.get((), 1),
            name=issue.name,
            reason=issue.reason,
        )


def unusable_of(pack: RulePack) -> Iterator[Problem]:
    """Yield the rules of well-formed files that cannot be evaluated."""
    for each in pack.unusable:
        path, reason = str(each.params["path"]), str(each.params["reason"])
        yield Problem(kind="unusable", path=path, reason=f"cannot be evaluated: {reason}")


def failed_proofs(rules: Sequence[AnyRule], files: RuleFiles) -> Iterator[Problem]:
    """Yield the proofs that do not hold, each with what the rule says instead."""
    for rule in rules:
        for proved in prove(rule):
            if not proved.holds:
                kind, number = proved.proof.kind, proved.proof.number
                key = f"tests.{kind}.{number - 1}"
                yield Problem(
                    kind="proof",
                    path=str(files.path(rule)),
                    line=files.line(rule, key),
                    key=key,
                    name=kind,
                    reason=f"proof {kind} {number} does not hold: it {_WORDS[proved.actual]}",
                    remedy=f"{_EXPECTED[kind]}; correct the detection or the proof",
                )


def known_lints() -> tuple[KnownLint, ...]:
    """List every lint, and what pySigma offers beside and is left out."""
    ours = (
        KnownLint(name=one.name, recommendation=one.recommendation, of="sigma") for one in LINTS
    )
    theirs = (
        KnownLint(name=name_of(one), recommendation=_sentence(one.__doc__), of="sigma")
        for one in VALIDATORS
    )
    of_bytes = (
        KnownLint(name=one.name, recommendation=one.recommendation, of="yara") for one in YARA_LINTS
    )
    beside = (
        KnownLint(name=name, recommendation=said, of="yara")
        for name, said in ((UNFINISHED, WRITE), (NO_PROOFS, PROVE))
    )
    without = (
        KnownLint(name=name, recommendation="", of="sigma", left_out=reason)
        for name, reason in sorted(LEFT_OUT.items())
    )
    return (*ours, *theirs, *of_bytes, *beside, *without)


def _sentence(text: str | None) -> str:
    """Return the first sentence of a docstring, as a recommendation begins."""
    sentence = " ".join((text or "").split()).partition(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]
