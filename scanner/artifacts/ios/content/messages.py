"""Messages: addresses in SMS and iMessage, from sms.db.

The text of a message is in `text`, since iOS 16 often in `attributedBody` alone, an archive whose
strings are plain UTF-8; `payload_data` is the property list of a link preview or of a game. Times
count from 2001, in nanoseconds since iOS 11. Correspondents are e-mail addresses or phone numbers;
the latter are not looked at. Names of attachments are paths below ~/Library/SMS.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_archive, in_handle, in_name, in_text
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile
from scanner.model.observables import ObservableType

_CARRIES: tuple[ObservableType, ...] = ("url", "domain", "email", "file_path", "file_name")
_BODIES = ("text", "attributedBody", "subject", "payload_data", "handle_id", "date")


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses in messages, of their correspondents, and the names of attachments."""
    yield from gathered("messages", _CARRIES, _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        handles = dict(rows(connection, "handle", ("ROWID", "id")))
        used: set[object] = set()
        columns = (("ROWID",), _BODIES)
        for _, text, body, subject, payload, handle, date in rows(connection, "message", *columns):
            used.add(handle)
            yield (
                day(mac_absolute(date)),
                (
                    *in_text(text),
                    *in_text(body),
                    *in_text(subject),
                    *in_archive(payload),
                    *in_handle(handles.get(handle)),
                ),
            )
        for number, name in handles.items():
            if number not in used:
                yield None, in_handle(name)
        named = ("filename", "transfer_name", "created_date")
        for _, path, name, date in rows_if_any(connection, "attachment", ("ROWID",), named):
            yield day(mac_absolute(date)), (*in_name(path), *in_name(name))


MESSAGES = content("messages", "Messages", (f"{HOME}/Library/SMS/sms.db", parse))
