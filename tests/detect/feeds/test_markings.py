"""Who may read what a feed says of itself and of its threats, not only of its values."""

from __future__ import annotations

import pytest

from .bundles import bundle, indicator, number, read
from .test_misp import attribute, event

CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
DOMAIN = "[domain-name:value = 'c2.example.com']"


def report(refs: list[str], **keys):
    return {
        "type": "report",
        "id": number("report", 1),
        "name": "Operation Example",
        "object_refs": refs,
        "external_references": [{"url": "https://example.org/operation"}],
        **keys,
    }


@pytest.mark.parametrize(
    ("given", "own", "expected"),
    [(None, [RED], "red"), ("amber", [CLEAR], "amber"), (None, [], None), ("green", [], "green")],
)
def test_a_title_that_is_marked_marks_the_feed(tmp_path, given, own, expected):
    one = indicator(DOMAIN)
    about = report([one["id"]], object_marking_refs=own)
    feed = read(tmp_path, bundle([one, about]), tlp=given)

    assert ("Operation Example", expected) == (feed.title, feed.tlp)


def test_the_tag_of_an_event_marks_the_feed(tmp_path):
    found = event(attribute("domain", "c2.example.com"), Tag=[{"name": "tlp:red"}])

    assert "red" == read(tmp_path, found).tlp
    first = event(attribute("domain", "a.example.com"))
    assert None is read(tmp_path, {"response": [first, found]}).tlp


@pytest.mark.parametrize(
    ("own", "of_report", "named"),
    [
        ([], [RED], False),
        ([CLEAR], [AMBER], False),
        ([AMBER], [AMBER], True),
        ([RED], [AMBER], True),
        ([], [CLEAR], True),
    ],
)
def test_a_name_is_shown_to_nobody_who_may_not_read_it(tmp_path, own, of_report, named):
    one = indicator(DOMAIN, object_marking_refs=own)
    about = report([one["id"]], object_marking_refs=of_report)
    (found,) = read(tmp_path, bundle([one, about])).indicators

    expected = (("Operation Example",), ("https://example.org/operation",)) if named else ((), ())
    assert expected == (found.names, found.references)


def test_what_cannot_be_used_keeps_its_marking(tmp_path):
    broken = indicator("[mutex:name = 'x']", object_marking_refs=[RED])
    (listed,) = read(tmp_path, bundle([broken])).unusable
    assert "red" == listed.params["tlp"]

    unread = attribute("mutex", "x", Tag=[{"name": "tlp:amber"}])
    (listed,) = read(tmp_path, event(unread)).unusable
    assert "amber" == listed.params["tlp"]
