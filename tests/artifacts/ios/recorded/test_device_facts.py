"""What a sysdiagnose says of the phone itself: services, log archive, mounts, system version."""

from __future__ import annotations

import plistlib
from datetime import UTC, datetime

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.recorded import log_archive, mounts, remote_services, system_version
from scanner.errors import ParseError
from scanner.model.entities import Build, DeviceIdentity, LogArchive, Mount, RemoteService
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic

from .program_texts import DISKS, MOUNT, REMOTECTL, UUID
from .program_texts import log_archive as archive_of

REQUEST = Diagnostic(name="x")


def read(parse, data):
    return list(parse(BytesFile(REQUEST, data.encode() if isinstance(data, str) else data)))


def until_error(parse, data):
    found = []
    with pytest.raises(ParseError):
        found.extend(parse(BytesFile(REQUEST, data.encode())))
    return found


# --- services -----------------------------------------------------------------------------------


def test_what_the_phone_says_of_itself():
    build, identity = read(remote_services.parse, REMOTECTL)[:2]

    assert (
        Build(
            manufacturer="Apple",
            model="iPhone15,2",
            release="26.1",
            release_major=26,
            build="23B85",
        )
        == build
    )
    assert DeviceIdentity(serial="EXAMPLE00001", udid="00008110-000A1B2C3D4E5F60") == identity


def test_services_of_the_phone_alone():
    found = [
        one for one in read(remote_services.parse, REMOTECTL) if isinstance(one, RemoteService)
    ]

    assert [
        ("com.apple.osanalytics.logTransfer", False),
        ("com.apple.instruments.dtservicehub", True),
        ("com.apple.coredevice.deviceinfo", UNSET),
        ("com.apple.dt.remotepairingdeviced.lockdown.shim.remote", False),
    ] == [(one.name, one.developer) for one in found]


def test_blanks_count_as_tabs():
    text = REMOTECTL.replace("\t", "        ")

    assert read(remote_services.parse, REMOTECTL) == read(remote_services.parse, text)


def test_a_state_without_services_is_said():
    cut = REMOTECTL.partition("\tServices:")[0]

    assert [Build, DeviceIdentity] == [type(one) for one in until_error(remote_services.parse, cut)]


@pytest.mark.parametrize(
    "text", ["", "Found ncm-host-0 (ncm-host)\n\tServices:\n\t\tx\n", "\0" * 5000, "\t" * 900_000]
)
def test_a_state_of_another_device_is_refused(text):
    assert [] == until_error(remote_services.parse, text)


def test_more_services_than_any_phone_has_are_refused():
    many = "Local device\n\tServices:\n" + "".join(f"\t\tx{n}\n" for n in range(5001))

    assert [] == until_error(remote_services.parse, many)


# --- the log archive ----------------------------------------------------------------------------


def test_a_log_archive():
    expected = LogArchive(
        id=UUID,
        oldest_at=datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC),
        newest_at=datetime(2025, 11, 1, 16, tzinfo=UTC),
        boots=2,
    )

    assert [expected] == read(log_archive.parse, archive_of())


@pytest.mark.parametrize(
    "odd",
    [
        {"EndTimeRef": 7, "PersistMetadata": "x", "SpecialMetadata": []},
        {
            "EndTimeRef": {"WallTime": 2**64 - 1, "UUID": "x"},
            "PersistMetadata": {"OldestTimeRef": {"WallTime": "x"}},
            "SpecialMetadata": {"OldestTimeRef": {"WallTime": 0}},
        },
    ],
)
def test_an_odd_reference_is_not_stated(odd):
    (found,) = read(log_archive.parse, archive_of(**odd))

    assert (UUID, UNSET, UNSET, UNSET) == (
        found.id,
        found.oldest_at,
        found.newest_at,
        found.boots,
    )


@pytest.mark.parametrize("data", [b"", b"x", plistlib.dumps({"a": 1}), plistlib.dumps([])])
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ParseError):
        read(log_archive.parse, data)


# --- mounts -------------------------------------------------------------------------------------


def test_mounts_of_mount():
    found = read(mounts.parse, MOUNT)

    assert (
        Mount(
            point="/",
            device="/dev/disk1s1",
            filesystem="apfs",
            options=("sealed", "local", "nosuid", "read-only", "journaled", "noatime"),
            writable=False,
            system=True,
        )
        == found[0]
    )
    assert [
        ("/dev", "devfs", True, False),
        ("/private/var", "apfs", True, False),
        ("/usr/lib", "bindfs", False, True),
    ] == [(one.point, one.filesystem, one.writable, one.system) for one in found[1:]]


def test_mounts_of_df():
    assert [
        ("/", "/dev/disk1s1", "", True, UNSET),
        ("/dev", "devfs", "", False, UNSET),
        ("/private/var", "/dev/disk1s2", "", False, UNSET),
        ("/usr/lib/my libs", "/private/preboot/0A1B/jb my", "", True, UNSET),
    ] == [
        (one.point, one.device, one.filesystem, one.system, one.writable)
        for one in read(mounts.parse, DISKS)
    ]


def test_cards_of_people_are_not_named():
    assert "person" not in repr(read(mounts.parse, DISKS))


@pytest.mark.parametrize("text", [DISKS, MOUNT])
@pytest.mark.parametrize("line", ["something", "/dev/disk1 on relative (apfs)", "x 1 2 3 4 5 rel"])
def test_a_line_that_is_no_mount_is_said(text, line):
    assert read(mounts.parse, text) == until_error(mounts.parse, f"{text}{line}\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Filesystem Size Mounted on\n",
        "\0" * 5000 + "\n",
        "a on /" + " on /" * 200_000 + "\n",
        "Filesystem Size Mounted on\n" + "1 " * 400_000 + "\n",
    ],
    ids=["empty", "header", "nul", "on", "numbers"],
)
def test_what_names_no_mount_is_refused(text):
    assert [] == until_error(mounts.parse, text)


def test_a_line_that_is_half_is_not_read():
    assert read(mounts.parse, MOUNT) == read(mounts.parse, MOUNT + "/dev/disk1s3 on /private/x (ap")


# --- the system ---------------------------------------------------------------------------------


def test_the_version_of_the_system():
    values = {
        "ProductName": "iPhone OS",
        "ProductVersion": "26.1",
        "ProductVersionExtra": "(a)",
        "ProductBuildVersion": "23B85",
    }
    expected = Build(
        manufacturer="Apple", release="26.1", release_major=26, release_extra="(a)", build="23B85"
    )

    assert [expected] == read(system_version.parse, plistlib.dumps(values))


@pytest.mark.parametrize("values", [{}, {"ProductVersion": 26}, {"ProductVersion": ""}])
def test_a_system_without_a_version_is_refused(values):
    with pytest.raises(ParseError):
        read(system_version.parse, plistlib.dumps(values))


def test_boots_are_different_ones():
    (found,) = read(log_archive.parse, archive_of(EndTimeRef={"UUID": UUID}))

    assert 1 == found.boots
