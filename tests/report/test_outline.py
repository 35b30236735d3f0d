from __future__ import annotations

from msgspec import structs

from scanner.model.evidence import NEVER_HELD, NOT_GIVEN, Gap
from scanner.model.findings import Message, Subject
from scanner.report import json
from scanner.report.messages import text
from scanner.report.outline import alike, by_level, outline
from tests.report.examples import findings, gapped, quiet, tampered
from tests.report.extremes import large


def words(steps) -> list[str]:
    return [step.text for step in steps]


def advice(*ids: str) -> list[str]:
    return [text(Message(id)) for id in ids]


def test_findings_are_ordered_by_kind_then_level_then_certainty():
    review = structs.replace(findings()[0], id="f-review", review=True)
    arranged = outline(structs.replace(quiet(), findings=(review, *findings())))

    assert ["critical", "high", "high", "medium"] == [
        each.finding.level for each in arranged.compromise
    ]
    assert [False, True] == [each.finding.review for each in arranged.compromise[1:3]]
    assert ["high", "medium", "low"] == [each.finding.level for each in arranged.posture]


def test_the_order_of_the_report_does_not_show():
    backwards = structs.replace(tampered(), findings=tampered().findings[::-1])

    assert outline(tampered()) == outline(backwards)


def test_levels_are_counted_gravest_first_without_what_is_set_aside():
    aside = structs.replace(findings()[1], suppressed=Message("explained.own_adb_key"))
    arranged = outline(structs.replace(quiet(), findings=(findings()[0], aside)))

    assert (("critical", 0), ("high", 1), ("medium", 0), ("low", 0), ("informational", 0)) == (
        by_level(arranged.compromise)
    )


def test_advice_that_changes_the_phone_comes_later():
    arranged = outline(tampered())

    assert words(arranged.now) == advice(
        "advice.save_evidence_first",
        "advice.seek_help",
        "do.keep_report",
        "advice.review_app",
        "advice.review_accessibility",
    )
    assert words(arranged.later) == advice(
        "advice.revoke_adb_keys",
        "advice.turn_off_debugging",
        "advice.relock_bootloader",
        "advice.factory_reset_after_help",
    )
    assert words(arranged.do_not) == advice(
        "do_not.remove_first",
        "advice.do_not_confront",
        "do_not.search_here",
        "do_not.rely_on_report",
    )


def test_a_step_names_the_findings_that_ask_for_it():
    step = next(
        step
        for step in outline(tampered()).later
        if step.text in advice("advice.relock_bootloader")
    )

    assert ["Boot loader did not verify the system"] == [each.title for each in step.because]


def test_a_quiet_phone_asks_for_little():
    arranged = outline(quiet())

    assert words(arranged.now) == advice("do.keep_worry", "do.keep_report")
    assert arranged.later == ()
    assert words(arranged.do_not) == advice("do_not.rely_on_report")


def test_an_advice_of_tomorrow_shows_itself_last():
    finding = structs.replace(findings()[0], advice=("from_tomorrow", "review_app"))
    arranged = outline(structs.replace(quiet(), findings=(finding,)))

    assert words(arranged.later) == ["advice.from_tomorrow"]


def test_gaps_are_grouped_by_reason_and_kind_with_their_users():
    unseen = {each.reason: each for each in outline(gapped()).unseen}

    assert unseen["The phone did not permit it"].what == (
        "Accessibility services (user 150)",
        "Device administrators and owners (user 150)",
        "Running processes",
        "Settings (user 150)",
    )
    assert unseen["The answer was cut off"].what == ("Apps of each user", "Running processes")
    assert sum(each.count for each in unseen.values()) == len(gapped().gaps)


def test_what_no_recording_of_the_kind_holds_stands_together_and_last():
    never = tuple(
        Gap(artifact=name, reason="source_absent", detail=NEVER_HELD)
        for name in ("ios.boot", "ios.mounts")
    )
    lacking = Gap(artifact="ios.pairings", reason="source_absent")
    elsewhere = structs.replace(lacking, detail=NOT_GIVEN)
    arranged = outline(structs.replace(quiet(), gaps=(*never, lacking, elsewhere)))

    assert [
        ("It is not there on this phone or recording", ("Computers that paired with the phone",)),
        (
            "It lies in the recording, which was not given: name it with --source",
            ("Computers that paired with the phone",),
        ),
        ("A recording of this kind never holds it", ("Boot arguments", "Mounted file systems")),
    ] == [(each.reason, each.what) for each in arranged.unseen]
    assert [lacking, elsewhere] == [each.gap for each in arranged.missed]


def test_of_a_recording_another_way_to_learn_more_is_named():
    recorded = structs.replace(quiet(), verdict="inconclusive", run=run_of("sysdiagnose"))
    locked = structs.replace(recorded, gaps=(Gap(artifact="ios.recording", reason="locked"),))
    live = structs.replace(recorded, run=run_of("usb"))

    assert advice("do.examine_more") == words(outline(recorded).now)[:1]
    assert advice("do.examine_unlocked") == words(outline(locked).now)[:1]
    assert advice("do.examine_again") == words(outline(live).now)[:1]


def run_of(transport: str):
    run = quiet().run
    assert run.acquisition is not None
    return structs.replace(run, acquisition=structs.replace(run.acquisition, transport=transport))


def test_findings_that_differ_in_their_subject_only_are_told_once():
    groups = alike(outline(large()).compromise)

    assert [67, 67, 67] == [len(group) for group in groups]


def test_a_rule_that_the_report_does_not_list_is_shown_by_its_id():
    finding = structs.replace(findings()[0], rule="mine-own")
    shown = outline(structs.replace(quiet(), findings=(finding,))).compromise[0]

    assert (shown.title, shown.description, shown.ordinary) == ("mine-own", "", ())


def test_a_subject_reads_the_same_before_and_after_json():
    key: dict[str, str | int | None] = {"user": 0, "namespace": "global", "name": "adb_enabled"}
    subject = Subject(entity="setting", key=key)
    report = structs.replace(quiet(), findings=(structs.replace(findings()[5], subject=subject),))

    assert outline(report).posture[0].subject == "adb_enabled, namespace global, user 0"
    assert outline(json.load(json.render(report))) == outline(report)


def test_a_step_names_each_rule_once_and_common_ones_none():
    steps = outline(large()).now

    assert steps[0].because == ()
    assert [1, 1] == [len(step.because) for step in steps if step.because]
