"""What several evidences state of one entity: lists that are gathered, fields that may differ."""

from __future__ import annotations

from msgspec import UNSET

from scanner.model.entities import AppFile
from scanner.snapshot import Joined, Snapshot

SHA256 = "1" * 64


def joined(*stated: AppFile, reverse: bool = False) -> Joined:
    snapshot = Snapshot("android")
    numbered = list(enumerate(stated))
    for number, each in reversed(numbered) if reverse else numbered:
        snapshot.add(each, evidence=f"e-{number}", provenance="derived_from_bytes", rank=0)
    (found,) = snapshot.joined(AppFile)
    return found


def at(path: str, **fields: object) -> AppFile:
    return AppFile(sha256=SHA256, name=path, origin=path, origins=(path,), **fields)


def test_the_same_bytes_in_several_places_list_them_all():
    for reverse in (False, True):
        file = joined(at("a.apk"), at("b.apk"), at("a.apk"), reverse=reverse).entity
        assert isinstance(file, AppFile)
        assert ("a.apk", "b.apk") == file.origins
        assert ("a.apk", "a.apk") == (file.name, file.origin)
        assert None is file.conflicts


def test_each_place_is_evidence_for_the_list():
    found = joined(at("a.apk"), at("b.apk"))

    assert ("e-0", "e-1") == found.evidence_of("origins")
    assert ("e-0",) == found.evidence_of("origin")


def test_a_list_that_one_states_to_be_empty_holds_what_others_list():
    none, some = at("a.apk", anomalies=None), at("a.apk", anomalies=("x",))

    for first, second in ((none, some), (some, none)):
        file = joined(first, second).entity
        assert isinstance(file, AppFile)
        assert ("x",) == file.anomalies
    alone = joined(none, none).entity
    assert isinstance(alone, AppFile)
    assert None is alone.anomalies


def test_what_is_neither_gathered_nor_one_of_several_is_a_conflict():
    file = joined(at("a.apk", package="com.example.a"), at("b.apk", package="com.example.b")).entity

    assert isinstance(file, AppFile)
    assert ("package",) == file.conflicts
    assert "com.example.a" == file.package
    assert UNSET is file.label
