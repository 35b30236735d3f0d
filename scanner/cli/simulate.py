"""`scanner simulate` and `scanner demo`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import get_args

import click
from click.core import ParameterSource

from scanner.cli.demo import compare, scan_demo
from scanner.cli.demo_phone import is_iphone
from scanner.cli.exits import exit_status
from scanner.cli.options import json_option, quiet_option
from scanner.cli.output import print_json, say
from scanner.errors import UsageError
from scanner.formats.text import safe_text
from scanner.simulate import Event, Faults, Line, Phone, find_phone, phones, serve
from scanner.simulate.connection import Auth, State
from scanner.simulate.ios import IosFaults, Trust, serve_ios
from scanner.simulate.userland import ShellKind


@click.command()
@click.argument("phone", required=False)
@click.option("--port", type=int, default=0, help="TCP port on loopback.  [default: any free one]")
@click.option("--open-ms", type=float, default=0, help="Milliseconds added to each opened stream.")
@click.option("--bytes-per-second", type=float, help="Bandwidth of the line.")
@click.option(
    "--auth", type=click.Choice(["accept", "authorized", "unauthorized"]), default="accept",
    show_default=True, help="How the phone meets a computer that it does not know.",
)  # fmt: skip
@click.option(
    "--allow-after", type=float, metavar="SECONDS",
    help="With --auth authorized: the owner taps Allow after this time.",
)  # fmt: skip
@click.option(
    "--state", type=click.Choice(get_args(State)), default="device", show_default=True,
    help="The state in which adb sees the phone.",
)  # fmt: skip
@click.option(
    "--faults", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Faults to play, as JSON (docs/how-to/simulate.md).",
)  # fmt: skip
@click.option(
    "--shell", type=click.Choice(["auto", "chroot", "host"]), default="auto", show_default=True,
    help="Which shell runs the commands.",
)  # fmt: skip
@click.option(
    "--trust", type=click.Choice(get_args(Trust)), default="paired", show_default=True,
    help="How an iPhone meets this computer.",
)  # fmt: skip
@click.pass_context
@exit_status
def simulate(
    context: click.Context,
    /,
    *,
    phone: str | None,
    port: int,
    open_ms: float,
    bytes_per_second: float | None,
    auth: Auth,
    allow_after: float | None,
    state: State,
    faults: Path | None,
    shell: ShellKind,
    trust: Trust,
) -> int:
    """Serve a recorded phone over its real protocol, until interrupted.

    PHONE is the name of a shipped phone or the folder of a recorded one; without it, the shipped
    phones are listed. Whoever reaches the port, and so everyone on this computer, can run commands
    in the phone's shell; with --shell host that is this computer's own, with your rights.

    An iPhone stands behind a usbmuxd of its own, whose address is printed; --auth, --allow-after,
    --state and --shell are for Android, --trust is for iPhones.

    \b
    Example: scanner simulate android-14-tampered --port 6555
             adb connect 127.0.0.1:6555
             scanner simulate ios-18-tampered --port 7015
             USBMUXD_SOCKET_ADDRESS=127.0.0.1:7015 scanner scan
    """
    if phone is None:
        for path in phones():
            click.echo(path.name)
        return 0
    path = Path(phone) if Path(phone).is_dir() else find_phone(phone)
    line = Line(open_ms=open_ms, bytes_per_second=bytes_per_second)
    if is_iphone(path):
        _refuse(context, ("auth", "allow_after", "state", "shell"), "an iPhone")
        known = IosFaults.load(faults) if faults else IosFaults()
        serve_ios(path, port=port, trust=trust, faults=known, line=line, on_event=_tell)
        return 0
    _refuse(context, ("trust",), "an Android phone")
    recorded = Phone.load(path)
    serve(
        recorded,
        port=port,
        faults=Faults.load(faults) if faults else Faults(),
        line=line,
        auth=auth,
        allow_after=allow_after,
        state=state,
        shell=shell,
        on_event=_tell,
    )
    return 0


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FOLDER",
    help="Where the cases go.  [default: ./demo/<time>]",
)  # fmt: skip
@json_option
@quiet_option
@exit_status
def demo(names: tuple[str, ...], output: Path | None, as_json: bool, quiet: bool) -> int:
    """Scan the recorded demo phones over their real protocols; no hardware needed.

    Compares what each report says with what was planted in the phone, and exits with status 1 when
    something planted was missed or something else was accused.

    \b
    Example: scanner demo
             scanner demo android-14-tampered -o /tmp/demo
    """
    chosen = [find_phone(name) for name in names] or list(phones())
    folder = output or Path("demo") / datetime.now(tz=UTC).strftime("%Y%m%dT%H%M%SZ")
    results = []
    for path in chosen:
        scanned = scan_demo(path, folder / path.name, quiet=quiet)
        results.append(compare(path, scanned))
        if not as_json:
            click.echo(results[-1].text())
    if as_json:
        print_json(results)
    missed = [result for result in results if not result.as_expected]
    if not as_json:
        click.echo(f"\nReports: {folder}/*/data/report/report.html")
    return 1 if missed else 0


def _refuse(context: click.Context, names: tuple[str, ...], phone: str) -> None:
    """UsageError for an option that was given and says nothing of this kind of phone."""
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            option = f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} is not for {phone}", remedy="leave it out")


def _tell(event: Event) -> None:
    """Say where the phone is served; with every stream, what is asked of it."""
    if event.kind == "listening":
        reach = "" if event.detail.startswith("USBMUXD") else "adb connect "
        say(f"{reach}{event.detail}\n(Ctrl-C ends it)")
    else:
        say(f"{event.kind} {safe_text(event.detail)}")
