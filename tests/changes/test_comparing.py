"""Two states compared: what came, what went, what is another, and what cannot be told."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.changes import compare, compared
from scanner.model.changes import Comparison, State
from scanner.model.evidence import Gap, Reason
from scanner.model.findings import Message
from tests.changes.states import PACKAGES, app, before, state, thing


def told(comparison: Comparison) -> list[tuple[Any, ...]]:
    """Return the changes in short: what, which entity, of which field, from what to what."""
    return [
        (line.change, line.entity, *line.identity.values(), line.field, line.old, line.new)
        for line in comparison.changes
    ]


def changes(old: State, new: State) -> list[tuple[Any, ...]]:
    return told(compare(old, new))


def test_what_is_the_same_has_not_changed():
    made = compare(before(app(version_code=1)), state(app(version_code=1)))

    assert (made.changes, made.unsettled, made.notes) == ((), (), ())


def test_what_stands_in_the_new_state_alone_appeared():
    made = compare(before(app()), state(app(), app("com.example.new", enabled=True)))

    assert told(made) == [("added", "app", 0, "com.example.new", None, None, None)]
    assert made.changes[0].facts == {"installed": True, "enabled": True}
    assert (made.changes[0].old_evidence, made.changes[0].new_evidence) == ((), ("e-app",))


def test_what_stands_in_the_old_state_alone_disappeared():
    made = compare(before(app(), app("com.example.old")), state(app()))

    assert told(made) == [("removed", "app", 0, "com.example.old", None, None, None)]
    assert (made.changes[0].old_evidence, made.changes[0].new_evidence) == (("e-app",), ())


def test_a_field_of_another_value_is_a_change_with_both_values():
    made = compare(before(app(version_code=1)), state(app(version_code=2)))

    assert told(made) == [("modified", "app", 0, "com.example.app", "version_code", 1, 2)]


def test_a_field_that_one_side_does_not_state_is_not_compared():
    assert changes(before(app(installer="com.example.store")), state(app())) == []
    assert changes(before(app()), state(app(installer=None))) == []


def test_a_field_that_is_stated_to_be_none_is_compared():
    old, new = before(app(installer="com.example.store")), state(app(installer=None))

    assert changes(old, new) == [
        ("modified", "app", 0, "com.example.app", "installer", "com.example.store", None)
    ]


def test_of_a_list_it_is_said_what_came_and_what_went():
    old = before(app(permissions_granted=("a", "b")))
    line = compare(old, state(app(permissions_granted=("b", "c")))).changes[0]

    assert (line.gained, line.lost) == (("c",), ("a",))


def test_an_empty_list_is_none():
    assert changes(before(app(permissions_granted=())), state(app(permissions_granted=None))) == []


def test_a_flag_is_no_number():
    old, new = before(app(debuggable=False)), state(app(debuggable=True))

    assert compared(old, new).changes[0].old == "false"
    assert compared(old, new).changes[0].new == "true"


def test_an_app_that_is_not_installed_for_a_user_is_not_there():
    old, new = before(app(installed=False)), state(app(installed=True))

    assert changes(old, new) == [("added", "app", 0, "com.example.app", None, None, None)]


def test_processes_of_one_name_are_one():
    one = thing("process", "android.ps", name="netd", executable=None, pid=7, label="u:r:netd:s0")
    other = thing("process", "android.ps", name="netd", executable=None, pid=9, label="u:r:netd:s0")

    assert changes(before(one), state(one, other)) == []
    assert changes(before(one, other), state(other)) == []


def test_processes_of_one_name_have_what_all_of_them_state():
    one, other, third = (
        thing("process", "android.ps", name="x", executable=None, pid=pid, owner=owner)
        for pid, owner in ((7, "root"), (8, "root"), (9, "system"))
    )

    alike, unlike = (
        compare(before(), state(one, other)),
        compare(before(), state(one, other, third)),
    )

    assert alike.changes[0].facts == {"owner": "root"}
    assert unlike.changes[0].facts == {}


@pytest.mark.parametrize("owner", ["u0_a123", "u10_i9", "u0_a123_1"])
def test_processes_of_apps_come_and_go(owner: str):
    process = thing("process", "android.ps", name="com.example.app", executable=None, owner=owner)

    assert changes(before(), state(process)) == []


def test_a_process_of_the_system_that_was_not_there_before_is_told():
    process = thing(
        "process", "android.ps", name="xd", executable="/data/local/tmp/xd", owner="root"
    )

    made = compared(before(), state(process))

    assert told(made.comparison) == [
        ("added", "process", "xd", "/data/local/tmp/xd", None, None, None)
    ]
    assert made.changes[0].facts == (
        "name: xd",
        "executable: /data/local/tmp/xd",
        "owner: root",
    )


class TestGaps:
    """What could not be looked at has neither come nor gone."""

    GAP = Gap(artifact=PACKAGES, reason="no_permission")

    def test_nothing_disappeared_behind_a_gap_of_the_new_state(self):
        made = compare(before(app()), state(gaps=[self.GAP]))

        assert made.changes == ()
        (lack,) = made.unsettled
        assert (lack.side, lack.entity, lack.count) == ("new", "app", 1)
        assert (lack.reason, lack.artifact) == ("no_permission", PACKAGES)

    def test_nothing_appeared_behind_a_gap_of_the_old_state(self):
        made = compare(before(gaps=[self.GAP]), state(app()))

        assert made.changes == ()
        assert [each.side for each in made.unsettled] == ["old"]

    def test_nothing_appeared_that_was_not_asked_for_before(self):
        made = compare(before(read=()), state(app()))

        assert made.changes == ()
        assert [each.reason for each in made.unsettled] == ["not_selected"]

    def test_a_gap_of_one_user_hides_that_users_entities_alone(self):
        gap = Gap(artifact=PACKAGES, reason="no_permission", user=10)
        work = thing("app", user=10, package="com.example.work", installed=True)

        made = compare(before(app(), work), state(gaps=[gap]))

        assert told(made) == [("removed", "app", 0, "com.example.app", None, None, None)]
        assert [(each.user, each.count) for each in made.unsettled] == [(10, 1)]

    def test_a_gap_that_both_states_have_hid_nothing_of_what_one_of_them_holds(self):
        gap = Gap(artifact=PACKAGES, reason="no_permission", request="cmd package list")

        made = compare(before(app(), gaps=[gap]), state(gaps=[gap]))

        assert told(made) == [("removed", "app", 0, "com.example.app", None, None, None)]

    def test_what_was_cut_off_may_be_another_part_each_time(self):
        gap = Gap(artifact=PACKAGES, reason="truncated", request="dumpsys package")

        made = compare(before(app(), gaps=[gap]), state(gaps=[gap]))

        assert made.changes == ()
        assert [each.reason for each in made.unsettled] == ["truncated"]

    @pytest.mark.parametrize("reason", ["timeout", "parse_error", "sandbox_kill"])
    def test_what_broke_off_may_have_done_so_at_another_place(self, reason: Reason):
        gap = Gap(artifact=PACKAGES, reason=reason, request="dumpsys package")

        made = compare(before(app(), gaps=[gap]), state(app("com.example.new"), gaps=[gap]))

        assert made.changes == ()
        assert [each.side for each in made.unsettled] == ["new", "old"]

    def test_a_list_whose_own_evidence_broke_off_is_not_told(self):
        """The app is listed whole by another artifact, which does not state what it may do."""
        cut = Gap(artifact="android.package_details", reason="truncated", evidence="e-app")
        some, more = (
            app(permissions_granted=("a",)),
            app(permissions_granted=("a", "b")),
        )

        lost = compare(before(more), state(some, gaps=[cut]))
        gained = compare(before(some, gaps=[cut]), state(more))

        assert (lost.changes, gained.changes) == ((), ())
        assert [
            (each.side, each.entity, each.count, each.reason, each.artifact)
            for each in (*lost.unsettled, *gained.unsettled)
        ] == [
            ("new", "app", 1, "truncated", "android.package_details"),
            ("old", "app", 1, "truncated", "android.package_details"),
        ]

    def test_a_list_that_may_be_cut_off_has_lost_nothing(self):
        cut = Gap(artifact=PACKAGES, reason="truncated")
        old = before(app(permissions_granted=("a", "b")))

        lost = compare(old, state(app(permissions_granted=("a",)), gaps=[cut]))
        both = compare(old, state(app(permissions_granted=("a", "c")), gaps=[cut]))

        assert lost.changes == ()
        assert (both.changes[0].gained, both.changes[0].lost) == (("c",), ())


class TestOrdinary:
    """What is ordinary says why."""

    def test_an_update_by_the_same_signer(self):
        old = before(app(version_code=1, signer="1a2b", permissions_granted=("a",)))
        new = state(app(version_code=2, signer="1a2b", permissions_granted=("a", "b")))

        made = compared(old, new)

        assert [line.explained for line in made.lines] == [Message("changes.app_updated")] * 2
        assert {change.same_signer for change in made.changes} == {True}

    def test_an_update_by_another_signer_is_not(self):
        old = before(app(version_code=1, signer="1a2b"))
        new = state(app(version_code=2, signer="ffff"))

        made = compared(old, new)

        assert [line.explained for line in made.lines] == [None, None]
        assert {change.same_signer for change in made.changes} == {False}

    def test_the_number_of_a_version_decides_before_its_name(self):
        old = before(app(version_code=90, version_name="2026.9", signer="1a2b"))
        new = state(app(version_code=91, version_name="3.0", signer="1a2b"))

        updated = [Message("changes.app_updated")] * 2
        assert [line.explained for line in compare(old, new).changes] == updated
        assert [line.explained for line in compare(new, old).changes] == [None, None]

    def test_the_certificate_decides_before_its_hash_code(self):
        old = before(app(version_code=1, signer="1a2b", signers=("aa",)))
        new = state(app(version_code=2, signer="1a2b", signers=("bb",)))

        assert {each.same_signer for each in compared(old, new).changes} == {False}

    def test_an_update_of_the_system(self):
        old = before(thing("build", security_patch="2026-10-05"), build="a")
        new = state(thing("build", security_patch="2026-11-05"), build="b")

        (line,) = compare(old, new).changes

        assert line.explained == Message("changes.new_build")

    def test_a_downgrade_is_no_update(self):
        old = before(thing("build", security_patch="2026-11-05"), build="a")
        new = state(thing("build", security_patch="2026-10-05"), build="b")

        made = compared(old, new)

        assert made.lines[0].explained is None
        assert made.changes[0].direction == "down"


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("8.1.0", "16", "up"),
        ("26.1", "26.0.1", "down"),
        ("2026-09-05", "2026-10-05", "up"),
        ("26.10", "26.9", "down"),
        ("orange", "green", None),
        ("1e5", "2e5", None),
    ],
)
def test_versions_and_dates_go_up_or_down(old: str, new: str, way: str | None):
    made = compared(before(app(version_name=old)), state(app(version_name=new)))

    assert made.changes[0].direction == way


def test_states_that_are_not_alike_say_so():
    old = before(complete=False, profile="quick", recorded=True)
    new = state(profile="deep")

    assert compare(old, new).notes == (
        Message("changes.other_source"),
        Message("changes.baseline_incomplete"),
        Message("changes.other_profile", {"old": "quick", "new": "deep"}),
    )
    assert compare(state(), before()).notes == (Message("changes.older_than_baseline"),)


def test_more_changes_than_a_document_lists_are_counted():
    many = [app(f"com.example.a{number:06}", version_code=1) for number in range(20_000)]
    more = [app(f"com.example.a{number:06}", version_code=2) for number in range(20_000)]

    made = compare(before(*many), state(*reversed(more)))

    assert (len(made.changes), made.more, made.ordinary) == (2000, 18_000, 20_000)
    assert told(made)[0][3] == "com.example.a000000"
