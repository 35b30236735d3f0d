"""Rules that were written for another program, put into our words.

They carry no class, no confidence and no proof. So whatever they say of themselves, they are
experimental and of low confidence here, and their matches are for a person to review.
"""

from __future__ import annotations

import uuid
from typing import Any

from scanner.detect.aliases import Unknown, renamed, translate
from scanner.detect.header import KEYS
from scanner.model.findings import LEVELS

_OURS = {"class", "confidence", "tests"}
_TEXT_LIMIT = 2_000
_TEXTS_LIMIT = 20


def is_foreign(data: dict[str, Any]) -> bool:
    """Whether a document is a Sigma rule that makes no use of our keys."""
    tested = isinstance(data.get("detection"), dict) or isinstance(data.get("correlation"), dict)
    return isinstance(data.get("title"), str) and tested and not _OURS.intersection(data)


def adopt(data: dict[str, Any], sha256: str) -> tuple[dict[str, Any], str | None, dict[str, str]]:
    """Return a foreign document in our words, why it cannot be evaluated, and its fields' names."""
    ours = _heading(data, sha256)
    if "correlation" in data:
        return ours | {"correlation": data["correlation"]}, None, {}
    logsource = data.get("logsource")
    if not isinstance(logsource, dict):
        return ours | {"detection": data["detection"]}, "no log source", {}
    product, category = logsource.get("product"), logsource.get("category")
    ours |= {"logsource": logsource, "detection": data["detection"]}
    if not isinstance(product, str):
        return ours, "a log source without product", {}
    if not isinstance(category, str):
        return ours, "a log source without category", {}
    try:
        entity, ours["detection"] = translate(category, data["detection"])
    except Unknown as reason:
        return ours, str(reason), {}
    ours["logsource"] = {"product": product, "category": entity}
    return ours, None, renamed(category)


def _heading(data: dict[str, Any], sha256: str) -> dict[str, Any]:
    title = plain(data["title"]) or "Untitled"
    level = data.get("level")
    described = data.get("description")
    kept = {key: data[key] for key in ("name", "status", "filter", "action") if key in data}
    status = kept.get("status")
    return kept | {
        "id": _id(data, sha256),
        "title": title,
        "status": status if status in ("deprecated", "unsupported") else "experimental",
        "level": level if level in LEVELS else "low",
        "class": "compromise",
        "confidence": "low",
        "description": plain(described) if isinstance(described, str) else title,
        "falsepositives": _texts(data.get("falsepositives")),
        "tags": [tag for tag in _texts(data.get("tags")) if KEYS["tags"].wrong([tag]) is None],
        "references": _texts(data.get("references")),
    }


def _id(data: dict[str, Any], sha256: str) -> str:
    stated = data.get("id")
    if KEYS["id"].wrong(stated) is None:
        return str(stated)
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"sigma:{sha256}:{stated or data['title']}"))


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [plain(one) for one in listed if isinstance(one, str)][:_TEXTS_LIMIT]


def plain(text: str) -> str:
    """Return a text of others on one line, without anything that a terminal would obey."""
    shown = "".join(sign if sign.isprintable() else " " for sign in text[:_TEXT_LIMIT])
    return " ".join(shown.split())
