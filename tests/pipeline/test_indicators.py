"""Indicators from a file to a report: on a live phone, on a recording, and on a case of before."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from scanner.errors import RuleError, UsageError
from scanner.model.findings import Finding
from scanner.model.report import Report
from scanner.pipeline import Options, examine, examine_recording, scan
from scanner.pipeline.knowledge import known, read_feeds
from scanner.pipeline.since import News, since
from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import record

FEEDS = Path(__file__).parents[2] / "fixtures/feeds"
INSTALLED, GONE = "com.example.mensajes.plus", "com.example.escaner.documentos"
LISTED = """type,value,tlp,confidence
package,com.android.syncservice.update,amber,90
"""


@pytest.fixture(scope="module")
def bugreport(tmp_path_factory) -> Path:
    """The tampered phone, as a bugreport: it reaches back further than a quick scan."""
    return record(TAMPERED, "bugreport.zip", tmp_path_factory.mktemp("recorded"))


def feed(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def found(report: Report) -> list[Finding]:
    return [each for each in report.findings if each.indicator]


def named(report: Report) -> set[tuple[str, str]]:
    return {(each.indicator.value, each.rule_class) for each in found(report) if each.indicator}


def test_an_examination_with_indicators_names_what_matched_and_of_which_list(scanned, tmp_path):
    path = feed(tmp_path, "trackers.csv", LISTED)
    report = examine(scanned(TAMPERED).folder, indicators=[path]).report

    (finding,) = found(report)
    assert "indicators:trackers:package" == finding.rule
    assert {"user": 0, "package": "com.android.syncservice.update"} == finding.subject.key
    assert report.indicators is not None
    assert ["trackers"] == [each.id for each in report.indicators.feeds]
    assert "feeds.feed" in {message.id for message in report.coverage.feeds}


def test_the_same_case_and_the_same_indicators_give_the_same_report(scanned, tmp_path):
    path = feed(tmp_path, "trackers.csv", LISTED)
    made = [examine(scanned(TAMPERED).folder, indicators=[path]).report for _ in range(2)]

    assert structs.replace(made[0], run=made[1].run) == made[1]


def test_without_indicators_the_report_says_that_none_were_used(scanned):
    report = examine(scanned(TAMPERED).folder, indicators=()).report

    assert report.indicators is None
    assert "feeds.no_indicators" in {message.id for message in report.coverage.feeds}
    assert {"rule", "yara"} >= {check.kind for check in report.checks}


def test_a_removed_app_is_a_trace_of_the_past_and_an_installed_one_is_not(bugreport, tmp_path):
    both = feed(tmp_path, "both.txt", f"# type: package\n{INSTALLED}\n{GONE}\n")
    report = examine_recording(bugreport, indicators=[both]).report

    assert {(INSTALLED, "compromise"), (GONE, "historic")} == named(report)


def test_indicators_change_the_coverage_of_no_report(scanned, tmp_path):
    path = feed(tmp_path, "digests.txt", f"{'0' * 63}1\nnobody@example.org\n")
    with_them = examine(scanned(TAMPERED).folder, indicators=[path]).report
    without = examine(scanned(TAMPERED).folder, indicators=()).report

    assert without.coverage.percent == with_them.coverage.percent
    assert {"not_examined"} == {
        check.status for check in with_them.checks if check.kind == "indicators"
    }


def test_digests_and_signers_of_a_collection_are_compared(tmp_path):
    recording = record(TAMPERED, "androidqf", tmp_path)
    report = examine_recording(recording, indicators=[FEEDS / "apps.csv"]).report

    (finding,) = (each for each in found(report) if each.rule.endswith(":sha256"))
    assert "com.android.syncservice.update" == finding.subject.key["package"]
    assert "installed_file" == finding.subject.entity


def test_what_may_not_be_passed_on_is_withheld_by_level(scanned, tmp_path):
    path = feed(tmp_path, "trackers.csv", LISTED)
    folder = scanned(TAMPERED).folder
    (at_case,) = found(examine(folder, indicators=[path], privacy="case").report)
    (public,) = found(examine(folder, indicators=[path], privacy="public").report)

    assert "com.android.syncservice.update" == at_case.indicator.value
    assert ("", "amber") == (public.indicator.value, public.indicator.tlp)
    assert {"is withheld"} == {match.pattern for match in public.matched}


def test_the_key_of_a_computer_is_a_pseudonym_wherever_the_finding_names_it(scanned, tmp_path):
    folder = scanned(TAMPERED).folder
    snapshot = examine(folder, indicators=(), privacy="case")
    lines = (line for line in snapshot.entities if b'"adb_key"' in line)
    key = msgspec.json.decode(next(lines))["fingerprint"]
    path = feed(tmp_path, "keys.csv", f"type,value\nadb_key,{key}\n")

    assert key in str(found(examine(folder, indicators=[path], privacy="case").report))
    report = examine(folder, indicators=[path]).report
    assert found(report)
    assert key not in msgspec.json.encode(report).decode()


def test_a_file_that_is_wrong_is_said_before_anything_is_asked(tmp_path):
    broken = feed(tmp_path, "broken.json", '{"type": "bundle", "objects": [')

    with pytest.raises(RuleError, match=r"broken\.json"):
        scan("android:nobody-has-this-serial", options=Options(), indicators=[broken])


def news(results) -> News:
    ((_, made),) = results
    assert isinstance(made, News), made
    return made


def test_only_what_is_new_since_older_feeds_is_shown(bugreport, tmp_path):
    old = feed(tmp_path, "old.txt", f"# type: package\n{INSTALLED}\n")
    now = feed(tmp_path, "now.txt", f"# type: package\n{INSTALLED}\n{GONE}\n")
    knowledge = known((), read_feeds([now], stored=False))

    unlike = feed(tmp_path, "none.txt", "example.org\n")
    all_of_it = news(since([bugreport], str(unlike), knowledge))
    assert 2 == len(all_of_it.findings)
    changed = news(since([bugreport], str(old), knowledge))
    assert [GONE] == [each.indicator.value for each in changed.findings if each.indicator]


def test_what_is_new_and_may_not_be_passed_on_is_new_and_withheld(bugreport, tmp_path):
    head = "type,value,tlp\n"
    old = feed(tmp_path, "old.csv", f"{head}package,{INSTALLED},red\n")
    now = feed(tmp_path, "now.csv", f"{head}package,{INSTALLED},red\npackage,{GONE},red\n")
    knowledge = known((), read_feeds([now], stored=False))

    def new(privacy):
        made = news(since([bugreport], str(old), knowledge, privacy=privacy))
        return [each.indicator.value for each in made.findings if each.indicator]

    assert [""] == new("share")
    assert [GONE] == new("case")


def test_what_the_own_report_of_a_case_did_not_name_is_new(scanned):
    knowledge = known((), read_feeds([FEEDS / "packages.txt"], stored=False))
    made = news(since([scanned(TAMPERED).folder], "report", knowledge))

    assert [INSTALLED] == [each.indicator.value for each in made.findings if each.indicator]


def test_a_day_without_feeds_and_a_word_that_is_no_day(scanned, tmp_path, monkeypatch):
    knowledge = known((), read_feeds([FEEDS / "packages.txt"], stored=False))
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))

    with pytest.raises(UsageError, match="names no older feeds"):
        list(since([scanned(TAMPERED).folder], "last week", knowledge))
    made = news(since([scanned(TAMPERED).folder], "2020-01-01", knowledge))
    assert 1 == len(made.findings)


def test_a_case_that_cannot_be_examined_costs_no_other_one_anything(scanned, tmp_path):
    knowledge = known((), read_feeds([FEEDS / "packages.txt"], stored=False))
    empty = tmp_path / "empty"
    empty.mkdir()
    results = list(since([empty, scanned(TAMPERED).folder], "report", knowledge))

    assert [False, True] == [isinstance(result, News) for _, result in results]


def test_validity_is_judged_at_the_time_of_the_case(scanned, tmp_path):
    day = scanned(TAMPERED).report.run.started_at
    before = datetime(day.year - 1, 1, 1, tzinfo=UTC)
    rows = f"type,value,valid_until\npackage,{INSTALLED},{before:%Y-%m-%dT%H:%M:%SZ}\n"
    report = examine(scanned(TAMPERED).folder, indicators=[feed(tmp_path, "x.csv", rows)]).report

    assert [] == found(report)
    assert report.indicators is not None
    assert 1 == report.indicators.feeds[0].expired
