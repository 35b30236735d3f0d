"""A page for a terminal: headings, sentences and labelled rows, as wide as the terminal is."""

from __future__ import annotations

import io
from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from scanner.model.findings import Level, Message
from scanner.report.messages import named, text

NARROWEST = 40  # columns
COLORS: dict[Level, str] = {
    "critical": "bold red",
    "high": "red",
    "medium": "yellow",
    "low": "cyan",
    "informational": "dim",
}


class TerminalPage:
    """Lines of at most `width` columns (40 or more), with SGR codes if `color`.

    Colour repeats what words say. Whether a terminal wants colour is the caller's to know.
    """

    def __init__(self, *, color: bool = False, width: int = 80, language: str = "en") -> None:
        self.language = language
        self.width = max(width, NARROWEST)
        self._page = io.StringIO()
        self._console = Console(
            file=self._page,
            width=self.width,
            force_terminal=color,
            color_system="standard" if color else None,
            legacy_windows=False,
            markup=False,
            emoji=False,
            highlight=False,
            _environ={},
        )

    def done(self) -> str:
        """Return what was written, without blanks at the ends of lines."""
        return "".join(f"{line.rstrip()}\n" for line in self._page.getvalue().split("\n")[:-1])

    def t(self, id: str, **params: str | int) -> str:
        """Return a text of ours by its id."""
        return text(Message(id, params), self.language)

    def named(self, family: str, value: str) -> str:
        """Return the text `family.value`, or the value itself."""
        return named(family, value, self.language)

    def say(self, messages: Iterable[Message]) -> list[str]:
        """Return the texts of messages."""
        return [text(message, self.language) for message in messages]

    def heading(self, id: str) -> None:
        """Begin a section."""
        self._console.line()
        self.print(self.t(id).upper(), "bold")

    def print(self, words: str, style: str = "", *, indent: int = 0) -> None:
        """Write a sentence, folded."""
        self._indented(Text(words, style, overflow="fold"), indent)

    def row(
        self, label: str, words: str, style: str = "", *, widest: int = 1, indent: int = 2
    ) -> None:
        """Write a label and, beside it, what it labels."""
        row = Table.grid(padding=(0, 1, 0, 0))
        row.add_column(width=widest)
        row.add_column(overflow="fold")
        row.add_row(Text(label, style), Text(words))
        self._indented(row, indent)

    def rest(self, count: int) -> None:
        """Say how many more there are, where there are any."""
        if count > 0:
            self.print(f"  {self.t('ui.more', count=count)}", "dim", indent=2)

    def _indented(self, content: RenderableType, indent: int) -> None:
        self._console.print(Padding(content, (0, 0, 0, indent)))
