"""The keybag of an encrypted backup: the keys of its protection classes, wrapped by a password.

A keybag is a list of tags of four letters, each with a length of 32 bits, big endian, and a value.
First come those of the keybag itself, as SALT and ITER; then those of each class: CLAS, WRAP (bit 1
the phone's own key, bit 2 the password), WPKY, the wrapped key. The order within a class differs
between versions, and not every class has every tag.

The password becomes a key by PBKDF2 with SHA-1, SALT and ITER; since iOS 10.2 by PBKDF2 with
SHA-256, DPSL and DPIC before that. Class keys are unwrapped as RFC 3394 says.

Source: Bédrune and Sigwald, iPhone data protection in depth, 2011, and the keybags of iOS 5 to 26.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import NotAvailable, ParseError
from scanner.model.recording import BackupKeys

SIZE_LIMIT = 64 * 1024  # bytes; real ones have about 1.5 KiB
FIRST_ITERATIONS_LIMIT = 50_000_000  # of SHA-256; iOS asks for 10 million, 3 s of one processor
ITERATIONS_LIMIT = 5_000_000  # of SHA-1; iOS asks for 10,000
KEY_SIZE, WRAPPED_SIZE = 32, 40  # bytes

_HEAD = 8  # bytes of a tag and its length
_NUMBER = 4
_SALTS = range(1, 257)  # bytes
_CLASS_TAGS = frozenset((b"UUID", b"CLAS", b"WRAP", b"KTYP", b"WPKY", b"PBKY"))
_BY_PASSWORD = 2
_WRONG = "the password does not open the backup"

_Tags = dict[bytes, bytes]


class Rounds(Struct, frozen=True, kw_only=True):
    """One use of PBKDF2."""

    digest: str  # sha1, sha256
    salt: bytes
    iterations: int


class Keybag(Struct, frozen=True, kw_only=True):
    """What a keybag states."""

    rounds: tuple[Rounds, ...]  # one after the other, from the password to the key
    wrapped: dict[int, bytes]  # class -> its key, wrapped by that of the password


def keybag(data: bytes) -> Keybag:
    """Read a keybag; ParseError for a damaged one, and one that asks for too much work."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"a keybag of at most {SIZE_LIMIT} bytes expected")
    head, *classes = _groups(data)
    rounds = [_rounds("sha1", head, b"SALT", b"ITER", ITERATIONS_LIMIT)]
    if b"DPSL" in head or b"DPIC" in head:
        rounds.insert(0, _rounds("sha256", head, b"DPSL", b"DPIC", FIRST_ITERATIONS_LIMIT))
    wrapped: dict[int, bytes] = {}
    for tags in classes:
        if b"WPKY" not in tags or not _number(tags, b"WRAP") & _BY_PASSWORD:
            continue
        key = tags[b"WPKY"]
        if len(key) != WRAPPED_SIZE:
            raise ParseError(f"a wrapped key of {WRAPPED_SIZE} bytes in the keybag expected")
        wrapped[_number(tags, b"CLAS")] = key
    if not wrapped:
        raise ParseError("a keybag with a key that a password opens expected")
    return Keybag(rounds=tuple(rounds), wrapped=wrapped)


def opened(bag: Keybag, password: bytes) -> BackupKeys:
    """Unwrap the class keys: 10 million rounds take seconds.

    NotAvailable for a wrong password: it opens no class at all. ParseError where it opens some.
    """
    from cryptography.hazmat.primitives.keywrap import (  # noqa: PLC0415 - only backups need it
        InvalidUnwrap,
        aes_key_unwrap,
    )

    secret = password
    for each in bag.rounds:
        secret = _derived(secret, each)
    keys: dict[int, bytes] = {}
    for number, wrapped in bag.wrapped.items():
        try:
            keys[number] = aes_key_unwrap(secret, wrapped)
        except InvalidUnwrap:
            continue
    if not keys:
        raise NotAvailable("locked", _WRONG)
    if len(keys) < len(bag.wrapped):
        raise ParseError("a keybag whose keys one password opens expected: it is damaged")
    return BackupKeys(classes=keys)


def unwrapped(wrapped: bytes, keys: BackupKeys) -> bytes:
    """Return the key of a file: four bytes of its class, little endian, then the wrapped key.

    NotAvailable for a class whose key no password opens; ParseError for a key that is none.
    """
    from cryptography.hazmat.primitives.keywrap import (  # noqa: PLC0415 - only backups need it
        InvalidUnwrap,
        aes_key_unwrap,
    )

    if len(wrapped) != _NUMBER + WRAPPED_SIZE:
        raise ParseError(f"a wrapped key of {WRAPPED_SIZE} bytes behind its class expected")
    key = keys.classes.get(int.from_bytes(wrapped[:_NUMBER], "little"))
    if key is None:
        raise NotAvailable("locked", "the keybag has no key for the class of this file")
    try:
        return aes_key_unwrap(key, wrapped[_NUMBER:])
    except (InvalidUnwrap, ValueError):
        raise ParseError("a key that its class unwraps expected") from None


def _derived(secret: bytes, rounds: Rounds) -> bytes:
    # OpenSSL through cryptography needs half the time that hashlib's does.
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - only backups need it
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC  # noqa: PLC0415

    digest = hashes.SHA1() if rounds.digest == "sha1" else hashes.SHA256()  # noqa: S303
    return PBKDF2HMAC(digest, KEY_SIZE, rounds.salt, rounds.iterations).derive(secret)


def _groups(data: bytes) -> list[_Tags]:
    """Return the tags of the keybag, and of each class behind them.

    A class begins where one of its tags comes again, or with CLAS behind those of the keybag.
    """
    groups: list[_Tags] = [{}]
    for tag, value in _tags(data):
        here = groups[-1]
        is_first = len(groups) == 1 and tag == b"CLAS"
        if tag in _CLASS_TAGS and (is_first or tag in here):
            groups.append({})
        elif tag in here:
            raise ParseError("a keybag with each of its own tags once expected")
        groups[-1][tag] = value
    return groups


def _tags(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(data):
        end = at + _HEAD + int.from_bytes(data[at + 4 : at + _HEAD], "big")
        if at + _HEAD > len(data) or end > len(data):
            raise ParseError("a keybag expected: it is cut")
        yield data[at : at + 4], data[at + _HEAD : end]
        at = end


def _rounds(digest: str, tags: _Tags, salt: bytes, count: bytes, limit: int) -> Rounds:
    iterations = _number(tags, count)
    if not 1 <= iterations <= limit:
        raise ParseError(f"at most {limit} rounds for the key of the password expected")
    if len(tags.get(salt, b"")) not in _SALTS:
        raise ParseError("the salt of a keybag expected")
    return Rounds(digest=digest, salt=tags[salt], iterations=iterations)


def _number(tags: _Tags, tag: bytes) -> int:
    value = tags.get(tag, b"")
    if len(value) != _NUMBER:
        raise ParseError("a number of 32 bits in the keybag expected")
    return int.from_bytes(value, "big")
