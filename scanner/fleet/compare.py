"""A fleet, compared: each device with its peers, all of them with a reference and over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC

from msgspec import Struct

from scanner.fleet.deviance import Standing, deviant, standings
from scanner.fleet.facets import BY_NAME, ORDER, facets_of
from scanner.fleet.groups import LEAST, Groups
from scanner.fleet.meanings import MISSING
from scanner.fleet.rarity import TOP, Odd, oddities
from scanner.fleet.table import Row, Table, newest
from scanner.fleet.uniform import Reference, beyond, counts, uniform
from scanner.fleet.window import Window, appeared
from scanner.model.evidence import Reason
from scanner.model.findings import Message
from scanner.model.fleet import DeviceFacts, DeviceLine, FleetReport, PeerGroup, Rare, Refused

SCHEMA_VERSION = "1.0"
LINES = 50
_MORE = 3  # facts of a facet that are listed although they do not count
_RARE_BITS = 5.0  # what a fact that does not count must be worth to be listed
_LEAST_BITS = 0.5  # what a facet must count for its facts to be listed


def compare(
    devices: Iterable[DeviceFacts | tuple[str, DeviceFacts]],
    *,
    reference: Iterable[DeviceFacts] = (),
    window: Window | None = None,
    limit: int | None = LINES,
    given: int | None = None,
    refused: Iterable[Refused] = (),
) -> FleetReport:
    """Compare devices: those that depart most from their peers first.

    `devices` is read once, each with the path of its case; of several cases of one device the
    newest is compared, and the older ones tell when something came. `limit` is how many devices are
    listed; None: all. The order of `devices` does not show. Values are in clear.
    """
    table = Table()
    for each in devices:
        path, facts = each if isinstance(each, tuple) else ("", each)
        table.add(facts, path)
    refused = sorted(refused, key=lambda each: (each.path, each.error))
    given = len(table.rows) + len(refused) if given is None else given
    rows, histories = newest(table.rows)
    held = Reference(table, newest(table.row(each) for each in reference)[0])
    groups = Groups(rows)
    lines = list(_lines(table, groups, rows, held, limit))
    platforms = [each for each in groups.all.values() if each.basis == "platform"]
    return FleetReport(
        schema_version=SCHEMA_VERSION,
        privacy="case",
        devices=len(rows),
        given=given,
        superseded=len(table.rows) - len(rows),
        reference=tuple(sorted(row.about.case for row in held.rows)),
        window=window and (window[0].astimezone(UTC), window[1].astimezone(UTC)),
        groups=tuple(_peer_groups(groups, rows)),
        lines=tuple(lines),
        more=len(rows) - len(lines),
        uniform=tuple(uniform(table, groups, held)) if held.rows else (),
        appeared=tuple(appeared(table, histories, window)) if window else (),
        counts=tuple(counts(table, platforms)),
        refused=tuple(refused),
        notes=tuple(_notes(groups, held, window)),
    )


class _Placed(Struct, frozen=True, kw_only=True):
    """A device, what is odd of it and where it stands; None: too few to compare it with."""

    row: Row
    odd: Mapping[str, Sequence[Odd]]
    standing: Standing | None = None

    @property
    def order(self) -> tuple[object, ...]:
        standing = self.standing
        if standing is None:
            return (1, 0.0, 0.0, 0, self.row.about.device)
        gravest = min((_place(name) for name in standing.weights), default=len(ORDER))
        return (0, standing.chance, -standing.score, gravest, self.row.about.device)


def _lines(
    table: Table, groups: Groups, rows: list[Row], reference: Reference, limit: int | None
) -> Iterator[DeviceLine]:
    placed = list(_placed(table, groups, rows))
    chances = [each.standing.chance for each in placed if each.standing]
    kept = deviant(chances)
    placed.sort(key=lambda each: each.order)
    for each in placed[:limit]:
        yield _line(table, groups, each, reference, kept)


def _placed(table: Table, groups: Groups, rows: list[Row]) -> Iterator[_Placed]:
    by_platform: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_platform[row.platform].append(row)
    for mine in by_platform.values():
        if len(mine) < LEAST:
            yield from (_Placed(row=row, odd={}) for row in mine)
            continue
        found = list(oddities(table, groups, mine))
        for row, odd, standing in zip(mine, found, standings(found), strict=True):
            yield _Placed(row=row, odd=odd, standing=standing)


def _line(
    table: Table, groups: Groups, placed: _Placed, reference: Reference, kept: float
) -> DeviceLine:
    row, standing = placed.row, placed.standing
    about = row.about
    rare = list(_rare(table, placed))
    return DeviceLine(
        device=about.device,
        case=about.case,
        path=row.path,
        platform=about.platform,
        model=about.model,
        build=about.build,
        taken_at=about.taken_at,
        group=groups.of(row).peers,
        score=None if standing is None else standing.score,
        p_value=None if standing is None else _rounded(standing.p_value),
        chance=None if standing is None else _rounded(standing.chance),
        deviant=standing is not None and standing.chance <= kept,
        facts=tuple(each for each, lacking in rare if not lacking),
        missing=tuple(each for each, lacking in rare if lacking),
        not_in_reference=tuple(beyond(table, row, groups.platform(row), reference)),
        unread=dict(_unread(row)),
        verdict=about.verdict,
        findings=about.findings,
    )


def _rare(table: Table, placed: _Placed) -> Iterator[tuple[Rare, bool]]:
    """Yield the facts that make up the score, the gravest facet first; whether each lacks.

    After them stand those of the system that are as rare and yet ordinary for phones of this fleet.
    """
    if placed.standing is None:
        return
    weights = placed.standing.weights
    counting = [name for name, weight in weights.items() if weight >= _LEAST_BITS]
    for name in sorted(counting, key=lambda name: (-weights[name], _place(name), name)):
        odds = [each for each in placed.odd[name] if 2 * each.rarity >= placed.odd[name][0].rarity]
        total = sum(odd.rarity for odd in odds[:TOP])
        for place, odd in enumerate(odds[: TOP + _MORE]):
            share = odd.rarity / total if place < TOP else 0.0
            yield _shown(table, placed.row, odd, weights[name] * share, counted=place < TOP)
    others = placed.odd.keys() - set(counting)
    for name in sorted(others, key=lambda name: (_place(name), name)):
        odd = placed.odd[name][0]
        if BY_NAME[name.removeprefix(MISSING)].kind == "system" and odd.rarity >= _RARE_BITS:
            yield _shown(table, placed.row, odd, 0.0, counted=False)


def _shown(table: Table, row: Row, odd: Odd, weight: float, *, counted: bool) -> tuple[Rare, bool]:
    facet, value = table.named(odd.number)
    rare = Rare(
        facet=facet,
        value=value,
        peers=odd.of - odd.peers if odd.lacking else odd.peers,
        of=odd.of,
        upper=_rounded(odd.upper),
        bits=round(weight, 2),
        counted=counted,
        since=None if odd.lacking else table.since(row, odd.number),
    )
    return rare, odd.lacking


def _place(name: str) -> int:
    return ORDER[name.removeprefix(MISSING)]


def _unread(row: Row) -> Iterator[tuple[str, Reason]]:
    for each in facets_of(row.platform):
        if each.name not in row.read:
            yield each.name, row.why.get(each.name, "not_selected")


def _peer_groups(groups: Groups, rows: Iterable[Row]) -> Iterator[PeerGroup]:
    used = {groups.of(row).key for row in rows}
    for key in sorted(used, key=lambda key: (-len(groups.all[key].rows), key)):
        yield groups.all[key].peers


def _notes(groups: Groups, reference: Reference, window: Window | None) -> Iterator[Message]:
    for key, group in sorted(groups.all.items()):
        if group.basis == "platform" and len(group.rows) < LEAST:
            params: dict[str, str | int] = {
                "platform": key[1], "count": len(group.rows), "least": LEAST,
            }  # fmt: skip
            yield Message("fleet.too_small", params)
    if not reference.rows and window is None:
        yield Message("fleet.no_reference")


def _rounded(value: float) -> float:
    """Round to four figures, so that a sum in another order gives the same document."""
    return float(f"{value:.4g}")
