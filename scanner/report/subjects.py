"""What a person knows a thing by: an app by its package, a setting by its name, a user last."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.formats.text import safe_text
from scanner.model.findings import Finding, Message
from scanner.report.messages import text

NAMES = frozenset({"package", "component", "name", "fingerprint", "identifier", "profile", "path"})
_DIGESTS = frozenset({"sha256", "file"})  # shortened where a name stands before them
_SHORT = 12
_MATCHED_NAMES = 3  # of what a finding without a subject of its own shows


def subject_of(finding: Finding, language: str) -> str:
    """Name the subject of a finding: what identifies it first, its user last."""
    about = finding.subject.about
    parts = key_words(finding.subject.key, language, shorten=bool(about))
    known = [", ".join(about.values())] if about else []
    return safe_text("; ".join([*known, ", ".join(parts or _matched(finding))]).rstrip("; "))


def key_words(
    key: Mapping[str, object], language: str, *, shorten: bool = False, skip_none: bool = False
) -> list[str]:
    """Return the parts of what identifies a thing, in no order of the map's own."""
    parts = []
    for name in sorted(key, key=lambda name: (name == "user", name not in NAMES, name)):
        value = key[name]
        if value is None and (skip_none or name not in {*NAMES, "user"}):
            continue
        if shorten and name in _DIGESTS:
            parts.append(str(value)[:_SHORT])
        elif name == "user":
            parts.append(text(Message("ui.owner_user", {"user": str(value)}), language))
        elif name in NAMES:
            parts.append(str(value))
        else:
            parts.append(f"{name} {value}")
    return parts


def _matched(finding: Finding) -> list[str]:
    """Name what a finding about several things matched, where it has no subject of its own."""
    names = [
        str(value)
        for match in finding.matched
        if match.field.rpartition(".")[2] in NAMES
        for value in match.values
    ]
    return list(dict.fromkeys(names))[:_MATCHED_NAMES]
