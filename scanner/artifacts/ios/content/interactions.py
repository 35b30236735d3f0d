"""With whom the user was in touch, and by which app, from CoreDuet's interactionC.db.

It keeps what other databases forgot: apps that were removed, correspondents of erased messages.
Times are seconds since 2001.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.content.addresses import Address, in_handle, in_text, in_url
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile

_OF_CONTACTS = ("ZCUSTOMIDENTIFIER", "ZLASTINCOMINGSENDERDATE", "ZCREATIONDATE")
_OF_INTERACTIONS = ("ZSTARTDATE", "ZBUNDLEID", "ZTARGETBUNDLEID", "ZSENDER", "ZCONTENTURL")
_OF_ATTACHMENTS = ("ZCONTENTURL", "ZCONTENTTEXT", "ZCREATIONDATE")


def parse(file: EvidenceFile) -> Statements:
    """Yield addresses of correspondents, addresses of what was shared, and the apps."""
    yield from gathered("interactions", ("email", "url", "domain", "package"), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        senders: dict[object, object] = {}
        contacts = (("Z_PK", "ZIDENTIFIER"), _OF_CONTACTS)
        for key, name, other, last, made in rows(connection, "ZCONTACTS", *contacts):
            senders[key] = name
            found = (*in_handle(name), *in_handle(other))
            yield day(mac_absolute(last) or mac_absolute(made)), found
        interactions = rows(connection, "ZINTERACTIONS", ("Z_PK",), _OF_INTERACTIONS)
        for _, date, app, target, sender, url in interactions:
            found = (*_app(app), *_app(target), *in_handle(senders.get(sender)), *in_url(url))
            yield day(mac_absolute(date)), found
        attachments = rows_if_any(connection, "ZATTACHMENT", (), _OF_ATTACHMENTS)
        for url, text, date in attachments:
            yield day(mac_absolute(date)), (*in_url(url), *in_text(text))


def _app(value: object) -> Iterator[Address]:
    if isinstance(value, str) and value:
        yield "package", value[:255]


INTERACTIONS = content(
    "interactions",
    "Whom the user was in touch with",
    (f"{HOME}/Library/CoreDuet/People/interactionC.db", parse),
)
