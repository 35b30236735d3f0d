"""`scanner rules test`."""

from __future__ import annotations

from pathlib import Path

import click
from msgspec import structs

from scanner.cli.exits import exit_status, gravest, status_of
from scanner.cli.looking import say_unread
from scanner.cli.options import json_option, privacy_option
from scanner.cli.output import print_json
from scanner.cli.rules.check import say_problem
from scanner.cli.rules.packs import PATHS, pack_of
from scanner.cli.rules.tested import Tested, accused, summary, try_all
from scanner.cli.rules.trials import CleanPhones, Tries, print_tries, tries
from scanner.cli.rules.watch import watch_rules
from scanner.detect import RulePack
from scanner.detect.workbench import NEAR_SHOWN
from scanner.errors import ScannerError
from scanner.model.privacy import PrivacyLevel


@click.command()
@PATHS
@click.option(
    "--on",
    "targets",
    multiple=True,
    metavar="CASE|PATH",
    help="Also try the rules on this case, recording or demo:NAME; YARA rules on any file.",
)
@click.option(
    "--clean/--no-clean",
    default=True,
    help="Whether the recorded phones that nobody tampered with are tried.  [default: yes]",
)
@click.option(
    "--near",
    type=click.IntRange(0, 50),
    default=NEAR_SHOWN,
    show_default=True,
    metavar="N",
    help="How many near misses of each rule to explain, field by field.",
)
@click.option("--watch", is_flag=True, help="Check and test again whenever a file is saved.")
@privacy_option
@json_option
@exit_status
def test(
    *,
    paths: tuple[Path, ...],
    targets: tuple[str, ...],
    clean: bool,
    near: int,
    watch: bool,
    privacy: PrivacyLevel | None,
    as_json: bool,
) -> int:
    """Run the proofs that rules carry, then the rules on phones that nobody tampered with.

    With --on also on cases and recordings: what matches, what does not, what is unknown, and which
    entities come close. A proof that fails, or a finding above `low` on a clean phone, gives exit
    status 6; a target of no known kind gives 2, one that is damaged 4. A finding on a clean phone
    that is right stands, with a reason, in `clean.json` beside the rules.

    \b
    Example: scanner rules test my-rules/android/app/my-rule.yml
             scanner rules test my-rules/ --on cases/20261121T140000Z-7f3a --on bugreport.zip
             scanner rules test my-rules/ --watch
    """  # fmt: skip
    if watch:
        return watch_rules(paths, clean=clean)
    pack = pack_of(paths)
    tested = try_all(pack, paths, CleanPhones() if clean else None)
    on, unread = _try_each(targets, pack, privacy, near)
    tested = structs.replace(tested, on=on, unread=tuple(unread))
    if as_json:
        print_json(tested)
    else:
        _print(tested)
    return gravest((tested.status, *map(status_of, unread.values())))


def _try_each(
    targets: tuple[str, ...], pack: RulePack, privacy: PrivacyLevel | None, near: int
) -> tuple[tuple[Tries, ...], dict[str, ScannerError]]:
    done: list[Tries] = []
    unread: dict[str, ScannerError] = {}
    for target in targets:
        try:
            done.append(tries(pack, target, privacy, near))
        except ScannerError as error:
            say_unread(target, error)
            unread[target] = error
    return tuple(done), unread


def _print(tested: Tested) -> None:
    for problem in tested.failed:
        say_problem(problem)
    for each in tested.clean:
        click.echo(accused(each))
    for done in tested.on:
        print_tries(done)
    click.echo(summary(tested))
