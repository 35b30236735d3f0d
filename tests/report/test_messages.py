from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from scanner.artifacts import ARTIFACTS
from scanner.errors import UsageError
from scanner.model.entities import ENTITIES, AppFileKind, ChangeKind
from scanner.model.evidence import Provenance, Reason
from scanner.model.findings import (
    BaselineState,
    Confidence,
    Level,
    Message,
    RuleClass,
    Status,
)
from scanner.model.indicators import FeedKind, Signature
from scanner.model.observables import ObservableType
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import Verdict
from scanner.report import html
from scanner.report import text as terminal
from scanner.report.messages import catalogue, named, safety_text, text
from tests.report.extremes import hostile
from tests.report.indicated import EXAMPLES
from tests.report.page import Page

ROOT = Path(__file__).parents[2]
PYTHON = [path.read_text("utf-8") for path in sorted((ROOT / "scanner").rglob("*.py"))]
TEMPLATES = sorted((ROOT / "scanner/report/templates").iterdir())
SOURCES = [*PYTHON, *(path.read_text("utf-8") for path in TEMPLATES)]
CLOSED = {
    "verdict": Verdict,
    "means": Verdict,
    "means_not": Verdict,
    "verdict_of_file": Verdict,
    "means_of_file": Verdict,
    "means_not_of_file": Verdict,
    "verdict_of_apps": Verdict,
    "means_of_apps": Verdict,
    "means_not_of_apps": Verdict,
    "app_file_kind": AppFileKind,
    "status": Status,
    "reason": Reason,
    "level": Level,
    "confidence": Confidence,
    "provenance": Provenance,
    "rule_class": RuleClass,
    "observable": ObservableType,
    "indicator_title": ObservableType,
    "indicator_gone": ObservableType,
    "indicator_ordinary": ObservableType,
    "feed_kind": FeedKind,
    "signature": Signature,
    "privacy": PrivacyLevel,
    "baseline_state": BaselineState,
    "change_title": ChangeKind,
    "change_tally": ChangeKind,
}
# Of the contract between the parts, for endings that no part tells apart yet.
PROMISED = {"interrupted.error"}
ENTITY_TAGS = {entity.__struct_config__.tag for entity in ENTITIES}
# Families whose members are values that others choose, shown as themselves where no text is.
OPEN = {
    "platform",
    "transport",
    "profile",
    "sandbox",
    "artifact",
    "entity",
    "subject",
    "field",
    "change_means",
    "trigger",
    "facet",
    "peer_basis",
}
TEXT_ID = re.compile(r'"((?:ui|safety|since|diff|timeline|fleet|change)\.[a-z_]+)"')
BANNED = re.compile(r"\b(clean|safe|infected|alerts?|ioc|hits?)\b", re.IGNORECASE)


def used(prefix: str = r"[a-z_]+") -> set[str]:
    """Return the ids that code and templates name: `Message("x.y")`, `t("x.y")`, `"ui.x"`."""
    pattern = re.compile(rf'"({prefix}\.[a-z_]+)"')
    return {id for source in SOURCES for id in pattern.findall(source)}


@pytest.mark.parametrize(("family", "values"), CLOSED.items(), ids=CLOSED)
def test_closed_sets_have_exactly_their_texts(family, values):
    texts = {id.split(".")[1] for id in catalogue() if id.split(".")[0] == family}

    assert set(get_args(values)) == texts


@pytest.mark.parametrize("family", ["entity", "subject"])
def test_every_entity_has_a_name(family):
    assert {id.split(".")[1] for id in catalogue() if id.startswith(f"{family}.")} == ENTITY_TAGS


def test_every_artifact_has_a_name():
    names = {f"artifact.{artifact.name}" for artifact in ARTIFACTS}

    # A gap may lie in a recording itself, which no artifact reads.
    names |= {f"artifact.{of}.recording" for of in ("android", "ios")}
    # Nor are the bytes of files, which rules are applied to.
    names |= {f"artifact.{of}.contents" for of in ("android", "ios")}
    # Stores of personal content may be left unread all together.
    names |= {"artifact.ios.content"}

    assert names == {id for id in catalogue() if id.startswith("artifact.")}


def test_every_message_of_the_code_has_a_text():
    made = {id for source in PYTHON for id in re.findall(r'Message\(\s*"([a-z_.]+)"', source)}

    assert made
    assert made <= catalogue().keys()


def test_every_message_with_a_computed_name_has_a_text():
    families = {
        family for source in PYTHON for family in re.findall(r'Message\(\s*f"([a-z_]+)\.\{', source)
    }

    assert families <= {id.split(".")[0] for id in catalogue()}


