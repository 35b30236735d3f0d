"""The calendar, from Calendar.sqlitedb: who takes part, and addresses in what is written there.

Invitations of strangers land there by themselves. The day is that of the appointment; times are
seconds since 2001.
"""

from __future__ import annotations

from scanner.artifacts.ios.content.addresses import in_handle, in_text, in_url
from scanner.artifacts.ios.content.gathering import HOME, Records, Statements, content, gathered
from scanner.artifacts.ios.content.rows import database, rows, rows_if_any
from scanner.formats.apple_time import day, mac_absolute
from scanner.model.evidence import EvidenceFile

_ITEM = (
    "start_date",
    "url",
    "conference_url",
    "conference_url_detected",
    "summary",
    "description",
)


def parse(file: EvidenceFile) -> Statements:
    """Yield the addresses of people and pages."""
    yield from gathered("calendar", ("email", "url", "domain"), _records(file))


def _records(file: EvidenceFile) -> Records:
    with database(file) as connection:
        days: dict[object, str | None] = {}
        items = rows(connection, "CalendarItem", ("ROWID",), _ITEM)
        for number, date, url, meeting, detected, *texts in items:
            days[number] = day(mac_absolute(date))
            found = [address for text in texts for address in in_text(text)]
            yield days[number], (*in_url(url), *in_url(meeting), *in_url(detected), *found)
        for mail, item in rows(connection, "Participant", ("email",), ("owner_id",)):
            yield days.get(item), in_handle(mail)
        for (address,) in rows_if_any(connection, "Identity", (), ("address",)):
            yield None, in_handle(address)
        for url, name in rows_if_any(connection, "AttachmentFile", (), ("url", "filename")):
            yield None, (*in_url(url), *in_text(name))
        for title, address in rows_if_any(connection, "Location", (), ("title", "address")):
            yield None, (*in_text(title), *in_text(address))


CALENDAR = content("calendar", "Calendar", (f"{HOME}/Library/Calendar/Calendar.sqlitedb", parse))
