"""Options of `scanner watch`."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from scanner.cli import options as shared

F = TypeVar("F", bound=Callable[..., object])

_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
_LONGEST = 10 * 365 * 86400.0


class Duration(click.ParamType[float]):
    """A time such as 90s, 30m, 1h, 7d or 2w; a bare number counts seconds."""

    name = "duration"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, int | float):
            return float(value)
        found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,3})?)([smhdw]?)", str(value).strip())
        if found is None or (seconds := float(found[1]) * _SECONDS[found[2]]) > _LONGEST:
            self.fail(f"{value!r} is no time: write 90s, 30m, 1h or 7d", param, ctx)
        return seconds


DURATION = Duration()

store_option = click.option(
    "--store",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the watch keeps what it knows.  [default: watch.db, with the installation]",
)


def watch_options(command: F) -> F:
    """Add how often phones are scanned, what is kept, and where events go."""
    for option in reversed((*_PACE, *_KEEPING, *_SINKS)):
        command = option(command)
    return command


_PACE = (
    click.option(
        "--once", is_flag=True,
        help="One round over the phones that are attached now, then exit: for cron. The status is"
        " 10 only for findings that are new.",
    ),
    click.option(
        "--interval", type=DURATION, default="1h", show_default=True, metavar="TIME",
        help="Between two scans of a phone.",
    ),
    click.option(
        "--profile", type=click.Choice(shared.PROFILES), default="quick", show_default=True,
        help="Of these scans.",
    ),
    click.option(
        "--deep-every", type=DURATION, default="1d", show_default=True, metavar="TIME",
        help="Between two deeper scans; 0 for none.",
    ),
    click.option(
        "--deep-profile", type=click.Choice(shared.PROFILES), default="standard",
        show_default=True, help="Of the deeper scans.",
    ),
    click.option(
        "--deepen-at", type=click.Choice((*shared.LEVEL_NAMES, "never")), default="high",
        show_default=True, help="A new finding of this level or above calls for a deeper scan.",
    ),
    click.option(
        "--silence", type=DURATION, metavar="TIME",
        help="A phone that was not scanned for this long is told to be silent.  [default: three"
        " intervals]",
    ),
    click.option(
        "--heartbeat", type=DURATION, default="5m", show_default=True, metavar="TIME",
        help="Between two signs of life of the watch itself; 0 for none.",
    ),
    click.option(
        "--at-once", type=click.IntRange(1, 64), default=4, show_default=True, metavar="N",
        help="Phones that are scanned at the same time.",
    ),
    click.option("--jobs", type=click.IntRange(1, 64), metavar="N",
                 help="Files of apps that are read at once.  [default: one for each core]"),
    click.option("--adb-host", metavar="HOST", help="Where the adb server listens."),
    click.option("--adb-port", type=int, metavar="PORT", help="Its port."),
)  # fmt: skip

_KEEPING = (
    click.option(
        "--baseline", type=click.Path(path_type=Path, exists=True), metavar="CASE",
        help="Compare its phone with this case.  [default: the first complete scan of a phone]",
    ),
    click.option(
        "--cases", type=click.Path(path_type=Path, file_okay=False), default=Path("cases/watch"),
        show_default=True, metavar="DIR", help="Where the cases go.",
    ),
    click.option(
        "--keep-cases", type=click.Choice(("all", "changed", "last")), default="changed",
        show_default=True,
        help="Which cases stay: all; those of the baseline, of the last scan and with something"
        " new; or those of the baseline and of the last scan. Others are removed once they were"
        " compared.",
    ),
    click.option(
        "--keep-days", type=click.IntRange(1, 36_500), default=90, show_default=True,
        metavar="N", help="Older events, scans and changes are removed from the store.",
    ),
    click.option(
        "--max-mib", type=click.IntRange(1, 1_000_000), default=256, show_default=True,
        metavar="N", help="Beyond this the oldest are removed from the store.",
    ),
)  # fmt: skip

_SINKS = (
    click.option(
        "--on-finding", multiple=True, metavar="CMD",
        help="Run this program for each new finding, with the event as JSON on its standard input."
        " Words are quoted as for a shell; there is none. May be given several times.",
    ),
    click.option(
        "--on-finding-at", type=click.Choice(shared.LEVEL_NAMES), default="low", show_default=True,
        help="Run it for findings of this level or above.",
    ),
    click.option(
        "--webhook", multiple=True, metavar="URL",
        help="Post each event here, signed. May be given several times.",
    ),
    click.option(
        "--webhook-secret-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE", help="With the secret that signs them.",
    ),
    click.option("--insecure-webhook", is_flag=True, help="Allow http beyond this computer."),
    click.option(
        "--webhook-ca", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE", help="Certificates of the authorities to trust for it, as PEM.",
    ),
    click.option(
        "--syslog", multiple=True, metavar="ADDRESS",
        help="Send each event here: udp://HOST:PORT, tcp:// or tls://. May be given several times.",
    ),
    click.option(
        "--syslog-ca", type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE", help="Certificates of the authorities to trust for tls://, as PEM.",
    ),
)  # fmt: skip
