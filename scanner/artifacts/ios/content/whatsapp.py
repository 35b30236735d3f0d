"""Messages of WhatsApp, from ChatStorage.sqlite. Times are seconds since 2001.

Beside the text of a message, `ZWAMESSAGEDATAITEM` keeps the link that was shown for it, and
`ZWAMEDIAITEM` the caption, the address and the card of what was sent.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_name, in_text, in_url
from scanner.artifacts.ios.content.gathering import (
    APP_GROUPS,
    Records,
    Statements,
    content,
    gathered,
)
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile

_MEDIA = ("ZMEDIAURL", "ZTITLE", "ZVCARDSTRING", "ZAUTHORNAME", "ZVCARDNAME", "ZMEDIAURLDATE")
_LINKS = ("ZMATCHEDTEXT", "ZCONTENT1", "ZCONTENT2", "ZSUMMARY", "ZTITLE", "ZDATE")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses in messages, in what was sent with them, and the names of documents."""
    yield from gathered("whatsapp", ("url", "domain", "email", "file_name"), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        for text, date in rows(connection, "ZWAMESSAGE", ("ZTEXT",), ("ZMESSAGEDATE",)):
            yield day(mac_absolute(date)), in_text(text)
        for url, *texts, name, date in rows_if_any(connection, "ZWAMEDIAITEM", (), _MEDIA):
            found = [address for text in texts for address in in_text(text)]
            yield day(mac_absolute(date)), (*in_url(url), *found, *in_name(name))
        for *texts, date in rows_if_any(connection, "ZWAMESSAGEDATAITEM", (), _LINKS):
            found = [address for text in texts for address in in_text(text)]
            yield day(mac_absolute(date)), found


WHATSAPP = content(
    "whatsapp",
    "Messages of WhatsApp",
    (f"{APP_GROUPS}/ChatStorage.sqlite", parse),
)
