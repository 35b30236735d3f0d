"""What the Info.plist of an app says: its names, where it runs, what it answers and asks for.

Source: Apple's Information Property List reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.plists import Map, entries, flag, mapping, plist_of, text, texts

SIZE_LIMIT = 4 << 20  # bytes
NAME = "Info.plist"
_LIST = 2000
_LENGTH = 255
_PLATFORMS = {"iPhoneOS": "ios", "iPhoneSimulator": "simulator", "MacOSX": "macos"}


class Information(Struct, frozen=True, kw_only=True):
    """The parts of an Info.plist that are looked at."""

    identifier: str | None
    executable: str | None
    label: str | None
    version: str | None  # CFBundleShortVersionString
    bundle_version: str | None  # CFBundleVersion
    min_os: str | None
    platform: str | None
    cleartext: bool | None  # App Transport Security is off for all; None: not stated
    url_schemes: tuple[str, ...] | None
    queried_schemes: tuple[str, ...] | None
    background_modes: tuple[str, ...] | None


def information(data: bytes) -> Information:
    """Read an Info.plist; ParseError where it is none."""
    if len(data) > SIZE_LIMIT:
        raise ParseError(f"an Info.plist of at most {SIZE_LIMIT} bytes expected")
    found = plist_of(data)
    if not isinstance(found, dict):
        raise ParseError("an Info.plist with a dictionary expected")
    return Information(
        identifier=text(found, "CFBundleIdentifier", limit=_LENGTH),
        executable=text(found, "CFBundleExecutable", limit=_LENGTH),
        label=text(found, "CFBundleDisplayName") or text(found, "CFBundleName"),
        version=text(found, "CFBundleShortVersionString", limit=_LENGTH),
        bundle_version=text(found, "CFBundleVersion", limit=_LENGTH),
        min_os=text(found, "MinimumOSVersion", limit=_LENGTH),
        platform=_platform(found),
        cleartext=flag(mapping(found, "NSAppTransportSecurity"), "NSAllowsArbitraryLoads"),
        url_schemes=_listed(_schemes(found)),
        queried_schemes=_listed(texts(found, "LSApplicationQueriesSchemes", limit=_LENGTH)),
        background_modes=_listed(texts(found, "UIBackgroundModes", limit=_LENGTH)),
    )


def _schemes(found: Map) -> Iterator[str]:
    for each in entries(found, "CFBundleURLTypes")[:_LIST]:
        if isinstance(each, dict):
            yield from texts(each, "CFBundleURLSchemes", limit=_LENGTH)


def _platform(found: Map) -> str | None:
    named = next(texts(found, "CFBundleSupportedPlatforms", limit=_LENGTH), None)
    return _PLATFORMS.get(named or "")


def _listed(values: Iterator[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(values))[:_LIST] or None
