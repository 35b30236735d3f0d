"""`scanner watch`: phones that are scanned when they come and then by interval."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from scanner import pipeline
from scanner.cli import options as shared
from scanner.cli.exits import DONE, FINDINGS, INCOMPLETE, INTERRUPTED, NO_DEVICE, exit_status
from scanner.cli.output import say, set_up_logging
from scanner.cli.watch_kept import KEPT
from scanner.cli.watch_lines import line_of
from scanner.cli.watch_options import store_option, watch_options
from scanner.model.findings import LEVELS
from scanner.model.watch import WatchEvent
from scanner.report.messages import safety_text
from scanner.sinks import command_of, lines_of, syslog_of, webhook_of
from scanner.watch import Pace, Settings, Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from scanner.model.findings import Level
    from scanner.sinks import Sink


class WatchGroup(click.Group):
    """Commands about a watch; words that name none are the targets of `scanner watch run`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else ["run", *args])


@click.group(cls=WatchGroup)
def watch() -> None:
    """Watch phones: scan each when it comes and then by interval; tell once what is new.

    `scanner watch [TARGET]...` is `scanner watch run [TARGET]...`.

    \b
    Example: scanner watch
             scanner watch android:R5CT123 --interval 30m --on-finding 'notify-send Phone'
             scanner watch --once --fail-on high
             scanner watch status
    """


@watch.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@watch_options
@store_option
@shared.usbmux_option
@shared.rules_option
@shared.indicator_options
@shared.privacy_option
@shared.fail_on_option
@shared.events_option
@shared.json_option
@shared.custody_options
@shared.quiet_option
@shared.verbose_option
@exit_status
def run(
    *, targets: tuple[str, ...], events: str | None, as_json: bool, quiet: bool, verbose: int,
    fail_on: Level | None, **chosen: Any,
) -> int:  # fmt: skip
    """Watch phones until it is stopped, or once over those that are attached.

    TARGET is android:SERIAL, android:HOST:PORT or ios:UDID; without one, every phone that comes.
    Each gets a quick scan at once, then one every interval, and now and then a deeper one. What
    is new is told once: findings, changes since the last scan and since the baseline (the first
    complete scan), phones of which nothing is heard. Phones are only read from. A case is kept
    where it shows something new. SIGUSR1 scans at once; SIGTERM and Ctrl-C end in order.

    \b
    Example: scanner watch run
             scanner watch ios:00008140-001A2B3C4D5E6F70 --interval 2h --deep-every 7d
             scanner watch --webhook https://hooks.example.org/x --webhook-secret-file key
             scanner watch --once --json --fail-on high
    """
    set_up_logging(verbose)

    settings = _settings(targets, chosen)
    settings.check()
    watching = Watch(settings, sinks=_sinks({**chosen, "events": events}))
    if not quiet:
        _say_start(settings)
    round_ = Round(fail_on)
    printer = Printer(as_json=as_json or events == "-", quiet=quiet)
    with _signals(watching) as stopped:
        for event in watching.events():
            round_.take(event)
            printer.show(event)
    if stopped:
        return INTERRUPTED if stopped[0] == signal.SIGINT else DONE
    return round_.status if settings.once else DONE


for _command in KEPT:
    watch.add_command(_command)


class Round:
    """What a single round comes to: its exit status."""

    def __init__(self, fail_on: Level | None) -> None:
        self._least = None if fail_on is None else LEVELS.index(fail_on)
        self._there = self._scanned = self._lacking = self._grave = False

    def take(self, event: WatchEvent) -> None:
        kind = event.event
        self._there |= kind in ("attached", "waiting")
        self._scanned |= kind == "scanned"
        self._lacking |= kind in ("failed", "waiting")
        if kind == "finding" and not event.suppressed and self._least is not None:
            self._grave |= LEVELS.index(event.level or "informational") >= self._least

    @property
    def status(self) -> int:
        if not self._there:
            say("no phone is attached")
            return NO_DEVICE
        if self._grave:
            return FINDINGS
        if not self._scanned:
            return NO_DEVICE
        return INCOMPLETE if self._lacking else DONE


