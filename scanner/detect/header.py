"""The keys of a rule file beside its detection: which there are, and what each must be."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import Any, Literal

from msgspec import Struct

from scanner.detect.problems import Problems
from scanner.model.findings import CONFIDENCES, LEVELS

STATUSES = ("experimental", "test", "stable", "deprecated", "unsupported")
CLASSES = ("compromise", "posture")
ADVICE = (
    "save_evidence_first",
    "seek_help",
    "do_not_confront",
    "revoke_adb_keys",
    "turn_off_debugging",
    "review_app",
    "review_accessibility",
    "review_device_admin",
    "review_notification_access",
    "review_keyboard",
    "review_certificates",
    "update_system",
    "enable_play_protect",
    "relock_bootloader",
    "check_proxy",
    "review_profiles",
    "review_developer_apps",
    "turn_off_developer_mode",
    "reset_trusted_computers",
    "set_passcode",
    "set_screen_lock",
    "reset_setting",
    "encrypt_backups",
    "review_clock",
    "restart_phone",
    "ask_administrator",
    "factory_reset_after_help",
)
_TEXT_LIMIT = 2_000  # characters

Check = Callable[[Any], str | None]
Kind = Literal["rule", "base", "correlation"]
"""What a document of a rule file is; a base rule serves a correlation and makes no finding."""


class Key(Struct, frozen=True):
    """A key of a rule: which documents must have it, and why a value does not fit it."""

    required: frozenset[Kind]
    wrong: Check


@cache
def techniques() -> frozenset[str]:
    """Return the ids of the live techniques of ATT&CK Mobile, in upper case."""
    lines = resources.files("scanner.detect").joinpath("data/attack_mobile.txt").read_text("utf-8")
    return frozenset(line for line in lines.splitlines() if line and not line.startswith("#"))


def check_header(data: dict[str, Any], problems: Problems, kind: Kind = "rule") -> None:
    """Note every unknown, missing and wrong key of a document."""
    strange = _NOT_IN[kind]
    known = [name for name in KEYS if name not in strange]
    for name, value in data.items():
        if name not in known:
            problems.unknown((name,), "key", name, known)
        elif reason := KEYS[name].wrong(value):
            problems.add((name,), reason)
    for name, key in KEYS.items():
        if kind in key.required and name not in data:
            problems.add((name,), "the key is missing", "see rules/README.md")
    critical = data.get("class") == "posture" and data.get("level") == "critical"
    if critical:
        problems.add(("level",), "posture is never critical", "lower the level")


def _text(value: Any) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "text expected"
    return f"longer than {_TEXT_LIMIT} characters" if len(value) > _TEXT_LIMIT else None


def _texts(value: Any) -> str | None:
    if not isinstance(value, list) or not value:
        return "a list of texts expected"
    return next((reason for one in value if (reason := _text(one))), None)


def _one_of(choices: tuple[str, ...]) -> Check:
    def wrong(value: Any) -> str | None:
        return None if value in choices else f"one of {', '.join(choices)} expected"

    return wrong


def _uuid(value: Any) -> str | None:
    try:
        canonical = str(uuid.UUID(value)) == value
    except (ValueError, AttributeError, TypeError):
        canonical = False
    return None if canonical else "a UUID in lower case expected"


def _advice(value: Any) -> str | None:
    if reason := _texts(value):
        return reason
    strange = [one for one in value if one not in ADVICE]
    return f"unknown advice `{strange[0][:60]}`: one of {', '.join(ADVICE)}" if strange else None


def _tags(value: Any) -> str | None:
    if reason := _texts(value):
        return reason
    for tag in value:
        technique = tag.removeprefix("attack.t")
        if technique == tag or tag != tag.lower() or f"T{technique}" not in techniques():
            return (
                f"`{tag[:60]}` is no technique of ATT&CK Mobile: `attack.t1417`, `attack.t1636.004`"
            )
    return None


def _logsource(value: Any) -> str | None:
    if not isinstance(value, dict) or not {"product", "category"} <= value.keys():
        return "a map with product and category expected"
    strange = sorted(value.keys() - {"product", "category", "definition"})
    if strange:
        return f"unknown key `{strange[0][:60]}`: product, category and definition are known"
    return next((reason for one in value.values() if (reason := _text(one))), None)


def _map(value: Any) -> str | None:
    return None if isinstance(value, dict) and value else "a map expected"


def _related(value: Any) -> str | None:
    return None if isinstance(value, list) else "a list expected"


_OWN: frozenset[Kind] = frozenset({"rule", "correlation"})
_TESTING: frozenset[Kind] = frozenset({"rule", "base"})
_NONE: frozenset[Kind] = frozenset()
_NOT_IN: dict[Kind, tuple[str, ...]] = {
    "rule": ("correlation",),
    "base": ("correlation",),
    "correlation": ("logsource", "detection"),
}
KEYS: dict[str, Key] = {
    "title": Key(_OWN, _text),
    "id": Key(_OWN, _uuid),
    "status": Key(_OWN, _one_of(STATUSES)),
    "level": Key(_OWN, _one_of(LEVELS)),
    "class": Key(_OWN, _one_of(CLASSES)),
    "confidence": Key(_OWN, _one_of(CONFIDENCES)),
    "description": Key(_OWN, _text),
    "logsource": Key(_TESTING, _logsource),
    "detection": Key(_TESTING, _map),
    "correlation": Key(frozenset({"correlation"}), _map),
    "falsepositives": Key(_OWN, _texts),
    "tests": Key(_OWN, _map),
    "advice": Key(_NONE, _advice),
    "tags": Key(_NONE, _tags),
    "references": Key(_NONE, _texts),
    "author": Key(_NONE, _text),
    "license": Key(_NONE, _text),
    "date": Key(_NONE, _text),
    "modified": Key(_NONE, _text),
    "name": Key(_NONE, _text),
    "related": Key(_NONE, _related),
}
