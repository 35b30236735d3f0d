"""The parts of an APK that its signatures speak of, and the signing block among them.

Source: https://source.android.com/docs/security/features/apksigning/v2#apk-signing-block, AOSP
tools/apksig (`ApkUtilsLite`). The block stands right before the directory of the archive; both of
its sizes have to agree, and nothing may stand between the directory and the archive's end.
"""

from __future__ import annotations

import struct

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk_signing.findings import Findings
from scanner.formats.buffer import Buffer
from scanner.model.requests import MiB

BLOCK_LIMIT = 64 * MiB  # bytes of the signing block
PAIR_LIMIT = 1000  # entries of it

V2, V3, V31 = 0x7109871A, 0xF05368C0, 0x1B93AD61
STAMP_V1, STAMP_V2 = 0x2B09189E, 0x6DFF800D
PADDING = 0x42726577
PLAY_FROSTING, DEPENDENCIES = 0x2146444E, 0x504B4453
_KNOWN = frozenset((V2, V3, V31, STAMP_V1, STAMP_V2, PADDING, PLAY_FROSTING, DEPENDENCIES))

_MAGIC = b"APK Sig Block 42"
_FOOTER_SIZE, _BLOCK_MIN = 24, 32
_END = struct.Struct("<4sHHHHIIH")
_CENTRAL_SIZE = 46
_COMMENT_AT = 32  # of the size of a record's comment


class Sections(Struct, frozen=True, kw_only=True):
    """Where the parts of the file lie."""

    directory_at: int
    directory_size: int
    count: int  # of the directory's records
    end_at: int
    end: bytes  # the archive's last record, with its comment


class SigningBlock(Struct, frozen=True, kw_only=True):
    """The entries of a signing block."""

    at: int
    size: int
    pairs: dict[int, bytes]  # the first of each kind


def sections_of(archive: ApkArchive) -> Sections:
    """Return the parts of an archive as the platform sees it; ParseError where it sees none."""
    at = archive.end_at
    end = archive.data[at : len(archive.data)]
    if len(end) < _END.size:
        raise ParseError("not_zip")
    *_, count, size, start, comment = _END.unpack_from(end)
    if not end.startswith(b"PK\5\6") or _END.size + comment != len(end) or start + size > at:
        raise ParseError("not_zip")
    found = Sections(directory_at=start, directory_size=size, count=count, end_at=at, end=end)
    if not _is_whole(archive, found):
        raise ParseError("malformed_directory")
    return found


def _is_whole(archive: ApkArchive, sections: Sections) -> bool:
    """Whether the directory was read as it is stated, to its last record."""
    if archive.directory_at != sections.directory_at:
        return sections.count == 0
    if len(archive.entries) != sections.count:
        return False
    if not archive.entries:
        return True
    last = archive.entries[-1]
    comment = archive.directory[last.record_at + _COMMENT_AT : last.record_at + _COMMENT_AT + 2]
    size = _CENTRAL_SIZE + len(last.raw) + last.extra_size + int.from_bytes(comment, "little")
    return last.record_at + size <= sections.directory_size


def signing_block(data: Buffer, sections: Sections, findings: Findings) -> SigningBlock | None:
    """Return the signing block, None where there is none that the platform would find."""
    start = sections.directory_at
    if start + sections.directory_size != sections.end_at or start < _BLOCK_MIN:
        return None
    footer = data[start - _FOOTER_SIZE : start]
    size = int.from_bytes(footer[:8], "little")
    at = start - size - 8
    if footer[8:] != _MAGIC or size < _FOOTER_SIZE or at < 0:
        return None
    if int.from_bytes(data[at : at + 8], "little") != size:
        return None
    if size > BLOCK_LIMIT:
        findings.error("over_limit")
        return None
    body = data[at + 8 : start - _FOOTER_SIZE]
    return SigningBlock(at=at, size=size + 8, pairs=_pairs(body, findings))


def _pairs(body: bytes, findings: Findings) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = count = 0
    while at < len(body):
        size = int.from_bytes(body[at : at + 8], "little")
        at += 8
        count += 1
        if count > PAIR_LIMIT or not 4 <= size <= len(body) - at:  # noqa: PLR2004
            findings.warn("malformed_block")
            break
        kind = int.from_bytes(body[at : at + 4], "little")
        if kind in found:
            findings.warn("duplicate_block", f"{kind:#010x}")
        elif kind not in _KNOWN:
            findings.warn("unknown_block", f"{kind:#010x}")
        found.setdefault(kind, body[at + 4 : at + size])
        at += size
    return found
