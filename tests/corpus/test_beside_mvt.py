"""One real backup, as a backup and as a file system, held against what MVT 2026.10.26 makes of it.

The counts are those of MVT's own records and flags; bench/beside_mvt.py compares the records.
"""

from __future__ import annotations

import shutil
from collections import Counter

import pytest

from bench.beside_mvt import FEEDS, lay_out
from scanner.formats.ios_backup.domains import device_path
from scanner.formats.ios_backup.manifest import FILE, opened
from scanner.formats.ios_personal import personal_folder
from scanner.model.entities import (
    Backup,
    ContentMatch,
    ContentSource,
    DeviceState,
    FileEntry,
    PrivacyGrant,
    RowGap,
    TrafficRecord,
)
from scanner.pipeline import Options, examine_recording

from .test_ios_backups import file_list

pytestmark = pytest.mark.corpus
FORMS = ("backup", "copy")
# What MVT flags by an indicator, once for each place that names it.
FLAGGED = {
    "mvt_generated_test": {("content_match", "domain"): 2, ("privacy_grant", "process"): 1},
    "mvt_unit_test_values": {
        ("content_match", "domain"): 2,
        ("content_match", "email"): 1,
        ("file", "file_name"): 1,
        ("traffic_record", "process"): 1,
    },
}
ON_A_COPY_ABSENT = ("file", "file_name")  # the backup lists that file, and does not hold it


@pytest.fixture(scope="module")
def places(corpus, tmp_path_factory):
    """Return the backup, and the files that it holds as a file system."""
    folder = tmp_path_factory.mktemp("beside")
    backup = folder / "backup"
    shutil.copytree(corpus / "mvt" / "ios_backup", backup, copy_function=shutil.copyfile)
    lay_out(backup, folder / "copy")
    return {"backup": backup, "copy": folder / "copy"}


@pytest.fixture(scope="module", params=FORMS)
def examined(corpus, places, request):
    """Return both scans of one form, by the name of the feed."""
    found = {}
    for feed in FEEDS:
        stix = corpus / "mvt" / "indicators" / f"{feed}.stix2"
        options = Options(include=("content",))
        found[feed] = examine_recording(places[request.param], options=options, indicators=(stix,))
    return request.param, found


def test_every_row_of_the_list_is_told_or_has_its_reason(places):
    examined = examine_recording(places["backup"])
    told = {each.path for each in examined.examination.reader.snapshot.every(FileEntry)}
    numbered = {path.rpartition("/")[0] for path in told}
    (backup,) = examined.examination.reader.snapshot.every(Backup)
    why = Counter()
    with opened(file_list(places["backup"])) as manifest:
        for row in manifest.rows():
            path = device_path(row.domain, row.path)
            if not row.path:
                why["domain"] += 1
            elif row.domain == "CameraRollDomain" and row.flags == FILE:
                why["counted"] += 1
            elif path in told:
                why["told"] += 1
            else:
                why["numbered" if personal_folder(path or "") in numbered else "missed"] += 1

    assert 3721 == sum(why.values())
    assert {"domain", "counted", "told", "numbered"} == set(why)
    assert why["counted"] == backup.pictures


def test_records(examined):
    _, found = examined
    snapshot = found[FEEDS[0]].examination.reader.snapshot

    assert 11 == len(list(snapshot.every(PrivacyGrant)))
    assert 40 == len(list(snapshot.every(TrafficRecord)))
    assert [(1, 0)] == [(each.missing, each.orphans) for each in snapshot.every(RowGap)]
    assert [True] == [each.lockdown_mode for each in snapshot.every(DeviceState)]
    assert {
        "calendar": 2,
        "interactions": 6,
        "messages": 1,
        "safari_tabs": 1,
        "webkit_statistics": 2,
        "whatsapp": 3,
    } == {each.name: each.records for each in snapshot.every(ContentSource)}


@pytest.mark.parametrize("feed", FEEDS)
def test_flags(examined, feed):
    form, found = examined
    flagged = Counter(
        (each.subject.entity, each.indicator.type)
        for each in found[feed].report.findings
        if each.indicator is not None
    )
    expected = dict(FLAGGED[feed])
    if form == "copy":
        expected.pop(ON_A_COPY_ABSENT, None)

    assert expected == flagged


def test_the_places_that_content_matched(examined):
    _, found = examined

    assert [{"messages", "whatsapp"}, {"messages", "safari_tabs", "calendar"}] == [
        {each.source for each in found[feed].examination.reader.snapshot.every(ContentMatch)}
        for feed in FEEDS
    ]
