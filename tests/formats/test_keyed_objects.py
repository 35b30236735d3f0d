"""Objects of any class in a keyed archive."""

from __future__ import annotations

import plistlib

import pytest

from scanner.errors import ParseError
from scanner.formats.keyed_objects import Keyed, top_of
from tests.artifacts.ios.recorded.keyed import archive_of, object_of, url_of, uuid_of

ID = "0A1B2C3D-0000-4000-8000-000000000000"


def test_members_are_followed_by_their_names():
    top = top_of(
        archive_of(
            one=object_of(
                "Thing",
                Text="text",
                Yes=True,
                One=1,
                Two=2,
                None_=None,
                Id=uuid_of(ID),
                Url=url_of("https://example.com/x"),
                List=["a", object_of("Inner", Text="b")],
            )
        )
    )
    thing = top.object("one")

    assert isinstance(thing, Keyed)
    assert ["one"] == list(top.names())
    assert "Thing" == thing.kind
    assert "text" == thing.text("Text")
    assert "tex" == thing.text("Text", limit=3)
    assert (True, True, None, None) == tuple(map(thing.flag, ("Yes", "One", "Two", "Text")))
    assert ID == thing.uuid("Id")
    assert "https://example.com/x" == thing.text("Url")
    first, second = thing.items("List")
    assert ("a", "b") == (first, second.text("Text"))


@pytest.mark.parametrize("name", ["Missing", "Text"])
def test_what_is_not_there_is_none(name):
    thing = top_of(archive_of(one=object_of("Thing", Text=7))).object("one")

    assert thing is not None
    assert (None, None, None, []) == (
        thing.object(name),
        thing.text(name),
        thing.uuid(name),
        list(thing.items(name)),
    )


def test_an_object_without_a_class_has_no_kind():
    data = plistlib.dumps(
        {
            "$archiver": "NSKeyedArchiver",
            "$top": {"root": plistlib.UID(1)},
            "$objects": ["$null", {"$class": plistlib.UID(0), "a": plistlib.UID(1)}],
        },
        fmt=plistlib.FMT_BINARY,
    )
    thing = top_of(data).object("root")

    assert thing is not None
    assert "" == thing.kind
    inner = thing.object("a")
    assert inner is not None  # itself, followed one step at a time
    assert ["a"] == list(inner.names())


@pytest.mark.parametrize(
    "value",
    [
        [],
        {},
        {"$archiver": "NSKeyedArchiver", "$top": {}, "$objects": []},
        {"$archiver": "NSKeyedArchiver", "$top": [], "$objects": ["$null"]},
        {"$archiver": "Other", "$top": {}, "$objects": ["$null"]},
    ],
)
def test_what_is_no_archive_is_refused(value):
    with pytest.raises(ParseError):
        top_of(plistlib.dumps(value))


def test_a_number_without_an_object_is_refused():
    data = plistlib.dumps(
        {
            "$archiver": "NSKeyedArchiver",
            "$top": {"root": plistlib.UID(9)},
            "$objects": ["$null"],
        },
        fmt=plistlib.FMT_BINARY,
    )

    with pytest.raises(ParseError):
        top_of(data).get("root")
