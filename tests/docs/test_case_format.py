"""The page on the case folder: complete, and what it says to type works on a real case."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from scanner.case.audit import AuditLine
from scanner.case.bag import TAG_FILES, TAG_MANIFEST
from scanner.model.evidence import Evidence, Outcome
from scanner.model.report import Acquisition
from tests.case.cases import closed_case, rewrite

PAGE = Path(__file__).resolve().parents[2] / "docs" / "case-format.md"


@pytest.fixture(scope="module")
def page():
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture
def case(tmp_path):
    closed_case(tmp_path / "case")
    return tmp_path / "case"


def follows_the_audit_log(page: str, case: Path) -> bool:
    """Run the page's own lines inside a case."""
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    argv = (sys.executable, "-c", code)
    return not subprocess.run(argv, cwd=case, capture_output=True, check=False).returncode


def checks(page: str, case: Path) -> bool:
    """Run the page's commands inside a case."""
    (commands,) = re.findall(r"```sh\ncd CASE\n(.*?)```", page, flags=re.DOTALL)
    argv = ("sh", "-e", "-c", commands)
    return not subprocess.run(argv, cwd=case, capture_output=True, check=False).returncode


def test_a_case_passes_what_the_page_says_to_type(page, case):
    assert checks(page, case)
    assert follows_the_audit_log(page, case)


def test_a_changed_byte_is_found(page, case):
    rewrite(case / "data" / "evidence" / "000002.bin", b"changed")

    assert not checks(page, case)


def test_an_edited_audit_line_is_found(page, case):
    log = case / "audit.jsonl"
    rewrite(log, log.read_bytes().replace(b'"op":"shell"', b'"op":"slept"', 1))

    assert not checks(page, case)
    assert not follows_the_audit_log(page, case)


@pytest.mark.parametrize("struct", [Acquisition, AuditLine, Evidence, Outcome])
def test_every_field_is_documented(page, struct):
    fields = [field.encode_name for field in msgspec.structs.fields(struct)]

    assert [] == [field for field in fields if f"`{field}`" not in page]


def test_every_file_is_documented(page, case):
    made = {path.name for path in case.rglob("*") if path.is_file()} | {*TAG_FILES, TAG_MANIFEST}
    numbered = {name for name in made if re.fullmatch(r"[0-9]{6}[.](bin|err)", name)}

    assert numbered
    assert [] == [name for name in sorted(made - numbered) if name not in page]
