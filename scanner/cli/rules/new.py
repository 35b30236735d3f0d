"""`scanner rules new`."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import click

from scanner.cli.exits import exit_status
from scanner.cli.output import say
from scanner.detect.workbench import (
    KINDS,
    Asked,
    Scaffold,
    place_of,
    sigma_rule,
    title_of,
    yara_rule,
)
from scanner.detect.yara_proofs import sidecar
from scanner.errors import UsageError

_ENDINGS = {".yml": False, ".yaml": False, ".yar": True, ".yara": True}  # whether of bytes


@click.command()
@click.argument("name", metavar="TITLE|PATH")
@click.option("--platform", type=click.Choice(("android", "ios")), help="Whose phones it is about.")
@click.option("--category", metavar="NAME", help="The type of entity: app, process, correlation.")
@click.option("--technique", "techniques", multiple=True, metavar="ID", help="T1453, for example.")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar="DIR",
    help="The folder of rules; the file lies in <platform>/<category>/ below it.  [default: .]",
)
@click.option(
    "--yara",
    "of_bytes",
    type=click.Choice(KINDS),
    metavar="KIND",
    help=f"A YARA rule on the bytes of files of this kind: {', '.join(KINDS)}.",
)
@exit_status
def new(
    *,
    name: str,
    platform: str | None,
    category: str | None,
    techniques: tuple[str, ...],
    into: Path,
    of_bytes: str | None,
) -> int:
    """Write a new rule file: valid, with real fields and proofs that hold, and what is TO DO.

    A title makes the name of the file; a path that ends in .yml is taken as it is, and its folders
    may say the platform and the category. With --yara a rule on the bytes of files is written, and
    its proofs beside it. Nothing is overwritten.

    \b
    Example: scanner rules new 'An app has no icon' --platform android --category app
             scanner rules new rules/sigma/ios/process/a-name-is-odd.yml --technique T1406
             scanner rules new 'A library is packed' --platform android --yara elf
    """  # fmt: skip
    path = Path(name) if Path(name).suffix.lower() in _ENDINGS else None
    if path is not None:
        stated = place_of(PurePosixPath(path.absolute().as_posix()))
        platform, category = platform or stated[0], category or stated[1]
        if _ENDINGS[path.suffix.lower()] and of_bytes is None:
            raise UsageError("--yara is missing", remedy=f"--yara {'|'.join(KINDS)}")
    if platform is None or (category is None and of_bytes is None):
        missing = "--platform" if platform is None else "--category"
        raise UsageError(f"{missing} is missing", remedy="--platform android --category app")
    title = name if path is None else title_of(PurePosixPath(path.as_posix()))
    asked = Asked(title=title, platform=platform, category=category or "", techniques=techniques)
    made = yara_rule(asked, of_bytes) if of_bytes else (sigma_rule(asked),)
    places = [path or into / each.path for each in made]
    if path is not None and of_bytes:
        places[1] = sidecar(path)
    if standing := next((place for place in places if os.path.lexists(place)), None):
        raise UsageError(f"{standing}: is there already", remedy="choose another title")
    for place, each in zip(places, made, strict=True):
        click.echo(write_new(place, each))
    say(f"write what stands as TO DO; then: scanner rules test {places[0]} --watch")
    return 0


def write_new(path: Path, made: Scaffold) -> Path:
    """Write a file that is not there yet. UsageError where it is, or cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
            file.write(made.text.encode())
    except FileExistsError:
        raise UsageError(f"{path}: is there already", remedy="choose another title") from None
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None
    return path
