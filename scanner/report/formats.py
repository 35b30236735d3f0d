"""The formats a report can have; a renderer is imported when it is first used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from types import MappingProxyType

from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.model.report import Report

Render = Callable[[Report], bytes | str]


def render(report: Report, format: str) -> bytes | str:
    """Return a report in one of `FORMATS`; UsageError where there is no such format."""
    if format not in FORMATS:
        raise UsageError(f"no format {format[:40]!r}", remedy=f"one of {', '.join(FORMATS)}")
    return FORMATS[format](report)


def require_format(name: str, known: Iterable[str]) -> None:
    """UsageError for a format that a document does not have."""
    if name not in (formats := tuple(known)):
        raise UsageError(
            f"no format {safe_text(name, 40)!r}", remedy=f"one of {', '.join(formats)}"
        )


def prepare(formats: Iterable[str]) -> None:
    """Load what rendering in some formats needs, while there is time to do so."""
    for name in formats:
        if name in FORMATS:
            getattr(import_module(f"scanner.report.{name}"), "prepare", _nothing)()


def _nothing() -> None:
    """Make nothing ready, for a format that needs nothing."""


def _lazily(name: str) -> Render:
    def render(report: Report) -> bytes | str:
        rendered: bytes | str = import_module(f"scanner.report.{name}").render(report)
        return rendered

    return render


FORMATS: Mapping[str, Render] = MappingProxyType(
    {name: _lazily(name) for name in ("json", "html", "text")}
)
