"""Contents around the size of a chunk: our signer and our verifier agree with apksigner."""

from __future__ import annotations

import shutil

import pytest

from fixtures.building import oracle
from fixtures.building.app import App, entries, with_block
from fixtures.building.archive import Entry, archive
from fixtures.building.keys import signer
from fixtures.building.tampering import flip, regions
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.apk_signing.verifier import verify

MiB = 1 << 20


def filled(size: int) -> bytes:
    fill = Entry(name="assets/fill", data=bytes(size))
    return with_block(archive([*entries(App()), fill]), ["v2", "v3"], signer("publisher"))


def of_size(size: int) -> bytes:
    """Return an APK whose files take exactly so many bytes, up to the signing block."""
    made = filled(size - regions(filled(0)).block)

    assert size == regions(made).block
    return made


def holds(made: bytes) -> bool:
    return verify(ApkArchive(made), min_sdk=24, target_sdk=34).verified is True


@pytest.mark.parametrize("size", [MiB - 1, MiB, MiB + 1, 2 * MiB, 3 * MiB + 17])
def test_contents_around_a_chunk(size, tmp_path):
    made = of_size(size)
    path = tmp_path / "app.apk"
    path.write_bytes(made)
    place = regions(made)

    assert holds(made)
    assert not holds(flip(made, place.block - 1))
    assert not holds(flip(made, place.block // 2))
    if shutil.which("apksigner"):
        assert 0 == oracle.ask(path, "default")["exit"]
