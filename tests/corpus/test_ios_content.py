"""Stores of content of real phones: how many records and addresses are read, and what matches."""

from __future__ import annotations

import hashlib
import zipfile
from collections import Counter

import pytest

from scanner.artifacts.ios.content import (
    app_cache,
    calendar,
    calls,
    interactions,
    messages,
    safari_bookmarks,
    safari_history,
    safari_tabs,
    webkit_statistics,
    whatsapp,
)
from scanner.detect import ScanFacts
from scanner.detect.feeds import read_feed
from scanner.detect.indicators import Index, inspect_indicators
from scanner.model.entities import ContentMatch, ContentSource, Mention
from scanner.model.evidence import BytesFile
from scanner.model.requests import File
from scanner.snapshot import Snapshot

pytestmark = pytest.mark.corpus

SMS, TABS, CHATS, DATES, STATISTICS, PEOPLE = (
    "sms",
    "tabs",
    "chats",
    "dates",
    "statistics",
    "people",
)
BACKUP = {
    SMS: ("HomeDomain-Library/SMS/sms.db", messages),
    TABS: ("HomeDomain-Library/Safari/BrowserState.db", safari_tabs),
    CHATS: ("AppDomainGroup-group.net.whatsapp.WhatsApp.shared-ChatStorage.sqlite", whatsapp),
    DATES: ("HomeDomain-Library/Calendar/Calendar.sqlitedb", calendar),
    PEOPLE: ("HomeDomain-Library/CoreDuet/People/interactionC.db", interactions),
    STATISTICS: (
        "AppDomain-com.google.chrome.ios-Library/WebKit/WebsiteData/ResourceLoadStatistics/observations.db",
        webkit_statistics,
    ),
}
FILES = {
    "messages/testdata/messages.1.sms.db": (messages, 12, {"file_path": 1, "file_name": 2}),
    "safari/testdata/safari.1.History.db": (safari_history, 4, {"url": 2}),
    "safari/testdata/safari.1.Bookmarks.db": (safari_bookmarks, 9, {"url": 5}),
    "calls/testdata/calls.1.CallHistory.storedata": (calls, 7, {}),
    "calendar/testdata/calendar.1.Calendar.sqlitedb": (
        calendar,
        13,
        {"email": 3, "url": 3, "domain": 1},
    ),
}


def read(store, data, log=None):
    """Return what a store names, each value once, and the source."""

    class Recorded(BytesFile):
        def beside(self):
            return BytesFile(File(path="/log"), log) if log else None

    *mentions, source = store.parse(Recorded(File(path="/store"), data))
    assert isinstance(source, ContentSource)
    assert all(isinstance(each, Mention) for each in mentions)
    return mentions, source


def kinds(mentions):
    return dict(Counter(kind for kind, _ in {(each.kind, each.value) for each in mentions}))


@pytest.fixture
def stores(corpus):
    """Return the stores of a backup, by our word for each."""
    found = {}
    for name, (place, store) in BACKUP.items():
        id = hashlib.sha1(place.encode(), usedforsecurity=False).hexdigest()
        found[name] = read(store, (corpus / "mvt" / "ios_backup" / id[:2] / id).read_bytes())
    return found


def test_records_of_a_backup(stores):
    assert {SMS: 1, TABS: 1, CHATS: 3, DATES: 2, PEOPLE: 6, STATISTICS: 2} == {
        name: source.records for name, (_, source) in stores.items()
    }
    assert {
        SMS: {"url": 1},
        TABS: {"url": 1},
        CHATS: {"url": 1},
        DATES: {"email": 1},
        PEOPLE: {"package": 2, "email": 1},
        STATISTICS: {"domain": 2},
    } == {name: kinds(mentions) for name, (mentions, _) in stores.items()}


@pytest.mark.parametrize(
    ("indicators", "expected"),
    [
        ("mvt_generated_test", {("messages", "domain"), ("whatsapp", "domain")}),
        (
            "mvt_unit_test_values",
            {("messages", "domain"), ("safari_tabs", "domain"), ("calendar", "email")},
        ),
    ],
)
def test_indicators_that_the_content_of_a_backup_names(corpus, stores, indicators, expected):
    snapshot = Snapshot("ios")
    for name, (mentions, source) in stores.items():
        for each in (*mentions, source):
            snapshot.add(each, evidence=name, provenance="os_claimed", rank=0)
    feed = read_feed(corpus / "mvt" / "indicators" / f"{indicators}.stix2")
    results = inspect_indicators(
        snapshot,
        Index.of([feed], None),
        platform="ios",
        gaps=(),
        statements=(messages.MESSAGES,),
        facts=ScanFacts(),
    )
    found = [each for _, findings in results for each in findings]

    assert expected == {(each.source, each.indicator_type) for each in snapshot.every(ContentMatch)}
    assert len(expected) == len(found)


@pytest.mark.parametrize("name", FILES)
def test_stores_of_other_phones(corpus, name):
    store, records, expected = FILES[name]
    mentions, source = read(store, (corpus / "ios-sqlite-plist" / name).read_bytes())

    assert records == source.records
    assert expected == kinds(mentions)


def test_messages_of_whatsapp_of_a_reference_image(corpus):
    """Of 39 rows, 32 are messages, as others count them, and 7 are media."""
    name = "testdata.whatsApp.whatsAppMessages.josh_ios15_ffs.zip"
    with zipfile.ZipFile(corpus / "ios-ileapp-cases" / "whatsApp" / name) as archive:
        (member,) = [one for one in archive.namelist() if one.endswith("ChatStorage.sqlite")]
        mentions, source = read(whatsapp, archive.read(member))

    assert (32 + 7, {"url": 2, "file_name": 1}) == (source.records, kinds(mentions))


def test_the_cache_of_safari_lies_in_its_log(corpus):
    name = "testdata.safariCache.safariCache.mvs_ios_2023.zip"
    with zipfile.ZipFile(corpus / "ios-ileapp-cases" / "safariCache" / name) as archive:
        (member,) = [one for one in archive.namelist() if one.endswith("Cache.db")]
        data, log = archive.read(member), archive.read(f"{member}-wal")
    mentions, source = read(app_cache, data, log)

    assert (1, {"url": 1}, True) == (
        source.records,
        kinds(mentions),
        all(each.day is not None for each in mentions),
    )
