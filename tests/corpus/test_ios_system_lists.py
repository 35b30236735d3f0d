"""Real databases and lists of iPhones: each is read as others read it, and nothing personal is."""

from __future__ import annotations

import json
import plistlib
import sqlite3
import zipfile
from collections.abc import Iterator

import pytest

from scanner.artifacts.ios.recorded import (
    analytics,
    app_metadata,
    backup_lists,
    data_usage,
    global_preferences,
    installed_apps,
    location_clients,
    lockdown_store,
    net_usage,
    privacy_grants,
    store_databases,
    system_version,
    trust_store,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import App, Backup, Build, DeviceIdentity, RowGap, TrafficRecord
from scanner.model.evidence import BytesFile, EvidenceFile
from scanner.model.requests import File

pytestmark = pytest.mark.corpus
PARSERS = (
    analytics.parse,
    app_metadata.parse,
    backup_lists.parse_info,
    backup_lists.parse_manifest,
    backup_lists.parse_status,
    data_usage.parse,
    global_preferences.parse,
    installed_apps.parse,
    location_clients.parse,
    lockdown_store.parse,
    net_usage.parse,
    privacy_grants.parse,
    store_databases.parse,
    store_databases.parse_downloads,
    system_version.parse,
    trust_store.parse,
)


class Logged(BytesFile):
    """A database with its write-ahead log."""

    def __init__(self, path: str, data: bytes, log: bytes) -> None:
        super().__init__(File(path=path), data)
        self._log = log

    def beside(self) -> EvidenceFile:
        return BytesFile(File(path="log"), self._log)


@pytest.fixture
def backup(corpus):
    return corpus / "mvt" / "ios_backup"


def payload(backup, domain, relative):
    """Return a file of the backup, found by its list."""
    connection = sqlite3.connect(f"file:{backup / 'Manifest.db'}?immutable=1", uri=True)
    statement = "select fileID from Files where domain = ? and relativePath = ?"
    (name,) = connection.execute(statement, (domain, relative)).fetchone()
    connection.close()
    return backup / name[:2] / name


def read(parse, path):
    return list(parse(BytesFile(File(path="file"), path.read_bytes())))


def raw(path, statement):
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True)
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_programs_of_a_backup(backup):
    path = payload(backup, "WirelessDomain", "Library/Databases/DataUsage.sqlite")
    *found, gap = read(data_usage.parse, path)
    names = raw(path, "select ZPROCNAME, ZBUNDLENAME from ZPROCESS order by Z_PK")
    usage = raw(path, "select sum(ZWWANIN), sum(ZWWANOUT) from ZLIVEUSAGE")
    same = [
        (each.process or None, each.bundle)
        == (name.partition("/")[0] if len(name.partition("/")[0]) != 36 else None, bundle)
        for each, (name, bundle) in zip(found, names, strict=True)
    ]
    summed = (
        sum(each.wwan_in or 0 for each in found),
        sum(each.wwan_out or 0 for each in found),
    )

    assert (
        RowGap(database="DataUsage.sqlite", table="ZPROCESS", rows=40, missing=1, orphans=0) == gap
    )
    assert all(isinstance(each, TrafficRecord) and not each.orphan for each in found)
    assert [True] * 40 == same
    assert usage == [summed]
    assert 40 == len({(each.process, each.bundle) for each in found})


def test_grants_of_a_backup(backup):
    path = payload(backup, "HomeDomain", "Library/TCC/TCC.db")
    found = read(privacy_grants.parse, path)
    rows = raw(path, "select service, client, auth_value, last_modified from access")
    words = {0: "denied", 1: "unknown", 2: "allowed", 3: "limited"}
    same = [
        (each.service, each.client, each.decision, int(each.at.timestamp()))
        == (service, client, words[value], at)
        for each, (service, client, value, at) in zip(found, rows, strict=True)
    ]

    assert [True] * 11 == same
    assert {"bundle"} == {each.client_kind for each in found}


