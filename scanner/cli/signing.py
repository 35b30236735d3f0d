"""Keys on the command line: to sign statements with, and to check them with."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from scanner.certify.signers import Signers
from scanner.errors import UsageError
from scanner.formats import dsse
from scanner.formats.signing_keys import PassphraseNeeded, PrivateKey
from scanner.pipeline.statements import read_key, read_signers

PASSPHRASE = "SCANNER_KEY_PASSPHRASE"  # noqa: S105  the name of a variable
_YEARS = range(1970, 9999)  # what is added to a time stays one
_PASSPHRASE_LIMIT = 4096  # bytes
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)

key_option = click.option(
    "--key", "key_file", type=_FILE, metavar="KEY",
    help="Private key to sign with: Ed25519, or ECDSA on P-256, as PEM or of OpenSSH.",
)  # fmt: skip
passphrase_option = click.option(
    "--passphrase-file", type=_FILE, metavar="FILE",
    help=f"Passphrase of the key; else it is in {PASSPHRASE}, or asked for.",
)  # fmt: skip
signers_option = click.option(
    "--allowed-signers", "signer_files", type=_FILE, multiple=True, metavar="FILE",
    help="Whose signatures count, as ssh-keygen writes it. May be given several times.",
)  # fmt: skip
public_option = click.option(
    "--key", "keys", type=_FILE, multiple=True, metavar="KEY",
    help="Public key of a signer, in PEM or of OpenSSH. May be given several times.",
)  # fmt: skip
revoked_option = click.option(
    "--revoked", type=click.Path(path_type=Path, exists=True), multiple=True,
    metavar="FILE|FOLDER", help="Lists of statements that were taken back.",
)  # fmt: skip
require_option = click.option(
    "--require", type=click.IntRange(1, dsse.SIGNATURE_LIMIT), default=1, show_default=True,
    metavar="N", help="How many signers it takes.",
)  # fmt: skip


class Moment(click.ParamType[datetime]):
    """A day or a time of ISO 8601; without a zone it is UTC."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
            known = moment.year in _YEARS
        except ValueError:
            known = False
        if not known:
            self.fail(f"{value!r} is no time: write 2026-11-22T09:00:00Z", param, ctx)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


at_option = click.option(
    "--at", type=Moment(), metavar="TIME", help="As of this time.  [default: now]"
)


def require_key(path: Path | None, passphrase_file: Path | None) -> PrivateKey:
    """Read the key to sign with; a passphrase is asked for where none is given."""
    if path is None:
        raise UsageError(
            "a key is needed to sign",
            remedy="make one with: ssh-keygen -t ed25519 -f examiner.key; then give --key",
        )
    said = os.environ.get(PASSPHRASE, "").encode()
    if passphrase_file is not None:
        said = _first_line(passphrase_file)
    try:
        return read_key(path, said or None)
    except PassphraseNeeded:
        asked: str = click.prompt(f"Passphrase of {path}", hide_input=True, err=True)
        return read_key(path, asked.encode())


def _first_line(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.readline(_PASSPHRASE_LIMIT).rstrip(b"\r\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def require_signers(keys: tuple[Path, ...], files: tuple[Path, ...]) -> Signers:
    """Read whose signatures count; UsageError where nobody's does."""
    signers = read_signers(keys, files)
    if not signers:
        raise UsageError(
            "no signer is known", remedy="give --key or --allowed-signers with a key of the signers"
        )
    return signers
