"""When something was not read: per part of an artifact, per file, per user."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec import structs

from scanner.errors import ParseError
from scanner.model.artifact import Artifact, Planned, Reading, Stated
from scanner.model.entities import Property, User
from scanner.model.evidence import BytesFile, Evidence, Gap, Outcome, Unanswered
from scanner.model.requests import AppBytes, Command, File, Glob, Section, for_user
from scanner.pipeline.gaps import unnamed
from scanner.pipeline.reading import EvidenceReader
from scanner.snapshot import Snapshot

AT = datetime(2026, 11, 21, tzinfo=UTC)
ONE, OTHER = Command(argv=("one",)), Command(argv=("other",))
EACH = Command(argv=("each", "{user}"))
RECORDED = Section(title="ONE")


class InThisProcess:
    """Runs a parser where the test runs."""

    def call(self, parse, file, limits):
        yield from parse(file)


def parse(file):
    if not file.read():
        raise ParseError("an answer expected")
    yield Property(name="x", value="y")


def users(file):
    for word in file.read().split():
        yield User(id=int(word))


def artifact(*readings: Reading) -> Artifact:
    return Artifact(
        name="android.test",
        title="Test",
        platform="android",
        states=(Stated(Property),),
        readings=readings,
    )


def gaps(of: Artifact, *answers, recorded=True, unanswered=(), known=(0,)):
    """Return the gaps after some answers: (request, bytes) or (request, bytes, cut)."""
    reader = EvidenceReader([of], Snapshot("android"), InThisProcess(), recorded=recorded)
    for id in known:
        reader.snapshot.add(User(id=id), evidence="u", provenance="os_claimed", rank=0)
    for number, (request, data, *cut) in enumerate(answers):
        evidence = Evidence(
            id=f"e-{number}",
            request=request,
            origin="test",
            sha256="",
            size=len(data),
            outcome=Outcome(cut=cut[0] if cut else None),
            started_at=AT,
        )
        reader.read(evidence, BytesFile(request, data, id=evidence.id))
    return [(gap.reason, gap.user) for gap in reader.gaps(unanswered, None)]


def per_user() -> Planned:
    return Planned(after=(), template=EACH, plan=lambda _: [for_user(EACH, 0)])


def test_one_whole_answer_of_several_is_enough():
    of = artifact(Reading(ONE, parse), Reading(OTHER, parse))

    assert [] == gaps(of, (ONE, b""), (OTHER, b"x"))
    assert [("parse_error", None)] == gaps(of, (ONE, b""), (OTHER, b""))
    assert [("truncated", None)] == gaps(of, (ONE, b"x", "truncated"))
    assert [("source_absent", None)] == gaps(of)


def test_each_part_needs_an_answer():
    of = artifact(Reading(ONE, parse, ("a",)), Reading(OTHER, parse, ("b",)))

    assert [("source_absent", None)] == gaps(of, (ONE, b"x"))
    assert [] == gaps(of, (ONE, b"x"), (OTHER, b"x"))


def test_an_answer_to_all_parts_serves_each():
    of = artifact(
        Reading(ONE, parse, ("a",)), Reading(OTHER, parse, ("b",)), Reading(RECORDED, parse)
    )

    assert [] == gaps(of, (RECORDED, b"x"))


def test_no_file_of_several_answers_for_another():
    of = artifact(Reading(Glob(pattern="/data/x_*"), parse))
    first, second = File(path="/data/x_1"), File(path="/data/x_2")

    assert [] == gaps(of, (first, b"x"), (second, b"x"))
    assert [("parse_error", None)] == gaps(of, (first, b"x"), (second, b""))


def test_a_user_of_whom_a_recording_says_nothing_is_a_gap():
    of = artifact(Reading(per_user(), parse))

    assert [] == gaps(of, (for_user(EACH, 0), b"x"))
    assert [("source_absent", 10)] == gaps(of, (for_user(EACH, 0), b"x"), known=(0, 10))


def test_nor_does_a_broken_answer_about_one_user_speak_for_another():
    of = artifact(Reading(per_user(), parse))

    expected = [("parse_error", 0), ("source_absent", 10)]
    assert expected == gaps(of, (for_user(EACH, 0), b""), known=(0, 10))


def test_a_phone_is_not_blamed_for_what_stands_in_recordings_only():
    of = artifact(Reading(ONE, parse), Reading(RECORDED, parse))
    refused = Unanswered(request=ONE, reason="timeout")

    assert [] == gaps(of, (ONE, b"x"), recorded=False)
    assert [("timeout", None)] == gaps(of, recorded=False, unanswered=[refused])


# --- files of apps ------------------------------------------------------------------------------

LISTING, APPS = Command(argv=("list",)), AppBytes(path="*")


def of_apps(paths: tuple[str, ...]) -> tuple[Artifact, Artifact]:
    """What lists the apps, and what reads the bytes of those that it names."""
    planned = Planned(
        after=("android.list",),
        template=APPS,
        plan=lambda _: (AppBytes(path=path) for path in paths),
    )
    listing = structs.replace(artifact(Reading(LISTING, parse)), name="android.list")
    return listing, artifact(Reading(planned, parse))


def gaps_of_apps(paths, *answers, unanswered=(), recorded=False):
    reader = EvidenceReader(of_apps(paths), Snapshot("android"), InThisProcess(), recorded=recorded)
    for number, (request, data) in enumerate(answers):
        evidence = Evidence(
            id=f"e-{number}",
            request=request,
            origin="test",
            sha256="",
            size=len(data),
            outcome=Outcome(),
            started_at=AT,
        )
        reader.read(evidence, BytesFile(request, data, id=evidence.id))
    return [each for each in reader.gaps(unanswered, None) if each.artifact == "android.test"]


def refused(path: str, reason="not_selected", detail="not asked for") -> Unanswered:
    return Unanswered(request=AppBytes(path=path), reason=reason, detail=detail)


def test_many_files_that_nobody_answered_for_are_one_gap_for_each_reason():
    paths = tuple(f"/data/app/{number}/base.apk" for number in range(10))
    none = [refused(path) for path in paths[:6]]
    none += [refused(path, "source_absent", "there is no such file") for path in paths[6:]]

    found = gaps_of_apps(paths, (LISTING, b"x"), unanswered=none)

    assert [("not_selected", 6, None), ("source_absent", 4, None)] == [
        (gap.reason, gap.count, gap.request) for gap in found
    ]
    assert ["not asked for", "there is no such file"] == [gap.detail for gap in found]


def test_a_few_files_are_named():
    paths = tuple(f"/data/app/{number}/base.apk" for number in range(3))

    found = gaps_of_apps(paths, (LISTING, b"x"), unanswered=[refused(path) for path in paths])

    assert [f"bytes of {path}" for path in paths] == [gap.request for gap in found]
    assert [1, 1, 1] == [gap.count for gap in found]


def test_a_file_that_is_there_and_cannot_be_read_is_named_among_many():
    paths = tuple(f"/data/app/{number}/base.apk" for number in range(20))

    found = gaps_of_apps(paths, (LISTING, b"x"), *((AppBytes(path=path), b"") for path in paths))

    assert {f"bytes of {path}" for path in paths} == {gap.request for gap in found}
    assert {"parse_error"} == {gap.reason for gap in found}


def test_thousands_of_them_are_bounded():
    answers = [(AppBytes(path=f"{number}.apk"), b"") for number in range(1_500)]

    found = gaps_of_apps((), *answers, recorded=True)

    assert 1_001 == len(found)
    assert 1_500 == sum(gap.count for gap in found)


def test_a_phone_without_added_apps_has_no_gap_where_their_list_was_read():
    assert [] == gaps_of_apps((), (LISTING, b"x"))
    assert ["source_absent"] == [gap.reason for gap in gaps_of_apps((), (LISTING, b""))]
    assert ["source_absent"] == [gap.reason for gap in gaps_of_apps((), recorded=True)]


def test_without_the_names_of_apps_a_reason_and_a_count_are_left():
    paths = tuple(f"/data/app/com.example.{number}/base.apk" for number in range(5))
    found = gaps_of_apps(paths, (LISTING, b"x"), *((AppBytes(path=path), b"") for path in paths))

    (hidden,) = unnamed(found, of_apps(paths))

    assert Gap(artifact="android.test", reason="parse_error", count=5) == hidden
