"""Whatever is changed in a file that is signed as a whole, it is seen; nothing makes it raise."""

from __future__ import annotations

import struct

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from fixtures.building.app import signed
from fixtures.building.archive import archive, files
from fixtures.building.keys import signer
from fixtures.building.signing import Schemes, rotated, sign
from fixtures.building.tampering import flip, regions
from scanner.errors import ParseError
from tests.formats.apk_signing.judged import contents, judge

OLD, NEW = signer("publisher"), signer("rotated")
EC = signer("publisher-ec")
WHOLE = {
    "v2": signed(contents(min_sdk=24), ["v2"], OLD),
    "v3": signed(contents(min_sdk=28), ["v3"], EC),
    "v2 v3": signed(contents(min_sdk=24), ["v2", "v3"], OLD),
    "v3.1": sign(
        archive(files(contents(min_sdk=28))),
        Schemes(v3=rotated(OLD, NEW).v3, v31=rotated(OLD, NEW).v31),
    ),
}
JAR = signed(contents(min_sdk=21), ["v1"], OLD)


def judged(data):
    """Return whether an app holds; what is no archive does not."""
    try:
        return judge(data).verified
    except ParseError:
        return False  # no archive: nothing of it is judged


def places(whole):
    """Return where the bytes that are signed lie: all but the frame of the signing block."""
    place = regions(whole)
    found = [*range(place.block), *range(place.directory, len(whole))]
    at = place.block + 8
    while at < place.directory - 24:
        size, _, _, _, signed_size = struct.unpack_from("<QIIII", whole, at)
        found += range(at + 24, at + 24 + signed_size)
        at += 8 + size
    return found


@pytest.mark.parametrize("scheme", WHOLE)
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_one_changed_byte_of_what_is_signed_is_seen(scheme, data):
    whole = WHOLE[scheme]
    at = data.draw(st.sampled_from(places(whole)))
    mask = data.draw(st.integers(1, 255))

    assert judged(flip(whole, at, mask)) is False


@pytest.mark.parametrize("scheme", ["v2", "v3"])
def test_each_single_byte_of_the_block_counts(scheme):
    whole = WHOLE[scheme]
    place = regions(whole)

    for at in range(place.block, place.directory):
        assert judged(flip(whole, at)) is False, at


EDITS = st.lists(
    st.tuples(
        st.sampled_from(("set", "cut", "insert", "number")),
        st.floats(0, 1, exclude_max=True),
        st.binary(min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=4,
)


def edited(data, edits):
    found = bytearray(data)
    for kind, place, value in edits:
        at = int(place * len(found))
        match kind:
            case "set":
                found[at : at + len(value)] = value
            case "cut":
                del found[at : at + len(value)]
            case "insert":
                found[at:at] = value
            case _:
                found[at : at + 4] = int.from_bytes(value, "big").to_bytes(4, "little")
    return bytes(found)


@pytest.mark.parametrize("scheme", WHOLE)
@given(edits=EDITS)
@settings(max_examples=150, deadline=None)
def test_what_holds_has_the_content_that_was_signed(scheme, edits):
    whole = WHOLE[scheme]
    changed = edited(whole, edits)

    if judged(changed):
        place, other = regions(whole), regions(changed)
        assert whole[: place.block] == changed[: other.block]
        assert whole[place.directory : place.end] == changed[other.directory : other.end]


@given(edits=EDITS)
@example(edits=[("set", 0.5, b"\xff\xff\xff\xff")])
@settings(max_examples=300, deadline=None)
def test_a_signed_jar_never_raises(edits):
    assert judged(edited(JAR, edits)) in {True, False, None}


@given(edits=EDITS, at=st.integers(0, 200))
@settings(max_examples=100, deadline=None)
def test_a_damaged_block_never_raises(edits, at):
    whole = WHOLE["v3.1"]
    place = regions(whole)
    block = edited(whole[place.block + 8 + at : place.directory - 24], edits)
    size = whole[place.block : place.block + 8]
    body = block.ljust(int.from_bytes(size, "little") - 24, b"\0")[
        : int.from_bytes(size, "little") - 24
    ]
    data = whole[: place.block + 8] + body + whole[place.directory - 24 :]

    assert judged(data) in {True, False}
