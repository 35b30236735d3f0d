"""`scanner fleet status`: which devices are certified, failing, expired or unseen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from scanner.certify.status import DeviceStatus, FleetStatus
from scanner.certify.verify import Terms
from scanner.cli import options as shared
from scanner.cli.exits import DONE, EVIDENCE, FINDINGS, exit_status, gravest
from scanner.cli.output import print_json, say
from scanner.cli.signing import (
    at_option,
    public_option,
    require_option,
    revoked_option,
    signers_option,
)
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.pipeline.host import now
from scanner.pipeline.statements import fleet_status, read_revocations, read_signers

_PATH = click.Path(path_type=Path, exists=True)
_FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
_DEVICES = 1_000_000
_WORD = 200


@click.command()
@click.argument("paths", metavar="STATEMENT|FOLDER...", type=_PATH, nargs=-1, required=True)
@public_option
@signers_option
@require_option
@revoked_option
@click.option(
    "--cases",
    type=_FOLDER,
    multiple=True,
    metavar="FOLDER",
    help="Cases: a device with one that no statement is of is unseen.",
)
@click.option(
    "--devices",
    "devices_file",
    type=_FILE,
    metavar="FILE",
    help="Pseudonyms of all devices, one to a line: one without a statement is unseen.",
)
@at_option
@shared.json_option
@shared.quiet_option
@exit_status
def status(
    *,
    paths: tuple[Path, ...],
    keys: tuple[Path, ...],
    signer_files: tuple[Path, ...],
    require: int,
    revoked: tuple[Path, ...],
    cases: tuple[Path, ...],
    devices_file: Path | None,
    at: datetime | None,
    as_json: bool,
    quiet: bool,
) -> int:
    """Say of each device how its newest statement stands: certified, failing, expired, unseen.

    Of several statements of a device the newest counts whose signatures hold. Without signers
    nothing is verified, and no device is certified.

    Exit status 0: every device is certified. 10: one is not. 4: a statement is refused.

    \b
    Example: scanner fleet status statements/ --allowed-signers signers --cases cases/
    """
    signers, moment = read_signers(keys, signer_files), at or now()
    if revoked and not signers:
        raise UsageError("--revoked is signed", remedy="give --allowed-signers too")
    terms = Terms(at=moment, require=require, revoked=read_revocations(revoked, signers, moment))
    expected = _devices(devices_file) if devices_file else iter(())
    found = fleet_status(paths, signers, terms, cases=cases, devices=expected)
    if as_json:
        print_json(found)
    else:
        _show(found, quiet=quiet)
    others = any(each.state != "certified" for each in found.devices)
    return gravest((EVIDENCE if found.refused else DONE, FINDINGS if others else DONE))


def _devices(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines):
            word = line.strip()
            if number >= _DEVICES or len(word) > _WORD:
                raise UsageError(f"{path}: at most {_DEVICES} short lines expected")
            if word and not word.startswith("#"):
                yield word


def _show(found: FleetStatus, *, quiet: bool) -> None:
    for each in found.devices:
        if each.state != "certified" or not quiet:
            click.echo(f"{each.state:11} {safe_text(each.device):20} {_words(each)}".rstrip())
    for refused in found.refused:
        why = ", ".join(f"{one.reason}: {one.detail}" for one in refused.refused)
        click.echo(f"{'refused':11} {safe_text(refused.path)}: {safe_text(why, 300)}")
    click.echo(", ".join(f"{state} {count}" for state, count in found.counts.items() if count))
    if not found.verified:
        say("no signature was checked: give --allowed-signers or --key")


def _words(status: DeviceStatus) -> str:
    until = f"until {status.valid_until.isoformat()}" if status.valid_until else ""
    wanting = ", ".join(status.wanting) if status.state == "failing" else status.detail
    return safe_text("  ".join(part for part in (until, wanting) if part), 300)
