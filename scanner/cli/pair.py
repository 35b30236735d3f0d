"""`scanner pair`."""

from __future__ import annotations

import click

from scanner import pipeline
from scanner.cli.exits import NO_DEVICE, exit_status
from scanner.cli.options import json_option, usbmux_option
from scanner.cli.output import print_json, say
from scanner.report.messages import safety_text


@click.command()
@click.argument("target")
@click.option(
    "--seconds", type=click.FloatRange(min=1, max=600), default=60.0, show_default=True,
    help="How long to wait until somebody taps Trust on the iPhone.",
)  # fmt: skip
@click.option("-y", "--yes", is_flag=True, help="Do not ask before the iPhone is asked.")
@usbmux_option
@json_option
@exit_status
def pair(target: str, seconds: float, yes: bool, usbmux: str | None, as_json: bool) -> int:
    """Let an iPhone trust this computer, which changes the iPhone.

    TARGET is ios:UDID. The iPhone asks whoever holds it whether to trust this computer, and wants
    its passcode; it keeps the pairing until it is told to forget its trusted computers. No other
    command of the scanner pairs. (On Linux usbmuxd itself asks an iPhone that is new to it, as soon
    as it is plugged in; where that was answered, nothing is left to do here.)

    \b
    Example: scanner pair ios:00008140-001A2B3C4D5E6F70
    """
    pipeline.require_iphone(target)
    say(safety_text())
    say()
    say("Pairing leaves on the iPhone: this computer among those it trusts, with the time.")
    say("And on this computer: the pairing record, kept by usbmuxd.")
    if not yes and not click.confirm("Ask the iPhone now?", err=True):
        say("not paired: nothing was asked of the iPhone")
        return NO_DEVICE
    paired = pipeline.pair(
        target,
        usbmux=usbmux,
        seconds=seconds,
        on_waiting=lambda: say("Unlock the iPhone, tap Trust, and enter its passcode."),
    )
    if as_json:
        print_json(paired)
    elif paired.already:
        click.echo(f"paired before, as {paired.fingerprint}; nothing was changed")
    else:
        click.echo(f"paired as {paired.fingerprint}")
        click.echo("to undo: Settings, General, Transfer or Reset iPhone, Reset Location & Privacy")
    return 0
