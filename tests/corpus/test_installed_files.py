"""Files of apps in a collection of androidqf, against the document itself."""

from __future__ import annotations

import json

import pytest

from scanner.artifacts.android.installed_files import parse
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected

pytestmark = pytest.mark.corpus

REQUEST = Collected(collector="androidqf", name="packages.json")


def test_every_file_with_its_digests_and_its_signer(corpus):
    data = (corpus / "mvt" / "androidqf" / "packages.json").read_bytes()
    found = {(each.package, each.path): each for each in parse(BytesFile(REQUEST, data))}
    files = [(each["name"], one) for each in json.loads(data) for one in each["files"]]

    assert files
    assert {(name, one["path"]) for name, one in files} == set(found)
    for name, one in files:
        stated, signer = found[name, one["path"]], one["certificate"]
        assert (one["sha256"], one["sha1"], one["md5"]) == (stated.sha256, stated.sha1, stated.md5)
        assert (signer["Sha256"], signer["Sha1"]) == (stated.signer_sha256, stated.signer_sha1)
        assert (signer["Md5"], one["verified_certificate"]) == (stated.signer_md5, stated.verified)
