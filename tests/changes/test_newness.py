"""A finding is new where the baseline could have had it, and did not."""

from __future__ import annotations

from msgspec import structs

from scanner.changes import Newness, compare, ended
from scanner.model.changes import Held, State
from scanner.model.evidence import Gap
from scanner.model.findings import Finding, Match, Subject
from tests.changes.states import PACKAGES, app, before, state

RULE = "rule-1"


def finding(entity: str = "app", *, field: str = "installer", **key: str | int) -> Finding:
    return Finding(
        id="f-1",
        rule=RULE,
        level="medium",
        confidence="high",
        rule_class="compromise",
        review=False,
        provenance="os_claimed",
        subject=Subject(entity=entity, key=key or {"user": 0, "package": "com.example.app"}),
        matched=(Match(field=field, pattern="is null", values=(None,)),),
        evidence=("e-app",),
    )


def held(*artifacts: str, **key: str | int) -> Held:
    return Held(finding=finding(**key), title="t", artifacts=artifacts)


def undecided(old: State) -> State:
    return structs.replace(old, undecided=(RULE,))


def test_what_was_found_before_is_unchanged():
    old = structs.replace(before(), held=(Held(finding=finding(), title="t"),))

    assert Newness(old, state(app())).of(finding()) == "unchanged"


def test_what_the_baseline_could_have_shown_is_new():
    made = Newness(before(app(installer="com.example.store")), state(app(installer=None)))

    assert made.of(finding()) == "new"


def test_a_finding_about_something_that_appeared_is_new_though_its_rule_was_undecided():
    made = Newness(undecided(before()), state(app(installer=None)))

    assert made.of(finding()) == "new"


def test_a_finding_about_what_the_baseline_may_have_missed_is_not_said_to_be_new():
    locked = Gap(artifact=PACKAGES, reason="locked", user=0)

    assert Newness(before(gaps=[locked]), state(app(installer=None))).of(finding()) is None


def test_a_field_that_the_baseline_did_not_state_tells_nothing():
    silent, stated = undecided(before(app())), undecided(before(app(installer="com.example.store")))
    now = state(app(installer=None))

    assert Newness(silent, now).of(finding()) is None
    assert Newness(stated, now).of(finding()) == "new"


def test_a_trace_that_only_this_profile_reads_is_not_said_to_be_new():
    """Of traces no state is kept: what read them tells whether the baseline could have."""
    trace = finding("package_trace", kind="platform_compat", package="com.example.app")
    made = Newness(before(), state(read=[PACKAGES, "android.platform_compat"]))

    assert made.of(trace, ["android.platform_compat"]) is None
    assert made.of(trace, [PACKAGES]) == "new"


def test_a_change_is_new():
    assert Newness(undecided(before()), state()).of(finding("change"), ["android.ps"]) == "new"


class TestEnded:
    """A finding of the baseline is gone where the later state could have it again."""

    def ended(self, old: Held, new: State) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        was = structs.replace(before(), held=(old,))
        made = ended(compare(was, new), (), was, new, frozenset({RULE}))
        return made.absent, made.unsettled_findings

    def test_it_is_gone_where_that_was_read_again(self):
        gone = held(PACKAGES)

        assert self.ended(gone, state()) == (
            (structs.replace(gone.finding, baseline_state="absent"),),
            (),
        )

    def test_it_is_not_where_its_user_is_locked_now(self):
        gap = Gap(artifact=PACKAGES, reason="locked", user=10)
        of_owner, of_work = (
            held(PACKAGES, user=user, package="com.example.app") for user in (0, 10)
        )

        assert self.ended(of_work, state(gaps=[gap])) == ((), (of_work.finding,))
        assert self.ended(of_owner, state(gaps=[gap]))[1] == ()

    def test_it_is_not_where_what_told_of_it_was_not_asked_for(self):
        gone = held("android.platform_compat")

        assert self.ended(gone, state()) == ((), (gone.finding,))


def test_of_what_is_no_part_of_a_state_the_check_decides():
    group = finding("correlation", package="com.example.app")

    assert Newness(before(), state()).of(group) == "new"
    assert Newness(undecided(before()), state()).of(group) is None
