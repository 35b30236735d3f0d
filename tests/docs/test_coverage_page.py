"""The coverage page: its tables hold, and it says of each rule where it can be decided."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from scanner.detect import load
from scanner.detect.header import techniques
from tools.coverage_page import channels_of, parts
from tools.coverage_tables import DATA, NAMES, Decision, problems, rows

Row = dict[str, str]
MATRIX = rows("detection-matrix.csv", Decision)
CRASHES = "sigma/android/correlation/a-service-that-strangers-can-reach-crashed-again-and-again.yml"


@cache
def page() -> str:
    return "\n\n".join(parts())


def changed(folder: Path, name: str, change: Callable[[list[Row]], None]) -> Path:
    """Copy the tables, and change one of them."""
    copy = Path(shutil.copytree(DATA, folder / "data"))
    with (copy / name).open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    columns = list(table[0])
    change(table)
    with (copy / name).open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    return copy


def test_the_tables_hold():
    assert [] == list(problems())


def test_each_threat_has_a_decision_for_each_platform():
    assert [(number, name) for number in range(1, 76) for name in NAMES] == [
        (each.id, each.platform) for each in MATRIX
    ]


@pytest.mark.parametrize("each", MATRIX, ids=lambda each: f"{each.id}-{each.platform}")
def test_each_threat_is_on_the_page_with_its_rules(each):
    threat = page().split(f"### {each.id}. {each.threat}\n")[1].split("\n### ")[0]
    part = threat.split(f"**{NAMES[each.platform]}: ")[1].split("\n\n**")[0]

    assert part.startswith(each.decision.replace("_", " "))
    assert each.why in part
    assert each.rules.split() == re.findall(r"^- \[.*\]\(\.\./rules/(.*)\): \w", part, re.MULTILINE)


def test_each_rule_of_the_pack_is_on_the_page():
    assert [] == [rule.path for rule in load().rules if f"(../rules/{rule.path})" not in page()]


@pytest.mark.parametrize("technique", sorted(techniques()))
def test_each_technique_has_rules_or_a_reason(technique):
    (line,) = re.findall(rf"^\| {re.escape(technique)} \|(.*)\|$", page(), re.MULTILINE)
    name, count, cell = (part.strip() for part in line.split(" | ", 2))

    assert name
    assert cell
    assert ("](../rules/" in cell) == bool(count)


@pytest.mark.parametrize(
    ("path", "channels"),
    [
        (
            "sigma/android/app/app-from-outside-a-store-reads-the-screen.yml",
            ("quick", "standard", "deep", "bugreport", "androidqf"),
        ),
        # a phone lists them in the standard profile, no recording does
        (
            "sigma/android/certificate/a-certificate-authority-was-added-by-hand.yml",
            ("standard", "deep"),
        ),
        # tombstones are in recordings only
        (CRASHES, ("bugreport", "androidqf")),
        (
            "sigma/ios/profile/a-profile-hides-what-it-contains.yml",
            ("quick", "standard", "backup", "sysdiagnose", "file system", "profile file"),
        ),
        # of a backup, and of the files that it was made of
        (
            "sigma/ios/traffic_record/network-use-is-kept-of-a-program-whose-record-is-gone.yml",
            ("backup", "file system"),
        ),
        (
            "sigma/ios/remote_service/services-for-developers-are-offered-to-computers.yml",
            ("sysdiagnose",),
        ),
        # of the acquisition's own record
        ("sigma/ios/clock/the-phones-clock-is-wrong.yml", ("quick", "standard")),
        ("yara/ios/jailbreak.yar", ("files",)),
    ],
)
def test_where_a_rule_can_be_decided(path, channels):
    platform = "ios" if "/ios/" in path else "android"

    assert channels == channels_of(path, platform)


def test_each_rule_can_be_decided_somewhere():
    assert [] == [rule.path for rule in load().rules if not channels_of(rule.path, rule.platform)]


# --- tables that do not hold --------------------------------------------------------------------


def unknown_rule(table: list[Row]) -> None:
    table[0]["rules"] = "sigma/android/app/there-is-none.yml"


def rule_of_the_other_platform(table: list[Row]) -> None:
    table[0]["rules"] = table[1]["rules"]


def no_platform(table: list[Row]) -> None:
    del table[1]


def unknown_word(table: list[Row]) -> None:
    table[0]["waits_for"] = "a_miracle"


def unknown_decision(table: list[Row]) -> None:
    table[0]["decision"] = "maybe"


def waiting_for_nothing(table: list[Row]) -> None:
    waiting = next(row for row in table if row["decision"] == "waiting")
    waiting["waits_for"] = ""


def decided_by_nothing(table: list[Row]) -> None:
    table[0]["rules"] = ""


def no_reason(table: list[Row]) -> None:
    row = next(row for row in table if row["decision"] == "undecidable")
    row["why"] = ""


def forgotten_rule(table: list[Row]) -> None:
    for row in table:
        names = row["rules"].split()
        row["rules"] = " ".join(name for name in names if "is-a-device-admin" not in name)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (unknown_rule, "there is no rules/sigma/android/app/there-is-none.yml"),
        (rule_of_the_other_platform, "is not about android"),
        (no_platform, "row 1: one line for each platform expected"),
        (unknown_word, "row 1, android: not in waiting.csv: a_miracle"),
        (unknown_decision, "the decision is one of decided, waiting"),
        (waiting_for_nothing, "it is not said what it waits for"),
        (decided_by_nothing, "what is decided names rules"),
        (no_reason, "it is not said why"),
        (forgotten_rule, "is-a-device-admin.yml is named for no threat"),
    ],
)
def test_a_wrong_matrix_is_told(tmp_path, change, problem):
    folder = changed(tmp_path, "detection-matrix.csv", change)

    assert any(problem in each for each in problems(folder))


def unknown_technique(table: list[Row]) -> None:
    table[0]["id"] = "T9999"


def silent_technique(table: list[Row]) -> None:
    row = next(row for row in table if row["id"] == "T1430.002")
    row["why"] = row["waits_for"] = ""


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (unknown_technique, "not the techniques of"),
        (silent_technique, "T1430.002: no rule speaks of it, and nothing says why"),
    ],
)
def test_a_wrong_list_of_techniques_is_told(tmp_path, change, problem):
    folder = changed(tmp_path, "attack-mobile.csv", change)

    assert any(problem in each for each in problems(folder))


def unused_word(table: list[Row]) -> None:
    table.append({"id": "nothing", "what": "nobody waits for it"})


def test_a_word_that_nothing_waits_for_is_told(tmp_path):
    folder = changed(tmp_path, "waiting.csv", unused_word)

    assert ["waiting.csv: nothing waits for nothing"] == list(problems(folder))


def test_other_columns_are_refused(tmp_path):
    copy = Path(shutil.copytree(DATA, tmp_path / "data"))
    (copy / "waiting.csv").write_text("id,text\na,b\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"waiting\.csv: the columns are not id, what"):
        list(problems(copy))


def test_the_notice_of_mitre_stands_beside_what_is_theirs():
    notice = (DATA / "README.md").read_text(encoding="utf-8")

    assert "reproduced and distributed with the permission of The MITRE Corporation" in notice
    assert "https://attack.mitre.org/resources/legal-and-branding/terms-of-use/" in notice
