"""When something was not read: per part of an artifact, per file, per user."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.errors import ParseError
from scanner.model.artifact import Artifact, Planned, Reading, Stated
from scanner.model.entities import Property, User
from scanner.model.evidence import BytesFile, Evidence, Outcome, Unanswered
from scanner.model.requests import Command, File, Glob, Section, for_user
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
