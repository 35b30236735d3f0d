"""Files of an encrypted backup.

The key of each file is wrapped (RFC 3394) with that of its protection class; a locator carries it
as hex: four bytes of the class, little endian, and forty of the wrapped key.
"""

from __future__ import annotations

import io
from typing import BinaryIO

from scanner.errors import NotAvailable, ParseError
from scanner.formats.ios_backup.keybag import unwrapped
from scanner.model.recording import BackupKeys


def unsealed(stream: BinaryIO, sealed: str, keys: BackupKeys | None) -> BinaryIO:
    """Return the plain bytes of a sealed stream: seekable, and never longer than its padding says.

    NotAvailable without keys; ParseError for a key that does not unwrap. Reading raises ParseError
    at the end of a file that was cut or has no right padding.
    """
    try:
        key = _key(sealed, keys)
    except (NotAvailable, ParseError):
        stream.close()
        raise
    from scanner.formats.ios_backup.cbc import PIECE, Unsealed  # noqa: PLC0415 - encrypted only

    return io.BufferedReader(Unsealed(stream, key), PIECE)


def _key(sealed: str, keys: BackupKeys | None) -> bytes:
    if keys is None:
        raise NotAvailable("locked", "the backup is encrypted, and no password was given")
    try:
        wrapped = bytes.fromhex(sealed)
    except ValueError:
        raise ParseError("the wrapped key of a file expected") from None
    return unwrapped(wrapped, keys)
