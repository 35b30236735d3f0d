"""Rule packs: rule files read, checked and compiled.

A file that is malformed or forged is refused, and with it the whole pack, before any phone is
touched. A rule of a well-formed file that cannot be evaluated here is listed, and the rest run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scanner.detect import sigma
from scanner.detect.documents import Document, read_document
from scanner.detect.header import check_header
from scanner.detect.problems import Problems, RuleErrors
from scanner.detect.proofs import read_proofs
from scanner.detect.rules import Rule, RulePack, unusable
from scanner.errors import RuleError
from scanner.model.data import data_folder
from scanner.model.findings import Message

FILE_LIMIT = 5_000
PRODUCTS = ("android", "ios")
_FOREIGN = {
    "correlation": "a correlation",
    "filter": "a Sigma filter",
    "action": "a collection with actions",
}


def load(paths: Sequence[Path] = (), *, shipped: bool = True) -> RulePack:
    """Load rule files and folders. RuleErrors with everything that is wrong in any of them."""
    files = list(_files(data_folder("rules"))) if shipped else []
    errors: list[RuleError] = []
    for path in paths:
        found = list(_files(path))
        files += found
        if not found:
            remedy = "give a *.yml file, or a folder that holds some"
            errors.append(RuleError(path, "path", "no rule files there", remedy=remedy))
    if len(files) > FILE_LIMIT:
        raise RuleError("rules", "path", f"more than {FILE_LIMIT} files", remedy="load fewer")
    rules, listed, digests = _read_all(files, errors)
    if errors:
        raise RuleErrors(errors)
    return RulePack(
        rules=tuple(rules[id] for id in sorted(rules)),
        unusable=tuple(sorted(listed, key=lambda message: str(message.params["path"]))),
        digest=hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest(),
    )


def _files(path: Path) -> Iterator[tuple[Path, str]]:
    """Yield rule files with their name within the folder; drafts are not rules yet."""
    if path.is_file():
        yield path, path.name
    elif path.is_dir():
        for file in sorted(path.rglob("*.y*ml")):
            name = file.relative_to(path)
            plain = file.is_file() or not file.exists()  # a broken link is an error, a pipe is not
            if plain and file.suffix in {".yml", ".yaml"} and "draft" not in name.parts:
                yield file, name.as_posix()


def _read_all(
    files: Iterable[tuple[Path, str]], errors: list[RuleError]
) -> tuple[dict[str, Rule], list[Message], set[str]]:
    rules: dict[str, Rule] = {}
    listed: dict[str, Message] = {}
    digests: set[str] = set()
    for path, name in files:
        try:
            document = read_document(path)
            if document.sha256 in digests:
                continue  # the same file by another path
            made = compile_rule(document, name)
        except RuleErrors as problem:
            errors += problem.errors
            continue
        digests.add(document.sha256)
        if isinstance(made, Message):
            listed[document.sha256] = made
        elif made.id in rules:
            reason = f"the id is that of {rules[made.id].path}"
            errors.append(RuleError(path, "id", reason, remedy="give each rule an id of its own"))
        else:
            rules[made.id] = made
    return rules, list(listed.values()), digests


def compile_rule(document: Document, name: str) -> Rule | Message:
    """Check and compile one rule; a message where it is well-formed and beyond this scanner."""
    data = document.data
    if reason := _beyond(document):
        return unusable(name, reason)
    problems = Problems(document.path, document.lines)
    check_header(data, problems)
    logsource = data.get("logsource")
    category = logsource.get("category") if isinstance(logsource, dict) else None
    entity = sigma.CATEGORIES.get(category) if isinstance(category, str) else None
    if entity is None:
        problems.raise_any()
        return unusable(name, f"no entity of the category `{category}`")
    detection = data.get("detection")
    if isinstance(detection, dict):
        sigma.check_detection(detection, entity, problems)
    proofs = read_proofs(data.get("tests"), entity, problems)
    problems.raise_any()
    node = sigma.compile_detection(data, problems)
    problems.raise_any()
    if node is None:
        return unusable(name, "no condition")
    return _rule(document, name, {"entity": entity, "proofs": proofs, "node": node})


def _beyond(document: Document) -> str | None:
    """Say why a well-formed file holds nothing that this scanner can evaluate."""
    data = document.data
    if document.documents > 1:
        return "several documents in one file"
    for key, what in _FOREIGN.items():
        if key in data:
            return what
    logsource = data.get("logsource")
    product = logsource.get("product") if isinstance(logsource, dict) else None
    if isinstance(product, str) and product not in PRODUCTS:
        return f"a rule for `{product[:40]}`"
    if modifier := sigma.unsupported(data.get("detection")):
        return f"the modifier `{modifier}`"
    if data.get("status") in ("deprecated", "unsupported"):
        return f"its status is {data['status']}"
    return None


def _rule(document: Document, name: str, parts: dict[str, Any]) -> Rule:
    data: dict[str, Any] = document.data
    detection = data["detection"]
    condition = detection["condition"]
    shared: dict[str, Any] = {key: data[key] for key in _SAME}
    shared |= {key: tuple(data.get(key, ())) for key in _LISTS}
    return Rule(
        **shared,
        **parts,
        rule_class=data["class"],
        description=data["description"].strip(),
        platform=data["logsource"]["product"],
        category=data["logsource"]["category"],
        path=name,
        sha256=document.sha256,
        selections=tuple(key for key in detection if key != "condition"),
        conditions=tuple(condition) if isinstance(condition, list) else (condition,),
        evaluate=sigma.predicate(parts["node"]),
    )


_SAME = ("id", "title", "status", "level", "confidence")
_LISTS = ("falsepositives", "advice", "tags", "references")