def test_lists_of_a_backup(backup):
    found = read(backup_lists.parse_info, backup / "Info.plist")
    info = plistlib.loads((backup / "Info.plist").read_bytes())
    listed = set(info["Installed Applications"])
    (build,) = [each for each in found if isinstance(each, Build)]
    (identity,) = [each for each in found if isinstance(each, DeviceIdentity)]
    (made,) = [each for each in found if isinstance(each, Backup)]
    personal = [info[key] for key in ("ICCID", "GUID")]

    assert (14, True) == (build.release_major, build.build == info["Build Version"])
    assert [True, True] == [identity.serial is not None, identity.udid == info["Target Identifier"]]
    assert made.made_at is not None
    assert listed == {each.package for each in found if isinstance(each, App)}
    assert not any(value in repr(found) for value in personal)


def test_preferences_of_a_backup(backup):
    name = "Library/Preferences/.GlobalPreferences.plist"
    (found,) = read(global_preferences.parse, payload(backup, "HomeDomain", name))

    assert found.lockdown_mode is True


def test_the_store_of_lockdownd(corpus):
    (path,) = (corpus / "ios-ileapp-cases" / "deviceName").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        data = archive.read(*archive.namelist())
    (found,) = lockdown_store.parse(BytesFile(File(path="file"), data))
    key = "com.apple.mobile.wireless_lockdown-EnableWifiDebugging"
    same = found.wifi_debugging == plistlib.loads(data)[key]

    assert [True, False] == [same, found.wifi_connections]
    assert plistlib.loads(data)["-DeviceName"] not in repr(found)


@pytest.fixture
def store(corpus):
    """Return the database of the App Store of a reference image, with its log."""
    (path,) = (corpus / "ios-ileapp-cases" / "storeSystem").glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        (name,) = [one for one in archive.namelist() if one.endswith("storeSystem.db")]
        return Logged(name, archive.read(name), archive.read(f"{name}-wal"))


def expected(corpus, artefact, *columns) -> Iterator[tuple[object, ...]]:
    """Yield columns of what iLEAPP reads."""
    (path,) = (corpus / "ios-ileapp-cases" / "expected" / "storeSystem").glob(f"*{artefact}*.json")
    known = json.loads(path.read_text())
    places = [known["headers"].index(column) for column in columns]
    for row in known["data"]:
        yield tuple(row[place] for place in places)


def test_installs_as_ileapp_reads_them(corpus, store):
    found = list(store_databases.parse(store))
    orders = [each for each in found if isinstance(each.version, str)]
    columns = ("Bundle ID", "Record Timestamp", "Bundle Version")
    known = set(expected(corpus, "storeSystemAppInstalls", *columns))
    ours = {(each.package, int(each.at.timestamp()), each.version) for each in orders}

    assert 16 == len(orders)
    assert [True] == [known == ours]
    assert {"update"} == {each.kind for each in orders}


def test_updates_that_were_installed(store):
    with store.sqlite() as connection:
        (installed,) = connection.execute(
            "select count(*) from app_updates where install_date is not null"
        ).fetchone()
    found = list(store_databases.parse(store))

    assert 0 < installed
    assert 16 + installed == len(found)


def test_other_files_are_not_what_they_are_not(corpus):
    paths = [
        path
        for folder in ("ios-sqlite-plist", "ios-backup-mvt")
        for path in sorted((corpus / folder).rglob("*"))
        if path.is_file() and path.suffix != ".tsv"
    ]
    stated = set()
    for path in paths:
        for parse in PARSERS:
            try:
                stated |= {(path.name, type(each).__name__) for each in read(parse, path)}
            except (ParseError, NotAvailable):
                continue

    assert len(paths) > 40
    assert {"Build", "PrivacyGrant", "TrafficRecord"} <= {kind for _, kind in stated}
    assert {"AppEvent", "Certificate"}.isdisjoint(kind for _, kind in stated)
