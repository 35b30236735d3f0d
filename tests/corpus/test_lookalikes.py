"""Look-alikes planted into real bugreports are found, and ordinary apps are not accused.

The plants are ours and are made in memory; nothing of a recording is stored or shown.
"""

from __future__ import annotations

import random
import zipfile
from pathlib import Path

import pytest
from msgspec import structs

import scanner
from scanner.model.findings import LEVELS, Finding
from tests.corpus.conftest import REPORTS
from tests.corpus.injected import plant
from tests.lookalikes.harmless import HARMLESS, Harmless
from tests.lookalikes.planted import FAMILIES, Family, Plant, for_user, implant
from tests.lookalikes.recorded import Recorded, accusing, facts, names

pytestmark = pytest.mark.corpus

SERVICES = (
    "accessibility",
    "adb",
    "appops",
    "device_policy",
    "notification",
    "package",
    "settings",
)
SEEDS = range(3)


class Report:
    """A bugreport, what its services printed, and what is said of it as it is."""

    def __init__(self, path: Path) -> None:
        self.recorded = Recorded(path)
        self.texts = self.recorded.texts(*SERVICES)
        self.verdict, self.before = self.recorded.examined({})
        self.gaps = self.recorded.artifacts_cut

    def new(self, planted: Plant) -> tuple[str, list[Finding]]:
        """Return the verdict with something planted, and the findings that it brings."""
        changed = plant(self.texts, planted.apps, planted.keys)
        verdict, found = self.recorded.examined(changed)
        assert self.gaps == self.recorded.artifacts_cut  # what was planted has the right layout
        known = {each.id for each in self.before}
        return verdict, [each for each in found if each.id not in known]


@pytest.fixture(scope="module")
def reports(corpus: Path) -> dict[str, Report]:
    return {name: Report(corpus / "android-bugreports" / name) for name in REPORTS}


@pytest.mark.parametrize("name", REPORTS)
def test_without_a_plant_nobody_is_accused(reports: dict[str, Report], name: str):
    assert 0 == len(accusing(reports[name].before))
    assert "nothing_found_in_what_was_examined" == reports[name].verdict


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
@pytest.mark.parametrize("name", REPORTS)
def test_a_look_alike_is_found(reports: dict[str, Report], name: str, family: Family):
    for seed in SEEDS:
        planted = family(random.Random(seed))
        verdict, found = reports[name].new(planted)

        strong = [each for each in accusing(found) if len(facts(each)) >= 2 and not each.review]
        assert "suspicious" == verdict, planted
        assert any(planted.wanted in names(each) for each in strong), planted


@pytest.mark.parametrize("family", FAMILIES[:5], ids=lambda family: family.__name__)
def test_a_look_alike_is_found_in_a_second_user(reports: dict[str, Report], family: Family):
    planted = for_user(family(random.Random(5)), 11)
    # Of users in the background `dumpsys accessibility` says nothing.
    apps = tuple(
        structs.replace(each, accessibility=each.accessibility and "setting")
        for each in planted.apps
    )
    _, found = reports[REPORTS[3]].new(Plant(apps=apps, wanted=planted.wanted))

    assert any(planted.wanted in names(each) for each in accusing(found))


@pytest.mark.parametrize("harmless", HARMLESS, ids=lambda harmless: harmless.__name__)
@pytest.mark.parametrize("name", REPORTS)
def test_an_ordinary_app_is_not_accused(reports: dict[str, Report], name: str, harmless: Harmless):
    planted, low = harmless(random.Random(REPORTS.index(name))), LEVELS.index("low")
    verdict, found = reports[name].new(planted)

    assert "nothing_found_in_what_was_examined" == verdict, planted
    assert [] == [each.rule for each in found if LEVELS.index(each.level) > low], planted


def test_a_look_alike_is_found_by_a_whole_scan(
    corpus: Path, reports: dict[str, Report], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    name, planted = REPORTS[3], implant(random.Random(3))
    texts = reports[name].texts
    changed = plant(texts, planted.apps, planted.keys)
    path = tmp_path / name
    with (
        zipfile.ZipFile(corpus / "android-bugreports" / name) as real,
        zipfile.ZipFile(path, "w") as made,
    ):
        for member in real.namelist():
            data = real.read(member)
            if member.endswith(".txt"):
                for service, text in changed.items():
                    data = data.replace(_bytes(texts[service]), _bytes(text))
            made.writestr(member, data)

    report = scanner.scan(
        str(path), options=scanner.Options(output=tmp_path / "case"), formats=()
    ).report

    assert "suspicious" == report.verdict
    assert any(planted.wanted in names(each) for each in accusing(report.findings))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
