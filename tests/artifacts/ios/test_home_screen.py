"""What stands on the home screen."""

from __future__ import annotations

import plistlib

import pytest

from scanner.artifacts.ios.home_screen import parse
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Otherwise, WebClip

from .replies import read

CLIP = "0123456789ABCDEF0123456789ABCDEF"
NO_OTHER = Otherwise(entity="app", user=0, field="home_screen")


def app(identifier):
    return {
        "bundleIdentifier": identifier,
        "displayIdentifier": identifier,
        "displayName": "A title",
        "bundleVersion": "1",
    }


def folder(*pages, **more):
    return {"listType": "folder", "displayName": "A title", "iconLists": list(pages), **more}


def stated(*packages, clips=(), whole=True):
    shown = [App(user=0, package=name, home_screen=True) for name in packages]
    return [*shown, *(WebClip(id=clip) for clip in clips), *([NO_OTHER] if whole else [])]


def test_dock_pages_and_folders_at_any_depth():
    screen = [
        [app("com.example.phone")],
        [app("com.example.mail"), folder([app("com.example.a")], [folder([app("com.example.b")])])],
        [],
    ]

    assert stated(
        "com.example.a", "com.example.b", "com.example.mail", "com.example.phone"
    ) == read(parse, screen)


@pytest.mark.parametrize(
    "icon",
    [
        {"displayIdentifier": CLIP, "displayName": "A title"},
        {"displayIdentifier": CLIP, "bundleIdentifier": "com.apple.webapp"},
        {"bundleIdentifier": f"com.apple.webapp-{CLIP}"},
        {"displayIdentifier": CLIP, "webClipURL": "https://example.com/secret"},
        {"webClipIdentifier": CLIP, "displayIdentifier": "com.example.looks.like.an.app"},
        CLIP,
        f"com.apple.webapp-{CLIP}",
    ],
)
def test_web_clips(icon):
    found = read(parse, [[app("com.example.a"), icon]])

    assert stated("com.example.a", clips=[CLIP]) == found
    assert "secret" not in repr(found)
    assert "A title" not in repr(found)


@pytest.mark.parametrize(
    "icon",
    [
        {"iconType": "custom", "elementType": "widget", "bundleIdentifier": "com.example.b.widget"},
        {"iconType": "custom", "elements": [app("com.example.b.widget")], "iconLists": []},
        {"iconType": "fileStack", "fileStackIconDataSourceUniqueIdentifier": "x"},
        {"elementType": "widget", "containerBundleIdentifier": "com.example.b"},
        0,
        False,
    ],
)
def test_widgets_and_empty_places_are_no_icons(icon):
    assert stated("com.example.a") == read(parse, [[app("com.example.a"), icon]])


def test_an_app_that_stands_twice_and_older_forms():
    screen = [
        [
            {"iconType": "app", "displayIdentifier": "0-1-2", "bundleIdentifier": "com.example.a"},
            app("com.example.a"),
            "com.example.b",
            {"displayIdentifier": "com.example.c", "displayName": "A title"},
        ]
    ]

    assert stated("com.example.a", "com.example.b", "com.example.c") == read(parse, screen)


@pytest.mark.parametrize("icon", [{"displayName": "A title"}, 7, b"\0", {"new": {"form": 1}}])
def test_an_entry_of_an_unknown_kind_denies_no_app(icon):
    assert stated("com.example.a", whole=False) == read(parse, [[app("com.example.a"), icon]])


@pytest.mark.parametrize("screen", [[], [[]], [[0, 0]], {"iconLists": [[app("a.b")]]}, "x", 7])
def test_a_screen_without_an_icon_is_an_error(screen):
    with pytest.raises(ParseError):
        read(parse, screen)


def test_a_refusal():
    with pytest.raises(NotAvailable):
        read(parse, {"Error": "PasswordProtected"})


def test_names_are_bounded():
    found = read(parse, [[app("com." + "x" * 999), {"displayIdentifier": "y" * 999}]])

    assert [255, 255] == [len(found[0].package), len(found[1].id)]


def test_too_many_icons_are_an_error():
    with pytest.raises(ParseError):
        read(parse, [[f"com.example.a{number}" for number in range(20_001)]])


def test_pages_that_hold_themselves_end():
    inner = [app("com.example.a")]
    for _ in range(40):
        inner = [inner, inner]

    with pytest.raises(ParseError):
        read(parse, plistlib.loads(plistlib.dumps(inner, fmt=plistlib.FMT_BINARY)))
