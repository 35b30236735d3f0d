import plistlib
import time
from datetime import UTC, datetime

import pytest
from bpylist2 import archiver
from hypothesis import given
from hypothesis import strategies as st

from scanner.errors import ParseError
from scanner.formats.keyed_archive import Failure, Opaque, archive, unarchive

UID = plistlib.UID
NULL = "$null"
LIST = {"$classname": "NSArray", "$classes": ["NSArray", "NSObject"]}
DICTIONARY = {"$classname": "NSMutableDictionary"}

LEAVES = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text() | st.binary()
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=20,
)


def packed(*objects, root=1, **changes):
    document = {
        "$version": 100_000,
        "$archiver": "NSKeyedArchiver",
        "$top": {"root": UID(root)},
        "$objects": [NULL, *objects],
        **changes,
    }
    return plistlib.dumps(document, fmt=plistlib.FMT_BINARY)


@given(TREES)
def test_a_tree_is_read_as_it_was_written(tree):
    assert unarchive(archive(tree)) == tree


@pytest.mark.parametrize("value", [["a", {"b": 1, "c": b"d"}], {"e": [], "f": None}, [1.5, True]])
def test_another_reader_reads_the_same(value):
    assert archiver.unarchive(archive(value)) == value


@pytest.mark.parametrize("value", [["a", {"b": 1}], {"e": [], "f": None}, [1.5, True, -7]])
def test_what_another_writer_wrote_is_read(value):
    assert unarchive(archiver.archive(value)) == value


def test_a_date_counts_from_2001():
    data = packed({"NS.time": 86400.5, "$class": UID(2)}, {"$classname": "NSDate"})

    assert datetime(2001, 1, 2, 0, 0, 0, 500_000, tzinfo=UTC) == unarchive(data)


@pytest.mark.parametrize("seconds", [1e300, float("nan"), float("inf"), "soon"])
def test_a_date_that_is_none_is_left_out(seconds):
    data = packed({"NS.time": seconds, "$class": UID(2)}, {"$classname": "NSDate"})

    assert unarchive(data) is None


def test_an_error_is_read_without_its_words():
    data = packed(
        {"NSDomain": UID(2), "NSCode": 5, "NSUserInfo": UID(4), "$class": UID(3)},
        "com.example",
        {"$classname": "NSError"},
        "words of the phone",
    )

    assert Failure("com.example", 5) == unarchive(data)
    assert Failure("com.example", 5) == unarchive(archive(Failure("com.example", 5)))


def test_an_unknown_class_is_named_and_not_read():
    data = packed({"secret": UID(3), "$class": UID(2)}, {"$classname": "XCThing"}, "content")

    assert Opaque("XCThing") == unarchive(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"bplist00", id="cut"),
        pytest.param(plistlib.dumps({"$archiver": "NSKeyedArchiver"}), id="XML"),
        pytest.param(plistlib.dumps([1], fmt=plistlib.FMT_BINARY), id="a list"),
        pytest.param(packed("x", **{"$archiver": "NSArchiver"}), id="another archiver"),
        pytest.param(packed("x", **{"$version": 1}), id="another version"),
        pytest.param(packed("x", **{"$top": {}}), id="no root"),
        pytest.param(packed("x", **{"$top": {"root": 1}}), id="a root that is no number"),
        pytest.param(packed("x", **{"$objects": "x"}), id="objects that are no list"),
        pytest.param(packed("x", root=9), id="a number beyond the objects"),
        pytest.param(packed({"NS.objects": []}), id="no class"),
        pytest.param(packed({"$class": UID(99)}), id="a class beyond the objects"),
        pytest.param(packed({"$class": UID(2)}, {"$classname": 5}), id="a class without a name"),
        pytest.param(
            packed({"NS.keys": [UID(3)], "NS.objects": [], "$class": UID(2)}, DICTIONARY, "key"),
            id="a key without a value",
        ),
        pytest.param(
            packed({"NS.keys": [UID(3)], "NS.objects": [1], "$class": UID(2)}, DICTIONARY, b"key"),
            id="a key that is no text",
        ),
        pytest.param(packed({"NS.objects": [UID(1)], "$class": UID(2)}, LIST), id="a list in it"),
        pytest.param(
            packed({"NS.keys": [UID(1)], "NS.objects": [1], "$class": UID(2)}, DICTIONARY),
            id="a dictionary as its own key",
        ),
    ],
)
def test_what_is_no_archive_is_refused(data):
    with pytest.raises(ParseError):
        unarchive(data)


def doubling(levels):
    lists = [{"NS.objects": [UID(n + 3), UID(n + 3)], "$class": UID(1)} for n in range(levels)]
    return packed(LIST, *lists, "x", root=2)


def test_a_small_archive_that_doubles_is_read():
    assert [["x", "x"], ["x", "x"]] == unarchive(doubling(2))


@pytest.mark.parametrize("levels", [25, 31, 10_000])
def test_an_archive_that_doubles_on_every_level_is_refused_in_time(levels):
    started = time.process_time()
    with pytest.raises(ParseError):
        unarchive(doubling(levels))

    assert time.process_time() - started < 5


def test_a_million_objects_are_refused():
    with pytest.raises(ParseError):
        unarchive(packed(LIST, {"NS.objects": [UID(3)] * 1_000_000, "$class": UID(1)}, 7, root=2))
