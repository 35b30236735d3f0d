"""What one store of content names, counted by day, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from scanner.artifacts.ios.content.addresses import Address
from scanner.model.artifact import Artifact, Parser, Profile, Reading, Stated
from scanner.model.entities import ContentSource, Mention
from scanner.model.observables import ObservableType
from scanner.model.requests import Glob

HELD = 20_000  # addresses of a day that are held at once
Statements = Iterator[Mention | ContentSource]
Records = Iterator[tuple[str | None, Iterable[Address]]]
"""For each record of a store its day, UTC, and the addresses in it."""

HOME = "/private/var/mobile"
APP_DATA = f"{HOME}/Containers/Data/Application/*"
APP_GROUPS = f"{HOME}/Containers/Shared/AppGroup/*"


def gathered(source: str, carries: tuple[ObservableType, ...], records: Records) -> Statements:
    """Yield what the records of a store name, then the store itself.

    A record counts once for each address, however often it names it. Where more is held than
    memory is set aside for, it is handed on, and the rest of that day follows in another mention.
    """
    held: Counter[tuple[str | None, Address]] = Counter()
    count = values = 0
    for day, addresses in records:
        count += 1
        own = set(addresses)
        values += len(own)
        for address in own:
            held[day, address] += 1
        if len(held) >= HELD:
            yield from _mentions(source, held)
            held.clear()
    yield from _mentions(source, held)
    yield ContentSource(name=source, carries=carries, records=count, values=values)


def _mentions(source: str, held: Counter[tuple[str | None, Address]]) -> Iterator[Mention]:
    for (day, (kind, value)), count in held.items():
        yield Mention(source=source, kind=kind, value=value, day=day, count=count)


def content(
    name: str,
    title: str,
    *readings: tuple[str, Parser],
) -> Artifact:
    """Declare the artifact of a store, by the patterns of its paths."""
    return Artifact(
        name=f"ios.{name}",
        title=title,
        platform="ios",
        states=(Stated(ContentSource, ("name", "carries", "records", "values")),),
        readings=tuple(Reading(Glob(pattern=pattern), parse) for pattern, parse in readings),
        profile=Profile.STANDARD,
        opt_in="content",
    )
