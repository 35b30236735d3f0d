"""From a case to its statement: of phones and recordings of ours, whole and not."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest

from scanner.certify.statement import PREDICATE_TYPE, encode
from scanner.detect import load
from scanner.errors import CaseError, UsageError
from scanner.pipeline import Options, scan
from scanner.pipeline.certify import Seen, Unreadable, cases_below, certify, read_policy, subject_in
from scanner.simulate import find_phone
from tests.pipeline.conftest import TAMPERED, _of_iphone
from tests.pipeline.recordings import record

IOS_CLEAN = "ios-26-clean"
POLICY = {
    "title": "Phones of the tests",
    "platforms": ["android", "ios"],
    "valid_for": "7d",
    "requirements": [
        {"id": "age", "require": "case_age", "at_most": "1d"},
        {"id": "users", "require": "users_readable"},
        {
            "id": "profiles",
            "require": "only_profiles",
            "allow": [{"identifier": "com.cloudflare.1dot1dot1dot1.dns"}],
        },
        {"id": "services", "require": "only_accessibility_services"},
        {"id": "admins", "require": "only_device_admins"},
        {"id": "grave", "require": "no_findings", "level": "medium", "examined": 1},
        {"id": "new", "require": "minimum_system", "platforms": ["ios"], "release": "26.0"},
    ],
}


@pytest.fixture(scope="module")
def iphone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("iphone") / "case"
    _of_iphone(IOS_CLEAN, folder)
    return folder


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A recording, and the case that was made of it."""
    folder = tmp_path_factory.mktemp("recorded")
    path = record(TAMPERED, "bugreport.zip", folder)
    scan(str(path), options=Options(output=folder / "case"))
    return path, folder / "case"


@pytest.fixture
def policy(tmp_path):
    def write(**changed):
        path = tmp_path / "policy.yml"
        path.write_text(json.dumps(POLICY | changed))
        return read_policy(path)

    return write


def stated(folder, asked, **options):
    return certify(folder, asked, rules=_rules(), indicators=(), **options)


@cache
def _rules():
    return load(())


def results(statement):
    return {line.id: line.result for line in statement.predicate.requirements}


def test_a_phone_is_stated_requirement_by_requirement(iphone, policy):
    statement = stated(iphone, policy(), examiner="A. Example")

    said = statement.predicate
    assert PREDICATE_TYPE == statement.predicate_type
    assert subject_in(iphone) == (said.case.digest_of, statement.case)
    assert {
        "complete": "met",
        "age": "met",
        "users": "met",
        "profiles": "met",
        "grave": "met",
        "new": "met",
    } == results(statement)
    assert ("services", "admins") == said.not_applicable
    assert ("requirements_met", "L1", "A. Example") == (said.result, said.level, said.examiner)
    assert timedelta(days=7) == said.valid_until - said.issued_at
    assert said.cannot_see
    assert policy().sha256 == said.policy.sha256


def test_two_statements_of_one_moment_are_the_same_bytes(iphone, policy):
    at = datetime.now(tz=UTC)
    made = [encode(stated(iphone, policy(), clock=lambda: at)) for _ in range(2)]

    assert made[0] == made[1]


def test_nothing_that_may_never_leave_is_in_a_statement(iphone, policy):
    """Also of a case whose outputs may name what tells the phone from all others."""
    planted = json.loads((find_phone(IOS_CLEAN) / "canaries.json").read_text())
    tokens = [each["token"] for each in planted if each["class"] in {"D", "P", "X"}]
    payload = encode(stated(iphone, policy(), privacy="case")).decode()

    assert len(tokens) > 5
    assert [] == [token for token in tokens if token in payload]


def test_what_was_found_is_named_and_pointed_to(recorded, policy):
    source, case = recorded
    statement = stated(case, policy(), source=source)

    found = results(statement)
    lines = {line.id: line for line in statement.predicate.requirements}
    assert ("not_met", "not_met", "not_met") == (found["services"], found["admins"], found["grave"])
    assert "requirements_not_met" == statement.predicate.result
    assert ("user=0 package=com.android.syncservice.update",) == lines["services"].named
    assert lines["services"].evidence
    assert lines["grave"].findings
    assert ("profiles", "new") == statement.predicate.not_applicable


def test_without_its_recording_nothing_of_a_case_is_met(recorded, policy):
    _, case = recorded
    statement = stated(case, policy())

    found = results(statement)
    assert ("not_examined", "not_examined") == (found["services"], found["admins"])
    assert "requirements_not_met" == statement.predicate.result
    reasons = {line.reason for line in statement.predicate.requirements if line.id == "services"}
    assert {"source_absent"} == reasons


@pytest.fixture
def copy(iphone: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "copy"
    shutil.copytree(iphone, copied)
    for path in copied.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    return copied


def test_a_case_that_was_never_closed_can_be_stated_and_is_not_met(copy, policy):
    (copy / "tagmanifest-sha256.txt").unlink()
    statement = stated(copy, policy())

    assert "not_met" == results(statement)["complete"]
    assert "requirements_not_met" == statement.predicate.result
    assert "manifest-sha256.txt" == statement.predicate.case.digest_of


def test_a_case_that_was_changed_is_not_stated(copy, policy):
    changed = next((copy / "data" / "evidence").glob("*.bin"))
    changed.write_bytes(changed.read_bytes() + b" ")

    with pytest.raises(CaseError, match="is not as it was written"):
        stated(copy, policy())


def test_a_policy_is_for_its_platforms_and_its_span(iphone, policy):
    with pytest.raises(UsageError, match="does not speak of ios"):
        stated(iphone, policy(platforms=["android"]))
    for lasts in (timedelta(days=8), timedelta(), -timedelta(days=1)):
        with pytest.raises(UsageError, match="at most 7d"):
            stated(iphone, policy(), valid_for=lasts)


def test_cases_are_listed_without_examining_them(iphone, copy, tmp_path):
    (copy / "data" / "acquisition.json").write_text("{}")
    (tmp_path / "no-case").mkdir()

    (seen,) = cases_below(iphone)
    assert isinstance(seen, Seen)
    assert subject_in(iphone)[1].digest.sha256 == seen.sha256
    assert [Unreadable] == [type(each) for each in cases_below(tmp_path)]
