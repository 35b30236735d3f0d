"""Headers of crash reports, and the listing that they are reduced to."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.crash_listing import CrashEntry, CrashHeader, header_of, line, read
from scanner.model.evidence import BytesFile
from scanner.model.requests import CrashReports

REPORT = (
    b'{"app_name":"Example","timestamp":"2026-11-01 09:15:12.00 +0100","app_version":"1.0",'
    b'"slice_uuid":"4A9B1E5C-97B2-4D19-97F2-7BD6404C470A","build_version":"142","platform":2,'
    b'"bundleID":"com.example.app","share_with_app_devs":1,"is_first_party":0,'
    b'"bug_type":"309","os_version":"iPhone OS 26.1 (23B85)","roots_installed":0,'
    b'"name":"Example","incident_id":"A72B817D-8250-42A1-AC3B-9566A69D2F90"}\n'
    b'{\n  "uptime" : 42000,\n  "procPath" : "/private/var/secret"\n}\n'
)
HEADER = CrashHeader(
    bug_type="309",
    name="Example",
    app_name="Example",
    bundle="com.example.app",
    os_version="iPhone OS 26.1 (23B85)",
    timestamp="2026-11-01 09:15:12.00 +0100",
)


def entries(data):
    return list(read(BytesFile(CrashReports(), data)))


def test_the_header_of_a_report():
    assert header_of(REPORT) == HEADER


def test_the_first_line_alone_is_enough():
    assert header_of(REPORT.partition(b"\n")[0]) == HEADER


def test_a_panic_names_no_process():
    header = header_of(b'{"bug_type":"210","timestamp":"x","os_version":"y"}\n{}')

    assert header == CrashHeader(bug_type="210", timestamp="x", os_version="y")


def test_a_number_is_a_bug_type_too():
    assert header_of(b'{"bug_type":309}') == CrashHeader(bug_type="309")


@pytest.mark.parametrize("value", [b"[]", b"{}", b"null", b"1.5", b'""', b'"' + b"9" * 300 + b'"'])
def test_an_odd_value_costs_itself_alone(value):
    header = header_of(b'{"bug_type":' + value + b',"name":"Example"}')

    assert header == CrashHeader(name="Example")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"Incident Identifier: 356753AC\nProcess: Example [455]\n",
        b"\x1f\x8b\x08\0",
        b"{",
        b"[]",
        b"{}",
        b'{"platform":2}',
        b'{"name":"Example\n"}',
        b'{"name":"' + b"x" * 5000 + b'"}',
        b'{"x":' * 800,
        b'{"name":"\xff\xfe"}',
    ],
)
def test_what_is_no_header(data):
    assert header_of(data) is None


def test_the_last_of_equal_keys_counts():
    assert header_of(b'{"name":"a","name":"b"}') == CrashHeader(name="b")


def test_a_listing():
    listed = [
        CrashEntry(path="Retired/a.ips", size=7, modified_at="2026-11-01T08:15:12Z", header=HEADER),
        CrashEntry(path="b.crash", size=0, modified_at=None, header=None),
    ]
    data = b"".join(map(line, listed))

    assert entries(data) == listed
    assert data.count(b"\n") == 2
    assert entries(data[:-1]) == listed[:1]


@pytest.mark.parametrize(
    "data",
    [
        b"x\n",
        b'{"path":"","size":0,"modified_at":null,"header":null}\n',
        b'{"path":"a","size":-1,"modified_at":null,"header":null}\n',
        b'{"path":"a","size":1,"modified_at":null,"header":{"name":["b"]}}\n',
    ],
)
def test_a_line_of_another_shape(data):
    with pytest.raises(ParseError, match="line 1: "):
        entries(data)
