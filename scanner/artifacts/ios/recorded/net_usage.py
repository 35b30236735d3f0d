"""Programs that used the network, as netusage.sqlite of networkd counts them.

It holds Wi-Fi as well, and fewer months than DataUsage.sqlite. Its other tables name networks and
cells: they are never read. A backup leaves it out; it lies in a copy of the file system.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.recorded.usage_tables import traffic
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import RowGap, TrafficRecord
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Glob

_NAME = "netusage.sqlite"


def parse(file: EvidenceFile) -> Iterator[TrafficRecord | RowGap]:
    """Yield programs with their traffic, and how many rows are gone."""
    yield from traffic(file, "net_usage", _NAME)


NET_USAGE = Artifact(
    name="ios.net_usage",
    title="Network use by program",
    platform="ios",
    states=(
        Stated(TrafficRecord, where=("source", ("net_usage",))),
        Stated(RowGap, where=("database", (_NAME,))),
    ),
    readings=(
        Reading(Glob(pattern=f"/private/var/networkd/{_NAME}"), parse),
        Reading(Glob(pattern=f"/private/var/networkd/db/{_NAME}"), parse),
    ),
)