def _settings(targets: tuple[str, ...], chosen: dict[str, Any]) -> Settings:
    custody = ("operator", "case_number", "purpose", "consent", "debugging_before")
    options = pipeline.Options(
        privacy=chosen["privacy"] or "share",
        custody=pipeline.Custody(**{name: chosen[name] for name in custody}),
        adb=pipeline.AdbServer(host=chosen["adb_host"], port=chosen["adb_port"]),
        usbmux=chosen["usbmux"],
        jobs=chosen["jobs"],
    )
    pace = Pace(
        interval=chosen["interval"],
        deep_every=chosen["deep_every"],
        silence=chosen["silence"],
        profile=chosen["profile"],
        deep_profile=chosen["deep_profile"],
    )
    indicators = pipeline.read_feeds(
        chosen["indicator_files"], stored=chosen["feeds"], limit=chosen["max_feed_bytes"]
    )
    same = ("heartbeat", "at_once", "baseline", "store", "cases", "keep_cases", "keep_days",
            "max_mib", "once")  # fmt: skip
    return Settings(
        targets=targets,
        pace=pace,
        deepen_at=None if chosen["deepen_at"] == "never" else chosen["deepen_at"],
        scan=options,
        rules=chosen["rule_folders"],
        indicators=indicators,
        **{name: chosen[name] for name in same},
    )


def _sinks(chosen: dict[str, Any]) -> Callable[[str], Sequence[Sink]]:
    # What can be wrong with them is said before anything is begun.
    commands = [command_of(line, least=chosen["on_finding_at"]) for line in chosen["on_finding"]]
    events = chosen["events"]
    files = [] if events in (None, "-") else [lines_of(Path(events))]
    receivers = [syslog_of(address, ca=chosen["syslog_ca"]) for address in chosen["syslog"]]

    def hooks(origin: str) -> list[Sink]:
        return [
            webhook_of(
                url, secret_file=chosen["webhook_secret_file"], origin=origin,
                insecure=chosen["insecure_webhook"], ca=chosen["webhook_ca"],
            )
            for url in chosen["webhook"]
        ]  # fmt: skip

    hooks("0")
    return lambda origin: [*files, *commands, *receivers, *hooks(origin)]


def _say_start(settings: Settings) -> None:
    say(safety_text())
    say()
    if not settings.once:
        say(f"watching; what is seen is kept in {settings.path}; Ctrl-C ends it")


@contextlib.contextmanager
def _signals(watching: Watch) -> Iterator[list[int]]:
    """End in order on SIGTERM and Ctrl-C, scan on SIGUSR1; yield which signal ended it."""
    stopped: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if stopped:  # a second Ctrl-C does not wait for scans
            raise KeyboardInterrupt
        stopped.append(number)
        watching.stop()

    wanted: dict[int, Any] = {signal.SIGINT: stop, signal.SIGTERM: stop}
    if (usr1 := getattr(signal, "SIGUSR1", None)) is not None:
        wanted[usr1] = lambda *_: watching.scan_now()
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Printer:
    """Prints events: as JSON, or as lines for people. A full disk behind it ends no watch."""

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self._as_json, self._quiet = as_json, quiet
        self._failed = False

    def show(self, event: WatchEvent) -> None:
        """Print an event. BrokenPipeError where nobody reads any more."""
        if self._as_json:
            line: str | None = msgspec.json.encode(event).decode()
        else:
            line = line_of(event, quiet=self._quiet)
        if line is None:
            return
        try:
            click.echo(line)
            self._failed = False
        except BrokenPipeError:
            raise
        except OSError as error:
            if not self._failed:
                say(f"standard output cannot be written ({error.strerror}), and the watch goes on;"
                    " --events FILE writes later what there is no room for")  # fmt: skip
            self._failed = True
