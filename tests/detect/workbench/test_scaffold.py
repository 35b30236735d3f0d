"""New rules: whatever they are about, they load, hold, and lack nothing but what is TO DO."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from scanner.detect import load
from scanner.detect.sigma import CATEGORIES
from scanner.detect.workbench import (
    Asked,
    RuleFiles,
    place_of,
    problems_of,
    sigma_rule,
    title_of,
)
from scanner.errors import UsageError


def asked(**changed: str) -> Asked:
    about = {"title": "A thing is odd", "platform": "android", "category": "app"}
    return Asked(**(about | changed))


@pytest.mark.parametrize("category", [*CATEGORIES, "correlation"])
@pytest.mark.parametrize("platform", ["android", "ios"])
def test_a_new_rule_holds_and_is_unfinished(category: str, platform: str, tmp_path: Path):
    made = sigma_rule(asked(category=category, platform=platform))
    path = tmp_path / made.path
    path.parent.mkdir(parents=True)
    path.write_text(made.text)

    pack = load([tmp_path], shipped=False)

    (rule,) = pack.rules
    assert (category, platform) == (rule.category, rule.platform)
    assert {"match", "no_match", "unknown"} == {proof.kind for proof in rule.proofs}
    found = problems_of(pack, RuleFiles([tmp_path], shipped=False))
    assert [("lint", "unfinished")] == [(each.kind, each.name) for each in found]


@pytest.mark.parametrize(
    "title",
    [
        "An app: it's odd",
        '"quoted" # and more',
        "true",
        "Ünïcode läuft",
        "null",
        "../../etc/passwd",
        "{a: b}",
        "1e3",
        "a\nb: c",
        "x" * 300,
    ],
)
def test_any_title_stays_itself_and_leads_nowhere_else(title: str, tmp_path: Path):
    made = sigma_rule(asked(title=title))

    assert ("android", "app") == made.path.parts[:-1]
    assert len(made.path.name) < 100
    path = tmp_path / made.path
    path.parent.mkdir(parents=True)
    path.write_text(made.text)
    (rule,) = load([tmp_path], shipped=False).rules
    assert title == rule.title


def test_a_technique_becomes_a_tag():
    made = sigma_rule(Asked(title="A", platform="ios", category="app", techniques=["t1636.004"]))

    assert "tags: [attack.t1636.004]\n" in made.text


def test_each_rule_has_an_id_of_its_own():
    assert sigma_rule(asked()).text != sigma_rule(asked()).text


@pytest.mark.parametrize(
    ("changed", "says"),
    [({"category": "ap"}, "no category"), ({"title": "..."}, "without letters")],
)
def test_what_no_rule_can_be_about_is_refused(changed: dict[str, str], says: str):
    with pytest.raises(UsageError, match=says):
        sigma_rule(asked(**changed))


def test_a_technique_of_another_matrix_is_refused():
    with pytest.raises(UsageError, match="T9999"):
        sigma_rule(Asked(title="A", platform="ios", category="app", techniques=["T9999"]))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("rules/sigma/ios/process/a-b.yml", ("ios", "process")),
        ("mine/process/a-b.yml", (None, "process")),
        ("a-b.yml", (None, None)),
        ("android/correlation/a-b.yml", ("android", "correlation")),
    ],
)
def test_folders_say_what_a_rule_is_about(path: str, expected: tuple[str | None, str | None]):
    assert expected == place_of(PurePosixPath(path))


def test_a_file_name_says_the_title():
    assert "An app has no icon" == title_of(PurePosixPath("x/an-app-has-no-icon.yml"))
