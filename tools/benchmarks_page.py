"""Make `docs/benchmarks.md`: what each benchmark asks for, and what an absent value means."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.benchmarks import RequirementEntry, load, tables
from scanner.model.data import data_folder
from tools.tables import table

_INTRO = """\
How a phone is set up is held against published benchmarks. That is no finding, and changes no
verdict: many of their requirements are meant for phones of an organisation.
What they ask for is data: `rules/benchmarks/*.toml`.

- A value that the phone states decides. Restrictions are those in force, or what an installed
  profile demands.
- Where all of a kind was read and a value is absent, the default of the system decides (*absent*
  below). Where no default is documented, the requirement is not examined.
- Where nothing of a kind was read, nothing is examined, whatever the default.
- *Supervised*: it works on supervised phones only. On another phone a default that happens to hold
  is no merit: it does not apply. A default that does not hold is not met where a benchmark is made
  for phones of an institution, since that presupposes supervision; where it is made for phones of
  their users, it does not apply.
- Requirements of benchmarks for Android are decided on the phone's first user. A scan over a cable
  needs the developer options: what it needs is said beside what is not met.
- Examined are requirements that are met or not met; coverage counts those that apply."""


def parts() -> Iterator[str]:
    """Yield the parts of the page, after its title."""
    yield _INTRO
    made = list(tables(load(data_folder("rules") / "benchmarks")))
    yield table(
        ("benchmark", "for", "requirements", "decidable", "source"),
        [
            (
                f"[{each.title}{f', level {each.level}' if each.level else ''}](#{each.id})",
                each.platform,
                str(each.requirements),
                str(each.decidable),
                each.source,
            )
            for each, _ in made
        ],
    )
    for each, rows in made:
        level = f", level {each.level}" if each.level else ""
        yield f'<a id="{each.id}"></a>\n\n## {each.title}{level}'
        yield f"Version {each.version}."
        yield table(
            ("requirement", "its ids", "asks for", "absent", ""), [_row(one) for one in rows]
        )


def _row(each: RequirementEntry) -> tuple[str, ...]:
    notes = ["supervised"] if each.supervised else []
    notes += ["can only be seen to fail"] if each.only_fails else []
    notes += [each.undecidable.replace("_", " ")] if each.undecidable else []
    asks = f"`{each.asks}`" if each.asks else ""
    return each.title, ", ".join(each.ids), asks, each.absent, "; ".join(notes)
