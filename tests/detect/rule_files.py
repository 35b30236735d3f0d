"""Rule files of the tests, made from what a test is about."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from scanner.detect.documents import read_document
from scanner.detect.packs import compile_rule
from scanner.detect.rules import Rule
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
    if isinstance(made, Message):
        raise TypeError(made.params)
    return made


def made_of(folder: Path, data: dict[str, Any] | str | bytes) -> Rule | Message:
    return compile_rule(read_document(write(folder, data)), "rule.yml")
