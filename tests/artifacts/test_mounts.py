"""Mounted file systems."""

from __future__ import annotations

import json

import pytest

from scanner.artifacts.android.mounts import MOUNTS_LIMIT, is_system, parse, parse_list
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Mount

from .evidence import evidence

FOURTEEN = """\
/dev/block/dm-8 / erofs ro,seclabel,relatime,user_xattr,acl 0 0
tmpfs /dev tmpfs rw,seclabel,nosuid,relatime,mode=755 0 0
/dev/block/dm-11 /vendor erofs ro,seclabel,relatime 0 0
tmpfs /apex tmpfs rw,seclabel,nosuid,nodev,noexec,relatime,mode=755 0 0
/dev/block/loop4 /apex/com.android.art@340000000 ext4 ro,dirsync,seclabel,nodev,noatime 0 0
overlay /system/bin overlay rw,seclabel,relatime,lowerdir=/system/bin,upperdir=/data/adb/x 0 0
"""
OF_APPS = """\
tmpfs /data/user tmpfs rw,mode=751 0 0
/dev/block/dm-52 /data/user/0/com.example.secret f2fs rw 0 0
/dev/fuse /storage/emulated fuse rw 0 0
/dev/block/vold/public:179,1 /mnt/media_rw/1A2B-3C4D vfat rw 0 0
/dev/block/dm-3 /mnt/vendor/persist ext4 rw 0 0
"""
INFO = """\
25522 22857 254:10 / / ro,noatime master:1 - ext4 /dev/block/dm-10 ro,seclabel
25523 25522 0:18 / /dev rw,nosuid,relatime master:2 - tmpfs tmpfs rw,seclabel,mode=755
25530 25522 254:10 /x /system/etc rw,noatime master:1 - ext4 /dev/block/dm-10 ro,seclabel
"""


def of_system(found):
    return {one.point: one.writable for one in found if one.system}


def test_a_line_in_full():
    (found, *_) = parse(evidence(FOURTEEN))

    assert found == Mount(
        point="/",
        device="/dev/block/dm-8",
        filesystem="erofs",
        options=("ro", "seclabel", "relatime", "user_xattr", "acl"),
        writable=False,
        system=True,
    )


def test_what_is_writable_of_the_system():
    expected = {
        "/": False,
        "/vendor": False,
        "/apex/com.android.art@340000000": False,
        "/system/bin": True,
    }

    assert expected == of_system(parse(evidence(FOURTEEN)))


def test_mountinfo_of_a_process():
    assert {"/": False, "/system/etc": True} == of_system(parse(evidence(INFO)))


def test_places_that_name_apps_and_cards_are_not_read():
    points = [one.point for one in parse(evidence(OF_APPS))]

    assert ["/data/user", "/mnt/vendor/persist"] == points


def test_of_two_equal_mounts_the_writable_one_counts():
    line = "/dev/x /system ext4 {} 0 0\n"
    data = line.format("ro") + line.format("rw") + line.format("ro,noatime")

    assert [True] == [one.writable for one in parse(evidence(data))]


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        ("/", True),
        ("/system", True),
        ("/system/xbin", True),
        ("/apex/com.android.art", True),
        ("/sbin", True),
        ("/apex", False),
        ("/systemic", False),
        ("/data", False),
        ("/mnt/vendor/persist", False),
        ("/linkerconfig", False),
    ],
)
def test_points_of_the_system(point, expected):
    assert expected is is_system(point)


def test_a_list_of_lines_in_two_shapes():
    lines = [
        *FOURTEEN.splitlines(),
        "/dev/block/dm-8 on / type erofs (ro,seclabel,relatime,user_xattr,acl)",
        "tmpfs on /dev type tmpfs (rw,seclabel)\n",
    ]

    assert of_system(parse(evidence(FOURTEEN))) == of_system(
        parse_list(evidence(json.dumps(lines)))
    )


def test_a_last_line_that_was_cut_is_left_out():
    assert 5 == len(list(parse(evidence(FOURTEEN[:-20]))))


@pytest.mark.parametrize("data", ["", "\n", "hello\n", FOURTEEN + "hello\n", "[]\n"])
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse(evidence(data)))


@pytest.mark.parametrize("data", ["", "[]", "{}", '["hello"]', "[1]", "["])
def test_another_list_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse_list(evidence(data)))


def test_too_many_mounts_are_an_error():
    data = "".join(f"x /p{number} tmpfs rw 0 0\n" for number in range(MOUNTS_LIMIT + 1))

    with pytest.raises(ParseError, match="at most"):
        list(parse(evidence(data)))


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        list(parse(evidence("", errors=b"cat: /proc/mounts: Permission denied\n", exit_code=1)))
