"""`scanner rules new`: a file that holds, at its place, and nothing is overwritten."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ANDROID_APP = ("--platform", "android", "--category", "app")


def test_a_title_makes_the_place_of_the_file(run, tmp_path: Path):
    ran = run("rules", "new", "An app has no icon", *ANDROID_APP, "--technique", "T1628")

    assert (0, "android/app/an-app-has-no-icon.yml\n") == (ran.returncode, ran.stdout), ran.stderr
    text = (tmp_path / "android/app/an-app-has-no-icon.yml").read_text()
    assert text.startswith("title: An app has no icon\nid: ")
    assert "tags: [attack.t1628]\n" in text


def test_a_new_rule_holds_and_only_lacks_what_is_to_do(run):
    run("rules", "new", "An app has no icon", *ANDROID_APP)

    checked = run("rules", "check", ".", "--json")
    tested = run("rules", "test", ".", "--no-clean")

    (problem,) = json.loads(checked.stdout)["problems"]
    assert (6, "lint", "unfinished", 7) == (
        checked.returncode,
        problem["kind"],
        problem["name"],
        problem["line"],
    )
    assert (0, "1 rules, 4 proofs, 0 failed\n") == (tested.returncode, tested.stdout)


def test_once_it_is_written_it_has_no_problem(run, tmp_path: Path):
    run("rules", "new", "An app has no icon", *ANDROID_APP)
    path = tmp_path / "android/app/an-app-has-no-icon.yml"
    path.write_text(path.read_text().replace("TO DO: ", ""))

    ran = run("rules", "check", ".")

    assert (0, "1 rules checked, 0 problems\n", "") == (ran.returncode, ran.stdout, ran.stderr)


def test_a_path_says_platform_category_and_title(run, tmp_path: Path):
    ran = run("rules", "new", "mine/ios/process/a-name-is-odd.yml")

    assert (0, "mine/ios/process/a-name-is-odd.yml\n") == (ran.returncode, ran.stdout)
    text = (tmp_path / "mine/ios/process/a-name-is-odd.yml").read_text()
    assert text.startswith("title: A name is odd\n")
    assert "{product: ios, category: process}" in text


@pytest.mark.parametrize("kind", ["elf", "dex", "macho", "text"])
def test_a_new_yara_rule_has_its_proofs_beside_it(kind: str, run):
    ran = run("rules", "new", "A library is odd", "--platform", "android", "--yara", kind)

    written = ["android/a-library-is-odd.yar", "android/a-library-is-odd.proofs.yml"]
    assert (0, written) == (ran.returncode, ran.stdout.split()), ran.stderr
    tested = run("rules", "test", ".", "--no-clean")
    assert (0, "1 rules, 2 proofs, 0 failed\n") == (tested.returncode, tested.stdout)
    problems = json.loads(run("rules", "check", ".", "--json").stdout)["problems"]
    assert ["yara-unfinished"] == [each["name"] for each in problems]


@pytest.mark.parametrize(
    "words",
    [
        ("An app has no icon", *ANDROID_APP),
        ("android/app/an-app-has-no-icon.yml",),
        ("An app has no icon", "--platform", "android", "--yara", "elf"),
    ],
)
def test_nothing_is_overwritten(words: tuple[str, ...], run, tmp_path: Path):
    assert 0 == run("rules", "new", *words).returncode
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    ran = run("rules", "new", *words)

    assert 2 == ran.returncode
    assert "is there already" in ran.stderr
    assert before == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}


def test_a_link_that_leads_elsewhere_is_not_followed(run, tmp_path: Path):
    (tmp_path / "android/app").mkdir(parents=True)
    (tmp_path / "android/app/an-app-has-no-icon.yml").symlink_to(tmp_path / "elsewhere.yml")

    assert 2 == run("rules", "new", "An app has no icon", *ANDROID_APP).returncode
    assert not (tmp_path / "elsewhere.yml").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("A title",), "--platform is missing"),
        (("A title", "--platform", "ios"), "--category is missing"),
        (("A title", "--platform", "ios", "--category", "ap"), "no category"),
        (("A title", *ANDROID_APP, "--technique", "T9"), "no technique"),
        (("...", *ANDROID_APP), "without letters"),
        (("x.yar", "--platform", "ios"), "--yara is missing"),
    ],
)
def test_what_is_missing_or_wrong_gives_status_2(words: tuple[str, ...], says: str, run, tmp_path):
    ran = run("rules", "new", *words)

    assert 2 == ran.returncode
    assert says in ran.stderr
    assert [] == list(tmp_path.iterdir())
