"""What speaks against one scheme, collected while it is read; and the fields of its binary form.

Source: https://source.android.com/docs/security/features/apksigning/v2 - numbers are little-endian,
what varies in length stands behind four bytes that say it.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.apk_signing.reasons import REASONS
from scanner.model.entities.app_files import SigningError

LIMIT = 100  # errors, and warnings, of one scheme that are kept; the first say what is wrong


class OverLimit(ParseError):
    """More would have to be read than the limits allow."""


class Findings:
    """Errors and warnings of one scheme."""

    def __init__(self, scheme: str) -> None:
        self.scheme = scheme
        self.errors: list[SigningError] = []
        self.warnings: list[SigningError] = []

    def error(self, reason: str, detail: str = "") -> None:
        if len(self.errors) < LIMIT:
            self.errors.append(self._stated(reason, detail))

    def warn(self, reason: str, detail: str = "") -> None:
        if len(self.warnings) < LIMIT:
            self.warnings.append(self._stated(reason, detail))

    def take(self, other: Findings, *, as_warnings: bool) -> None:
        """Add the findings of a part; of one that does not count, as warnings."""
        kept = self.warnings if as_warnings else self.errors
        kept += other.errors[: LIMIT - len(kept)]
        self.warnings += other.warnings[: max(LIMIT - len(self.warnings), 0)]

    def _stated(self, reason: str, detail: str) -> SigningError:
        return SigningError(scheme=self.scheme, reason=reason, detail=detail or REASONS[reason])


class Fields:
    """A cursor over binary fields; ParseError where one does not fit."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes) -> None:
        self._data, self._at, self._end = data, 0, len(data)

    def __bool__(self) -> bool:
        return self._at < self._end

    def parts(self, limit: int) -> Iterator[Fields]:
        """Yield the fields behind each length that is left; ParseError for more than `limit`."""
        for _ in range(limit):
            if not self:
                return
            yield self.part()
        if self:
            raise ParseError(f"at most {limit} fields expected")

    def number(self) -> int:
        """Return four bytes as a number, which may be negative."""
        at = self._at
        if self._end - at < 4:  # noqa: PLR2004
            raise ParseError("four more bytes expected")
        self._at = at + 4
        return int.from_bytes(self._data[at : at + 4], "little", signed=True)

    def byte(self) -> int:
        if not self:
            raise ParseError("one more byte expected")
        self._at += 1
        return self._data[self._at - 1]

    def counted(self) -> bytes:
        """Return the bytes behind a length."""
        size = self.number()
        if not 0 <= size <= self._end - self._at:
            raise ParseError("as many bytes as stated expected")
        self._at += size
        return self._data[self._at - size : self._at]

    def part(self) -> Fields:
        """Return the fields within the bytes behind a length."""
        return Fields(self.counted())

    def rest(self) -> bytes:
        """Return all that is left."""
        self._at, at = self._end, self._at
        return self._data[at:]
