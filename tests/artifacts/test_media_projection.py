"""The app that sees the screen now."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.media_projection import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, MediaProjection, Otherwise

from .evidence import evidence

HEAD = "MEDIA PROJECTION MANAGER (dumpsys media_projection)\nMedia Projection: \n"
OTHERS = Otherwise(entity="app", user=None, field="projecting", value=False)
GRANT = HEAD + "(com.example.cast, uid=1010123): TYPE_SCREEN_CAPTURE\n"


def stated(data):
    return list(parse(evidence(data, "dumpsys", "media_projection")))


def test_nobody():
    assert [OTHERS] == stated(HEAD + "null\n")


def test_an_app_of_another_user():
    assert [
        MediaProjection(user=10, package="com.example.cast", kind="screen_capture"),
        App(user=10, package="com.example.cast", projecting=True),
        OTHERS,
    ] == stated(GRANT)


@pytest.mark.parametrize(
    "data",
    ["", "hello\n", HEAD, HEAD + "nul", HEAD + "null", GRANT.rstrip("\n"), HEAD + "what\n"],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data)


def test_a_refusal_is_no_answer():
    with pytest.raises(NotAvailable):
        stated("Permission Denial: can't dump MediaProjectionManager\n")
