"""The services of a text that `dumpsys` printed of all of them, a part for each."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.model.recording import Flaw, Part
from scanner.sources.recorded.bugreport import survey_text
from scanner.sources.recorded.parts import Source, Wanted, unread


def services(source: Source, wanted: Wanted) -> Iterator[Part | Flaw]:
    """Yield a part for each service, and a flaw where the text is cut or cannot be read."""
    try:
        yield from survey_text(source, wanted)
    except ParseError as error:
        yield Flaw(reason="parse_error", detail=str(error), locator=source.locator)
        yield unread(source)
