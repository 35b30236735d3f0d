"""Lines that name a mounted file system."""

from __future__ import annotations

import pytest

from scanner.formats.mountinfo import MountLine, mount_line


@pytest.mark.parametrize(
    "line",
    [
        "/dev/block/dm-0 /system ext4 ro,seclabel,relatime 0 0",
        "/dev/block/dm-0 on /system type ext4 (ro,seclabel,relatime)",
        "36 35 253:0 / /system ro,seclabel,relatime shared:1 master:2 - ext4 /dev/block/dm-0 rw",
        "36 35 253:0 / /system ro,seclabel,relatime - ext4 /dev/block/dm-0 rw",
    ],
)
def test_the_shapes_say_the_same(line):
    expected = MountLine("/system", "/dev/block/dm-0", "ext4", ("ro", "seclabel", "relatime"))

    assert expected == mount_line(line)
    assert not expected.writable


def test_the_options_of_the_mount_count_and_not_those_of_the_file_system():
    bind = mount_line("1 2 0:1 /x /system/bin rw,relatime - ext4 /dev/x ro,seclabel")

    assert bind is not None
    assert bind.writable


def test_a_name_may_hold_a_blank():
    line = mount_line(r"a\040b /mnt/c\040d\134e ext4 rw 0 0")

    assert line is not None
    assert ("/mnt/c d\\e", "a b") == (line.point, line.device)


def test_toybox_prints_a_blank_as_it_is():
    line = mount_line("a b on /mnt/c d type ext4 (rw)")

    assert line is not None
    assert ("/mnt/c d", "a b") == (line.point, line.device)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello",
        "/dev/x /system ext4 ro",
        "/dev/x system ext4 ro 0 0",
        "/dev/x /system ext4 ro 0 x",
        "36 35 253:0 / /system ro shared:1 ext4 /dev/block/dm-0 rw",
        "36 35 253:0 / /system - ext4 /dev/block/dm-0 rw",
        "36 35 253:0 / system ro - ext4 /dev/block/dm-0 rw",
        "36 35 253:0 / /system ro - ext4 rw",
        "on /system type ext4 (ro)",
        "/dev/x on /system (ro)",
        "/dev/x on system type ext4 (ro)",
    ],
)
def test_other_lines_are_none(line):
    assert mount_line(line) is None
