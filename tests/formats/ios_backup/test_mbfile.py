"""Records of files: the quick reading states what the thorough one does."""

from __future__ import annotations

import contextlib
import plistlib
from plistlib import UID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fixtures.building.ios_backup import Stored, record
from scanner.errors import ParseError
from scanner.formats.ios_backup.mbfile import MBFile, Metadata, MetadataReader, mbfile

NUMBERS = st.integers(0, 2**40)
WRAPPED = b"\3\0\0\0" + bytes(40)


def stored(**values: object) -> Stored:
    return Stored(domain="HomeDomain", path="Library/example.db", **values)  # type: ignore[arg-type]


def test_all_of_a_record():
    blob = record(stored(size=4096, modified=1, changed=2, created=3, uid=0), WRAPPED)

    assert MBFile(Metadata(4096, 0o100644, 0, 1, 2, 3), WRAPPED) == mbfile(blob)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(
        st.tuples(NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.integers(0, 2**16), st.booleans()),
        max_size=12,
    )
)
def test_a_reader_reads_one_after_the_other_as_each_alone(rows):
    reader = MetadataReader()

    for size, modified, changed, created, mode, sealed in rows:
        one = stored(size=size, modified=modified, changed=changed, created=created, mode=mode)
        blob = record(one, WRAPPED if sealed else None)
        expected = Metadata(size, mode, 501, modified, changed, created)

        assert expected == reader.read(blob)
        assert MBFile(expected, WRAPPED if sealed else None) == reader.read_all(blob)
        assert reader.read_all(blob) == mbfile(blob)


def test_equal_records_with_other_names_of_keys():
    """The values stand where they did, and mean something else."""
    reader = MetadataReader()
    blob = record(stored(size=77, modified=1111, changed=2222, created=3333))
    swapped = blob.replace(b"Birth", b"BIRTH").replace(b"Size", b"SIZE")

    assert 77 == reader.read(blob).size
    assert Metadata(None, 0o100644, 501, 1111, 2222, None) == reader.read(swapped)
    assert 77 == reader.read(blob).size


def test_a_record_that_is_written_otherwise():
    archive = plistlib.loads(record(stored(size=5), WRAPPED))
    archive["$objects"][1]["EncryptionKey"] = WRAPPED
    blob = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY, sort_keys=True)

    reader = MetadataReader()

    assert [5, 5] == [reader.read(blob).size, reader.read(blob).size]
    assert [WRAPPED, WRAPPED] == [mbfile(blob).key, reader.read_all(blob).key]


def test_a_record_of_more_objects_than_a_byte_counts():
    archive = plistlib.loads(record(stored(size=5), WRAPPED))
    archive["$objects"] += [f"example {number}" for number in range(300)]
    reader = MetadataReader()
    blob = plistlib.dumps(archive, fmt=plistlib.FMT_BINARY)

    assert [5, 5] == [reader.read(blob).size, reader.read(blob).size]


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"$objects": [], "$top": {"root": UID(1)}},
        {"$objects": ["$null", "x"], "$top": {"root": UID(1)}},
        {"$objects": [{}], "$top": {"root": UID(2**31)}},
        {"$objects": {"1": {}}, "$top": {"root": UID(0)}},
        [1],
    ],
)
def test_what_is_no_record(value):
    with pytest.raises(ParseError):
        MetadataReader().read(plistlib.dumps(value, fmt=plistlib.FMT_BINARY))


@pytest.mark.parametrize("blob", [b"", b"bplist00", bytes(2_000_000), None, "text", 5])
def test_what_is_no_property_list(blob):
    with pytest.raises(ParseError):
        MetadataReader().read(blob)


def test_odd_values_are_none():
    archive = plistlib.loads(record(stored(size=5)))
    file = archive["$objects"][1]
    file |= {"Size": "much", "Birth": True, "Mode": 2**63, "UserID": -5, "EncryptionKey": UID(99)}
    found = mbfile(plistlib.dumps(archive, fmt=plistlib.FMT_BINARY))

    assert Metadata(None, 2**63, -5, 1_790_000_000, 1_790_000_000, None) == found.metadata
    assert found.key is None


@settings(max_examples=300, deadline=None)
@given(at=st.integers(0, 700), data=st.binary(min_size=1, max_size=4))
def test_a_changed_record_is_read_as_the_thorough_reading_does_or_not_at_all(at, data):
    reader = MetadataReader()
    blob = record(stored(size=4096, modified=111_111, changed=222_222, created=333_333), WRAPPED)
    reader.read(blob)
    with contextlib.suppress(ParseError):
        found = reader.read_all(blob[:at] + data + blob[at + len(data) :])

        assert len(Metadata._fields) == len(found.metadata)
