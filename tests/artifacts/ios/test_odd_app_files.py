"""Apps and programs of iOS that are loose, cut, changed or made to mislead."""

from __future__ import annotations

import contextlib
import hashlib
from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from fixtures.building.code_signing import DISTRIBUTION, identity
from fixtures.building.ipa import App, bundle, ipa, within
from fixtures.building.macho import Program, fat, macho
from scanner.artifacts.ios.app_files import Origin, inspect_bundle, inspect_ipa, inspect_macho
from scanner.errors import ParseError
from scanner.formats.container import open_container
from scanner.formats.ios_app.bundle import UnpackedBundle
from scanner.formats.macho.anomalies import SENTENCES, Anomaly
from scanner.model.entities import AppFile
from tests.artifacts.ios.signed_apps import APP, ORIGIN, made, reasons, sorted_out
from tests.formats.macho.signed import ROOTS, signed, signing


def test_archives_with_more_than_is_looked_at():
    with pytest.warns(UserWarning, match="Duplicate name"):
        app, _, _ = made(
            bundle(APP),
            beside={"Payload/Other.app/x": b""},
            twice=("Payload/Example.app/Info.plist",),
        )

    assert ("member_repeated", "several_apps") == app.anomalies


def test_a_file_that_cannot_be_read():
    files = bundle(replace(APP, files={"a.txt": b"stored and sealed" * 9}))
    data = ipa(files)
    at = data.index(b"a.txt") + 8
    app, _, _ = sorted_out(
        inspect_ipa(data[:at] + b"\xff\xff\xff" + data[at + 3 :], ORIGIN, roots=ROOTS)
    )

    assert ("member_unreadable",) == app.anomalies
    assert {("resources", "file_changed")} == reasons(app.signature)


def test_a_program_that_is_none():
    files = bundle(replace(APP, files={"odd": bytes.fromhex("cafebabe00000001") + bytes(100)}))
    app, (program,), _ = made(files)

    assert (("slice_unreadable",), True) == (app.anomalies, app.signature.verified)
    assert "Example" == program.name


def test_an_unpacked_app(tmp_path):
    files = bundle(APP)
    for name, data in within("Example.app", files).items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    origin = Origin(name="Example.app", origin="found/Example.app")
    folder = UnpackedBundle(open_container(tmp_path), "Example.app")
    app, (program,), _ = sorted_out(inspect_bundle(folder, origin, roots=ROOTS))

    digest = hashlib.sha256(files["Example"]).hexdigest()
    assert ("app", digest, digest, True) == (
        app.kind,
        app.sha256,
        program.sha256,
        app.signature.verified,
    )
    assert sum(map(len, files.values())) == app.size
    assert "found/Example.app/Example" == program.origin


def test_an_unpacked_app_without_an_executable_is_an_error(tmp_path):
    (tmp_path / "Example.app").mkdir()
    (tmp_path / "Example.app/Info.plist").write_bytes(bundle(APP)["Info.plist"])
    folder = UnpackedBundle(open_container(tmp_path), "Example.app")

    with pytest.raises(ParseError, match="executable"):
        list(inspect_bundle(folder, ORIGIN))


def test_a_loose_program():
    data = signed()
    app, (program,), _ = sorted_out(inspect_macho(data, ORIGIN, roots=ROOTS))

    digest = hashlib.sha256(data).hexdigest()
    assert ("macho", digest, digest) == (app.kind, app.sha256, program.sha256)
    assert ("com.example.app", True, "development", True) == (
        app.package,
        app.debuggable,
        app.signed_as,
        app.signature.verified,
    )
    assert (("_printf",), ("_main",), 1, 1) == (
        program.imports,
        program.exports,
        program.import_count,
        program.export_count,
    )


def test_the_architecture_of_a_phone_of_today_counts():
    old = macho(Program(machine="armv7"))
    app, programs, _ = sorted_out(
        inspect_macho(fat([("armv7", old), ("arm64", signed())]), ORIGIN, roots=ROOTS)
    )

    assert ["armv7", "arm64"] == [each.architecture for each in programs]
    assert {("code", "missing")} == reasons(app.signature)
    assert ("development", ["none", "development"]) == (
        app.signed_as,
        [each.signed_as for each in programs],
    )


def test_an_architecture_that_was_changed_beside_one_that_holds():
    changed = bytearray(signed())
    changed[0x4000] ^= 1
    data = fat([("arm64e", macho(Program(machine="arm64e"), signing())), ("arm64", bytes(changed))])
    app, programs, _ = sorted_out(inspect_macho(data, ORIGIN, roots=ROOTS))

    assert [True, False] == [each.signature.verified for each in programs]
    assert (False, ("cms",)) == (app.signature.verified, app.signature.schemes)
    assert ["arm64 1 of 13 pages"] == [each.detail for each in app.signature.errors]


