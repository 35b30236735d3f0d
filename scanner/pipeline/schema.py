"""The JSON Schemas of what the scanner writes."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner.errors import UsageError
from scanner.model.entities import AnyEntity
from scanner.model.events import Event
from scanner.model.evidence import Evidence
from scanner.model.report import SCHEMA_VERSION, Report

_DOCUMENTS: dict[str, Any] = {
    "report": Report,
    "events": Event,
    "entities": AnyEntity,
    "evidence": Evidence,
}


def schema_of(document: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of report, events, entities or evidence."""
    if document not in _DOCUMENTS:
        known = ", ".join(_DOCUMENTS)
        raise UsageError(f"no document {document!r}", remedy=f"choose one of: {known}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{document} {SCHEMA_VERSION}",
    }
    return head | msgspec.json.schema(_DOCUMENTS[document])
