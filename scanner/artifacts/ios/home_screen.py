"""What stands on the home screen, from SpringBoard.

`getIconState` of format 2 answers with a list: the dock, then the pages, each a list of icons.

- an app: bundleIdentifier, and displayIdentifier, which is the same, or an identifier of the icon
  where an app stands twice;
- a folder: listType `folder` and iconLists, pages of its own;
- a web clip: an identifier of 32 hexadecimal digits as displayIdentifier, with no bundleIdentifier
  or that of com.apple.webapp; an app clip looks the same;
- a widget or a stack of them (iconType `custom`, elementType, elements) and a stack of files
  (iconType `fileStack`): no icon of an app. Widgets name the bundle of their extension;
- older versions write an icon as its identifier alone, and an empty place as 0 or false.

Titles and addresses stand there too and are never read.

Sources: pymobiledevice3 springboard.py, SpringBoardHome's code (decompiled), clients that write
layouts of iOS 26.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct, field

from scanner.artifacts.ios.reply import reply
from scanner.errors import ParseError
from scanner.formats.plists import Map, Value, entries, read_plist, text
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import App, Otherwise, WebClip
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import ServiceCall

_COUNT = 20_000  # icons
_LENGTH = 255  # characters of an identifier
_WEB = re.compile(r"com\.apple\.webapp(?:-(.{1,255}))?", re.DOTALL)
_HEX = re.compile(r"[0-9A-Fa-f]{32}|[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_NO_ICONS = frozenset({"custom", "widget", "fileStack"})


class _Screen(Struct):
    """What was found so far."""

    apps: set[str] = field(default_factory=set)
    clips: set[str] = field(default_factory=set)
    whole: bool = True  # every entry was one of a known kind


def parse(file: EvidenceFile) -> Iterator[App | WebClip | Otherwise]:
    """Yield apps and web clips and, where all was understood, that no other app stands there."""
    pages = read_plist(file)
    if isinstance(pages, dict):
        reply(file)
    if not isinstance(pages, list):
        raise ParseError("a list of pages expected")
    screen = _read(pages)
    if not screen.apps:
        raise ParseError("icons of a home screen expected")
    for identifier in sorted(screen.apps):
        yield App(user=0, package=identifier, home_screen=True)
    for identifier in sorted(screen.clips):
        yield WebClip(id=identifier)
    if screen.whole:
        yield Otherwise(entity="app", user=0, field="home_screen", value=None)


def _read(pages: list[Value]) -> _Screen:
    screen, waiting = _Screen(), [pages]
    while waiting:
        for entry in waiting.pop():
            if isinstance(entry, list):
                waiting.append(entry)
            elif isinstance(entry, dict):
                waiting.append(_entry(screen, entry))
            elif isinstance(entry, str):
                _identifier(screen, entry)
            elif entry != 0:  # also false: an empty place
                screen.whole = False
        if len(screen.apps) + len(screen.clips) > _COUNT:
            raise ParseError(f"at most {_COUNT} icons expected")
    return screen


def _entry(screen: _Screen, entry: Map) -> list[Value]:
    """Take an icon; return the pages below it."""
    if text(entry, "iconType") in _NO_ICONS or "elementType" in entry or "elements" in entry:
        return []
    bundle, shown = text(entry, "bundleIdentifier"), text(entry, "displayIdentifier")
    web = _WEB.fullmatch(bundle or "")
    if web or any(key.startswith("webClip") for key in entry):
        clip = text(entry, "webClipIdentifier") or shown or (web and web[1])
        screen.clips.add((clip or "")[:_LENGTH])
    elif bundle or shown:
        _identifier(screen, bundle or shown or "")
    elif "iconLists" not in entry:
        screen.whole = False
    return entries(entry, "iconLists")


def _identifier(screen: _Screen, identifier: str) -> None:
    """Take an icon that is told by one identifier: an app's has a dot, a web clip's has none."""
    web = _WEB.fullmatch(identifier)
    if web or "." not in identifier or _HEX.fullmatch(identifier):
        screen.clips.add(((web and web[1]) or identifier)[:_LENGTH])
    else:
        screen.apps.add(identifier[:_LENGTH])


HOME_SCREEN = Artifact(
    name="ios.home_screen",
    title="Home screen",
    platform="ios",
    states=(Stated(App, ("user", "package", "home_screen")), Stated(WebClip)),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.springboardservices",
                arguments=(("command", "getIconState"), ("formatVersion", "2")),
            ),
            parse,
        ),
    ),
)
