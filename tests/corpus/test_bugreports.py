"""Real bugreports: each section and service is a part, at its place; nothing else is one."""

from __future__ import annotations

import hashlib
import re
import zipfile

import pytest

from scanner.formats.container import RecordedFile, open_at
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import Dumpsys, Glob, Section, Survey
from scanner.sources.recorded import survey

from .conftest import REPORTS

pytestmark = pytest.mark.corpus

OLD = ("bugreport_aidldeadlock.txt", "bugreport_hybriddeadlock.txt")
MADE = ("android_data/bugreport", "derived/bugreport.zip")  # by hand: ends of other services
WANTED = (
    *(Dumpsys(service=name) for name in ("package", "appops", "accessibility", "device_policy")),
    Section(title="SYSTEM PROPERTIES"),
    Section(title="PROCESSES AND THREADS"),
    Glob(pattern="/data/tombstones/tombstone_*"),
)
SERVICE = re.compile(rb"^DUMP OF SERVICE (?:(?:CRITICAL|HIGH|NORMAL) )?(\S+):\r?$", re.MULTILINE)
SECTION = re.compile(rb"^------ ([^ \r\n-][^\r\n]*) ------\r?$", re.MULTILINE)
BETWEEN = re.compile(
    rb"------ .* ------|-{70,}|={50,}|== .*|DUMP OF SERVICE .*:|--------- .*was the duration of .*"
    rb"|\[.*\]|\[dump dalvik stack .*|\*\*\* .*|Skipping .*|-{28}|"
)


class Surveyed:
    """A recording, its parts, and the bytes of its main text."""

    def __init__(self, path) -> None:
        self.path = path
        self.header, *found = survey(RecordedFile(Survey(wanted=WANTED), path, Locator()))
        self.parts = [each for each in found if isinstance(each, Part)]
        self.flaws = [each for each in found if isinstance(each, Flaw)]
        (self.main,) = {each.locator.members for each in self.parts if each.locator.offset}
        self.of_text = [each for each in self.parts if each.locator.members == self.main]
        with open_at(path, Locator(self.main)) as stream:
            self.text = stream.read()

    def services(self) -> list[str]:
        requests = (each.request for each in self.of_text)
        return sorted(each.service for each in requests if isinstance(each, Dumpsys))

    def sections(self) -> int:
        return sum(isinstance(each.request, Section) for each in self.of_text)


@pytest.fixture(params=[*REPORTS, *OLD, *MADE], scope="module")
def report(request, corpus) -> Surveyed:
    folder = "mvt" if request.param in MADE else "android-bugreports"
    return Surveyed(corpus / folder / request.param)


def is_real(report) -> bool:
    return "mvt" not in report.path.parts


def test_every_section_and_service_is_a_part(report):
    headers = [one for one in SECTION.findall(report.text) if b"s was the duration of '" not in one]
    services = sorted(one.decode() for one in SERVICE.findall(report.text))

    assert len(services) >= (50 if is_real(report) else 5)
    assert (services == report.services()) is True
    assert len(headers) == report.sections()


def test_parts_do_not_overlap_and_leave_out_only_what_separates(report):
    at, left = 0, set()
    for part in report.of_text:
        assert (at <= part.locator.offset) is True
        left |= set(report.text[at : part.locator.offset].splitlines())
        at = part.locator.offset + part.size
    left |= set(report.text[at:].splitlines())

    assert at <= len(report.text)
    assert 0 == sum(not BETWEEN.fullmatch(line) for line in left)


def test_parts_end_where_they_end(report):
    for part in report.of_text:
        text = report.text[part.locator.offset : part.locator.offset + part.size]
        title = part.title.removeprefix("CRITICAL ").removeprefix("HIGH ")
        own = re.escape(title.encode())
        end = re.search(rb"was the duration of (?:dumpsys %b,|'%b')" % (own, own), text)

        assert (end is None) is True
        assert (re.search(rb"-{70,}\r?\n\Z", text) is None) is True


def test_digests_are_of_what_is_read(report):
    for part in report.parts:
        assert len(part.title) <= 200
        if part.sha256 is not None:
            with open_at(report.path, part.locator) as stream:
                data = stream.read()
            assert (hashlib.sha256(data).hexdigest() == part.sha256) is True
            assert len(data) == part.size
    digested = {str(part.request) for part in report.parts if part.sha256}
    assert "dumpsys package" in digested


def test_what_is_not_whole(report):
    """Two services of two reports took too long; nothing else of a real report is cut."""
    cut = [part.cut for part in report.of_text if part.cut]
    expired = len(re.findall(rb"^\*\*\* SERVICE .* EXPIRED \*\*\*$", report.text, re.MULTILINE))

    if is_real(report):
        assert ["timeout"] * expired == cut
        assert 0 == len(report.flaws)
    else:
        assert {"truncated"} == {flaw.reason for flaw in report.flaws}


def test_the_header(report):
    assert isinstance(report.header, Header)
    assert "bugreport" == report.header.kind
    assert (report.header.sha256 is None) is report.path.is_dir()
    assert (report.header.recorded_at is not None) is is_real(report)


def test_files_of_the_phone(report):
    found = {part.title for part in report.parts if str(part.request).startswith("/")}
    expected = set()
    if report.path.suffix == ".zip":
        with zipfile.ZipFile(report.path) as archive:
            expected = {name for name in archive.namelist() if re.match("FS/.*[^/]$", name)}
    elif report.path.is_dir():
        files = (path for path in report.path.glob("FS/**/*") if path.is_file())
        expected = {path.relative_to(report.path).as_posix() for path in files}

    assert len(expected ^ found) == 0


@pytest.mark.parametrize("name", REPORTS[:1])
def test_cuts_of_a_real_report(bugreport, name, tmp_path):
    """What was whole before the cut is the same part; what stands at it is told."""
    text, path = bugreport(name), tmp_path / "text.txt"
    path.write_bytes(text)
    whole = {part.locator: part for part in Surveyed(path).of_text}
    for percent in range(5, 100, 5):
        path.write_bytes(text[: len(text) * percent // 100])
        found = Surveyed(path)
        *before, _ = found.of_text

        assert [flaw.reason for flaw in found.flaws] == ["truncated"]
        changed = [part for part in found.of_text if part != whole.get(part.locator)]
        assert {"truncated"} >= {part.cut for part in changed}
        assert len(changed) <= 2
        assert len(before) > 1
