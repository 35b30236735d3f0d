"""One made store for each reading of content, with what it names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from scanner.artifacts.ios.content import (
    app_cache,
    calendar,
    calls,
    chrome_favicons,
    chrome_history,
    firefox_history,
    id_status_cache,
    interactions,
    messages,
    safari_bookmarks,
    safari_favicons,
    safari_history,
    safari_tabs,
    shortcuts,
    webkit_statistics,
    whatsapp,
)
from scanner.model.artifact import Artifact, Parser
from tests.artifacts.ios.content.stores import DAY, MAC, UNIX, WEBKIT, Table, database, plist

A, B, C = (f"https://{name}.example.com/page" for name in "abc")
HANDLES = [(1, "ana@example.org"), (2, "+14155550100"), (3, "b@example.org")]
ARCHIVE = b"streamtyped\x81\xe8\x03\x84\x01+\x1e" + C.encode() + b"\x86\x84\x02iI"


class Case(NamedTuple):
    """A store, and what is read of it: type, value, day and count."""

    artifact: Artifact
    path: str
    parse: Parser
    data: bytes
    told: set[tuple[str, str, str | None, int]]
    records: int


def case(  # noqa: PLR0917 - the fields of a case, in their order
    artifact: Artifact,
    path: str,
    parse: Parser,
    tables: Mapping[str, Table],
    told: set[tuple[str, str, str | None, int]],
    records: int,
) -> Case:
    return Case(artifact, path, parse, database(tables), told, records)


HOME = "/private/var/mobile"
APP = f"{HOME}/Containers/Data/Application/com.example.app"
GROUP = f"{HOME}/Containers/Shared/AppGroup/group.example"
STATISTICS = "Library/WebKit/WebsiteData/ResourceLoadStatistics"


def session(*urls: str) -> bytes:
    entries = [{"SessionHistoryEntryURL": url, "SessionHistoryEntryTitle": "t"} for url in urls]
    return b"\0\0\0\1" + plist({"SessionHistory": {"SessionHistoryEntries": entries}})


def log(*domains: str) -> bytes:
    entry: dict[str, Any] = {
        "PrevalentResourceOrigin": domains[0],
        "lastSeen": float(UNIX),
        "topFrameUniqueRedirectsTo": list(domains[1:]),
    }
    return plist({"browsingStatistics": [entry], "version": 18})


SESSIONS = [("t", session(A, B)), ("u", session(C))]
SENT = [("b.example.com", C, "x.pdf")]
OBSERVED = ("domainID", "registrableDomain", "lastSeen")

CASES: tuple[Case, ...] = (
    case(
        messages.MESSAGES,
        f"{HOME}/Library/SMS/sms.db",
        messages.parse,
        {
            "handle": (
                ("ROWID", "id"),
                HANDLES,
            ),
            "message": (
                ("ROWID", "text", "attributedBody", "payload_data", "handle_id", "date"),
                [
                    (1, f"see {A} and {A}", None, None, 1, MAC * 10**9),
                    (2, None, ARCHIVE, plist({"link": B}), 2, MAC * 10**9),
                    (3, "nothing", None, None, 2, 0),
                ],
            ),
            "attachment": (
                ("ROWID", "filename", "transfer_name"),
                [(1, "~/Library/SMS/Attachments/00/x.gif", "x.gif")],
            ),
        },
        {
            ("url", A, DAY, 1),
            ("url", B, DAY, 1),
            ("url", C, DAY, 1),
            ("email", "ana@example.org", DAY, 1),
            ("email", "b@example.org", None, 1),
            ("file_path", f"{HOME}/Library/SMS/Attachments/00/x.gif", None, 1),
            ("file_name", "x.gif", None, 1),
        },
        5,
    ),
    case(
        safari_history.SAFARI_HISTORY,
        f"{APP}/Library/Safari/Profiles/7A/History.db",
        safari_history.parse,
        {
            "history_items": (("id", "url"), [(1, A), (2, B), (3, C)]),
            "history_visits": (
                ("id", "history_item", "visit_time", "redirect_source", "redirect_destination"),
                [(1, 1, MAC, None, 2), (2, 2, MAC, 1, None), (3, 1, MAC + 5, None, None)],
            ),
            "history_tombstones": (("url", "end_time"), [("http://d.example.com/", MAC)]),
        },
        {
            ("url", A, DAY, 2),
            ("url", B, DAY, 1),
            ("url", C, None, 1),
            ("url", "http://d.example.com/", DAY, 1),
        },
        5,
    ),
    case(
        safari_tabs.SAFARI_TABS,
        f"{HOME}/Library/Safari/BrowserState.db",
        safari_tabs.parse,
        {
            "tabs": (("uuid", "url", "user_visible_url", "last_viewed_time"), [("t", A, A, MAC)]),
            "tab_sessions": (
                ("tab_uuid", "session_data"),
                [("t", session(A, B)), ("u", session(C))],
            ),
        },
        {("url", A, DAY, 1), ("url", B, DAY, 1), ("url", C, None, 1)},
        2,
    ),
    case(
        safari_tabs.SAFARI_TABS,
        f"{APP}/Library/Safari/SafariTabs.db",
        safari_tabs.parse,
        {"bookmarks": (("id", "url", "last_modified"), [(1, A, UNIX), (2, None, 0)])},
        {("url", A, DAY, 1)},
        2,
    ),
    case(
        safari_tabs.SAFARI_TABS,
        f"{HOME}/Library/Safari/CloudTabs.db",
        safari_tabs.parse,
        {"cloud_tabs": (("url", "last_viewed_time"), [(A, MAC)])},
        {("url", A, DAY, 1)},
        1,
    ),
    case(
        safari_bookmarks.SAFARI_BOOKMARKS,
        f"{HOME}/Library/Safari/Bookmarks.db",
        safari_bookmarks.parse,
        {"bookmarks": (("id", "url", "last_modified"), [(1, A, UNIX), (2, B, None)])},
        {("url", A, DAY, 1), ("url", B, None, 1)},
        2,
    ),
    case(
        safari_favicons.SAFARI_FAVICONS,
        f"{APP}/Library/Image Cache/Favicons/Favicons.db",
        safari_favicons.parse,
        {
            "icon_info": (("uuid", "url", "timestamp"), [("u", B, MAC)]),
            "page_url": (("url", "uuid"), [(A, "u")]),
            "rejected_resources": (("page_url", "icon_url", "timestamp"), [(C, B, MAC)]),
        },
        {("url", A, DAY, 1), ("url", B, DAY, 2), ("url", C, DAY, 1)},
        2,
    ),
    case(
        chrome_history.CHROME_HISTORY,
        f"{APP}/Library/Application Support/Google/Chrome/Default/History",
        chrome_history.parse,
        {
            "urls": (("id", "url", "last_visit_time"), [(1, A, WEBKIT), (2, B, WEBKIT)]),
            "visits": (("id", "url", "visit_time"), [(1, 1, WEBKIT), (2, 1, WEBKIT)]),
            "downloads_url_chains": (("id", "url"), [(1, C)]),
        },
        {("url", A, DAY, 2), ("url", B, DAY, 1), ("url", C, None, 1)},
        4,
    ),
    case(
        chrome_favicons.CHROME_FAVICONS,
        f"{APP}/Library/Application Support/Google/Chrome/Default/Favicons",
        chrome_favicons.parse,
        {
            "favicons": (("id", "url"), [(1, B)]),
            "favicon_bitmaps": (("icon_id", "last_updated"), [(1, WEBKIT)]),
            "icon_mapping": (("page_url", "icon_id"), [(A, 1), (C, 9)]),
        },
        {("url", A, DAY, 1), ("url", B, DAY, 1), ("url", C, None, 1)},
        2,
    ),
    case(
        firefox_history.FIREFOX_HISTORY,
        f"{GROUP}/profile.profile/browser.db",
        firefox_history.parse,
        {
            "history": (("id", "url", "title"), [(1, A, "t"), (2, B, "t")]),
            "visits": (("id", "siteID", "date"), [(1, 1, UNIX * 1_000_000)]),
            "favicons": (("id", "url"), [(1, C)]),
        },
        {("url", A, DAY, 1), ("url", B, None, 1), ("url", C, None, 1)},
        3,
    ),
    case(
        firefox_history.FIREFOX_HISTORY,
        f"{GROUP}/profile.profile/places.db",
        firefox_history.parse,
        {
            "moz_places": (("id", "url"), [(1, A)]),
            "moz_historyvisits": (("place_id", "visit_date"), [(1, UNIX * 1000)]),
        },
        {("url", A, DAY, 1)},
        1,
    ),
    case(
        webkit_statistics.WEBKIT_STATISTICS,
        f"{APP}/{STATISTICS}/observations.db",
        webkit_statistics.parse,
        {
            "ObservedDomains": (
                ("domainID", "registrableDomain", "lastSeen"),
                [(1, "a.example.com", UNIX)],
            )
        },
        {("domain", "a.example.com", DAY, 1)},
        1,
    ),
    Case(
        webkit_statistics.WEBKIT_STATISTICS,
        f"{APP}/{STATISTICS}/full_browsing_session_resourceLog.plist",
        webkit_statistics.parse_log,
        log("a.example.com", "b.example.com"),
        {("domain", "a.example.com", DAY, 1), ("domain", "b.example.com", DAY, 1)},
        1,
    ),
    case(
        whatsapp.WHATSAPP,
        f"{GROUP}/ChatStorage.sqlite",
        whatsapp.parse,
        {
            "ZWAMESSAGE": (("Z_PK", "ZTEXT", "ZMESSAGEDATE"), [(1, f"x {A}", MAC), (2, None, MAC)]),
            "ZWAMEDIAITEM": (
                ("ZTITLE", "ZMEDIAURL", "ZVCARDNAME"),
                [("b.example.com", C, "x.pdf")],
            ),
            "ZWAMESSAGEDATAITEM": (("ZMATCHEDTEXT", "ZDATE"), [(A, MAC)]),
        },
        {
            ("url", A, DAY, 2),
            ("url", C, None, 1),
            ("domain", "b.example.com", None, 1),
            ("file_name", "x.pdf", None, 1),
        },
        4,
    ),
    Case(
        id_status_cache.ID_STATUS_CACHE,
        f"{HOME}/Library/Preferences/com.apple.identityservices.idstatuscache.plist",
        id_status_cache.parse,
        plist(
            {
                "com.apple.madrid": {
                    "mailto:a@example.org": {"LookupDate": float(MAC), "IDStatus": 1},
                    "tel:+14155550100": {"LookupDate": float(MAC), "IDStatus": 1},
                    "mailto:b@example.org": 7,
                },
                "version": 2,
            }
        ),
        {("email", "a@example.org", DAY, 1)},
        2,
    ),
    case(
        interactions.INTERACTIONS,
        f"{HOME}/Library/CoreDuet/People/interactionC.db",
        interactions.parse,
        {
            "ZCONTACTS": (
                ("Z_PK", "ZIDENTIFIER", "ZDISPLAYNAME", "ZCREATIONDATE"),
                [(1, "a@example.org", "Ana", MAC), (2, "+14155550100", "Bo", MAC)],
            ),
            "ZINTERACTIONS": (
                ("Z_PK", "ZSTARTDATE", "ZBUNDLEID", "ZSENDER", "ZCONTENTURL"),
                [(1, MAC, "com.example.chat", 1, A), (2, MAC, "com.example.chat", 2, None)],
            ),
        },
        {
            ("email", "a@example.org", DAY, 2),
            ("package", "com.example.chat", DAY, 2),
            ("url", A, DAY, 1),
        },
        4,
    ),
    case(
        shortcuts.SHORTCUTS,
        f"{HOME}/Library/Shortcuts/Shortcuts.sqlite",
        shortcuts.parse,
        {
            "ZSHORTCUT": (("Z_PK", "ZMODIFICATIONDATE"), [(1, MAC)]),
            "ZSHORTCUTACTIONS": (
                ("ZSHORTCUT", "ZDATA"),
                [(1, plist([{"WFWorkflowActionParameters": {"WFURL": A}}])), (2, None)],
            ),
        },
        {("url", A, DAY, 1)},
        2,
    ),
    case(
        calendar.CALENDAR,
        f"{HOME}/Library/Calendar/Calendar.sqlitedb",
        calendar.parse,
        {
            "CalendarItem": (
                ("ROWID", "summary", "description", "start_date", "url"),
                [(1, "Lunch", f"join {A}", MAC, B)],
            ),
            "Participant": (
                ("ROWID", "email", "owner_id"),
                [(1, "a@example.org", 1), (2, None, 1)],
            ),
            "Identity": (("address",), [("mailto:b@example.org",)]),
        },
        {
            ("url", A, DAY, 1),
            ("url", B, DAY, 1),
            ("email", "a@example.org", DAY, 1),
            ("email", "b@example.org", None, 1),
        },
        4,
    ),
    case(
        calls.CALLS,
        f"{HOME}/Library/CallHistoryDB/CallHistory.storedata",
        calls.parse,
        {
            "ZCALLRECORD": (
                ("ZADDRESS", "ZDATE"),
                [(b"a@example.org", MAC), ("+14155550100", MAC)],
            ),
            "ZHANDLE": (("ZVALUE",), [("b@example.org",)]),
        },
        {("email", "a@example.org", DAY, 1), ("email", "b@example.org", None, 1)},
        3,
    ),
    case(
        app_cache.APP_CACHE,
        f"{APP}/Library/Caches/com.example.app/Cache.db",
        app_cache.parse,
        {
            "cfurl_cache_response": (
                ("request_key", "time_stamp"),
                [(A, "2026-11-02 09:30:00"), (B, "never")],
            )
        },
        {("url", A, DAY, 1), ("url", B, None, 1)},
        2,
    ),
)
"""Times, of all of them, are of one day."""
