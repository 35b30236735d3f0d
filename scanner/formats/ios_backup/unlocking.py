"""The unlocking of a backup, as a work for a worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from scanner.errors import NotAvailable, ParseError
from scanner.formats.ios_backup.keybag import opened
from scanner.model.content import Content, UnlockWork, Work


def unlock(path: Path | None, work: Work) -> Iterator[Content]:
    """Yield the keys of the backup at a path: a folder, an archive, or the folder around it.

    NotAvailable for a wrong password, ParseError for a damaged keybag or a path without any.
    """
    # The container opens what is sealed, and so needs this package.
    from scanner.formats.container import is_container, open_container  # noqa: PLC0415
    from scanner.formats.ios_backup.about import keybag_of  # noqa: PLC0415
    from scanner.formats.ios_backup.layout import layout_of  # noqa: PLC0415

    if path is None or not isinstance(work, UnlockWork):
        raise NotAvailable("unsupported_version", "a backup and its password expected")
    archive = None if path.is_dir() or not is_container(path) else open_container(path)
    layout = layout_of(path, archive)
    if layout is None:
        raise ParseError("a backup of an iPhone expected")
    yield opened(keybag_of(layout), work.password)
