"""Rule files of the tests, made from what a test is about."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from scanner.detect.compilation import compile_file
from scanner.detect.documents import read_file
from scanner.detect.rules import AnyRule, Correlation, Rule
from scanner.model.findings import Message


def rule_data(**changed: Any) -> dict[str, Any]:
    """Return a rule that is right, with the keys that a test changes; None leaves one out."""
    data: dict[str, Any] = {
        "title": "An app can be debugged",
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(changed, sort_keys=True, default=str))),
        "status": "test",
        "level": "medium",
        "class": "compromise",
        "confidence": "medium",
        "description": "Its memory is open to others.",
        "logsource": {"product": "android", "category": "app"},
        "detection": {"selection": {"debuggable": True}, "condition": "selection"},
        "falsepositives": ["A developer's own app."],
        "tests": {"match": [{"debuggable": True}], "no_match": [{"debuggable": False}]},
    }
    data.update(changed)
    return {key: value for key, value in data.items() if value is not None}


def write(folder: Path, data: dict[str, Any] | str | bytes, name: str = "rule.yml") -> Path:
    """Write a rule file; YAML holds JSON."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    raw = data if isinstance(data, str | bytes) else json.dumps(data, indent=1)
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    return path


def compiled(folder: Path, data: dict[str, Any] | str | bytes) -> Rule:
    """Compile a rule that can be evaluated."""
    made = made_of(folder, data)
    if not isinstance(made, Rule):
        raise TypeError(made)
    return made


def made_of(folder: Path, data: dict[str, Any] | str | bytes) -> AnyRule | Message:
    """Compile a file of one rule."""
    (made,) = compile_file(read_file(write(folder, data)), "rule.yml")
    return made


def base(name: str, category: str, selection: Any, **changed: Any) -> dict[str, Any]:
    """Return a base rule of a correlation: one selection on entities of a category."""
    data: dict[str, Any] = {
        "name": name,
        "logsource": {"product": "android", "category": category},
        "detection": {"s": selection, "condition": "s"},
    }
    return data | changed


def correlation_data(section: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return a correlation that is right, with the keys that a test changes; None: without."""
    asked = {"timespan": "1d"} | section
    tests = {"match": [[]], "no_match": [[]]}
    data = rule_data(correlation=asked, tests=tests, logsource=None, detection=None)
    data.update(changed)
    return {key: value for key, value in data.items() if value is not None}


def related(folder: Path, *documents: dict[str, Any]) -> Correlation:
    """Compile a file of a correlation and its base rules, in any order."""
    (made,) = all_made(folder, *documents)
    if not isinstance(made, Correlation):
        raise TypeError(made)
    return made


def all_made(folder: Path, *documents: dict[str, Any]) -> tuple[AnyRule | Message, ...]:
    """Compile a file of several documents."""
    text = "\n---\n".join(json.dumps(document, indent=1) for document in documents)
    return compile_file(read_file(write(folder, text)), "rule.yml")