def test_every_text_of_the_templates_exists():
    templates = [path.read_text("utf-8") for path in TEMPLATES]
    named_ids = {id for page in templates for id in TEXT_ID.findall(page)}
    columns = {
        f"label.{name}"
        for page in templates
        for found in re.findall(r'm\.table\([^\[]*\[([^\]]*)\]|m\.row\("(\w+)"', page)
        for name in re.findall(r"\w+", " ".join(found))
    }

    assert len(named_ids) > 50
    assert len(columns) > 40
    assert named_ids | columns <= catalogue().keys()


def test_every_advice_of_the_rules_has_a_text():
    for path in sorted((ROOT / "rules").rglob("*.yml")):
        for document in yaml.safe_load_all(path.read_text("utf-8")):
            for advice in (document or {}).get("advice", []):
                assert f"advice.{advice.removeprefix('advice.')}" in catalogue(), path


def test_every_text_is_used():
    """A text nobody shows is a promise nobody keeps."""
    quoted = {word for source in SOURCES for word in re.findall(r'"([a-z_0-9]+)"', source)}
    computed = {
        family
        for source in SOURCES
        for family in re.findall(r'(?:f"|"|t\(")([a-z_]+)\.(?:\{|" ~)', source)
    }
    unused = {
        id
        for id in catalogue()
        if (family := id.split(".")[0]) not in {*CLOSED, *OPEN}
        and id not in used() | PROMISED
        and not (family in computed and id.split(".")[1] in quoted)
    }

    assert set() == unused


def test_parameters_are_inserted():
    message = Message("rule.unusable", {"path": "a.yml", "reason": "no {path} [tests]"})

    assert text(message) == "The rule a.yml could not be used: no {path} [tests]"


def test_a_parameter_can_name_a_text():
    params: dict[str, str | int] = {
        "artifact": "android.packages",
        "reason": "locked",
        "users": "10, 150",
    }

    assert text(Message("check.gap", params)) == (
        "Apps of each user: It was locked or encrypted, users 10, 150."
    )


def test_a_part_without_its_parameter_is_left_out():
    params: dict[str, str | int] = {"artifact": "mine.own", "reason": "locked", "users": ""}

    assert text(Message("check.gap", params)) == "mine.own: It was locked or encrypted."


@pytest.mark.parametrize(
    ("count", "said"), [(0, "0 rules were"), (1, "1 rule was"), (2, "2 rules were")]
)
def test_the_form_follows_the_number(count, said):
    assert text(Message("feeds.rules", {"count": count, "digest": "ab"})).startswith(said)


def test_a_missing_parameter_stays_visible():
    assert text(Message("rule.unusable", {"path": "x"})).endswith(": {reason}")


def test_an_unknown_id_shows_itself_with_its_parameters():
    assert text(Message("from.tomorrow", {"b": 2, "a": "\x1b"})) == r"from.tomorrow (a=\x1b, b=2)"
    assert named("reason", "from_tomorrow") == "from_tomorrow"


@pytest.mark.parametrize("language", ["xx", "../en", "", "en/../en"])
def test_an_unknown_language_is_an_error(language):
    with pytest.raises(UsageError, match="no texts in the language"):
        text(Message("verdict.suspicious"), language)


def test_the_safety_text_says_what_matters():
    for words in ("can be noticed", "removing", "safety plan", "another device", "Stalkerware"):
        assert words in " ".join(safety_text().split())
    assert all(len(line) <= 60 for line in safety_text(width=60).splitlines())


@pytest.mark.parametrize("verdict", get_args(Verdict))
def test_a_verdict_says_what_it_means_and_what_not(verdict):
    for family in ("means", "means_not"):
        said = named(family, verdict)
        assert 1 <= said.count(". ") + 1 <= 3
        assert said.endswith(".")


def test_no_text_of_ours_gives_an_all_clear():
    files = [*TEMPLATES, *sorted((ROOT / "scanner/report/messages").glob("*.toml"))]
    found = {path.name: BANNED.findall(path.read_text("utf-8")) for path in files}

    assert {path.name: [] for path in files} == found


@pytest.mark.parametrize("report", [*EXAMPLES.values(), hostile("plain")], ids=[*EXAMPLES, "plain"])
def test_no_rendered_report_gives_an_all_clear(report):
    for page in (Page(html.render(report)).text, terminal.render(report)):
        assert [] == BANNED.findall(page)
