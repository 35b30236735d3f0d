"""The crash area: what is listed of it is bounded, and says when it is not all."""

import pytest

from scanner.formats.crash_listing import read as entries
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashReports
from scanner.simulate.ios import IPhone, SimulatedIPhone, Usbmuxd
from scanner.sources.ios import open_ios
from tests.simulate.ios.recordings import UDID, record

HEADER = b'{"bug_type":"309","name":"Example"}\n'


@pytest.fixture
def listed(tmp_path, read):
    """List an area that holds files: `listed({name: content}, request)` -> entries, outcome."""

    def listing(files, request, **options):
        folder = record(tmp_path)
        for name, content in files.items():
            path = folder / "crash" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        phone = SimulatedIPhone(IPhone.load(folder), **options)
        with Usbmuxd([phone]) as mux:
            source = open_ios(UDID, address=mux.address)
            data, outcome = read(source, request)[str(request)]
            source.close()
        return list(entries(BytesFile(request, data))), outcome

    return listing


def test_no_more_files_are_listed_than_asked_for(listed):
    files = {f"Example-{number}.ips": HEADER for number in range(90)}
    found, outcome = listed(files, CrashReports(count=50, headers=10))

    assert 50 == len(found)
    assert "truncated" == outcome.cut
    assert 10 == sum(one.header is not None for one in found)


def test_folders_below_the_depth_are_not_looked_into(listed):
    files = {"a/b/c/deep.ips": HEADER, "a/near.ips": HEADER}
    found, outcome = listed(files, CrashReports(depth=2))

    assert "a/near.ips" in {one.path for one in found}
    assert "a/b/c/deep.ips" not in {one.path for one in found}
    assert "truncated" == outcome.cut


def test_an_area_that_was_listed_whole_is_not_cut(listed):
    found, outcome = listed({"x/y.ips": HEADER}, CrashReports(count=4))

    assert (4, None) == (len(found), outcome.cut)


def test_names_are_data(listed):
    names = {"\x1b[2J.ips", "..x", "<b>&.ips", "é\u202e.ips", "a" * 250}
    found, outcome = listed(dict.fromkeys(names, HEADER), CrashReports())

    assert names <= {one.path for one in found}
    assert None is outcome.cut


def test_the_newest_are_looked_into(listed):
    found, _ = listed({"z.ips": HEADER, "no-report.txt": HEADER}, CrashReports(headers=200))

    assert {"z.ips", "Example-2026-11-01-101112.ips", "Retired/Panic.ips"} == {
        one.path for one in found if one.header is not None
    }
