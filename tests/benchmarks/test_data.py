"""The data of benchmarks: what is shipped, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from msgspec import UNSET

from scanner.artifacts.android.settings import ALLOWED
from scanner.artifacts.android.user_restrictions import ALLOWED as FORBIDDEN
from scanner.benchmarks import listed, load, tables
from scanner.errors import RuleError
from scanner.model.data import data_folder

FOLDER = data_folder("rules") / "benchmarks"
SHIPPED = load(FOLDER)
REQUIREMENTS = {(of.platform, each.id): each for of in SHIPPED for each in of.requirements}
# Requirements of each benchmark, and those of them that something a scan reads can decide.
COUNTS = {
    "cis_android": (16, 10),
    "stig_android14": (19, 7),
    "cis_ios26_personal_1": (26, 25),
    "cis_ios26_personal_2": (29, 28),
    "cis_ios26_institution_1": (36, 35),
    "cis_ios26_institution_2": (44, 43),
    "indigo_ios26_base": (82, 76),
    "indigo_ios26_high": (124, 117),
    "stig_ios26": (84, 83),
}
UNDECIDABLE = {
    "os_application_allow_list",
    "os_application_deny_list",
    "os_exchange_peraccountVPN",
    "os_live_text_disable",
    "os_mail_block_remote_content",
    "os_update_auto_RSR_allow",
    "supplemental_bsi",
    "supplemental_cis_ios_manual",
    "supplemental_stig_ios",
}
IDS = {
    "cis": re.compile(r"[0-9](\.[0-9]+){1,3}( \(Android 7\))?"),
    "cis_personal": re.compile(r"2(\.[0-9]+){2,3}"),
    "cis_institution": re.compile(r"3(\.[0-9]+){2,3}"),
    "indigo": re.compile(r"Annex [A-Z]( [0-9](\.[0-9]+){0,3})?"),
    "stig": re.compile(r"(AIOS-26|GOOG-14)-[0-9]{6}"),
}
HEAD = 'platform = "ios"\ndefaults_from = "https://example.org"\n'
BENCH = """
[[benchmarks]]
id = "b"
title = "B"
version = "1"
level = "1"
ownership = "personal"
family = "f"
source = "https://example.org/b"
"""
ASKED = '\n[[requirements]]\nid = "r"\ntitle = "R"\nbenchmarks = ["b"]\n'
HOLDS = 'conditions = [{ kind = "restriction", name = "a", at_most = 1 }]\n'


def test_every_benchmark_has_its_requirements():
    assert COUNTS == {each.id: (each.requirements, each.decidable) for each in listed(SHIPPED)}


def test_what_nothing_decides_is_named():
    assert UNDECIDABLE == {
        id for (of, id), each in REQUIREMENTS.items() if of == "ios" and each.undecidable
    }


def test_a_higher_level_holds_the_lower_one():
    for lower, higher in (
        ("cis_ios26_personal_1", "cis_ios26_personal_2"),
        ("cis_ios26_institution_1", "cis_ios26_institution_2"),
    ):
        for each in REQUIREMENTS.values():
            assert lower not in each.benchmarks or higher in each.benchmarks, each.id


def test_titles_are_short_and_each_its_own():
    titles = [(of, each.title) for (of, _), each in REQUIREMENTS.items()]

    assert len(set(titles)) >= len(titles) - 1  # two Android documents may ask for the same
    assert [] == [title for _, title in titles if not 5 < len(title) <= 90 or title.endswith(".")]


def test_ids_have_the_form_of_their_document():
    for each in REQUIREMENTS.values():
        for family, ids in each.ids.items():
            assert ids
            assert [] == [id for id in ids if not IDS[family].fullmatch(id)], each.id


def test_android_items_name_where_they_come_from():
    for (of, _), each in REQUIREMENTS.items():
        assert of == "ios" or each.source.startswith("https://"), each.id


def test_android_settings_are_those_that_are_read():
    asked = {
        (condition.within, condition.name)
        for each in REQUIREMENTS.values()
        for condition in each.conditions
        if condition.kind == "setting"
    }

    assert asked <= {(space, name) for space, names in ALLOWED.items() for name in names}


def test_android_restrictions_are_those_that_are_read():
    asked = {
        condition.name
        for (of, _), each in REQUIREMENTS.items()
        for condition in each.conditions
        if of == "android" and condition.kind == "restriction"
    }

    assert asked <= set(FORBIDDEN)


def test_only_some_restrictions_have_no_default():
    assert {"allowSiriServerLogging", "maxInactivity", "pinHistory"} == {
        condition.name
        for (of, _), each in REQUIREMENTS.items()
        for condition in each.conditions
        if of == "ios" and condition.kind == "restriction" and condition.default is UNSET
    }


def test_tables_say_what_each_benchmark_asks_for():
    made = {entry.id: rows for entry, rows in tables(SHIPPED)}

    assert COUNTS == {
        id: (len(rows), sum(not row.undecidable for row in rows)) for id, rows in made.items()
    }
    found = {row.id: row for row in made["stig_ios26"]}
    length = found["pwpolicy_minimum_length_enforce"]
    assert ("minLength >= 6", "0") == (length.asks, length.absent)
    assert ("AIOS-26-006500",) == length.ids
    assert ("", "left_to_a_person") == (
        found["supplemental_stig_ios"].asks,
        found["supplemental_stig_ios"].undecidable,
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("no toml", "file"),
        ("", "keys"),
        (HEAD, "keys"),
        (HEAD + BENCH + ASKED + HOLDS + 'more = "1"\n', "keys"),
        (HEAD + BENCH + ASKED, "r"),
        (HEAD + BENCH + ASKED + HOLDS + 'undecidable = "list_not_read"\n', "r"),
        (HEAD + BENCH + ASKED + HOLDS.replace(", at_most = 1", ""), "r"),
        (HEAD + BENCH + ASKED + HOLDS.replace("at_most = 1", "at_most = 1, equals = 1"), "r"),
        (HEAD + BENCH + ASKED + HOLDS.replace("restriction", "payload"), "r"),
        (HEAD + BENCH + ASKED + HOLDS + 'ids = { other = ["1"] }\n', "r"),
        (HEAD + BENCH + ASKED + HOLDS + "values = { other = 1 }\n", "r"),
        (HEAD + BENCH + ASKED.replace('["b"]', "[]") + HOLDS, "r"),
        (HEAD + BENCH + ASKED + HOLDS + ASKED + HOLDS, "r"),
        (
            HEAD + BENCH + ASKED + HOLDS.replace("at_most", "equals") + "values = { b = 2 }\n",
            "r",
        ),
        (
            'platform = "ios"\n' + BENCH + ASKED + HOLDS.replace("= 1", "= 1, default = 1"),
            "r",
        ),
    ],
)
def test_wrong_data_is_refused(tmp_path: Path, text, where):
    (tmp_path / "ios.toml").write_text(text, "utf-8")

    with pytest.raises(RuleError) as caught:
        load(tmp_path)
    assert where == caught.value.where


def test_files_that_cannot_be_read_are_refused(tmp_path: Path):
    with pytest.raises(RuleError, match="one file a platform"):
        load(tmp_path)
    (tmp_path / "ios.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(RuleError, match="file"):
        load(tmp_path)
    (tmp_path / "ios.toml").write_text("#" * (1024 * 1024 + 1))
    with pytest.raises(RuleError, match="at most"):
        load(tmp_path)
    for name in ("one.toml", "ios.toml"):
        (tmp_path / name).write_text(HEAD + BENCH + ASKED + HOLDS)
    with pytest.raises(RuleError, match="one file a platform"):
        load(tmp_path)
