"""A YAML list of plain maps, built from its events within bounds.

All scalars stay text. Aliases and tags are refused, so that a file can neither grow in memory nor
name a Python object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from scanner.detect.problems import Place, Problems

SIZE_LIMIT = 16 * 1024 * 1024  # bytes
DEPTH_LIMIT = 8
NODE_LIMIT = 200_000
_LINED = 3  # the parts of the longest place whose line is kept

_REMEDY = "a list of plain maps; no aliases, no tags"
_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_END = (yaml.SequenceEndEvent, yaml.MappingEndEvent)


class YamlList:
    """Reads a document that is a list; what is wrong is noted with its line."""

    def __init__(self, problems: Problems) -> None:
        self.problems = problems
        self.nodes = 0
        self.events: Iterator[yaml.Event] = iter(())

    def read(self, data: bytes) -> list[Any]:
        """Return the list. RuleErrors where the text is none, or beyond the bounds."""
        built: Any = None
        if len(data) > SIZE_LIMIT:
            self.problems.add((), f"YAML of more than {SIZE_LIMIT} bytes", "split the file")
            self.problems.raise_any()
        try:
            self.events = yaml.parse(data.decode(), _Loader)
            for event in self.events:
                if isinstance(event, yaml.NodeEvent):
                    built = self._build(event, (), 0)
                elif isinstance(event, yaml.DocumentStartEvent) and built is not None:
                    self._refuse(event, "more than one document")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            self.problems.lines[()] = mark.line + 1 if mark is not None else 1
            self.problems.add((), f"no YAML: {error.problem}", _REMEDY)
        except yaml.YAMLError:
            self.problems.add((), "no YAML: a character that YAML does not allow", _REMEDY)
        if not self.problems.errors and not isinstance(built, list):
            self.problems.add((), "a list expected", _REMEDY)
        self.problems.raise_any()
        return list(built)

    def _build(self, event: yaml.Event, place: Place, depth: int) -> Any:
        self.nodes += 1
        if depth > DEPTH_LIMIT or self.nodes > NODE_LIMIT:
            self._refuse(event, f"deeper than {DEPTH_LIMIT} or more than {NODE_LIMIT} values")
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "an alias")
        if getattr(event, "tag", None) is not None:
            self._refuse(event, "a tag")
        if len(place) <= _LINED:
            self.problems.lines.setdefault(place, _line(event))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(place, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._map(place, depth)
        return _text(event)

    def _list(self, place: Place, depth: int) -> list[Any]:
        found: list[Any] = []
        while not isinstance(event := next(self.events), _END):
            found.append(self._build(event, (*place, len(found)), depth + 1))
        return found

    def _map(self, place: Place, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), _END):
            if not isinstance(event, yaml.ScalarEvent):
                self._refuse(event, "a key that is no text")
            key = _text(event)
            if key in found:
                self._refuse(event, f"the key `{key[:80]}` stands twice")
            found[key] = self._build(next(self.events), (*place, key), depth + 1)
        return found

    def _refuse(self, event: yaml.Event, reason: str) -> None:
        self.problems.lines[()] = _line(event)
        self.problems.add((), reason, _REMEDY)
        self.problems.raise_any()


def _text(event: yaml.Event) -> str:
    return str(getattr(event, "value", ""))


def _line(event: yaml.Event) -> int:
    return 1 if event.start_mark is None else event.start_mark.line + 1
