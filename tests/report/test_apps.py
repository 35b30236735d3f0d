"""Files of apps in a report: which file, what it is, who signed it, whether it holds, why not."""

from __future__ import annotations

import re

import pytest
from msgspec import structs

from scanner.report import html, json
from scanner.report import text as terminal
from scanner.report.outline import outline
from tests.report.of_apps import APPS, CHANGED, DEBUG, GOOD, SIGNER, of_apps


def section(page: str, id: str) -> str:
    (found,) = re.findall(rf'<section id="{id}".*?</section>', page, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found))


def words(page: str) -> str:
    return " ".join(page.split())


def test_what_was_found_and_what_does_not_hold_comes_first():
    rows = outline(of_apps()).apps.rows

    assert ["more/changed.apk", "good.apk", "libloose.so"] == [row.title for row in rows]
    assert ["signature_fails", "signature_holds", "signature_none"] == [row.holds for row in rows]
    assert "The content is not the one that was signed." == rows[0].why[0]


def test_findings_in_a_program_within_belong_to_its_file():
    changed, good, _ = outline(of_apps()).apps.rows

    assert ["app_file", "code_file"] == [each.finding.subject.entity for each in changed.findings]
    assert () == good.findings


def test_a_signature_that_was_not_decided_is_none_that_fails():
    lines = (structs.replace(APPS[0], verified=None, schemes=(), errors=("not_read",)),)

    (row,) = outline(of_apps(lines=lines)).apps.rows

    assert "signature_undecided" == row.holds
    assert ("The content was not read.",) == row.why


@pytest.mark.parametrize(
    ("expected", "name", "label"),
    [
        ("downloads/x.apk", "downloads/x.apk", "Shown"),
        ("Shown", "/data/app/~~a==/com.example.x-b==/base.apk", "Shown"),
        ("com.example.good", "/data/app/~~a==/com.example.x-b==/base.apk", None),
    ],
)
def test_a_person_knows_a_file_by_its_name_and_an_installed_one_by_its_label(expected, name, label):
    (row,) = outline(of_apps(lines=(structs.replace(APPS[0], name=name, label=label),))).apps.rows

    assert expected == row.title


def test_signers_are_listed_with_the_number_of_their_files():
    lines = (*APPS, structs.replace(APPS[0], sha256="0f" * 32, name="other.apk"))

    signers = outline(of_apps(lines=lines)).apps.signers

    assert [(SIGNER, 2, False), (DEBUG, 1, True)] == [
        (each.sha256, each.count, each.debug) for each in signers
    ]


def test_the_page_says_it_all():
    shown = section(html.render(of_apps()), "apps")

    for said in (
        "good.apk",
        "Android app 1.2",
        "holds (v2, v3)",
        "does not hold",
        "The content is not the one that was signed.",
        SIGNER,
        CHANGED,
        GOOD,
        "a debug key of a development kit",
        "files of this kind bear none",
        "High: App from outside a store reads and operates the screen",
    ):
        assert said in shown, said


def test_gaps_that_differ_in_the_file_only_are_one_line():
    page = html.render(of_apps())
    shown = section(page, "gaps")

    assert 1 == shown.count("the end of a zip&#39;s directory expected")
    assert "40 times" in shown
    assert "300 times" in shown
    assert (40, 300) == tuple(each.count for each in outline(of_apps()).unseen)


def test_a_terminal_names_few_files_and_of_many_those_that_do_not_hold():
    few = words(terminal.render(of_apps()))
    many = (*(structs.replace(APPS[0], sha256=f"{n:064x}", name=f"{n}.apk") for n in range(50)),)
    shown = words(terminal.render(of_apps(lines=(*APPS, *many))))

    assert "good.apk (com.example.good 1.2): signature holds; signed by d4d4d4d4d4d4d4d4." in few
    assert "more/changed.apk (com.example.changed 3): signature does not hold;" in few
    assert "libloose.so (native code): signature files of this kind bear none." in few
    assert "the signature holds of 51 and does not hold of 1; 1 have none" in shown
    assert "more/changed.apk" in shown
    assert "7.apk" not in shown


def test_a_digest_is_short_where_a_name_stands_before_it():
    shown = outline(of_apps()).compromise[0].subject

    assert f"changed.apk, com.example.changed; {CHANGED[:12]}" == shown


def test_a_report_of_apps_reads_the_same_from_json():
    assert of_apps() == json.load(json.render(of_apps()))
