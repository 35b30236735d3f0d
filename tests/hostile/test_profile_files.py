"""Profile files that an attacker wrote: traps, and names with escapes and markup."""

from __future__ import annotations

import plistlib
from pathlib import Path

import pytest

import scanner
from scanner.case.verify import verify
from scanner.detect import RulePack, load
from scanner.formats.plists import plist_of
from tests.report.page import Page
from tests.sources.recorded.collected import FIXTURES

from . import poisoned

UNSEEN = "\x1b\x07\u202e\u2066"
SIGNED = (FIXTURES / "profiles/device-control.mobileconfig").read_bytes()
END = b"</plist>"
CONTENT = SIGNED[SIGNED.index(b"<?xml") : SIGNED.index(END) + len(END)]


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load()


def examined(path: Path, pack: RulePack, folder: Path) -> scanner.Scanned | scanner.ScannerError:
    options = scanner.Options(output=folder)
    try:
        return scanner.scan(str(path), options=options, rules=pack, formats=("json",))
    except scanner.ScannerError as error:
        return error


@pytest.mark.parametrize("ending", ["mobileconfig", "mobileprovision"])
@pytest.mark.parametrize("name", poisoned.TRAPS)
def test_a_trap_is_refused_or_examined_and_never_found_free(
    name: str, ending: str, pack: RulePack, tmp_path: Path
):
    path = tmp_path / f"given.{ending}"
    path.write_bytes(poisoned.TRAPS[name])
    done = examined(path, pack, tmp_path / "case")

    if isinstance(done, scanner.ScannerError):
        assert done.remedy
        assert str(done).isprintable()
        return
    assert () == verify(done.folder).problems
    assert {"not_examined", "not_applicable"} >= {check.status for check in done.report.checks}
    assert done.report.gaps


def test_hostile_names_in_a_profile_have_no_power(scan, tmp_path: Path):
    """The status, and that nothing is written beside the case, is held by `scan` itself."""
    said = poisoned.poisoned(plist_of(CONTENT), poisoned.HOSTILE)
    for each in (said, *said["PayloadContent"]):
        each["PayloadType"] = each["PayloadType"].removesuffix(poisoned.HOSTILE)
    path = tmp_path / "given.mobileconfig"
    path.write_bytes(plistlib.dumps(said, fmt=plistlib.FMT_BINARY))

    left = scan(path)

    assert 0 == left.status
    page = (tmp_path / "work/case/data/report/report.html").read_text("utf-8")
    assert "&lt;img src=x" in page
    assert [] == Page(page).problems
    assert "<img src=x" not in page
    shown = page + left.said.decode()
    assert [] == [each for each in UNSEEN if each in shown]
