"""The JSON Schemas of what the scanner writes."""

from __future__ import annotations

from typing import Any

import msgspec

from scanner.certify.statement import Statement
from scanner.certify.status import FleetStatus
from scanner.errors import UsageError
from scanner.model.changes import Diff
from scanner.model.entities import AnyEntity
from scanner.model.events import Event
from scanner.model.evidence import Evidence
from scanner.model.fleet import FleetReport
from scanner.model.report import SCHEMA_VERSION, Report
from scanner.model.watch import Timeline, WatchEvent

_DOCUMENTS: dict[str, Any] = {
    "report": Report,
    "events": Event,
    "entities": AnyEntity,
    "evidence": Evidence,
    "diff": Diff,
    "watch": WatchEvent,
    "timeline": Timeline,
    "fleet": FleetReport,
    "statement": Statement,
    "fleet-status": FleetStatus,
}


def schema_of(document: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of a document."""
    if document not in _DOCUMENTS:
        known = ", ".join(_DOCUMENTS)
        raise UsageError(f"no document {document!r}", remedy=f"choose one of: {known}")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"{document} {SCHEMA_VERSION}",
    }
    return head | msgspec.json.schema(_DOCUMENTS[document])
