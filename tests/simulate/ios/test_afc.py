"""The crash reports of a simulated iPhone over AFC, as pymobiledevice3 reads them."""

import os
import struct

import pytest
from pymobiledevice3.exceptions import AfcException, AfcFileNotFoundError
from pymobiledevice3.services.afc import AfcError, AfcOpcode, AfcService

from tests.simulate.ios.recordings import REPORTS

SERVICE = "com.apple.crashreportcopymobile"
REPORT = "/Example-2026-11-01-101112.ips"


@pytest.fixture
def afc(drive):
    """Use the area of the crash reports: `afc(phone, use)`."""

    def use_area(phone, use):
        async def session(lockdown):
            async with AfcService(lockdown, SERVICE) as area:
                return await use(area)

        return drive(phone, session)

    return use_area


def operations(phone):
    return [message for service, message in phone.calls if service == SERVICE]


def test_folders_and_files(plug, afc):
    async def use(area):
        return (
            await area.listdir("/"),
            await area.listdir("/DiagnosticLogs/sysdiagnose"),
            await area.stat(REPORT),
            await area.stat("/Retired"),
        )

    phone = plug()
    top, archives, report, folder = afc(phone, use)

    assert ["DiagnosticLogs", "Example-2026-11-01-101112.ips", "Retired"] == top
    assert ["sysdiagnose_2026.tar.gz"] == archives
    assert (len(REPORTS[REPORT[1:]]), "S_IFREG") == (report["st_size"], report["st_ifmt"])
    assert 1793527872 == report["st_mtime"].timestamp()
    assert "S_IFDIR" == folder["st_ifmt"]
    assert {"Operation": "READ_DIR", "Path": "/"} == operations(phone)[0]


def test_a_file_in_pieces(plug, afc):
    async def use(area):
        handle = await area.fopen(REPORT)
        start = await area.fread(handle, 4)
        await area.fseek(handle, -3, os.SEEK_END)
        end = await area.fread(handle, 100)
        await area.fclose(handle)
        return start + end, await area.get_file_contents("/large")

    phone = plug()
    content, large = REPORTS[REPORT[1:]], bytes(range(256)) * 20_000
    (phone.recorded.crash_folder / "large").write_bytes(large)

    assert (content[:4] + content[-3:], large) == afc(phone, use)
    assert ["FILE_OPEN", "READ", "FILE_SEEK", "READ", "FILE_CLOSE"] == [
        message["Operation"] for message in operations(phone)[:5]
    ]


@pytest.mark.parametrize("path", ["/absent", "/../../values/default.plist", "/a\udcff/../.."])
def test_what_is_not_there_or_outside(plug, afc, path):
    async def use(area):
        return await area._do_operation(
            AfcOpcode.GET_FILE_INFO, path.encode(errors="surrogateescape") + b"\0", path
        )

    with pytest.raises(AfcException) as raised:
        afc(plug(), use)
    assert raised.value.status in {AfcError.OBJECT_NOT_FOUND, AfcError.INVALID_ARG}


def test_a_link_that_leads_out_is_shown_but_not_followed(plug, afc):
    phone = plug()
    area = phone.recorded.crash_folder
    (area / "link").symlink_to("..")

    async def use(area):
        with pytest.raises(AfcFileNotFoundError):
            await area.listdir("/link/values")
        return await area.stat("/link")

    assert ("S_IFLNK", "..") == tuple(afc(phone, use)[key] for key in ("st_ifmt", "LinkTarget"))


@pytest.mark.parametrize(
    ("operation", "use"),
    [
        ("0x08", lambda area: area.rm_single(REPORT)),
        ("0x09", lambda area: area.makedirs("/new")),
        ("0x18", lambda area: area.rename(REPORT, "/other")),
        ("0x1C", lambda area: area.link(REPORT, "/other")),
        ("FILE_OPEN", lambda area: area.fopen(REPORT, "w")),
        ("FILE_OPEN", lambda area: area.fopen(REPORT, "a")),
        (
            "0x1E",
            lambda area: area._do_operation(
                AfcOpcode.SET_FILE_TIME, struct.pack("<Q", 1) + b"/x\0"
            ),
        ),
    ],
)
def test_what_would_change_a_file_is_refused_and_noted(plug, afc, operation, use):
    phone = plug()
    with pytest.raises(AfcException) as raised:
        afc(phone, use)

    assert AfcError.PERM_DENIED == raised.value.status
    assert operation in [message["Operation"] for message in operations(phone)]
    assert REPORTS[REPORT[1:]] == (phone.recorded.crash_folder / REPORT[1:]).read_bytes()
