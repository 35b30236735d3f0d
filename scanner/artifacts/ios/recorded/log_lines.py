"""Lines of the logs that MobileInstallation and MobileContainerManager of an iPhone write.

A line is `Fri Sep 30 13:30:50 2022 [PID] <LEVEL> (THREAD) MESSAGE`, in the phone's local time. What
does not begin so belongs to the message above.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from scanner.errors import ParseError
from scanner.model.evidence import EvidenceFile

_LONGEST = 8_000  # characters of a line that are looked at
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINE = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4}) \[\d{1,10}\] (.*)",
    re.DOTALL,
)


def messages(file: EvidenceFile) -> Iterator[tuple[datetime | None, str]]:
    """Yield when each message was written, the local time as if it were UTC, and the message.

    ParseError, at the end, where no line is one of such a log.
    """
    seen = lines = 0
    for line in file.lines():
        lines += bool(line.strip())
        if match := _LINE.match(line[:_LONGEST]):
            seen += 1
            yield _moment(match), match[7]
    if lines and not seen:
        raise ParseError("a log with a time in its lines expected")


def _moment(match: re.Match[str]) -> datetime | None:
    try:
        month = _MONTHS.index(match[1]) + 1
        day, hour, minute, second, year = (int(match[group]) for group in range(2, 7))
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
