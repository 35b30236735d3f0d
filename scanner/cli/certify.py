"""`scanner certify`: state what was checked of a case, signed; and check such statements."""

from __future__ import annotations

import hashlib
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct

from scanner.certify.requirements import span
from scanner.certify.revocation import revoke as revocation
from scanner.certify.signed import add, beside, wrap
from scanner.certify.statement import Statement, decode, encode, identity
from scanner.certify.verify import Terms
from scanner.cli import options as shared
from scanner.cli.certify_text import show_standing, show_statement
from scanner.cli.exits import DONE, EVIDENCE, FINDINGS, exit_status
from scanner.cli.output import print_json, say
from scanner.cli.passwords import password_from, password_option
from scanner.cli.signing import (
    at_option,
    key_option,
    passphrase_option,
    public_option,
    require_key,
    require_option,
    require_signers,
    revoked_option,
    signers_option,
)
from scanner.errors import UsageError
from scanner.formats import dsse
from scanner.formats.signing_keys import PrivateKey
from scanner.pipeline.certify import certify as make
from scanner.pipeline.certify import read_policy, verified_subject
from scanner.pipeline.files import write_new
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import read_feeds
from scanner.pipeline.statements import (
    SUFFIX,
    read_revocations,
    read_signed,
    replace_file,
    signature_names,
    standing_of,
)

if TYPE_CHECKING:
    from scanner.model.privacy import PrivacyLevel

_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_POLICY_LIMIT = 2**20


class _Certify(click.Group):
    """A group whose first word may be a case."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["issue", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Certify)
def certify() -> None:
    """State what was checked of a case, by a policy, signed; and check such statements.

    `scanner certify CASE` is short for `scanner certify issue CASE`.

    \b
    Example: scanner certify cases/20261121T140000Z-7f3a --policy policy.yml --key examiner.key
             scanner certify verify 7f3a.statement.json --allowed-signers signers
    """


class Issued(Struct, frozen=True, kw_only=True):
    """A statement that was written."""

    file: Path
    sha256: str
    signed_by: str | None  # fingerprint of the key
    statement: Statement


@certify.command()
@click.argument("folder", metavar="CASE", type=_FOLDER)
@click.option(
    "--policy",
    "policy_file",
    type=_FILE,
    required=True,
    metavar="FILE",
    help="What must hold: docs/how-to/certify-a-phone.md says how it is written.",
)
@key_option
@passphrase_option
@click.option(
    "--signature",
    type=click.Choice(("dsse", "ssh", "none")),
    default="dsse",
    show_default=True,
    help="dsse: one file, an envelope. ssh: the statement, and FILE.sig beside it. none:"
    " the statement alone, to be signed elsewhere.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help=f"Where to write.  [default: ./<case>{SUFFIX}]",
)
@click.option("--examiner", metavar="TEXT", help="Who examined the case and signs for it.")
@click.option(
    "--valid-for",
    metavar="SPAN",
    help="12h, 30d, 8w; at most what the policy says.  [default: what the policy says]",
)
@click.option(
    "--source",
    type=click.Path(path_type=Path, exists=True),
    metavar="PATH",
    help="The recording that the case was made of.",
)
@password_option
@shared.rules_option
@shared.indicator_options
@shared.privacy_option
@shared.json_option
@shared.quiet_option
@exit_status
def issue(
    *,
    folder: Path,
    policy_file: Path,
    key_file: Path | None,
    passphrase_file: Path | None,
    signature: str,
    output: Path | None,
    examiner: str | None,
    valid_for: str | None,
    source: Path | None,
    password_file: Path | None,
    rule_folders: tuple[Path, ...],
    indicator_files: tuple[Path, ...],
    feeds: bool,
    max_feed_bytes: int,
    privacy: PrivacyLevel | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Verify a case, examine it again, and state which requirements of a policy it meets.

    What was not read is never met. The statement says what was checked, and no more.

    Exit status 0: every requirement is met. 10: one is not met, or was not examined. 4: the case is
    not as it was written. 6: the policy is wrong.

    \b
    Example: scanner certify issue cases/20261121T1400Z-7f3a --policy policy.yml --key examiner.key
    """
    policy, key = read_policy(policy_file), _key(key_file, passphrase_file, signature)
    target = output or Path(f"{folder.resolve().name}{SUFFIX}")
    if target.exists():
        raise UsageError(f"{target} exists already", remedy="name another file with -o")
    lasts = None if valid_for is None else span(valid_for)
    if valid_for is not None and lasts is None:
        raise UsageError(f"{valid_for!r} is no span", remedy="write 12h, 30d or 8w")
    statement = make(
        folder,
        policy,
        source=source,
        password=password_from(password_file),
        rules=rule_folders,
        indicators=read_feeds(indicator_files, stored=feeds, limit=max_feed_bytes),
        examiner=examiner,
        valid_for=lasts,
        privacy=privacy,
    )
    payload = encode(statement)
    _write(target, payload, key, signature)
    issued = Issued(
        file=target,
        sha256=identity(payload),
        signed_by=key.public.fingerprint if key else None,
        statement=statement,
    )
    if as_json:
        print_json(issued)
    else:
        show_statement(statement)
        if not quiet:
            say(f"\nWritten: {target}, signed by {issued.signed_by or 'nobody yet'}")
    return DONE if statement.predicate.result == "requirements_met" else FINDINGS


