"""Whose signature counts: public keys that were named, or a file as ssh-keygen's allowed signers.

A line of that file: principals, options, and a key. Of the options `namespaces`, `valid-after` and
`valid-before` are held; a line that speaks of a certificate authority is refused, for certificates
of ssh are not read here.
Source: ssh-keygen(1), ALLOWED SIGNERS.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from msgspec import Struct

from scanner.certify.statement import NAMESPACE
from scanner.errors import ParseError
from scanner.formats.signing_keys import ED25519, P256, read_public

FILE_LIMIT = 4 * 2**20
_LINES = 10_000
_OPTION = re.compile(r'([a-z-]+)(?:="([^"]*)")?')
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')
_FORMS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}
_KNOWN = frozenset({"namespaces", "valid-after", "valid-before"})


class Signer(Struct, frozen=True, kw_only=True):
    """A key whose signature counts."""

    name: str  # the principals; of a key that was named the name of its file
    fingerprint: str
    key: str  # as OpenSSH writes it
    namespaces: tuple[str, ...] = ()  # with `*`; none: every one
    valid_after: datetime | None = None
    valid_before: datetime | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it signs statements at all; one for another namespace signs other things."""
        named = (fnmatchcase(NAMESPACE, each) for each in self.namespaces)
        return not self.namespaces or any(named)

    def counts(self, at: datetime) -> bool:
        """Whether a signature of it under a statement counts at a time."""
        if not self.is_ours:
            return False
        if self.valid_after is not None and at < self.valid_after:
            return False
        return self.valid_before is None or at < self.valid_before


class Signers:
    """All keys whose signatures count, by fingerprint."""

    def __init__(self, signers: Iterable[Signer]) -> None:
        self._by_key: dict[str, list[Signer]] = {}
        for each in signers:
            self._by_key.setdefault(each.fingerprint, []).append(each)

    def __bool__(self) -> bool:
        return bool(self._by_key)

    def known(self, fingerprint: str) -> Signer | None:
        """Return a signer by the key, whether its signature counts or not."""
        return next(iter(self._by_key.get(fingerprint, ())), None)

    def once(self, fingerprint: str, at: datetime) -> bool:
        """Whether a signature of a key counts at a time, or did before the key ran out."""
        known = self._by_key.get(fingerprint, ())
        return any(
            each.is_ours and (each.valid_after is None or each.valid_after <= at) for each in known
        )

    def counting(self, fingerprint: str, at: datetime) -> Signer | None:
        """Return the signer whose signature counts at a time."""
        return next((each for each in self._by_key.get(fingerprint, ()) if each.counts(at)), None)


def of_key(data: bytes, name: str) -> Signer:
    """Return the signer of one public key. ParseError where it is none of ours."""
    key = read_public(data)
    return Signer(name=name, fingerprint=key.fingerprint, key=key.text)


def allowed(data: bytes) -> Iterable[Signer]:
    """Yield the signers of a file. ParseError for a line that is wrong, with its number.

    Lines of kinds of keys that are not read here are passed over: their signatures do not count.
    """
    if len(data) > FILE_LIMIT:
        raise ParseError(f"a file of signers of at most {FILE_LIMIT} bytes expected")
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        raise ParseError("a file of signers in UTF-8 expected") from None
    if len(lines) > _LINES:
        raise ParseError(f"at most {_LINES} signers expected")
    for number, line in enumerate(lines, start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield from _signer(line, number)


def _signer(line: str, number: int) -> Iterable[Signer]:
    words = _WORD.findall(line)
    at = next((place for place in (1, 2) if _is_kind(words, place)), None)
    if at is None:
        raise ParseError("principals, options and a key expected", line=number)
    options = _options(words[1] if at == 2 else "", number)  # noqa: PLR2004  behind options
    if words[at] not in {ED25519, P256}:
        return
    try:
        key = read_public(f"{words[at]} {words[at + 1]}".encode())
    except ParseError as error:
        raise ParseError(error.expected, line=number) from None
    spaces = options.get("namespaces", "")
    yield Signer(
        name=words[0].replace('"', ""),
        fingerprint=key.fingerprint,
        key=key.text,
        namespaces=tuple(each for each in spaces.split(",") if each),
        valid_after=_time(options.get("valid-after"), number),
        valid_before=_time(options.get("valid-before"), number),
    )


def _is_kind(words: list[str], place: int) -> bool:
    return len(words) > place + 1 and words[place].startswith(("ssh-", "ecdsa-", "sk-"))


def _options(text: str, number: int) -> dict[str, str]:
    found: dict[str, str] = {}
    rest = text
    while rest:
        option = _OPTION.match(rest)
        if option is None or option[1] in found or option[1].lower() not in _KNOWN:
            name = option[1] if option else rest[:40]
            raise ParseError(f"an option that is known expected, and not {name!r}", line=number)
        if not option[2]:
            raise ParseError(f"a value of {option[1]} expected", line=number)
        found[option[1]] = option[2]
        rest = rest[option.end() :]
        if rest and not rest.startswith(","):
            raise ParseError("a comma between options expected", line=number)
        rest = rest[1:]
    return found


def _time(text: str | None, number: int) -> datetime | None:
    """Read a time of ssh-keygen: in UTC with a Z, else in the zone of this computer."""
    if text is None:
        return None
    digits = text.removesuffix("Z")
    try:
        moment = datetime.strptime(digits, _FORMS.get(len(digits), "")).replace(tzinfo=UTC)
    except ValueError:
        raise ParseError("a time as YYYYMMDD[HHMM[SS]][Z] expected", line=number) from None
    return moment if text.endswith("Z") else moment.replace(tzinfo=None).astimezone()
