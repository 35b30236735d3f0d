"""A parser that does what none may do: it lets every setting out, whoever it speaks of."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.entities import Setting
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Iterator[Setting]:
    """Yield each line that looks like a setting."""
    for line in file.lines():
        name, found, value = line.partition("=")
        if found:
            yield Setting(user=0, namespace="secure", name=name, value=value)
