"""The proofs of YARA rules: bytes made from plain data, and whether a rule must match them.

They stand beside the rules, `<name>.proofs.yml` for `<name>.yar`: a map from the name of each rule
to its `match` and `no_match`, both lists of bytes as `scanner.detect.made` describes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from scanner.detect.documents import Document, read_file
from scanner.detect.made import Maker
from scanner.detect.problems import Place, Problems
from scanner.detect.yara.engine import Compiled

Kind = Literal["no_match", "match"]
KINDS: tuple[Kind, ...] = ("no_match", "match")  # the benign look-alike first
SUFFIX = ".proofs.yml"


class YaraProof(Struct, frozen=True, kw_only=True):
    """Bytes, and whether a rule must match them."""

    rule: str
    kind: Kind
    number: int
    line: int  # of the sidecar
    data: bytes


class ProvedYara(Struct, frozen=True, kw_only=True):
    """What a rule says of one of its own proofs."""

    proof: YaraProof
    matches: bool

    @property
    def holds(self) -> bool:
        return self.matches == (self.proof.kind == "match")


def sidecar(path: Path) -> Path:
    """Return where the proofs of a YARA file lie."""
    return path.with_name(path.stem + SUFFIX)


def read_yara_proofs(path: Path, rules: Collection[str] | None = None) -> tuple[YaraProof, ...]:
    """Read a sidecar. RuleErrors with everything that is wrong with it.

    Where the names of the rules are given, each must have proofs of both kinds, and no other may.
    """
    file = read_file(path)
    document = file.documents[0]
    problems = Problems(str(path), document.lines)
    if len(file.documents) > 1:
        problems.add((), "more than one document", "one map from rules to their proofs")
    if rules is not None:
        _compare(document.data, rules, problems)
    maker = Maker(problems)
    proofs = tuple(_read(document, maker, problems))
    problems.raise_any()
    return proofs


def prove_yara(
    compiled: Compiled, proofs: Iterable[YaraProof], *, file: str | None = None
) -> tuple[ProvedYara, ...]:
    """Apply rules to their proofs; `file` says which matches count where many are compiled."""
    return tuple(
        ProvedYara(proof=one, matches=one.rule in _names(compiled, one.data, file))
        for one in proofs
    )


def _names(compiled: Compiled, data: bytes, file: str | None) -> frozenset[str]:
    found = compiled.scan(data)
    return frozenset(match.rule for match in found if file is None or match.file == file)


def _compare(data: Mapping[str, Any], rules: Collection[str], problems: Problems) -> None:
    for name in data:
        if name not in rules:
            problems.unknown((name,), "rule", name, rules)
    for name in rules:
        if name not in data:
            problems.add((name,), "no proof", _REMEDY)


def _read(document: Document, maker: Maker, problems: Problems) -> Iterator[YaraProof]:
    for rule, kinds in document.data.items():
        if not isinstance(kinds, dict):
            problems.add((rule,), "a map with match and no_match expected", _REMEDY)
            continue
        for kind in kinds:
            if kind not in KINDS:
                problems.unknown((rule, kind), "kind of proof", kind, KINDS)
        for known in KINDS:
            place: Place = (rule, known)
            parts = kinds.get(known, [])
            if not isinstance(parts, list):
                problems.add(place, "a list of bytes expected", _REMEDY)
            elif not parts:
                problems.add(place, "no proof", _REMEDY)
            else:
                for number, part in enumerate(parts):
                    here = (*place, number)
                    yield YaraProof(
                        rule=rule,
                        kind=known,
                        number=number + 1,
                        line=document.lines.get(here, 1),
                        data=maker.make(part, here),
                    )


_REMEDY = "at least one `match` and one `no_match`, the benign look-alike first"
