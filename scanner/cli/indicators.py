"""`scanner indicators`."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from scanner.cli.exits import DONE, INCOMPLETE, RULES, complain, exit_status
from scanner.cli.feed_text import (
    print_begun,
    print_feed,
    print_outcome,
    print_stored,
    print_unusable,
)
from scanner.cli.options import json_option, max_feed_bytes_option
from scanner.cli.output import print_json, say
from scanner.detect.problems import RuleErrors
from scanner.errors import ParseError, RuleError, UsageError
from scanner.formats.text import safe_text
from scanner.model.indicators import Feed, FeedKind
from scanner.model.observables import TLPS, Tlp
from scanner.pipeline.feeds import Store, feed_line, load, read_each
from scanner.pipeline.feeds.importing import find, import_feed
from scanner.pipeline.feeds.importing import remove as remove_feed
from scanner.pipeline.feeds.receive import Outcome, Terms
from scanner.pipeline.feeds.signatures import public_key as read_key
from scanner.pipeline.feeds.sources import default_file, read_sources
from scanner.pipeline.feeds.updating import Updating, chosen
from scanner.pipeline.feeds.updating import update as update_feeds

KINDS = ("stix", "misp", "csv", "hosts", "plain", "stalkerware")
_PATH = click.Path(path_type=Path)
_allow_older = click.option(
    "--allow-older", is_flag=True, help="Also take a version that is older than the one there."
)


@click.group()
def indicators() -> None:
    """List, check, import and update feeds of indicators.

    \b
    Example: scanner indicators import stalkerware.stix2
    """


@indicators.command("list")
@json_option
@exit_status
def list_(*, as_json: bool) -> int:
    """List the feeds that were imported; every scan uses them.

    \b
    Example: scanner indicators list
    """
    feeds = Store().catalogue().feeds
    if as_json:
        print_json(feeds)
        return DONE
    now = datetime.now(UTC)
    for feed in feeds:
        print_stored(feed, now)
    if not feeds:
        say("no feed was imported; see scanner indicators import -h")
    return DONE


@indicators.command()
@click.argument("files", nargs=-1, required=True, type=_PATH, metavar="FILE|FOLDER...")
@max_feed_bytes_option
@click.option(
    "--allow-unusable", is_flag=True,
    help="Status 0 although objects of a well-formed file cannot be evaluated.",
)  # fmt: skip
@json_option
@exit_status
def check(
    *, files: tuple[Path, ...], max_feed_bytes: int, allow_unusable: bool, as_json: bool
) -> int:
    """Read files or folders of indicators, and say what a scan would use of them.

    Nothing is imported. Exit status 6 when a file is wrong, or an object in it cannot be
    evaluated; each is named with the reason. What is no feed in a folder is passed over.

    \b
    Example: scanner indicators check stalkerware.stix2 domains.txt
    """
    now = datetime.now(UTC)
    feeds: list[Feed] = []
    errors: list[RuleError] = []
    passed_over: list[RuleError] = []
    for read in (each for path in files for each in read_each(path, limit=max_feed_bytes)):
        feed = read.feed
        if isinstance(feed, Feed):
            feeds.append(feed)
            if not as_json:
                print_feed(feed_line(feed, now), str(read.file))
                print_unusable(feed.unusable, feed.unusable_count)
        elif read.passed_over:
            passed_over.append(feed)
            say(f"passed over: {safe_text(str(read.file))}: {feed.reason}")
        else:
            errors += feed.errors if isinstance(feed, RuleErrors) else (feed,)
            complain(feed)
    if as_json:
        print_json(
            {
                "feeds": [feed_line(feed, now) for feed in feeds],
                "unusable": [each for feed in feeds for each in feed.unusable],
                "errors": [str(each) for each in errors],
                "passed_over": [str(each) for each in passed_over],
            }
        )
    unusable = any(feed.unusable_count for feed in feeds) and not allow_unusable
    return RULES if errors or unusable else DONE


@indicators.command("import")
@click.argument("paths", nargs=-1, required=True, type=_PATH, metavar="FILE|FOLDER...")
@click.option("--id", "id_", default="", metavar="ID", help="Its id; made from its name otherwise.")
@click.option("--title", metavar="TEXT", help="Its title, where the file's own is no good.")
@click.option("--kind", type=click.Choice(KINDS), help="Its kind; told by its content otherwise.")
@click.option("--tlp", type=click.Choice(TLPS), help="Who may read it (traffic light protocol).")
@click.option(
    "--public-key", metavar="KEY",
    help="It must be signed with this key, of minisign or ssh-ed25519: the key, or its file.",
)  # fmt: skip
@click.option(
    "--signature", type=_PATH, metavar="FILE",
    help="Its signature.  [default: FILE.minisig or FILE.sig beside it]",
)  # fmt: skip
@max_feed_bytes_option
@_allow_older
@json_option
@exit_status
def import_(
    *,
    paths: tuple[Path, ...],
    id_: str,
    title: str | None,
    kind: FeedKind | None,
    tlp: Tlp | None,
    public_key: str | None,
    signature: Path | None,
    max_feed_bytes: int,
    allow_older: bool,
    as_json: bool,
) -> int:
    """Import feeds from files or folders, for every scan from now on.

    A file is copied whole, with its date and digest. What is malformed, not signed as it should
    be, over the limit, or older than the version that is there, is refused with status 6, and
    that version stays. What is no feed in a folder is passed over, and named.

    \b
    Example: scanner indicators import stalkerware.stix2
             scanner indicators import feeds/ --tlp amber
             scanner indicators import feed.stix2 --public-key minisign.pub
    """
    if len(paths) > 1 and (id_ or title or signature):
        raise UsageError("--id, --title and --signature are for one path", remedy="one at a time")
    terms = Terms(
        id=id_,
        title=title,
        kind=kind,
        tlp=tlp,
        public_key=_key(public_key),
        limit=max_feed_bytes,
        allow_older=allow_older,
    )
    outcomes: list[Outcome] = []
    status = DONE
    for path in paths:
        try:
            for outcome in import_feed(path, terms, signature=signature):
                outcomes.append(outcome)
                print_outcome(outcome)
        except RuleError as error:  # and the others are imported
            status = RULES
            complain(error)
    if as_json:
        print_json(outcomes)
    return status


@indicators.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option(
    "--sources", type=_PATH, metavar="FILE",
    help="Where sources are declared.  [default: indicators.toml in the scanner's home]",
)  # fmt: skip
@click.option("--offline", is_flag=True, help="Open no connection; read only what are files.")
@click.option("--now", is_flag=True, help="Do not wait for the refresh_days of a source.")
@click.option("--allow-http", is_flag=True, help="Also fetch from addresses of http.")
@click.option("--time-limit", type=click.FloatRange(1, 3600), default=120, show_default=True,
              metavar="SECONDS", help="For each address.")  # fmt: skip
@click.option(
    "--max-feed-bytes", type=click.IntRange(min=1), metavar="BYTES",
    help="The largest feed that is taken, instead of what each source says.",
)  # fmt: skip
@_allow_older
@json_option
@exit_status
def update(
    *,
    ids: tuple[str, ...],
    sources: Path | None,
    offline: bool,
    now: bool,
    allow_http: bool,
    time_limit: float,
    max_feed_bytes: int | None,
    allow_older: bool,
    as_json: bool,
) -> int:
    """Bring feeds up to date from the sources that a file declares.

    This is the only command that fetches indicators. Nothing that came from a phone is in any
    request. A source that fails stops no other: status 6 when a feed was refused, 5 when one was
    not reached.

    \b
    A source is a table of TOML:
             [[source]]
             id = "partner"
             url = "https://feeds.example.org/mobile.stix2"

    \b
    Example: scanner indicators update
             scanner indicators update stalkerware --sources my-sources.toml
    """
    allowed = Updating(
        offline=offline,
        allow_http=allow_http,
        allow_older=allow_older,
        now=now,
        max_bytes=max_feed_bytes,
        seconds=time_limit,
    )
    declared = chosen(read_sources(sources or default_file()), ids)
    outcomes: list[Outcome] = []
    for outcome in update_feeds(declared, allowed, begun=print_begun):
        outcomes.append(outcome)
        print_outcome(outcome)
    if as_json:
        print_json(outcomes)
    states = {each.state for each in outcomes}
    return RULES if "refused" in states else INCOMPLETE if "unreachable" in states else DONE


@indicators.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@exit_status
def remove(*, ids: tuple[str, ...]) -> int:
    """Forget feeds, with all their versions.

    \b
    Example: scanner indicators remove stalkerware
    """
    for id in ids:
        remove_feed(id)
        say(f"{id}: removed")
    return DONE


@indicators.command()
@click.argument("id_", metavar="ID")
@click.option("--values", is_flag=True, help="Print its indicators, one a line: type and value.")
@json_option
@exit_status
def show(*, id_: str, values: bool, as_json: bool) -> int:
    """Show a feed that was imported: its versions, and what it holds.

    \b
    Example: scanner indicators show stalkerware
             scanner indicators show stalkerware --values | grep ^domain
    """
    store, now = Store(), datetime.now(UTC)
    stored = find(id_, store=store)
    try:
        feed = load(store, stored.id, stored.newest)
    except FileNotFoundError as error:
        remedy = f"scanner indicators remove {id_}, then import it again"
        raise RuleError(
            store.folder, f"feed {id_}", "its file is missing", remedy=remedy
        ) from error
    if as_json:
        line = feed_line(feed, now)
        print_json({"feed": line, "stored": stored, "unusable": feed.unusable})
        return DONE
    if values:
        for each in feed.indicators:
            click.echo(f"{each.type}\t{each.value}")
        return DONE
    print_feed(feed_line(feed, now), stored.newest.origin)
    for version in reversed(stored.versions):
        click.echo(f"  version   {version.fetched_at:%Y-%m-%d %H:%M} UTC  {version.sha256}")
    print_unusable(feed.unusable, feed.unusable_count)
    return DONE


def _key(said: str | None) -> str | None:
    """Return a public key that was given as it is, or as the name of its file."""
    if said is None:
        return None
    try:
        path = Path(said)
        text = path.read_text(encoding="utf-8") if path.is_file() else said
        return read_key(text[:1024])
    except (ParseError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"--public-key: {error}", remedy="name a *.pub file") from error
