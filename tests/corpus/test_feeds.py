"""Real bundles of indicators: each object is read, by type and number."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from scanner.detect.feeds import read_feed

pytestmark = pytest.mark.corpus

# What the patterns of these files name, counted by their text.
KNOWN = {
    "known-answers/stix2/cytrox.stix2": {"domain": 336, "file_path": 6, "profile": 1},
    "known-answers/stix2/638cd3ee5e5f019f84f9e0ea.json": {"url": 54, "domain": 15},
    "mvt/stix2/cytrox.stix2": {"domain": 336, "file_path": 6, "profile": 1},
    "mvt/stix2/638cd3ee5e5f019f84f9e0ea.json": {"url": 54, "domain": 15},
    "mvt/indicators/mvt_generated_test.stix2": {
        "domain": 1,
        "email": 1,
        "file_path": 1,  # a name of a file that has folders
        "ip": 1,
        "process": 1,
        "property": 1,
        "sha1": 1,
        "sha256": 1,
        "url": 1,
    },
}
# An app of every phone stands among them: it would match all, and is listed.
SHARED = {
    "mvt/indicators/mvt_unit_test_values.stix2": {
        "certificate_sha256": 1,
        "domain": 2,
        "email": 1,
        "file_name": 1,
        "file_path": 1,
        "package": 11,
        "process": 2,
        "property": 1,
        "sha256": 1,
    },
}


@pytest.mark.parametrize(("name", "expected"), [*KNOWN.items(), *SHARED.items()])
def test_every_indicator_of_a_public_bundle_is_read(corpus, name, expected):
    path = corpus / name
    stated = [
        one["pattern"]
        for one in json.loads(path.read_bytes())["objects"]
        if one["type"] == "indicator"
    ]
    feed = read_feed(path)

    assert expected == dict(Counter(one.type for one in feed.indicators))
    assert len(stated) == len(feed.indicators) + feed.unusable_count
    assert (len(SHARED) if name in SHARED else 0) == feed.unusable_count
    assert all(one.valid_from is not None for one in feed.indicators)
    assert all(re.search(r"=\s*'", pattern) for pattern in stated)


def test_names_of_a_public_bundle(corpus):
    feed = read_feed(corpus / "known-answers/stix2/cytrox.stix2")

    assert {("Predator",)} == {one.names for one in feed.indicators}
    assert 2023 == feed.published_at.year
