"""Security benchmarks held against a phone, and the list of those that are shipped."""

from __future__ import annotations

from functools import cache

from scanner.artifacts import ARTIFACTS
from scanner.benchmarks import Catalogue, evaluate, load
from scanner.model.benchmarks import Benchmark
from scanner.model.data import data_folder
from scanner.model.evidence import Gap
from scanner.model.report import Acquisition
from scanner.pipeline.compared import beyond
from scanner.pipeline.limits import is_file, is_recording
from scanner.pipeline.reading import EvidenceReader


@cache
def catalogues() -> tuple[Catalogue, ...]:
    """Return the benchmarks that are shipped, by platform."""
    return load(data_folder("rules") / "benchmarks")


def held(
    acquisition: Acquisition, reader: EvidenceReader, gaps: tuple[Gap, ...]
) -> tuple[Benchmark, ...]:
    """Hold the benchmarks of its platform against a phone; a file of its own has none."""
    if is_file(acquisition):
        return ()
    return evaluate(
        catalogues(),
        reader.snapshot,
        gaps=gaps,
        statements=reader.artifacts,
        not_selected=beyond(ARTIFACTS, reader.artifacts, acquisition.platform),
        over_cable=not is_recording(acquisition),
    )
