"""Files of apps as a collector wrote them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec import UNSET

from scanner.artifacts.android.installed_files import parse
from scanner.errors import ParseError
from scanner.model.entities import InstalledFile
from scanner.model.evidence import BytesFile
from scanner.model.requests import Collected

REQUEST = Collected(collector="androidqf", name="packages.json")
BASE = "/data/app/~~a==/com.example-b==/base.apk"
SPLIT = "/data/app/~~a==/com.example-b==/split_config.es.apk"
SIGNER = {"Sha256": "1a" * 32, "Sha1": "1b" * 20, "Md5": "1c" * 16}
FILE: dict[str, Any] = {
    "path": BASE,
    "local_name": "",
    "md5": "0c" * 16,
    "sha1": "0b" * 20,
    "sha256": "0a" * 32,
    "sha512": "0d" * 64,
    "error": "",
    "verified_certificate": True,
    "certificate": SIGNER | {"Subject": "CN=Somebody", "SerialNumber": 1277507236},
    "certificate_error": "",
    "trusted_certificate": False,
}
STATED = InstalledFile(
    package="com.example",
    path=BASE,
    sha256="0a" * 32,
    sha1="0b" * 20,
    md5="0c" * 16,
    signer_sha256="1a" * 32,
    signer_sha1="1b" * 20,
    signer_md5="1c" * 16,
    verified=True,
)


def package(**certificate):
    """Return a package of one file, whose certificate says something more."""
    certificate = FILE["certificate"] | certificate
    return {"name": "com.example", "files": [FILE | {"certificate": certificate}]}


def stated(*files, data=None):
    text = json.dumps([{"name": "com.example", "files": list(files)}]) if data is None else data
    return list(parse(BytesFile(REQUEST, text.encode())))


def one(**fields):
    (found,) = stated(FILE | fields)
    return found


def test_a_file_in_full():
    assert [STATED] == stated(FILE)


def test_each_file_of_an_app():
    assert [BASE, SPLIT] == [each.path for each in stated(FILE, FILE | {"path": SPLIT})]


def test_digests_of_the_signer_in_lower_case_names():
    lower = {name.lower(): text.upper() for name, text in SIGNER.items()}

    assert STATED == one(certificate=lower)


@pytest.mark.parametrize("certificate", [None, {}, dict.fromkeys(SIGNER, "")])
def test_without_a_certificate_nothing_was_verified(certificate):
    found = one(certificate=certificate, verified_certificate=False)

    assert {UNSET} == {
        found.signer_sha256,
        found.signer_sha1,
        found.signer_md5,
        found.verified,
    }


def test_a_certificate_whose_signature_does_not_hold():
    found = one(verified_certificate=False, certificate_error="no valid signature")

    assert ("1a" * 32, False) == (found.signer_sha256, found.verified)


@pytest.mark.parametrize("text", ["", "sha256sum:", "0a" * 31, "0g" * 32])
def test_what_is_no_digest_is_not_stated(text):
    assert one(sha256=text).sha256 is UNSET


@pytest.mark.parametrize("path", ["", "base.apk", "/" + "x" * 5000])
def test_what_is_no_path_is_left_out(path):
    assert [STATED] == stated(FILE | {"path": path}, FILE)


@pytest.mark.parametrize("files", [None, []])
def test_a_package_without_files(files):
    assert [] == stated(data=json.dumps([{"name": "com.gone", "files": files}]))


@pytest.mark.parametrize(
    "data",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '[{"files": []}]',
        '[{"name": "a b"}]',
        '[{"name": "a.b", "files": [{"sha256": 1}]}]',
        json.dumps([package()])[:-1],
        json.dumps([{"name": "a.b"}] * 20_001),
        json.dumps([{"name": "a.b", "files": [{}] * 200_001}]),
    ],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        stated(data=data)


def test_nothing_personal_is_read():
    assert "Somebody" not in repr(stated(FILE))