def test_no_architecture_hides_another():
    data = fat([("arm64", signed()), ("arm64", macho(Program()))])
    app, programs, _ = sorted_out(inspect_macho(data, ORIGIN, roots=ROOTS))

    assert ["arm64", "arm64 (2)"] == [each.architecture for each in programs]
    assert ("architecture_repeated",) == app.anomalies


def test_a_signature_that_cannot_be_read():
    data = signed()
    at = data.index(b"\xfa\xde\x0c\xc0")
    app, (program,), _ = sorted_out(
        inspect_macho(data[:at] + bytes(len(data) - at), ORIGIN, roots=ROOTS)
    )

    assert (False, "other") == (app.signature.verified, app.signed_as)
    assert (UNSET, UNSET, UNSET) == (program.cdhash, app.team, app.debuggable)


def test_a_distributor_needs_a_profile_on_a_phone_only():
    mine = signing(identity=identity(DISTRIBUTION, name="Example Distribution"))
    phone, _, _ = made(bundle(App(signing=mine)))
    computer, _, _ = made(bundle(App(signing=mine, program=Program(platform=1))))

    assert {("profile", "missing")} == reasons(phone.signature)
    assert set() == reasons(computer.signature)


@settings(deadline=None)
@given(data=st.binary(max_size=2048))
def test_no_bytes_break_the_reading(data):
    for inspect in (inspect_macho, inspect_ipa):
        with pytest.raises(ParseError):
            list(inspect(data, ORIGIN))


SIGNED = signed()
WHOLE = ipa(bundle(replace(APP, files={"a.txt": b"text"})))


@settings(deadline=None)
@given(
    changes=st.lists(
        st.tuples(st.integers(min_value=0, max_value=700), st.integers(min_value=0, max_value=255)),
        max_size=8,
    ),
    cut=st.integers(min_value=0, max_value=len(SIGNED)),
)
def test_no_change_breaks_the_reading_of_a_program(changes, cut):
    data = bytearray(SIGNED)
    signature = SIGNED.index(b"\xfa\xde\x0c\xc0")
    for at, value in changes:
        data[at] = value
        data[min(signature + at * 3, len(data) - 1)] = value
    for each in (bytes(data), bytes(data[:cut])):
        try:
            found = list(inspect_macho(each, ORIGIN, roots=ROOTS))
        except ParseError:
            continue
        assert isinstance(found[-1], AppFile)
        assert set(found[-1].anomalies or ()) <= set(SENTENCES)


@settings(deadline=None)
@given(
    changes=st.lists(
        st.tuples(
            st.integers(min_value=0, max_value=len(WHOLE) - 1),
            st.integers(min_value=0, max_value=255),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_no_change_breaks_the_reading_of_an_app(changes):
    data = bytearray(WHOLE)
    for at, value in changes:
        data[at] = value
    try:
        found = list(inspect_ipa(bytes(data), ORIGIN, roots=ROOTS))
    except ParseError:
        return
    assert isinstance(found[-1], AppFile)


def test_every_anomaly_has_a_sentence():
    assert set(SENTENCES) == set(get_args(Anomaly))


class Claims:
    """An app whose files are said to be many, or large; all but those of an app are empty."""

    folder, outside = "Example.app", frozenset()

    def __init__(self, files, more, size=0):
        self._files, self._size = files, size
        self.names = (*more, *files)

    def size(self, name):
        return len(self._files[name]) if name in self._files else self._size

    @contextlib.contextmanager
    def open(self, name):
        yield self._files.get(name, b"")


def test_an_app_of_more_bytes_than_are_read():
    files = Claims(bundle(APP), ["large"], size=1 << 40)
    app, (program,), _ = sorted_out(inspect_bundle(files, ORIGIN, roots=ROOTS))

    assert ("parts_left",) == app.anomalies
    assert ("resources", "not_looked_at") in reasons(app.signature)
    assert program.signature.verified


def test_more_files_beside_the_sealed_ones_than_are_looked_at():
    more = [f"more/{at}" for at in range(6000)]
    app, _, _ = sorted_out(inspect_bundle(Claims(bundle(APP), more), ORIGIN, roots=ROOTS))

    assert {("resources", "not_looked_at")} == reasons(app.signature)
    assert None is app.signature.verified


def test_a_profile_that_is_no_profile_of_ours():
    profile = {"ProvisionedDevices": [str(at) for at in range(11_000)]}
    app, _, profiles = made(bundle(replace(APP, profile=profile)))

    assert [] == profiles
    assert {("profile", "malformed")} == reasons(app.signature)


def test_an_archive_whose_directory_is_cut():
    data = ipa(bundle(APP))
    end = data.rindex(b"PK\5\6")
    more = data[: end + 8] + b"\xf0\0\xf0\0" + data[end + 12 :]
    app, _, _ = sorted_out(inspect_ipa(more, ORIGIN, roots=ROOTS))

    assert ("parts_left",) == app.anomalies
