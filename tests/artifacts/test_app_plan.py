"""Which files of apps are asked for, and in which order."""

from __future__ import annotations

from scanner.artifacts.android.app_plan import folders, others, third_party
from scanner.model.entities import AccessibilityService, App, DeviceAdmin, InstalledFile
from scanner.model.requests import AppBytes
from scanner.snapshot import Snapshot

STORE = "com.android.vending"


def place(name, file="base"):
    return f"/data/app/~~x==/{name}-y==/{file}.apk"


def app(name, *, user=0, path=None, **stated):
    return App(user=user, package=name, installed=True, path=path or place(name), **stated)


def knowing(*entities):
    snapshot = Snapshot("android", host_keys=None)
    for entity in entities:
        snapshot.add(entity, evidence="e-1", provenance="os_claimed", rank=0)
    return snapshot


def test_a_file_carries_what_the_phone_says_of_it():
    known = knowing(
        app("com.example", version_code=7),
        InstalledFile(package="com.example", path=place("com.example"), size=10, modified=20),
        InstalledFile(package="com.example", path=place("com.example", "split_a"), size=None),
    )

    assert [
        AppBytes(path=place("com.example"), package="com.example", size=10, modified=20, version=7),
        AppBytes(path=place("com.example", "split_a"), package="com.example", version=7),
    ] == list(third_party(known))


def test_an_app_whose_folder_was_not_listed_is_asked_for_by_its_base():
    known = knowing(app("com.example"))

    assert [AppBytes(path=place("com.example"), package="com.example")] == list(third_party(known))


def test_a_folder_is_no_file():
    assert [] == list(third_party(knowing(app("com.example", path="/data/app/com.example-1"))))


def test_each_file_is_asked_for_once_though_several_users_have_it():
    known = knowing(app("com.example"), app("com.example", user=10))

    assert 1 == len(list(third_party(known)))


def test_what_was_added_and_what_came_with_the_phone():
    known = knowing(
        app("com.example.added"),
        app("com.example.card", path="/mnt/expand/1-2/app/com.example.card/base.apk"),
        app("com.example.update", system=True),
        app("com.example.system", path="/system/app/A/A.apk", system=True),
        app("com.example.overlay", path="/vendor/overlay/O.apk", system=True),
        App(user=0, package="com.example.gone", installed=False, path=place("com.example.gone")),
    )

    added = {each.package for each in third_party(known)}
    rest = {each.package for each in others(known)}

    assert {"com.example.added", "com.example.card", "com.example.update"} == added
    assert {"com.example.system", "com.example.overlay"} == rest


def test_those_come_first_that_a_person_looks_at_first():
    known = knowing(
        app("com.example.a", installer=STORE),
        app("com.example.b", installer=None),
        app("com.example.c", installer=STORE),
        app("com.example.d", installer=STORE),
        app("com.example.e", installer="com.example.b"),
        app("com.example.f", system=True),
        AccessibilityService(
            user=0, component="com.example.c/.S", package="com.example.c", enabled=True
        ),
        AccessibilityService(
            user=0, component="com.example.a/.S", package="com.example.a", enabled=False
        ),
        DeviceAdmin(user=0, component="com.example.e/.R", package="com.example.e"),
    )

    names = [each.package for each in third_party(known)]

    assert [f"com.example.{letter}" for letter in "ecbadf"] == names


def test_folders_are_listed_in_as_many_commands_as_they_need():
    names = [f"com.example.n{number}" for number in range(1500)]
    known = knowing(*map(app, names), app("com.example.odd", path="/data/app/com.example.odd"))

    listings = list(folders(known))

    assert sorted(names) == sorted(name for one in listings for name, _ in one.apps)
    assert len(listings) <= 3
    assert all(sum(map(len, one.argv)) < 128 * 1024 for one in listings)


def test_a_listing_is_named_without_the_names_in_it():
    (listing,) = folders(knowing(app("com.example")))

    assert "names, sizes and times of the files of 1 apps" == str(listing)
    assert ("find", place("com.example").rpartition("/")[0]) == listing.argv[:2]
