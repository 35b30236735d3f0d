"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

from scanner.cli.passwords import password_option

F = TypeVar("F", bound=Callable[..., object])

PROFILES = ("quick", "standard", "deep")
PRIVACY = ("public", "share", "case")
LEVEL_NAMES = ("informational", "low", "medium", "high", "critical")
FORMAT_NAMES = ("json", "html", "text")
OPT_INS = ("traffic", "sysdiagnose", "files")
MAX_FEED_BYTES = 256 * 2**20  # that of the readers, which are imported when they are needed

APP_TRANSFERS = ("auto", "whole", "parts", "none")

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")
case_option = click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    metavar="CASE",
    help="Folder of the case.  [default: ./cases/<time>-<pseudonym>]",
)
events_option = click.option(
    "--events", metavar="FILE", help="Write events as JSON lines; - is standard output."
)
rules_option = click.option(
    "--rules",
    "rule_folders",
    type=click.Path(path_type=Path, exists=True),
    multiple=True,
    metavar="DIR",
    help="More rules, beside the shipped ones. May be given several times.",
)
format_option = click.option(
    "-f",
    "--format",
    "formats",
    type=click.Choice(FORMAT_NAMES),
    multiple=True,
    help="What to render; json and html by default.",
)
privacy_option = click.option(
    "--privacy",
    type=click.Choice(PRIVACY),
    default=None,
    help="How much of device ids and observations the outputs carry.  [default: share]",
)
baseline_option = click.option(
    "--baseline",
    type=click.Path(path_type=Path, exists=True),
    default=None,
    metavar="CASE",
    help="An earlier case or recording of the same phone: say what changed since.",
)
fail_on_option = click.option(
    "--fail-on",
    type=click.Choice(LEVEL_NAMES),
    default=None,
    metavar="LEVEL",
    help="Exit with status 10 when a finding has this level or a higher one.",
)
coverage_option = click.option(
    "--require-coverage",
    type=click.IntRange(0, 100),
    default=None,
    metavar="PERCENT",
    help="Exit with status 5 when less than this was examined.",
)
max_feed_bytes_option = click.option(
    "--max-feed-bytes",
    type=click.IntRange(min=1),
    default=MAX_FEED_BYTES,
    show_default=True,
    metavar="BYTES",
    help="A larger file of indicators is refused.",
)
usbmux_option = click.option(
    "--usbmux",
    metavar="ADDRESS",
    help="Where usbmuxd listens: HOST:PORT or the path of its socket.",
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Only results and errors.")
verbose_option = click.option(
    "-v", "--verbose", count=True, help="Log what is done, on standard error; -vv logs more."
)


def custody_options(command: F) -> F:
    """Add what is recorded once and for good: who examines, why, with whose consent."""
    for option in reversed(
        (
            click.option("--operator", metavar="TEXT", help="Who examines the phone."),
            click.option("--case-number", metavar="TEXT", help="Your own number for the case."),
            click.option("--purpose", metavar="TEXT", help="Purpose, or legal basis."),
            click.option("--consent", metavar="TEXT", help="Who consented, to what, and when."),
            click.option(
                "--debugging-was-on/--debugging-was-off",
                "debugging_before",
                default=None,
                help="Whether USB debugging was on before the phone was handed over.",
            ),
        )
    ):
        command = option(command)
    return command


def indicator_options(command: F) -> F:
    """Add which indicators count: `indicator_files`, `feeds`, `max_feed_bytes`."""
    for option in reversed(
        (
            click.option(
                "--indicators", "indicator_files", type=click.Path(path_type=Path, exists=True),
                multiple=True, metavar="FILE|FOLDER",
                help="Feeds of indicators, beside the imported ones. May be given several times.",
            ),
            click.option(
                "--feeds/--no-feeds", default=True, show_default=True,
                help="Use the feeds that were imported.",
            ),
            max_feed_bytes_option,
        )
    ):  # fmt: skip
        command = option(command)
    return command


def recording_options(command: F) -> F:
    """Add how recordings are read: `include_content`, `password_file`, and those of apps."""
    command = password_option(command)
    command = click.option(
        "--include-content", is_flag=True,
        help="Also compare messages, browsing and other personal content of a backup or file"
        " system with indicators; only the indicator, a count and days are kept.",
    )(command)  # fmt: skip
    return app_options(command)


def app_options(command: F) -> F:
    """Add how files of apps are read."""
    for option in reversed(
        (
            click.option(
                "--min-sdk", type=click.IntRange(1, 10_000), metavar="N",
                help="Verify the signatures of apps for this version of Android (API level) and"
                " later ones.  [default: what each app states]",
            ),
            click.option(
                "--jobs", type=click.IntRange(1, 64), metavar="N",
                help="Files of apps that are read at once.  [default: one for each core]",
            ),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def transfer_options(command: F) -> F:
    """Add how files of apps come from a phone."""
    for option in reversed(
        (
            click.option(
                "--apps", type=click.Choice(APP_TRANSFERS), default="auto", show_default=True,
                help="How files of apps come from a phone: whole, only the parts that tell what"
                " they are and who signed them, or not at all; auto: parts where the link is"
                " slow. The profile quick asks for none.",
            ),
            click.option(
                "--app-cache", type=click.IntRange(min=0), default=4096, show_default=True,
                metavar="MIB",
                help="Copies of files of apps that are kept for the next scan of the same phone;"
                " 0 keeps none. The profile deep uses none.",
            ),
            click.option(
                "--no-app-cache", "app_cache", flag_value=0, type=int,
                help="Keep no copies of files of apps, and use none.",
            ),
        )
    ):  # fmt: skip
        command = option(command)
    return command


def device_options(command: F) -> F:
    """Add what an acquisition asks for and where its adb server is."""
    for option in reversed(
        (
            click.option(
                "--profile", type=click.Choice(PROFILES), default=None,
                help="How much to ask for.  [default: quick; of a recording deep]",
            ),
            click.option(
                "--user", "users", type=int, multiple=True, metavar="N",
                help="Only this user's apps and settings. May be given several times.",
            ),
            click.option(
                "--time-budget", type=click.FloatRange(min=1), metavar="SECONDS",
                help="Stop asking the phone after this time; the case is then incomplete.",
            ),
            click.option("--adb-host", metavar="HOST", help="Where the adb server listens."),
            click.option("--adb-port", type=int, metavar="PORT", help="Its port."),
            usbmux_option,
            click.option(
                "--include", type=click.Choice(OPT_INS), multiple=True,
                help="Also collect what is left out otherwise. May be given several times. files:"
                " apply rules of bytes to every file of a backup, too.",
            ),
        )
    ):  # fmt: skip
        command = option(command)
    return command
