"""The snapshot joins what several evidences state of one thing."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import UNSET

from scanner.model.entities import AdbKey, App, Build, Entity, Otherwise, Statement, User
from scanner.snapshot import Joined, Snapshot

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def snapshot_of(*stated: tuple[str, int, Statement], now: datetime = NOW) -> Snapshot:
    snapshot = Snapshot("android", now=now, host_keys=["AA:BB"])
    for evidence, rank, statement in stated:
        snapshot.add(statement, evidence=evidence, provenance="os_claimed", rank=rank)
    return snapshot


def only(snapshot: Snapshot, entity: type[Entity]) -> Joined:
    (joined,) = snapshot.joined(entity)
    return joined


def test_fields_of_one_key_are_joined_with_their_own_evidence():
    snapshot = snapshot_of(
        ("e-list", 1, App(user=0, package="p", installer=None)),
        ("e-dump", 2, App(user=0, package="p", version_code=7)),
    )

    joined = only(snapshot, App)

    app = joined.entity
    assert isinstance(app, App)
    assert (None, 7, UNSET) == (app.installer, app.version_code, app.path)
    assert (("e-list",), ("e-dump",)) == (
        joined.evidence["installer"],
        joined.evidence["version_code"],
    )


def test_the_first_by_rank_counts_and_the_conflict_is_named():
    snapshot = snapshot_of(
        ("e-late", 2, App(user=0, package="p", installer="store")),
        ("e-first", 1, App(user=0, package="p", installer=None)),
    )

    joined = only(snapshot, App)

    assert isinstance(joined.entity, App)
    assert (None, ("installer",)) == (joined.entity.installer, joined.entity.conflicts)
    assert ("e-first",) == joined.evidence["installer"]


def test_who_vouches_goes_before_rank():
    snapshot = Snapshot("android")
    claimed, derived = App(user=0, package="p", signer="aa"), App(user=0, package="p", signer="bb")
    snapshot.add(claimed, evidence="e-os", provenance="os_claimed", rank=0)
    snapshot.add(derived, evidence="e-bytes", provenance="derived_from_bytes", rank=9)

    joined = only(snapshot, App)

    assert isinstance(joined.entity, App)
    assert ("bb", "derived_from_bytes") == (joined.entity.signer, joined.provenance["signer"])


def test_arrival_never_shows():
    stated = [
        ("e-1", 1, App(user=0, package="p", installer="a", path="x")),
        ("e-2", 1, App(user=0, package="p", installer="b", path="x")),
        ("e-3", 2, App(user=0, package="p", uid=5, path="x")),
    ]

    assert list(snapshot_of(*stated).joined(App)) == list(snapshot_of(*stated[::-1]).joined(App))


def test_what_holds_of_all_others_fills_in_for_that_user_alone():
    snapshot = snapshot_of(
        ("e-list", 1, App(user=0, package="p")),
        ("e-list", 1, App(user=0, package="q")),
        ("e-list", 1, App(user=10, package="p")),
        ("e-acc", 2, App(user=0, package="q", accessibility_services=("q/.S",))),
        ("e-acc", 2, Otherwise(entity="app", user=0, field="accessibility_services")),
    )

    found = {(app.user, app.package): app.accessibility_services for app in snapshot.every(App)}

    assert {(0, "p"): None, (0, "q"): ("q/.S",), (10, "p"): UNSET} == found


def test_an_evidence_does_not_contradict_itself_by_what_holds_of_others():
    snapshot = snapshot_of(
        ("e-acc", 2, App(user=0, package="q", accessibility_services=("q/.S",))),
        ("e-acc", 2, Otherwise(entity="app", user=0, field="accessibility_services")),
    )

    assert [None] == [app.conflicts for app in snapshot.every(App)]


def test_another_evidence_that_does_not_name_it_disagrees():
    snapshot = snapshot_of(
        ("e-dump", 1, App(user=0, package="q", accessibility_services=("q/.S",))),
        ("e-settings", 2, Otherwise(entity="app", user=0, field="accessibility_services")),
    )

    assert [("accessibility_services",)] == [app.conflicts for app in snapshot.every(App)]


def users(*ids: int) -> list[tuple[str, int, Statement]]:
    return [("e-users", 0, User(id=user)) for user in ids]


def test_other_users_are_those_who_have_it_installed():
    snapshot = snapshot_of(
        *users(0, 10),
        ("e-list", 1, App(user=0, package="p", installed=True)),
        ("e-list", 1, App(user=10, package="p", installed=True)),
        ("e-list", 1, App(user=10, package="q", installed=True)),
        ("e-list", 1, App(user=0, package="q", installed=False)),
    )

    found = {(app.user, app.package): app.other_users for app in snapshot.every(App)}

    assert {(0, "p"): (10,), (10, "p"): (0,), (10, "q"): None, (0, "q"): (10,)} == found


def test_other_users_are_unknown_where_one_was_not_listed():
    snapshot = snapshot_of(*users(0, 10), ("e-list", 1, App(user=0, package="p", installed=True)))

    assert [UNSET] == [app.other_users for app in snapshot.every(App)]


def test_a_user_of_whom_only_one_app_is_named_is_not_listed():
    snapshot = snapshot_of(
        *users(0, 10),
        ("e-list", 1, App(user=0, package="p", installed=True)),
        ("e-acc", 2, App(user=10, package="q", accessibility_services=("q/.S",))),
    )

    assert [UNSET, UNSET] == [app.other_users for app in snapshot.every(App)]


def test_ages_are_counted_to_the_end_of_the_acquisition():
    key = AdbKey(fingerprint="CC", last_connected_at=datetime(2026, 10, 22, tzinfo=UTC))
    snapshot = snapshot_of(("e-adb", 1, key), ("e-props", 1, Build(security_patch="2026-11-01")))

    keys = [(key.days_since_connection, key.examiner) for key in snapshot.every(AdbKey)]
    assert ([(30, False)], [20]) == (keys, [b.patch_age_days for b in snapshot.every(Build)])


def test_the_examiners_own_key_is_known():
    snapshot = snapshot_of(("e-adb", 1, AdbKey(fingerprint="AA:BB")))

    assert [True] == [key.examiner for key in snapshot.every(AdbKey)]


def test_a_patch_level_that_is_no_date_has_no_age():
    snapshot = snapshot_of(("e-props", 1, Build(security_patch="unknown")))

    assert [UNSET] == [build.patch_age_days for build in snapshot.every(Build)]
