"""Statements as files: read within bounds, with the signatures that lie beside them."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from scanner.certify.revocation import LIST_LIMIT, Revoked, revocations
from scanner.certify.signed import SignedFile, is_envelope
from scanner.certify.signers import FILE_LIMIT, Signer, Signers, allowed, of_key
from scanner.certify.statement import decode, identity
from scanner.certify.status import Fleet, FleetStatus
from scanner.certify.verify import Refused, Standing, Terms, refusal, verify
from scanner.errors import ParseError, UsageError
from scanner.formats import dsse
from scanner.formats.minisign import SIGNATURE_LIMIT
from scanner.formats.signing_keys import (
    KEY_LIMIT,
    PassphraseNeeded,
    PrivateKey,
    WrongPassphrase,
    read_private,
)
from scanner.pipeline.certify import Unreadable, cases_below

SIGNATURES = 16  # files with signatures beside one statement
SUFFIX = ".statement.json"
_REVOKED = "*.jsonl"
_OTHERS = 0o077
_PUBLIC = (b"ssh-", b"ecdsa-", b"-----BEGIN PUBLIC KEY-----")


def signature_names(path: Path) -> Iterator[Path]:
    """Yield where the signatures of a file of ssh lie: `.sig`, `.2.sig` and on to `.16.sig`."""
    for number in range(1, SIGNATURES + 1):
        yield path.with_name(f"{path.name}{f'.{number}' if number > 1 else ''}.sig")


def read_signed(path: Path) -> SignedFile:
    """Read a signed statement: an envelope, or a file with signatures beside it.

    ParseError where it is larger than any statement, or an envelope that is none.
    """
    data = _bytes(path, dsse.SIZE_LIMIT)
    if is_envelope(data):
        envelope = dsse.decode(data)
        return SignedFile(payload=envelope.payload, envelope=envelope)
    beside = tuple(
        _bytes(each, SIGNATURE_LIMIT) for each in signature_names(path) if each.is_file()
    )
    return SignedFile(payload=data, beside=beside)


def standing_of(path: Path, signers: Signers, terms: Terms) -> Standing:
    """Read and verify a statement; what is no statement is refused as malformed."""
    try:
        file = read_signed(path)
    except ParseError as error:
        return refusal("malformed", str(error))
    return verify(file, signers, terms)


def read_signers(keys: Iterable[Path], files: Iterable[Path]) -> Signers:
    """Read public keys, and files of allowed signers. UsageError where one is none."""
    found: list[Signer] = []
    for path, limit in [*((key, KEY_LIMIT) for key in keys), *((one, FILE_LIMIT) for one in files)]:
        try:
            data = _bytes(path, limit)
            found += [of_key(data, path.name)] if limit == KEY_LIMIT else allowed(data)
        except ParseError as error:
            raise UsageError(
                f"{path}: {error}", remedy="name a public key, or a file of allowed signers"
            ) from None
    return Signers(found)


def read_key(path: Path, passphrase: bytes | None = None) -> PrivateKey:
    """Read a key to sign with, which nobody else may be able to read.

    PassphraseNeeded where it is encrypted and no passphrase is given, UsageError for all else.
    """
    try:
        with path.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(KEY_LIMIT + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None
    if data.startswith(_PUBLIC):
        raise UsageError(f"{path}: a private key expected, and this is a public one")
    if os.name == "posix" and mode & _OTHERS and stat.S_ISREG(mode):
        raise UsageError(
            f"{path}: others may read this key ({stat.S_IMODE(mode):04o})",
            remedy=f"make another key, or, where nobody did: chmod 600 {path}",
        )
    try:
        return read_private(data, passphrase)
    except PassphraseNeeded:
        raise
    except WrongPassphrase:
        raise UsageError(f"{path}: the passphrase does not open it") from None
    except ParseError as error:
        remedy = "name a private key"
        if "bcrypt" in error.expected:
            remedy = "install the package bcrypt, or use a key that openssl encrypted"
        raise UsageError(f"{path}: {error}", remedy=remedy) from None


def read_revocations(paths: Iterable[Path], signers: Signers, at: datetime) -> dict[str, Revoked]:
    """Read lists of what was taken back, by the name of the statement; the first time counts.

    ParseError for a list with a line that is none, or is not of a known signer.
    """
    found: dict[str, Revoked] = {}
    for path in paths:
        for each in sorted(path.glob(_REVOKED)) if path.is_dir() else [path]:
            if each.stat().st_size > LIST_LIMIT:
                raise ParseError(f"a list of at most {LIST_LIMIT} bytes expected")
            with each.open("rb") as lines:
                for one in revocations(lines, signers, at):
                    known = found.get(one.sha256)
                    if known is None or one.revoked_at < known.revoked_at:
                        found[one.sha256] = one
    return found


def replace_file(path: Path, data: bytes) -> None:
    """Write a file anew, whole or not at all."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        Path(stream.name).chmod(stat.S_IMODE(path.stat().st_mode))
        Path(stream.name).replace(path)
    except OSError as error:
        with contextlib.suppress(OSError, UnboundLocalError):
            Path(stream.name).unlink()
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def fleet_status(
    paths: Sequence[Path],
    signers: Signers,
    terms: Terms,
    *,
    cases: Sequence[Path] = (),
    devices: Iterable[str] = (),
) -> FleetStatus:
    """Say of each device how its newest statement stands; one file is read at a time.

    Without signers no signature is checked, and no device counts as certified.
    """
    fleet = Fleet(terms.at, verified=bool(signers))
    for path, is_named in _statements(paths):
        if not is_named and not _may_be_statement(path):
            fleet.pass_over()
        elif signers:
            fleet.add(str(path), standing_of(path, signers, terms))
        else:
            fleet.add(str(path), _unverified(path))
    for folder in cases:
        for seen in cases_below(folder):
            if isinstance(seen, Unreadable):
                fleet.refuse(str(seen.path), [Refused(reason="malformed", detail=seen.error)])
            else:
                fleet.case(seen.device, seen.case, seen.taken_at)
    for device in devices:
        fleet.expect(device)
    return fleet.result()


def _statements(paths: Iterable[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield the files that were named, and those in folders that were."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        for folder, below, names in os.walk(path):  # follows no link to a folder
            below.sort()
            for name in sorted(names):
                if name.endswith(".json"):
                    yield Path(folder) / name, False


def _may_be_statement(path: Path) -> bool:
    """Whether a file of a folder is named or begins as a statement, in either form."""
    if not path.is_file():  # to open a pipe is to wait for whoever writes to it
        return False
    if path.name.endswith(SUFFIX):
        return True
    try:
        with path.open("rb") as stream:
            return stream.read(10) in {b'{"payload"', b'{"_type":"'}
    except OSError:
        return False


def _unverified(path: Path) -> Standing:
    try:
        file = read_signed(path)
        statement = decode(file.payload)
    except ParseError as error:
        return refusal("malformed", str(error))
    return Standing(
        holds=False,
        refused=(),
        signatures=(),
        sha256=identity(file.payload),
        statement=statement,
    )


def _bytes(path: Path, limit: int) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(limit + 1)
    except OSError as error:
        raise ParseError(f"a file that can be read expected: {error.strerror}") from None
    if len(data) > limit:
        raise ParseError(f"a file of at most {limit} bytes expected")
    return data
