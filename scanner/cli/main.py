"""The root command: a table of commands, each loaded when it is called and not before."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

import click

# What a command imports and loads stays until its end: to look through it often finds nothing.
_GARBAGE = (50_000, 20, 20)

_INTERRUPTED = 130  # as in exits.py, which is loaded with the commands

COMMANDS: dict[str, tuple[str, str]] = {
    "devices": ("scanner.cli.devices:devices", "List attached phones and what stands in the way."),
    "scan": ("scanner.cli.scan:scan", "Acquire a phone and examine it: the report."),
    "acquire": ("scanner.cli.scan:acquire", "Collect evidence into a case, without examining it."),
    "examine": ("scanner.cli.case:examine", "Examine a case again; no phone is needed."),
    "diff": ("scanner.cli.diff:diff", "Compare two cases of one phone: what changed."),
    "watch": ("scanner.cli.watch:watch", "Watch phones: scan again, compare, tell what is new."),
    "fleet": ("scanner.cli.fleet:fleet", "Compare many phones; list which are certified."),
    "certify": ("scanner.cli.certify:certify", "State under a signature what was checked."),
    "report": ("scanner.cli.case:report", "Render a report again, in any format."),
    "verify": ("scanner.cli.case:verify", "Check that a case is as it was written."),
    "case": ("scanner.cli.case:case", "Say what a case holds."),
    "rules": ("scanner.cli.rules:rules", "Write, list, show, check and test rules."),
    "indicators": (
        "scanner.cli.indicators:indicators",
        "List, check, import and update feeds of indicators.",
    ),
    "query": ("scanner.cli.query:query", "Ask what was observed, in the words of a Sigma rule."),
    "artifacts": ("scanner.cli.artifacts:artifacts", "List what is read from a phone, and how."),
    "benchmarks": (
        "scanner.cli.benchmarks:benchmarks",
        "List the security benchmarks that a phone is held against.",
    ),
    "simulate": ("scanner.cli.simulate:simulate", "Serve a recorded phone over the real protocol."),
    "demo": ("scanner.cli.simulate:demo", "Scan the recorded demo phones; no hardware needed."),
    "pair": ("scanner.cli.pair:pair", "Let an iPhone trust this computer; asks first."),
    "doctor": (
        "scanner.cli.doctor:doctor",
        "Check this computer: adb, usbmuxd, sandbox, clock, rules.",
    ),
    "schema": ("scanner.cli.schema:schema", "Print the JSON Schema of what the scanner writes."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for; `--help` imports none."""

    def main(self, *args: Any, **extra: Any) -> Any:
        gc.set_threshold(*_GARBAGE)
        return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:  # while a command was still being loaded
            click.echo("interrupted", err=True)
            ctx.exit(_INTERRUPTED)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="phone-integrity-scanner", prog_name="scanner")
def main() -> None:
    """Examine a phone for traces of compromise; say what was seen, and what could not be.

    \b
    Example: scanner demo
             scanner scan
             scanner examine cases/20261121T140000Z-7f3a

    Exit status: 0 done, 2 usage, 3 no phone, 4 evidence damaged, 5 incomplete, 6 rules or
    indicators invalid, 10 findings at or above --fail-on, 130 interrupted, 1 an error of ours.
    """
