"""Shortcuts of the user, from Shortcuts.sqlite: addresses in their actions.

`ZDATA` is the property list of all actions of a shortcut. Times are seconds since 2001.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_archive
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.artifacts.ios.content.rows import database, rows
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses in actions."""
    yield from gathered("shortcuts", ("url", "domain", "email"), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        times = dict(rows(connection, "ZSHORTCUT", ("Z_PK",), ("ZMODIFICATIONDATE",)))
        for data, owner in rows(connection, "ZSHORTCUTACTIONS", ("ZDATA",), ("ZSHORTCUT",)):
            yield day(mac_absolute(times.get(owner))), in_archive(data)


SHORTCUTS = content("shortcuts", "Shortcuts", (f"{HOME}/Library/Shortcuts/Shortcuts.sqlite", parse))
