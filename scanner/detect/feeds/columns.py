"""Tables: CSV with a line of column names, separated by commas, semicolons or tabs.

Three forms are in use. A column of types beside one of values (MISP and OTX exports). A column for
each type, where several digests name one file. And lists of apps that were examined (`sha256,
package, certificate`): there the digest counts by itself, and the package together with its signer,
because a repackaged app keeps the name of the one that it imitates.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from io import BytesIO, TextIOWrapper

from msgspec import Struct

from scanner.detect.feeds.attributes import digest_kind, kind_of, value_of
from scanner.detect.feeds.draft import (
    CONFIDENCE_LIMIT,
    Draft,
    atom,
    epoch,
    kept_id,
    kept_names,
    moment,
)
from scanner.detect.feeds.lines import text_lines
from scanner.detect.feeds.markings import tlp_of
from scanner.detect.feeds.shapes import shape_of
from scanner.model.indicators import Atom, Indicator

_ROLES: dict[str, str] = {
    "type": "type", "indicatortype": "type", "attributetype": "type", "ioctype": "type",
    "value": "value", "indicator": "value", "ioc": "value", "iocvalue": "value",
    "observable": "value",
    "uuid": "id", "id": "id",
    "app": "name", "malware": "name", "malwarefamily": "name", "family": "name",
    "campaign": "name", "threat": "name", "name": "name",
    "toids": "to_ids", "tlp": "tlp", "confidence": "confidence", "date": "date",
    "validfrom": "valid_from", "validuntil": "valid_until", "expiration": "valid_until",
}  # fmt: skip
_BESIDE = re.compile(r"[^a-z0-9]")
_DELIMITERS = ",;\t"
_DIGESTS = frozenset({"md5", "sha1", "sha256"})
_SIGNER = "certificate"


class Header(Struct, frozen=True):
    """The columns of a table by their place: what each is for, or of which kind its values are."""

    delimiter: str
    line: int
    roles: dict[str, int]
    kinds: dict[int, str]

    @property
    def known(self) -> bool:
        """Whether some column holds values."""
        return "value" in self.roles or bool(self.kinds)


def header_of(data: bytes) -> Header | None:
    """Return the column names of a table; None where the first line that is stated has none."""
    for number, line in enumerate(text_lines(data), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        delimiter = max(_DELIMITERS, key=line.count)
        cells = [cell.strip().strip('"') for cell in line.split(delimiter)]
        roles: dict[str, int] = {}
        kinds: dict[int, str] = {}
        for place, cell in enumerate(cells):
            word = _BESIDE.sub("", cell.lower())
            if word in _ROLES:
                roles.setdefault(_ROLES[word], place)
            elif (kind := kind_of(cell)) is not None:
                kinds[place] = kind
        found = Header(delimiter, number, roles, kinds)
        return found if found.known else None
    return None


def read_csv(data: bytes, draft: Draft) -> None:
    """Read a table. RuleError where it has no known columns, or quotes without an end."""
    header = header_of(data)
    if header is None:
        raise draft.refuse(
            "line 1",
            "no column of a known name",
            "name the columns `type,value`, or after the type of their values: `domain`, `sha256`",
        )
    _Table(header, draft).read(data)


class _Table:
    """A table while it is read."""

    def __init__(self, header: Header, draft: Draft) -> None:
        self.header, self.draft = header, draft
        self.row: Sequence[str] = ()
        self.line = 0
        self.unmeant = self.beside = 0

    def read(self, data: bytes) -> None:
        """Read all rows; a value that stands twice counts once."""
        seen: set[tuple[str, Atom, tuple[Atom, ...]]] = set()
        for line, row in _rows(data, self.header, self.draft):
            self.line, self.row = line, row
            for indicator in self._indicators():
                key = (indicator.id, (indicator.type, indicator.value), indicator.also)
                if key not in seen:
                    seen.add(key)
                    self.draft.add(indicator)
        if self.unmeant:
            reason = "to_ids is false: seen, and no indicator by itself"
            self.draft.leave_out(f"{self.unmeant} lines", reason, self.unmeant)
        if self.beside:
            reason = "beside a value that names the threat more exactly"
            self.draft.leave_out(f"{self.beside} addresses and packages", reason, self.beside)

    def _cell(self, role: str) -> str:
        place = self.header.roles.get(role, len(self.row))
        return self.row[place].strip() if place < len(self.row) else ""

    def _indicators(self) -> Iterator[Indicator]:
        if self._cell("to_ids").lower() in {"0", "false", "no"}:
            self.unmeant += 1
            return
        try:
            valid_from, valid_until = (
                moment(self._cell("valid_from")),
                moment(self._cell("valid_until")),
            )
        except ValueError:
            self.draft.leave_out(f"line {self.line}", "valid_from or valid_until: no date")
            return
        self._note_date()
        names = kept_names([self._cell("name")])
        marking = self._cell("tlp").lower().removeprefix("tlp:")
        tlp = self.draft.strictest(tlp_of(f"tlp:{marking}") if marking else None)
        for (type, value), also in self._atoms():
            yield Indicator(
                type=type,
                value=value,
                id=kept_id(self._cell("id"), type, value),
                names=names,
                valid_from=valid_from,
                valid_until=valid_until,
                confidence=_confidence(self._cell("confidence")),
                tlp=tlp,
                also=also,
            )

    def _note_date(self) -> None:
        written = self._cell("date")
        try:
            # A day without dashes is also a number; of seconds it would be one in 1970.
            of_day = len(written) <= len("2026-11-22")
            found = moment(written) if of_day and written[:2] in {"19", "20"} else epoch(written)
        except ValueError:
            return
        self.draft.stated(found)

    def _atoms(self) -> Iterator[tuple[Atom, tuple[Atom, ...]]]:
        """Yield the observables of a row, each with those that must be seen as well."""
        written = self._cell("value")
        if written and (found := self._looked_up(self._cell("type"), written)):
            yield found, ()
        cells = {
            kind: self.row[place].strip()
            for place, kind in self.header.kinds.items()
            if place < len(self.row) and self.row[place].strip()
        }
        atoms = {kind: self._known(kind, written) for kind, written in cells.items()}
        digest, host = _DIGESTS & atoms.keys(), "host" in atoms
        signer = atoms.pop(_SIGNER, None) if digest else None
        for kind, one in atoms.items():
            if one is None:
                continue
            if kind == "package" and digest:
                if signer is not None:
                    yield one, (signer,)
                    continue
            elif kind != "ip" or not host:
                yield one, ()
                continue
            self.beside += 1

    def _looked_up(self, type: str, written: str) -> Atom | None:
        try:
            kind, value = value_of(type, written) if type else shape_of(written)
        except ValueError as error:
            self.draft.leave_out(f"line {self.line}", str(error))
            return None
        return self._known(kind, value)

    def _known(self, kind: str, written: str) -> Atom | None:
        try:
            return atom(digest_kind(kind, written), written)
        except ValueError as error:
            self.draft.leave_out(f"line {self.line}", str(error))
            return None


def _confidence(written: str) -> int | None:
    """Return a confidence of 0 to 100; None for a word, whose scale is not known."""
    number = int(written) if written.isdecimal() and len(written) <= len("100") else None
    return number if number is not None and number <= CONFIDENCE_LIMIT else None


def _rows(data: bytes, header: Header, draft: Draft) -> Iterator[tuple[int, list[str]]]:
    with TextIOWrapper(BytesIO(data), "utf-8", newline="") as stream:
        # Strict: a quote without an end would swallow all lines after it.
        reader = csv.reader(stream, delimiter=header.delimiter, strict=True)
        try:
            for row in reader:
                text = row[0].lstrip() if row else ""
                if reader.line_num > header.line and any(row) and not text.startswith("#"):
                    yield reader.line_num, row
        except csv.Error as error:
            where = f"line {reader.line_num}"
            raise draft.refuse(where, f"no CSV: {error}", "quote values, double quotes") from None
