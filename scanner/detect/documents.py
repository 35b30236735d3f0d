"""Rule files as data: YAML read within bounds, with the line of each key.

Only scalars, lists and maps with text keys are built. Aliases and tags are refused, so that a file
can neither grow in memory nor name a Python object; dates stay text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

from scanner.detect.problems import Place, Problems

SIZE_LIMIT = 256 * 1024  # bytes
DEPTH_LIMIT = 12
NODE_LIMIT = 20_000
DOCUMENT_LIMIT = 40

_REMEDY = "one YAML map of plain values; see rules/README.md"
_PREFIX = "tag:yaml.org,2002:"
Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Document(Struct, frozen=True, kw_only=True):
    """One document of a rule file: a rule, or a correlation of rules."""

    path: str
    data: dict[str, Any]
    lines: dict[Place, int]  # of each key and list element


class RuleFile(Struct, frozen=True, kw_only=True):
    """A rule file: one document, or a correlation with its base rules."""

    path: str
    sha256: str
    documents: tuple[Document, ...]


def read_file(path: Path) -> RuleFile:
    """Read one rule file. RuleErrors where it is no plain YAML maps within bounds."""
    return parse(read_bytes(path), path)


def parse(raw: bytes, path: Path) -> RuleFile:
    """Read the bytes of a rule file. RuleErrors where they are no plain YAML maps within bounds."""
    return _parse(raw, Problems(str(path)))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a rule file. RuleErrors where it cannot be read, or is too large."""
    problems = Problems(str(path))
    try:
        with path.open("rb") as stream:
            raw = stream.read(SIZE_LIMIT + 1)
    except OSError as error:
        problems.add((), f"cannot be read: {error.strerror}", "check the path and its permissions")
    else:
        if len(raw) > SIZE_LIMIT:
            problems.add((), f"larger than {SIZE_LIMIT} bytes", "one short file for each rule")
    problems.raise_any()
    return raw


def read_text(text: str, name: str) -> RuleFile:
    """Read what somebody typed, within the bounds of a file. RuleErrors where it is wrong."""
    problems = Problems(name)
    raw = text.encode("utf-8", "replace")
    if len(raw) > SIZE_LIMIT:
        problems.add((), f"larger than {SIZE_LIMIT} bytes", "write a rule file")
    problems.raise_any()
    return _parse(raw, problems)


def _parse(raw: bytes, problems: Problems) -> RuleFile:
    documents: tuple[Document, ...] = ()
    try:
        text = raw.decode("utf-8")
        _measure(text, problems)
        problems.raise_any()
        documents = tuple(_documents(text, problems))
    except UnicodeDecodeError as error:
        problems.add((), f"no UTF-8 text at byte {error.start}", "save the file as UTF-8")
    except yaml.MarkedYAMLError as error:
        if error.problem_mark is not None:
            problems.lines[()] = error.problem_mark.line + 1
        problems.add((), f"no YAML: {error.problem}", _REMEDY)
    except yaml.YAMLError:
        problems.add((), "no YAML: a character that YAML does not allow", _REMEDY)
    if not problems.errors and not documents:
        problems.add((), "a map expected", _REMEDY)
    problems.raise_any()
    sha256 = hashlib.sha256(raw).hexdigest()
    return RuleFile(path=problems.path, sha256=sha256, documents=documents)


def _documents(text: str, problems: Problems) -> Iterator[Document]:
    """Yield the documents that hold something, each with lines of its own."""
    for node in yaml.compose_all(text, Loader):
        problems.lines = {}
        data = _build(node, (), problems)
        if isinstance(data, dict):
            yield Document(path=problems.path, data=data, lines=problems.lines)
        elif data is not None:
            problems.add((), "a map expected", _REMEDY)


def _measure(text: str, problems: Problems) -> None:
    """Walk the events, which costs no memory, before anything is built."""
    depth = documents = 0
    for nodes, event in enumerate(_events(text)):
        if event.start_mark is not None:
            problems.lines[()] = event.start_mark.line + 1
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
        elif isinstance(event, yaml.AliasEvent):
            problems.add((), "an alias", "write the value out where it is used")
            break
        if depth > DEPTH_LIMIT or nodes >= NODE_LIMIT:
            problems.add((), f"deeper than {DEPTH_LIMIT} or more than {NODE_LIMIT} values")
            break
        if documents > DOCUMENT_LIMIT:
            problems.add((), f"more than {DOCUMENT_LIMIT} documents", "write several files")
            break


def _events(text: str) -> Iterator[yaml.Event]:
    return iter(yaml.parse(text, Loader))


def _build(node: yaml.Node | None, place: Place, problems: Problems) -> Any:
    if node is None:
        return None
    problems.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_PREFIX}map":
        return _build_map(node, place, problems)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_PREFIX}seq":
        parts = enumerate(node.value)
        return [_build(part, (*place, number), problems) for number, part in parts]
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node, place, problems)
    problems.add(place, "a tag", "only plain values, lists and maps")
    return None


def _build_map(node: yaml.MappingNode, place: Place, problems: Problems) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _build(key_node, (*place, "(key)"), problems)
        problems.lines.pop((*place, "(key)"), None)
        line = key_node.start_mark.line + 1
        if not isinstance(key, str):
            problems.lines[(*place, "(key)")] = line
            problems.add((*place, "(key)"), "a key that is no text", "quote the key")
            continue
        problems.lines[(*place, key)] = line
        value = _build(value_node, (*place, key), problems)
        if key in built and built[key] != value:
            problems.add((*place, key), "the key stands twice", "remove one of them")
        built[key] = value
    return built


def _scalar(node: yaml.ScalarNode, place: Place, problems: Problems) -> Any:
    kind = node.tag.removeprefix(_PREFIX)
    if kind not in _SCALARS:
        problems.add(place, "a tag", "only plain values, lists and maps")
        return None
    try:
        return _SCALARS[kind](node)
    except (ValueError, KeyError):
        problems.add(place, f"not a value of type {kind}", "quote the value")
        return None


def _text(node: yaml.ScalarNode) -> str:
    text = str(node.value)
    text.encode()  # UnicodeEncodeError for a lone surrogate: no report could hold it
    return text


_CONSTRUCTOR = yaml.constructor.SafeConstructor()
_SCALARS: dict[str, Callable[[yaml.ScalarNode], Any]] = {
    "null": lambda _: None,
    "bool": _CONSTRUCTOR.construct_yaml_bool,
    "int": _CONSTRUCTOR.construct_yaml_int,
    "float": _CONSTRUCTOR.construct_yaml_float,
    "str": _text,
    "timestamp": _text,
}
