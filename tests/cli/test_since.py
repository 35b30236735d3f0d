"""`scanner examine --since-feeds`, and `--indicators` of a scan: streams and exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import record

INSTALLED, GONE = "com.example.mensajes.plus", "com.example.escaner.documentos"


@pytest.fixture(scope="module")
def bugreport(tmp_path_factory) -> Path:
    return record(TAMPERED, "bugreport.zip", tmp_path_factory.mktemp("recorded"))


@pytest.fixture
def feeds(tmp_path: Path) -> tuple[Path, Path]:
    """A feed as it was, and as it is now: of one name, in two folders."""
    made = []
    for folder, packages in (("old", (INSTALLED,)), ("now", (INSTALLED, GONE))):
        path = tmp_path / folder / "trackers.txt"
        path.parent.mkdir()
        path.write_text("\n".join(("# type: package", *packages)), "utf-8")
        made.append(path)
    return made[0], made[1]


def test_only_what_is_new_is_shown(run, bugreport, feeds):
    old, now = feeds
    ran = run("examine", bugreport, "--indicators", now, "--since-feeds", old)

    assert 0 == ran.returncode, ran.stderr
    assert "1 new" in ran.stdout
    assert GONE in ran.stdout
    assert INSTALLED not in ran.stdout


def test_as_json_and_with_a_level_to_fail_on(run, bugreport, feeds):
    old, now = feeds
    words = ("examine", bugreport, bugreport, "--indicators", now, "--since-feeds", old, "--json")
    ran = run(*words, "--fail-on", "low")

    assert 10 == ran.returncode, ran.stderr
    shown = json.loads(ran.stdout)
    assert [[GONE], [GONE]] == [
        [each["indicator"]["value"] for each in case["findings"]] for case in shown
    ]


def test_nothing_is_new_where_nothing_changed(run, bugreport, feeds):
    _, now = feeds
    ran = run("examine", bugreport, "--indicators", now, "--since-feeds", now, "--fail-on", "low")

    assert 0 == ran.returncode, ran.stderr
    assert "nothing new" in ran.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--since-feeds", "last week"), "names no older feeds"),
        (("--since-feeds", "report", "-o", "x"), "--output is for a whole report"),
        (("--since-feeds", "report", "-f", "html"), "--format is for a whole report"),
        (
            ("--since-feeds", "report", "--require-coverage", "0"),
            "--require-coverage is for a whole report",
        ),
        (("--since-feeds", "2999-01-01"), "2999-01-01 has not come yet"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(run, bugreport, words, said):
    ran = run("examine", bugreport, *words)

    assert 2 == ran.returncode
    assert said in ran.stderr


def test_several_cases_need_older_feeds(run, bugreport):
    ran = run("examine", bugreport, bugreport)

    assert 2 == ran.returncode
    assert "--since-feeds" in ran.stderr


def test_a_scan_names_what_its_indicators_match(run, bugreport, feeds):
    ran = run("scan", bugreport, "--indicators", feeds[1], "--json", "-o", "case")

    assert 0 == ran.returncode, ran.stderr
    report = json.loads(ran.stdout)
    named = {each["indicator"]["value"] for each in report["findings"] if each["indicator"]}
    assert {INSTALLED, GONE} == named
    assert "trackers" == report["indicators"]["feeds"][0]["id"]


def test_a_scan_takes_a_folder_of_feeds_and_says_what_it_passes_over(run, bugreport, feeds):
    folder = feeds[1].parent
    (folder / "package.json").write_text("{}", "utf-8")
    words = (bugreport, "--indicators", folder, "--json")
    scanned, examined = run("scan", *words, "-o", "case"), run("examine", *words)

    for ran in (scanned, examined):
        assert 0 == ran.returncode, ran.stderr
        assert f"passed over: {folder}/package.json: JSON of no known kind" in ran.stderr
        feeds_of_report = json.loads(ran.stdout)["indicators"]["feeds"]
        assert ["trackers"] == [each["id"] for each in feeds_of_report]


def test_everything_that_is_wrong_is_told(run, bugreport, tmp_path):
    (tmp_path / "all").mkdir()
    for number in range(60):
        (tmp_path / "all" / f"{number:02}.json").write_text("{", "utf-8")
    ran = run("scan", bugreport, "--indicators", "all")

    assert 6 == ran.returncode
    assert [f"all/{number:02}.json" for number in range(50)] == [
        line.split(":")[1].strip() for line in ran.stderr.splitlines() if ".json" in line
    ]
    assert ran.stderr.endswith("scanner: and 10 more errors\n")


def test_a_feed_that_is_wrong_ends_with_status_6_before_a_phone_is_touched(run, tmp_path):
    (tmp_path / "broken.json").write_text('{"type": "bundle"', "utf-8")
    ran = run("scan", "android:nobody-has-this-serial", "--indicators", "broken.json")

    assert 6 == ran.returncode
    assert "broken.json" in ran.stderr
