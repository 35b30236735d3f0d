"""The made stores as answers to the readings of their artifacts."""

from __future__ import annotations

from scanner.model.evidence import BytesFile
from scanner.model.requests import File
from tests.artifacts.ios.content.cases import CASES


def answers() -> dict[str, list[tuple[int, BytesFile]]]:
    """Return, by artifact, the number of a reading and a file that it reads."""
    found: dict[str, list[tuple[int, BytesFile]]] = {}
    for case in CASES:
        request = File(path=case.path)
        readings = case.artifact.readings
        (number,) = [at for at, each in enumerate(readings) if each.fits(request)]
        found.setdefault(case.artifact.name, []).append((number, BytesFile(request, case.data)))
    return found
