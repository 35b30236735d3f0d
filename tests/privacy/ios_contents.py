"""A backup whose stores of content are full of what nobody may see again."""

from __future__ import annotations

import plistlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from fixtures.building.ios_backup import Stored, build
from scanner.formats.ios_backup.domains import place_of
from tests.artifacts.ios.content.stores import MAC, UNIX, WEBKIT, Table, database, plist
from tests.privacy.test_canary import Canary, forms_of

EVIL = "evil.example.com"  # what the indicator names
TEXT, NAME, PATH = "CANARY-P-700 dinner", "CANARY-P-701 Ana", "canary-p-702-path"
QUERY, HOST, MAIL = "canary-p-703-query", "canary-p-704-host", "canary-p-705-mail@example.org"
PHONE, FILE = "+14155557060", "canary-p-707-photo.jpg"
PLANTED = [
    Canary(token, place, "P", frozenset(forms_of(token)))
    for token, place in (
        (TEXT, "a text"),
        (NAME, "a name"),
        (PATH, "the path of a URL"),
        (QUERY, "the query of a URL"),
        (HOST, "the host of a URL"),
        (MAIL, "an e-mail address"),
        (PHONE, "a phone number"),
        (FILE, "the name of a file"),
    )
]
URL = f"https://{HOST}.{EVIL}/{PATH}?q={quote(QUERY)}"
SAID = f"{TEXT} {URL} {MAIL} {PHONE}"
HOME = "/private/var/mobile"
APPS = f"{HOME}/Containers/Data/Application"
GROUPS = f"{HOME}/Containers/Shared/AppGroup"
CHROME = f"{APPS}/com.google.chrome.ios/Library/Application Support/Google/Chrome/Default"
TABLES: Mapping[str, Mapping[str, Table]] = {
    f"{HOME}/Library/SMS/sms.db": {
        "handle": (("ROWID", "id"), [(1, MAIL), (2, PHONE)]),
        "message": (
            ("ROWID", "text", "attributedBody", "handle_id", "date"),
            [(1, SAID, None, 1, MAC), (2, None, SAID.encode() + b"\x86\x84", 2, MAC)],
        ),
        "attachment": (("ROWID", "filename", "transfer_name"), [(1, f"~/Media/{FILE}", FILE)]),
    },
    f"{HOME}/Library/Safari/History.db": {
        "history_items": (("id", "url"), [(1, URL)]),
        "history_visits": (("id", "history_item", "visit_time", "title"), [(1, 1, MAC, TEXT)]),
    },
    f"{HOME}/Library/Safari/BrowserState.db": {
        "tabs": (("uuid", "title", "url", "last_viewed_time"), [("t", TEXT, URL, MAC)]),
    },
    f"{HOME}/Library/Safari/Bookmarks.db": {
        "bookmarks": (("id", "title", "url", "last_modified"), [(1, TEXT, URL, UNIX)]),
    },
    f"{CHROME}/History": {
        "urls": (("id", "url", "title", "last_visit_time"), [(1, URL, TEXT, WEBKIT)]),
        "visits": (("id", "url", "visit_time"), [(1, 1, WEBKIT)]),
    },
    f"{GROUPS}/group.net.whatsapp.WhatsApp.shared/ChatStorage.sqlite": {
        "ZWAMESSAGE": (
            ("Z_PK", "ZTEXT", "ZPUSHNAME", "ZFROMJID", "ZMESSAGEDATE"),
            [(1, SAID, NAME, f"{PHONE}@s.whatsapp.net", MAC)],
        ),
    },
    f"{HOME}/Library/CoreDuet/People/interactionC.db": {
        "ZCONTACTS": (
            ("Z_PK", "ZIDENTIFIER", "ZDISPLAYNAME"),
            [(1, MAIL, NAME), (2, PHONE, NAME)],
        ),
        "ZINTERACTIONS": (
            ("Z_PK", "ZSTARTDATE", "ZBUNDLEID", "ZSENDER", "ZCONTENTURL"),
            [(1, MAC, "com.example.chat", 1, URL)],
        ),
    },
    f"{HOME}/Library/Calendar/Calendar.sqlitedb": {
        "CalendarItem": (
            ("ROWID", "summary", "description", "start_date"),
            [(1, TEXT, SAID, MAC)],
        ),
        "Participant": (("email", "owner_id", "phone_number"), [(MAIL, 1, PHONE)]),
    },
    f"{HOME}/Library/CallHistoryDB/CallHistory.storedata": {
        "ZCALLRECORD": (("ZADDRESS", "ZDATE", "ZNAME"), [(MAIL, MAC, NAME), (PHONE, MAC, NAME)]),
    },
    f"{HOME}/Library/Shortcuts/Shortcuts.sqlite": {
        "ZSHORTCUT": (("Z_PK", "ZNAME", "ZMODIFICATIONDATE"), [(1, TEXT, MAC)]),
        "ZSHORTCUTACTIONS": (("ZSHORTCUT", "ZDATA"), [(1, plist([{"WFURL": URL, "t": TEXT}]))]),
    },
    f"{APPS}/com.example.app/Library/Caches/com.example.app/Cache.db": {
        "cfurl_cache_response": (("request_key", "time_stamp"), [(URL, "2026-11-02 09:30:00")]),
    },
}
CACHE = f"{HOME}/Library/Preferences/com.apple.identityservices.idstatuscache.plist"
CONTENT: Mapping[str, bytes] = {
    **{path: database(tables) for path, tables in TABLES.items()},
    CACHE: plist({"com.apple.madrid": {f"mailto:{MAIL}": {"LookupDate": 1.0}, f"tel:{PHONE}": {}}}),
}
SYSTEM: Mapping[str, bytes] = {
    f"{HOME}/Library/Preferences/.GlobalPreferences.plist": plistlib.dumps(
        {"AppleLocale": "en_US", "LDMGlobalEnabled": False}
    ),
    f"{HOME}/Library/TCC/TCC.db": database(
        {
            "access": (
                ("service", "client", "client_type", "auth_value", "auth_reason", "last_modified"),
                [("kTCCServiceMicrophone", "com.example.app", 0, 2, 2, UNIX)],
            )
        }
    ),
}


def stored_at(path: str) -> str:
    """Return the name under which a backup holds a file of the phone."""
    domain, relative = place_of(path) or ("", "")
    return Stored(domain=domain, path=relative).id


def backup(folder: Path, content: Mapping[str, bytes] = CONTENT, **given: str) -> Path:
    """Make a backup with stores of content, and files of the system."""
    folder.mkdir(parents=True, exist_ok=True)
    return build(folder, {**SYSTEM, **content}, **given)  # type: ignore[arg-type]


def feed(folder: Path) -> Path:
    """Write indicators: a domain that content names, and a page and an address that it does not."""
    path = folder / "feed.csv"
    rows = [("domain", EVIL), ("url", "https://other.example.net/x"), ("email", "x@example.net")]
    path.write_text("type,value\n" + "".join(f"{type},{value}\n" for type, value in rows))
    return path
