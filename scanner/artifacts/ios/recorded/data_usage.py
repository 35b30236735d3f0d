"""Programs that used the mobile network, as DataUsage.sqlite counts them.

The phone keeps it for Settings > Mobile Data, for months, also of apps that are gone.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.recorded.usage_tables import traffic
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import RowGap, TrafficRecord
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob

_NAME = "DataUsage.sqlite"


def parse(file: EvidenceFile) -> Iterator[TrafficRecord | RowGap]:
    """Yield programs with their traffic, and how many rows are gone."""
    yield from traffic(file, "data_usage", _NAME)


DATA_USAGE = Artifact(
    name="ios.data_usage",
    title="Mobile data by program",
    platform="ios",
    states=(
        Stated(TrafficRecord, where=("source", ("data_usage",))),
        Stated(RowGap, where=("database", (_NAME,))),
    ),
    readings=(Reading(Glob(pattern=f"/private/var/wireless/Library/Databases/{_NAME}"), parse),),
)
