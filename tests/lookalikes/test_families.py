"""Look-alikes of known families are found by what they do, without any indicator."""

from __future__ import annotations

import random

import pytest

from scanner.model.findings import LEVELS, Finding
from tests.lookalikes.device import clean, examined
from tests.lookalikes.families import FAMILIES, Family, packages

SEEDS = range(40)
# Fields that every installed app states.
_PLAIN = {"installed", "system", "user"}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_look_alike_is_suspicious(family: Family, seed: int):
    entities, wanted = family(random.Random(seed))

    outcome = examined([*clean(), *entities])

    strong = [each for each in outcome.findings if _is_strong(each)]
    assert "suspicious" == outcome.verdict
    assert wanted <= {str(value) for each in strong for value in each.subject.key.values()}
    assert packages(entities) >= wanted


def _is_strong(finding: Finding) -> bool:
    """Whether a finding makes a phone suspicious, with two or more facts as its reason."""
    facts = {
        match.field
        for match in finding.matched
        if match.field == "installer" or not match.pattern.startswith(("is not", "not:"))
    } - _PLAIN
    return (
        finding.rule_class == "compromise"
        and LEVELS.index(finding.level) >= LEVELS.index("medium")
        and not finding.review
        and len(facts) >= 2
    )


def test_variants_differ():
    made = {repr(family(random.Random(seed))) for family in FAMILIES for seed in SEEDS}

    assert len(FAMILIES) * len(SEEDS) * 0.9 < len(made)
