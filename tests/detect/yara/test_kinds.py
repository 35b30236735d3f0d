"""What kind of content some bytes are."""

from __future__ import annotations

import struct

import pytest

from scanner.detect.yara.kinds import has_directory, kind_of
from tests.formats.archives import packed


@pytest.mark.parametrize(
    ("first", "kind"),
    [
        (b"dex\n035\0", "dex"),
        (b"cdex001\0", "dex"),
        (b"vdex027\0", "dex"),
        (b"\x7fELF\x02", "elf"),
        (b"\xcf\xfa\xed\xfe\x0c", "macho"),
        (b"\xca\xfe\xba\xbe" + struct.pack(">I", 2), "macho"),
        (b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 52), "other"),  # a class of Java
        (b"PK\x03\x04", "zip"),
        (b"\x02\x00\x0c\x00", "arsc"),
        (b"\x03\x00\x08\x00", "axml"),
        (b"MZ\x90", "pe"),
        (b"#!/system/bin/sh\n", "script"),
        (b"bplist00", "plist"),
        (b'<?xml version="1.0"?>\n<!DOCTYPE plist', "plist"),
        (b'<?xml version="1.0"?><a/>', "text"),
        (b"\x89PNG\r\n", "image"),
        (b"\xff\xd8\xff\xe0", "image"),
        (b"II*\x00", "image"),
        (b"\0\0\0\x18ftypheic", "image"),
        ("Gruß".encode(), "text"),
        (b"ANDROID BACKUP\n5\n1\nnone\n", "text"),
        (b"\0\1\2\3", "other"),
        (b"", "other"),
    ],
)
def test_a_beginning_tells_the_kind(first, kind):
    assert kind == kind_of(first)


def test_an_archive_may_stand_at_the_end():
    assert has_directory(b"\xff\xd8\xff" + packed([("a", b"b")]))
    assert not has_directory(b"\xff\xd8\xff" * 100)
