"""Writes the figures of `docs/fleet.md`: what the comparison of a simulated fleet is worth.

    .venv/bin/python tools/fleet_figures.py

It takes some minutes. Nothing but the block between the two marks is written; the same
version writes the same block.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from scanner.simulate.fleet.evaluation import (
    SEEDS,
    WEEKS,
    Drift,
    Planting,
    Pushed,
    Small,
    drift,
    plantings,
    pushed,
    small,
)
from scanner.simulate.fleet.fleet import SIZE

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "fleet.md"
BEGIN = "<!-- figures: written by tools/fleet_figures.py -->"
END = "<!-- end of figures -->"
ODDNESS = (0.5, 2.0, 4.0)
SMALL = (20, 50, 300)
HELD_OUT = (11, 12, 13, 31, 32, 33, 34, 35, 36, 41, 42, 43, 44, 45, 46)


def block() -> Iterator[str]:
    """Yield the block, a title or table each."""
    seeds = ", ".join(map(str, SEEDS))
    yield f"Fleets of {SIZE:,} phones unless stated; seeds {seeds}."
    yield "### Planted phones"
    yield planted_table(plantings())
    yield "### Planted phones, seeds that the method was not tried on while it was made"
    yield planted_table(plantings((10,), seeds=HELD_OUT))
    yield "### With half, twice and four times as many odd things on ordinary phones"
    yield planted_table(each for odd in ODDNESS for each in plantings((10,), oddness=odd))
    yield "### No phone planted"
    yield drift_table([drift(seed) for seed in SEEDS])
    yield "### Small fleets, one phone planted"
    yield small_table([small(size) for size in SMALL])
    yield "### A uniform push"
    yield push_table([pushed(seed) for seed in SEEDS])


def planted_table(found: Iterable[Planting]) -> str:
    """Return where planted phones stand, by the comparison and by rarity in the whole fleet."""
    head = "seed, odd things, planted, their lines, in the first 20, `deviant`, others `deviant`"
    return table(
        f"{head}, AUC, AP, naive AUC, naive AP",
        (
            (
                each.seed,
                f"x {each.oddness:g}",
                each.worth.planted,
                " ".join(map(str, each.worth.ranks)),
                each.worth.found,
                each.kept,
                each.false,
                f"{each.worth.auc:.4f}",
                f"{each.worth.average_precision:.2f}",
                f"{each.naive.auc:.2f}",
                f"{each.naive.average_precision:.3f}",
            )
            for each in found
        ),
    )


def drift_table(found: Sequence[Drift]) -> str:
    """Return how many phones of an ordinary fleet are called deviant, week by week."""
    weeks = ", ".join(f"day {day}" for day in WEEKS)
    rows = ((each.seed, *each.false, f"{each.per_thousand:.2f}") for each in found)
    return table(f"seed, {weeks}, of 1000 phones a week", rows)


def small_table(found: Sequence[Small]) -> str:
    """Return what can be said of a few phones."""
    rows = (
        (each.size, each.scored, each.group_too_small, each.rank or "not scored") for each in found
    )
    return table("phones, scored, compared beyond their build, line of the planted one", rows)


def push_table(found: Sequence[Pushed]) -> str:
    """Return how a push is found by a reference, and by the days in which it came."""
    head = "seed, pushed facts, found by the reference, others listed before them"
    rows = (
        (
            each.seed,
            each.of,
            each.by_reference,
            each.before_reference,
            each.by_window,
            each.before_window,
            each.rare,
        )
        for each in found
    )
    return table(f"{head}, found by the window, others listed before, phones it is rare on", rows)


def table(head: str, rows: Iterable[Sequence[object]]) -> str:
    """Return a table of Markdown; `head` names the columns."""
    columns = head.split(", ")
    lines: list[Sequence[object]] = [columns, ["---:"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def main() -> int:
    """Write the block, and say so where it has changed."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    inner = "\n\n".join((BEGIN, *block(), END))
    if (written := before + inner + after) != text:
        PAGE.write_text(written, "utf-8")
        sys.stdout.write(f"{PAGE.name}: written again\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
