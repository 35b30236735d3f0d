"""Evidence in memory, as an artifact's parser sees it."""

from __future__ import annotations

from scanner.model.evidence import BytesFile
from scanner.model.requests import Command


def evidence(
    data: bytes | str,
    *argv: str,
    user: int | None = None,
    errors: bytes = b"",
    exit_code: int | None = 0,
) -> BytesFile:
    """Return the answer to a command."""
    data = data.encode() if isinstance(data, str) else data
    return BytesFile(Command(argv=argv or ("x",), user=user), data, errors, exit_code=exit_code)
