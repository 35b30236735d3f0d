"""Evidence that a case names and does not hold: it lies in a recording."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from msgspec import structs

from scanner.case import Case, OpenCase, verify
from scanner.errors import CaseError
from scanner.model.evidence import Evidence, Locator, Outcome, evidence_id
from scanner.model.requests import Dumpsys
from tests.case.cases import (
    DEVICE_ID,
    STARTED,
    acquisition,
    answer,
    bagit_accepts,
    begin,
    content,
    reseal,
    rewrite,
    sha256sum_accepts,
)


def reference(service: str, offset: int = 0) -> Evidence:
    """Return an evidence that lies in a recording."""
    request = Dumpsys(service=service)
    locator = Locator(members=("bugreport-x.txt",), offset=offset, length=10)
    origin = f"bugreport!{locator}"
    return Evidence(
        id=evidence_id(origin, request),
        request=request,
        origin=origin,
        locator=locator,
        sha256=hashlib.sha256(service.encode()).hexdigest(),
        size=10,
        outcome=Outcome(exit_code=0),
        started_at=STARTED,
    )


REFERENCES = tuple(reference(name, at) for at, name in enumerate(("package", "appops", "user")))


def referring(folder: Path) -> str:
    """Write a whole case of references; return its digest."""
    with begin(folder) as case:
        for each in REFERENCES:
            case.refer(each)
        case.note(acquisition(ended_at=STARTED, complete=True, transport="bugreport"))
        case.add_report("report.json", b"{}\n")
        return case.close()


def test_references_are_read_back_as_they_were_given(tmp_path: Path) -> None:
    referring(tmp_path / "case")

    case = Case.open(tmp_path / "case")

    assert REFERENCES == case.evidence()
    assert "bugreport" == case.acquisition.transport


def test_a_case_of_references_is_a_whole_and_valid_bag(tmp_path: Path) -> None:
    digest = referring(tmp_path / "case")

    verification = verify(tmp_path / "case")

    assert ((), True, 3, digest) == (
        verification.problems,
        verification.complete,
        verification.evidence,
        verification.digest,
    )
    assert bagit_accepts(tmp_path / "case")
    assert sha256sum_accepts(tmp_path / "case")
    evidence = [path.name for path in (tmp_path / "case/data/evidence").iterdir()]
    assert ["000000.key"] == evidence
    manifest = (tmp_path / "case/manifest-sha256.txt").read_text()
    assert not any(each.sha256 in manifest for each in REFERENCES)


def test_there_is_no_file_of_what_lies_elsewhere(tmp_path: Path) -> None:
    referring(tmp_path / "case")
    case = Case.open(tmp_path / "case")

    for each in case.evidence():
        with pytest.raises(ValueError, match="lies in a recording"):
            case.file(each)


def test_what_lies_nowhere_or_in_two_places_is_no_reference(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        for wrong in ({"locator": None}, {"name": "data/evidence/000001.bin"}):
            with pytest.raises(ValueError, match="does not lie in a recording"):
                case.refer(structs.replace(REFERENCES[0], **wrong))
        case.refer(REFERENCES[0])
        case.close()

    assert REFERENCES[:1] == Case.open(tmp_path / "case").evidence()


def test_references_and_files_stand_beside_each_other(tmp_path: Path) -> None:
    """A number in the index counts both, and names the file after it."""
    with begin(tmp_path / "case") as case:
        case.refer(REFERENCES[0])
        added = case.add(answer(1))
        case.refer(REFERENCES[1])
        case.add(answer(2))
        case.close()

    assert () == verify(tmp_path / "case").problems
    found = Case.open(tmp_path / "case")
    assert [None, "data/evidence/000002.bin", None, "data/evidence/000004.bin"] == [
        each.name for each in found.evidence()
    ]
    assert content(1) == found.file(added).read()


def test_an_interrupted_case_of_references_is_valid_and_goes_on(tmp_path: Path) -> None:
    with begin(tmp_path / "case") as case:
        case.refer(REFERENCES[0])
        case.refer(REFERENCES[1])

    verification = verify(tmp_path / "case")
    assert (False, (), 2) == (
        verification.complete,
        verification.problems,
        verification.evidence,
    )

    with OpenCase.resume(tmp_path / "case", device_id=DEVICE_ID) as case:
        assert REFERENCES[:2] == case.evidence
        case.refer(REFERENCES[2])
        case.close()
    assert REFERENCES == Case.open(tmp_path / "case").evidence()
    assert () == verify(tmp_path / "case").problems


def forge(folder: Path, lines: list[bytes]) -> None:
    """Write another index, as one who knows how a case is made would."""
    index, manifest = folder / "data/index.jsonl", folder / "manifest-sha256.txt"
    old = hashlib.sha256(index.read_bytes()).hexdigest()
    rewrite(index, b"".join(line + b"\n" for line in lines))
    new = hashlib.sha256(index.read_bytes()).hexdigest()
    rewrite(manifest, manifest.read_bytes().replace(old.encode(), new.encode()))
    reseal(folder)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "data/evidence/000001.bin"},
        {"name": "../../etc/passwd"},
        {"errors_name": "/etc/passwd", "errors_sha256": "0" * 64},
    ],
)
def test_a_reference_that_names_a_file_as_well_is_tampering(
    change: dict[str, str], tmp_path: Path
) -> None:
    referring(tmp_path / "case")
    lines = [msgspec.json.encode(each) for each in REFERENCES]
    forge(tmp_path / "case", lines)
    assert () == verify(tmp_path / "case").problems

    lines[0] = msgspec.json.encode(structs.replace(REFERENCES[0], **change))
    forge(tmp_path / "case", lines)

    assert "escapes" in {problem.kind for problem in verify(tmp_path / "case").problems}
    with pytest.raises(CaseError, match="not the evidence of that number"):
        Case.open(tmp_path / "case")


def test_a_changed_locator_is_a_changed_case(tmp_path: Path) -> None:
    referring(tmp_path / "case")
    index = tmp_path / "case/data/index.jsonl"

    rewrite(index, index.read_bytes().replace(b'"offset":1', b'"offset":7'))

    assert [("data/index.jsonl", "changed")] == [
        (problem.path, problem.kind) for problem in verify(tmp_path / "case").problems
    ]