@certify.command()
@click.argument("path", metavar="STATEMENT", type=_FILE)
@public_option
@signers_option
@require_option
@click.option(
    "--case",
    "case",
    type=_FOLDER,
    metavar="CASE",
    help="The case that it must be of; every byte of it is verified.",
)
@click.option(
    "--policy", "policy", type=_FILE, metavar="FILE", help="The policy that it must be by."
)
@at_option
@revoked_option
@shared.json_option
@exit_status
def verify(
    *,
    path: Path,
    keys: tuple[Path, ...],
    signer_files: tuple[Path, ...],
    require: int,
    case: Path | None,
    policy: Path | None,
    at: datetime | None,
    revoked: tuple[Path, ...],
    as_json: bool,
) -> int:
    """Check a statement: who signed it, of what it is, and whether it stands now.

    Every signature must be of a signer that is named, and no byte may differ.

    Exit status 0: it holds. 4: changed, forged, not by these signers, or of another case or policy.
    10: genuine, and expired, not yet valid, revoked, or its requirements are not all met.

    \b
    Example: scanner certify verify 7f3a.statement.json --allowed-signers signers --case cases/7f3a
    """
    signers = require_signers(keys, signer_files)
    moment = at or now()
    terms = Terms(
        at=moment,
        require=require,
        case=verified_subject(case) if case else None,
        policy_sha256=_sha256(policy) if policy else None,
        revoked=read_revocations(revoked, signers, moment),
    )
    standing = standing_of(path, signers, terms)
    if as_json:
        print_json(standing)
    else:
        show_standing(path, standing)
    if standing.holds:
        return DONE
    return FINDINGS if standing.genuine else EVIDENCE


@certify.command()
@click.argument("path", metavar="STATEMENT", type=_FILE)
@key_option
@passphrase_option
@shared.quiet_option
@exit_status
def sign(*, path: Path, key_file: Path | None, passphrase_file: Path | None, quiet: bool) -> int:
    """Sign a statement, beside those who signed it before; say what it states first.

    An envelope gets one more signature; any other statement gets one more file: FILE.sig,
    FILE.2.sig. Verify it first: whoever signs vouches for every word.

    \b
    Example: scanner certify sign 7f3a.statement.json --key second-examiner.key
    """
    key, file = require_key(key_file, passphrase_file), read_signed(path)
    statement = decode(file.payload)
    if not quiet:
        show_statement(statement)
    if file.envelope is not None:
        replace_file(path, dsse.encode(add(file.envelope, key)))
        return DONE
    free = next((each for each in signature_names(path) if not each.exists()), None)
    if free is None:
        raise UsageError(f"{path} bears as many signatures as a statement can")
    write_new(free, beside(file.payload, key))
    return DONE


@certify.command()
@click.argument("path", metavar="STATEMENT", type=_FILE)
@key_option
@passphrase_option
@click.option("--reason", required=True, metavar="TEXT", help="Why it is taken back.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    required=True,
    metavar="FILE",
    help="The list that the line is added to; it is made where there is none.",
)
@exit_status
def revoke(
    *,
    path: Path,
    key_file: Path | None,
    passphrase_file: Path | None,
    reason: str,
    output: Path,
) -> int:
    """Take a statement back: add a signed line to a list that `--revoked` reads.

    \b
    Example: scanner certify revoke 7f3a.statement.json --key k --reason lost -o revoked.jsonl
    """
    key, file = require_key(key_file, passphrase_file), read_signed(path)
    statement = decode(file.payload)
    line = revocation(statement.case.name, identity(file.payload), key, at=now(), reason=reason)
    try:
        with output.open("ab+") as stream:
            if stream.tell():  # a list that an editor left without its last end of line
                stream.seek(-1, os.SEEK_END)
                line = line if stream.read(1) == b"\n" else b"\n" + line
            stream.write(line)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from error
    return DONE


def _key(path: Path | None, passphrase_file: Path | None, signature: str) -> PrivateKey | None:
    if signature != "none":
        return require_key(path, passphrase_file)
    if path is not None:
        raise UsageError("--key signs", remedy="leave out --key, or --signature none")
    return None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        data = stream.read(_POLICY_LIMIT + 1)
    if len(data) > _POLICY_LIMIT:
        raise UsageError(f"{path} is too large for a policy")
    return hashlib.sha256(data).hexdigest()


def _write(path: Path, payload: bytes, key: PrivateKey | None, signature: str) -> None:
    if signature == "dsse" and key is not None:
        write_new(path, dsse.encode(wrap(payload, key)))
        return
    if signature == "ssh" and key is not None:
        write_new(next(signature_names(path)), beside(payload, key))
    write_new(path, payload)
