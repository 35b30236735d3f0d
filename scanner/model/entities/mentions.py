"""What personal content names, on its way to the indicators, and no further."""

from __future__ import annotations

from msgspec import Struct

from scanner.model.observables import ObservableType


class Mention(
    Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="mention"
):
    """A value in personal content that an indicator may name: compared, then dropped.

    It is no entity, so no report, no line of entities and no log can hold it.
    """

    source: str  # as in ContentSource
    kind: ObservableType  # url, domain, email, file_path, process, package
    value: str
    day: str | None = None  # 2026-11-02, UTC
    count: int = 1  # records of that day that name it

    def __repr__(self) -> str:
        # Logs and errors print what is at hand.
        return f"Mention({self.source}, {self.kind})"
