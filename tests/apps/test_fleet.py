"""The phone with many apps: what it says of them, their files say as well."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from fixtures.building.fleet import Fleet, write, write_large
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk_signing.verifier import verify
from scanner.simulate.phone import Phone

APPS, SIZE = 9, 900_000


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    return write(tmp_path_factory.mktemp("fleet"), apps=APPS, size=SIZE)


def files(fleet: Fleet) -> list[Path]:
    return sorted(fleet.folder.rglob("*.apk"))


def test_there_are_so_many_and_so_large(fleet):
    assert APPS == fleet.apps
    assert APPS + 3 == fleet.files == len(files(fleet))
    assert fleet.size == sum(path.stat().st_size for path in files(fleet))
    assert abs(fleet.size - APPS * SIZE) < APPS * SIZE / 3


def test_the_simulator_takes_it(fleet):
    assert Phone.load(fleet.folder).answers


def test_each_file_is_signed_and_ordinary(fleet):
    for path in files(fleet):
        archive = ApkArchive(path.read_bytes())
        facts = read_app(archive)
        signature = verify(archive, min_sdk=26, target_sdk=34)

        assert () == facts.anomalies
        assert True is signature.verified
        assert ("v2", "v3") == signature.schemes


def test_the_phone_names_the_files_and_their_signers(fleet):
    told = (fleet.folder / "answers" / "dumpsys-package.txt").read_text(encoding="utf-8")
    for path in files(fleet):
        assert f"codePath=/{path.parent.relative_to(fleet.folder / 'files')}\n" in told
    manifests = (read_app(ApkArchive(path.read_bytes())).manifest for path in files(fleet))
    names = {str(manifest.package) for manifest in manifests if manifest}

    assert APPS == len(names)
    for name in names:
        assert re.search(rf"^  Package \[{re.escape(name)}\] ", told, re.MULTILINE)


def test_the_same_arguments_make_the_same_bytes(fleet, tmp_path):
    again = write(tmp_path, apps=APPS, size=SIZE)

    assert [digest(path) for path in files(fleet)] == [digest(path) for path in files(again)]


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_large_app_has_the_code_that_is_asked_for(tmp_path):
    path = tmp_path / "large.apk"
    write_large(path, size=6_000_000, code=3_000_000)

    archive = ApkArchive(path.read_bytes())
    code = sum(each.size for each in archive.entries if each.name.endswith(".dex"))
    assert 2_000_000 < code <= 3_000_000
    assert 5_000_000 < path.stat().st_size < 7_000_000
    assert verify(archive, min_sdk=24, target_sdk=None).verified
