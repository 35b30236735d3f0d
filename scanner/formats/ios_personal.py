"""Which file names of an iPhone a person, or somebody who writes to one, may have chosen.

What a person named is personal, and so is what an app names after persons: attachments, mailboxes,
documents. Of such a file the folder that every phone has is told, a number, and the ending. Names
that iOS itself gives stay: rules and indicators look for them.

A name with an address, a number to call or letters beyond ASCII in it is taken for a person's
wherever it stands in /private/var/mobile; so is that of an old crash report, which ends in the name
of the phone, and a pairing, whose file bears the id of the computer.

Below /private/var/mobile/Library the folders of people's own data keep the names of the files that
lie in them directly, as `SMS/sms.db`, which iOS gives; what lies deeper was named after a person.
"""

from __future__ import annotations

import re

_HOME = "/private/var/mobile/"
_MEDIA, _LIBRARY, _CONTAINERS = f"{_HOME}Media/", f"{_HOME}Library/", f"{_HOME}Containers/"
_PAIRINGS = "/private/var/root/Library/Lockdown/pair_records"
_REPORTS = "/CrashReporter/"
_ENDING = re.compile(r"[^/]\.([A-Za-z0-9]{1,16})\Z")
_ENDING_WITHIN = 255  # characters
_IN_MEDIA = frozenset(
    (
        *("AirFair", "Airlock", "Books", "DCIM", "Deferred", "Downloads", "ManagedPurchases"),
        *("PhotoData", "PhotoStreamsData", "Photos", "Podcasts", "PublicStaging", "Purchases"),
        *("Radio", "Recordings", "iTunes_Control"),
    )
)
_OF_PEOPLE = frozenset(
    (
        "Accounts",
        "AddressBook",
        "Application Support",
        "Assistant",
        "Calendar",
        "CallHistoryDB",
        "CallHistoryTransactions",
        "FaceTime",
        "Health",
        "Keyboard",
        "Mail",
        "Maps",
        "MedicalID",
        "Notes",
        "Passes",
        "Photos",
        "Reminders",
        "SMS",
        "Safari",
        "Shortcuts",
        "Spotlight",
        "WebKit",
    )
)
"""Folders with files that iOS names directly in them, and what it names after people below."""
_NAMED_BY_PEOPLE = frozenset(
    (
        *("CloudStorage", "DataAccess", "Fonts", "Inboxes", "LiveFiles", "Mobile Documents"),
        *("Recordings", "Ringtones", "Sounds", "Voicemail", "WebClips"),
    )
)
_SPEAKING = re.compile(
    r"[^\0-\x7f]|[^/@]@(?![23]x[~.])[^/@]+\.[A-Za-z]{2}|\+[0-9]{7}"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{6}[ _][^/.]"
)
_TOLD = frozenset(("SMS/Attachments", "SMS/Drafts", "SMS/StickerCache"))
_IN_CONTAINER = frozenset(("Documents", "Library", "StoreKit", "SystemData", "tmp"))
_IN_LIBRARY_OF_APP = frozenset(
    (
        *("Application Support", "Caches", "Cookies", "HTTPStorages", "Preferences", "SplashBoard"),
        *("SyncedPreferences", "WebKit"),
    )
)
_METADATA = frozenset(
    (
        "iTunesMetadata.plist",
        ".com.apple.mobile_container_manager.metadata.plist",
        "com.apple.mobile_container_manager.metadata.plist",
    )
)
_PREFERENCES = re.compile(
    r"Library/Preferences/[A-Za-z]{2,20}(?:\.[A-Za-z0-9_-]{1,60}){2,12}\.plist"
)


def personal_folder(path: str) -> str | None:
    """Return the folder that may be told of a path; None where the whole path may be."""
    if not path.startswith(_HOME):
        return _PAIRINGS if path.startswith(f"{_PAIRINGS}/") else None
    if path.startswith(_LIBRARY):
        folder = _in_library(path)
    elif path.startswith(_CONTAINERS):
        folder = _in_container(path)
    elif path.startswith(_MEDIA):
        folder = _in_media(path)
    else:
        folder = None
    told = folder or path
    speaking = _SPEAKING.search(told, len(_HOME)) if _may_speak(told) else None
    return told[: told.rindex("/", 0, speaking.start())] if speaking else folder


def _may_speak(path: str) -> bool:
    """Say quickly of most paths that nobody's name is in them: there are hundreds of thousands."""
    return not path.isascii() or "@" in path or "+" in path or _REPORTS in path


def ending(path: str) -> str | None:
    """Return the ending of a name in lower case; None where it has none."""
    match = _ENDING.search(path[-_ENDING_WITHIN:])
    return match[1].lower() if match else None


class Numbers:
    """Numbers for personal names, in the order in which they come."""

    def __init__(self) -> None:
        self._last: dict[str, int] = {}

    def named(self, folder: str, end: str | None) -> str:
        """Return what stands for the next file in a folder."""
        self._last[folder] = number = self._last.get(folder, 0) + 1
        return f"{folder}/{number}.{end}" if end else f"{folder}/{number}"


def _in_media(path: str) -> str | None:
    first, slash, _ = path[len(_MEDIA) :].partition("/")
    if not slash and first in _IN_MEDIA:
        return None
    return f"{_MEDIA}{first}" if first in _IN_MEDIA else _MEDIA[:-1]


def _in_library(path: str) -> str | None:
    first, slash, rest = path[len(_LIBRARY) :].partition("/")
    if not slash:
        return None
    if first in _NAMED_BY_PEOPLE:
        return f"{_LIBRARY}{first}"
    if first not in _OF_PEOPLE or "/" not in rest:
        return None
    inner = f"{first}/{rest.partition('/')[0]}"
    return f"{_LIBRARY}{inner}" if inner in _TOLD else f"{_LIBRARY}{first}"


def _in_container(path: str) -> str | None:
    """Return the folder to tell of a file of an app: its names are those of the app's user."""
    parts = path[len(_CONTAINERS) :].split("/", 3)
    if len(parts) <= 3:  # noqa: PLR2004  Data, Application, identifier: the container itself
        return None
    inner = parts[3]
    if inner in _METADATA or inner in _IN_CONTAINER or _PREFERENCES.fullmatch(inner):
        return None
    container = path[: -len(inner) - 1]
    first, slash, rest = inner.partition("/")
    if not slash or first not in _IN_CONTAINER:
        return container
    second, deeper, _ = rest.partition("/")
    if first != "Library" or second not in _IN_LIBRARY_OF_APP:
        return f"{container}/{first}"
    return f"{container}/{first}/{second}" if deeper else None
