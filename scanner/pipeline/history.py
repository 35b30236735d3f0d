"""The timeline of a report: its entities lie beside it, in a case or where it was written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from msgspec import Struct

from scanner.artifacts import ARTIFACTS
from scanner.case import Case
from scanner.errors import UsageError
from scanner.model.report import Report
from scanner.pipeline.files import read_report
from scanner.report.history import Stating, ordered
from scanner.report.timesketch import write

_ENTITIES = "entities.jsonl"


class History(Struct, frozen=True, kw_only=True):
    """The events of a report, ready to be written."""

    report: Report
    entities: Path
    files: bool
    omitted: Counter[str]  # filled while it is written: what gives no event, by why

    def written(self, fmt: str) -> Iterator[bytes]:
        """Yield the timeline as Timesketch takes it, in order and in parts.

        ParseError where the entities are none.
        """
        with self.entities.open("rb") as stream:
            events = ordered(
                stream, self.report, files=self.files, stating=_stating(), omitted=self.omitted
            )
            yield from write(events, fmt)


def history_of(source: Path, *, files: bool = False) -> History:
    """Return the history of a case, or of a report.json that lies beside its entities.

    `files`: with the times of all files, not only of those in the system's own folders.
    UsageError where there is no report, or no entities.
    """
    report = read_report(source)
    folder = Case.open(source).report_folder if source.is_dir() else source.parent
    entities = folder / _ENTITIES
    if not entities.is_file():
        raise UsageError(
            f"{source}: no {_ENTITIES} beside the report",
            remedy="name the case, or the report.json in the folder that `examine` wrote",
        )
    return History(report=report, entities=entities, files=files, omitted=Counter())


@cache
def _stating() -> Stating:
    """Return which artifacts state each field, by entity type and field."""
    found: dict[tuple[str, str], set[str]] = {}
    for artifact in ARTIFACTS:
        for stated in artifact.states:
            tag = str(stated.entity.__struct_config__.tag)
            for name in stated.names():
                found.setdefault((tag, name), set()).add(artifact.name)
    return found
