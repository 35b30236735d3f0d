"""The files that rules were loaded from, read again where a line or the original is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scanner.detect.documents import Document, RuleFile, read_file
from scanner.detect.problems import Place, RuleErrors
from scanner.detect.rules import AnyRule
from scanner.model.data import data_folder


class RuleFiles:
    """The files below some paths, by the rules that were made of them."""

    def __init__(self, paths: Sequence[Path], *, shipped: bool) -> None:
        self._roots = (*((data_folder("rules"),) if shipped else ()), *paths)
        self._read: dict[str, tuple[Path, RuleFile]] = {}

    def path(self, rule: AnyRule) -> Path:
        """Return where the file of a rule lies."""
        found = self._file(rule)
        return found[0] if found else Path(rule.path)

    def document(self, rule: AnyRule) -> Document | None:
        """Return the document of a rule as it was written; None where its file has changed."""
        found = self._file(rule)
        documents = found[1].documents if found else ()
        own = (each for each in documents if each.data.get("id") == rule.id)
        return next(own, documents[0] if len(documents) == 1 else None)

    def documents(self, rule: AnyRule) -> tuple[Document, ...]:
        """Return all documents of the file of a rule."""
        found = self._file(rule)
        return found[1].documents if found else ()

    def line(self, rule: AnyRule, key: str) -> int | None:
        """Return the line of a key such as `detection.selection`, or of what stands above it."""
        document = self.document(rule)
        return None if document is None else line_of(document, key)

    def _file(self, rule: AnyRule) -> tuple[Path, RuleFile] | None:
        if rule.sha256 not in self._read:
            for root in self._roots:
                path = root if root.is_file() else root / rule.path
                try:
                    file = read_file(path)
                except RuleErrors:
                    continue
                self._read.setdefault(file.sha256, (path, file))
        return self._read.get(rule.sha256)


def line_of(document: Document, key: str) -> int:
    """Return the line of a key of a document, or of the nearest one above it."""
    place: Place = tuple(int(part) if part.isdigit() else part for part in key.split(".") if part)
    while place and place not in document.lines:
        place = place[:-1]
    return document.lines.get(place, 1)
