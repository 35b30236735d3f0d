"""The page on Sigma: its example passes the check, and it names all that is supported."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.detect import lint, load, prove
from scanner.detect.aliases import sources
from scanner.detect.lints import kebab
from scanner.detect.ordered import MOMENTS
from scanner.detect.sigma import category
from scanner.detect.sigma.correlations import KINDS, OPERATORS
from scanner.detect.sigma.detections import MODIFIERS, UNSUPPORTED

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sigma.md").read_text("utf-8")


def test_the_example_passes_the_check(tmp_path: Path):
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    (title,) = re.findall(r"(?m)\Atitle: (.*)$", example)
    path = tmp_path / "android" / "correlation" / f"{kebab(title)}.yml"
    path.parent.mkdir(parents=True)
    path.write_text(example, "utf-8")

    (rule,) = load([tmp_path], shipped=False).rules

    assert () == lint(rule)
    assert [True, True, True] == [each.holds for each in prove(rule)]


@pytest.mark.parametrize(
    "words",
    [
        MODIFIERS,
        UNSUPPORTED,
        KINDS,
        OPERATORS,
        [category(entity) for entity in MOMENTS],
        sources(),
        [word for source in sources().values() for word in source.fields],
        [word for source in sources().values() for word in source.events],
        [word for source in sources().values() for word in source.constants],
    ],
)
def test_each_word_is_there(words: object):
    assert isinstance(words, list | tuple | dict | set)
    assert [] == [word for word in words if f"`{word}`" not in PAGE]
