"""Real programs and apps of iOS: each is read, as two other readers and openssl read it."""

from __future__ import annotations

import base64
import subprocess
from uuid import UUID

import lief
import pytest
import yara_x

from scanner.artifacts.ios.app_files import Origin, inspect_bundle, inspect_ipa, inspect_macho
from scanner.errors import ParseError
from scanner.formats.container import open_container
from scanner.formats.ios_app.bundle import UnpackedBundle, is_ipa
from scanner.formats.macho.machine import is_macho
from scanner.formats.macho.program import program
from scanner.formats.macho.slices import slices
from scanner.formats.macho.superblob import superblob
from scanner.formats.macho.symbols import names
from scanner.model.entities import AppFile, CodeFile
from tests.corpus.conftest import recordings

pytestmark = pytest.mark.corpus
ORIGIN = Origin(name="program", origin="program")
_DEBUGGING = 0xE0  # of a symbol's type


@pytest.fixture
def programs(corpus):
    """Return the bytes of each Mach-O by its path, also of those written as text."""
    found = {}
    for group in ("macho-ios", "ios-ipa-app"):
        for path in recordings(corpus / group, "**/*", 6):
            data = path.read_bytes() if path.is_file() else b""
            if path.suffix == ".base64":
                data = base64.b64decode(data)
            if is_macho(data[:8]):
                found[path.relative_to(corpus)] = data
    assert len(found) == 34
    return found


def test_each_file_is_a_program_or_says_that_it_is_none(corpus):
    read = refused = 0
    for group in ("macho-ios", "ios-ipa-app"):
        for path in recordings(corpus / group, "**/*", 6):
            if not path.is_file() or path.suffix == ".tsv":
                continue
            data = path.read_bytes()
            inspect = inspect_ipa if is_ipa(data) else inspect_macho
            if not is_macho(data[:8]) and not is_ipa(data):
                refused += 1
                with pytest.raises(ParseError, match="expected"):
                    list(inspect(data, ORIGIN))
                continue
            *_, app = inspect(data, ORIGIN)
            read += 1
            assert isinstance(app, AppFile)
            assert app.has_code

    assert (27, 33) == (read, refused)


def test_nothing_is_odd_of_real_programs(programs):
    odd = {}
    for path, data in programs.items():
        *_, app = inspect_macho(data, ORIGIN)
        for word in app.anomalies or ():
            odd.setdefault(word, set()).add(path.name)

    # Linkers of 2009 made the stubs of i386 so, and objects have one segment for all.
    assert {"writable_code"} == set(odd)
    assert all("386" in name or ".obj." in name for name in odd["writable_code"])


def test_load_commands_are_those_that_lief_finds(programs):
    count = 0
    for path, data in programs.items():
        found, _ = slices(data)
        others = lief.MachO.parse(data)  # which its parts must not outlive
        for one, other in zip(map(program, found), others, strict=True):
            count += 1
            assert other.header.nb_cmds == len(other.commands) == one.command_count, path
            assert _loaded(other) == list(one.libraries), path
            assert [each.path for each in other.rpaths] == list(one.rpaths), path
            assert _uuid(other) == one.uuid, path
            sections = {
                ",".join((_text(each.segment_name), _text(each.name))) for each in other.sections
            }
            assert sections == {each for each in one.sections if "," in each}, path
            stated = other.encryption_info.crypt_id != 0 if other.has_encryption_info else None
            assert stated is one.encrypted, path
            assert other.has_code_signature is (one.signature is not None), path
    assert count == 37


def _loaded(other):
    skipped = lief.MachO.LoadCommand.TYPE.ID_DYLIB
    return [each.name for each in other.libraries if each.command != skipped]


def _uuid(other):
    return str(UUID(bytes=bytes(other.uuid.uuid))).upper() if other.has_uuid else None


def test_symbols_are_those_that_lief_finds(programs):
    count = 0
    for path, data in programs.items():
        found, _ = slices(data)
        others = lief.MachO.parse(data)
        for one, other in zip(map(program, found), others, strict=True):
            symbols = names(one)
            # lief takes symbols for debugging that have no value for imports.
            imported = {
                each.name for each in other.imported_symbols if not each.raw_type & _DEBUGGING
            }
            assert imported == set(symbols.imports), path
            if one.exports and one.exports[1]:
                count += 1
                assert {each.name for each in other.exported_symbols} == set(symbols.exports), path
    assert count == 21


def test_segments_and_platforms_are_those_that_yara_finds(programs):
    rules = yara_x.compile(
        'import "macho" rule program { condition: defined macho.magic or defined macho.fat_magic }'
    )
    for path, data in programs.items():
        stated = rules.scan(data).module_outputs["macho"]
        found = [program(each) for each in slices(data)[0]]
        others = stated.get("file") or [stated]
        for one, other in zip(found, others, strict=True):
            segments = [_text(each["segname"]) for each in other.get("segments", ())]
            assert segments == [each.name for each in one.segments], path
            assert other["ncmds"] == one.command_count, path
            assert [_text(each["name"]) for each in other.get("dylibs", ())] == [
                *([one.soname] if one.soname else []),
                *one.libraries,
            ], path


def _text(value):
    return value.decode() if isinstance(value, bytes) else value


def test_signatures_of_developers_hold(corpus):
    """The app in the archive is whole; of the unpacked one only five files are there."""
    data = (corpus / "ios-ipa-app/Crackmes/iOS/Level_01/UnCrackable-Level1.ipa").read_bytes()
    *archived, app = inspect_ipa(data, ORIGIN)
    folder = UnpackedBundle(open_container(corpus / "ios-ipa-app"), "JustSpeechy.app")
    *unpacked, other = inspect_bundle(folder, ORIGIN)
    code = [each for each in [*archived, *unpacked] if isinstance(each, CodeFile)]

    assert [("armv7", True), ("arm64", True), ("arm64", True)] == [
        (each.architecture, each.signature.verified) for each in code
    ]
    assert ("distribution", "enterprise", True, True) == (
        app.signed_as,
        app.profile_kind,
        app.profile_verified,
        app.signature.verified,
    )
    assert ("development", "development", True, False) == (
        other.signed_as,
        other.profile_kind,
        other.profile_verified,
        other.signature.verified,
    )
    assert [("resources", "file_missing")] == [
        (each.scheme, each.reason) for each in other.signature.errors
    ]
    assert (None, None) == (app.anomalies, other.anomalies)


def test_messages_are_what_openssl_says(corpus, tmp_path):
    data = (corpus / "ios-ipa-app/JustSpeechy.app/JustSpeechy").read_bytes()
    (found,), _ = slices(data)
    place = program(found).signature
    assert place is not None
    parts = superblob(found.read(*place))
    for name, directory in (("as it is", parts.blobs[0]), ("changed", parts.blobs[0] + b"\0")):
        (tmp_path / "directory").write_bytes(directory)
        (tmp_path / "message").write_bytes(parts.cms)
        argv = ["openssl", "cms", "-verify", "-noverify", "-binary", "-inform", "DER"]
        files = ["-in", tmp_path / "message", "-content", tmp_path / "directory"]
        done = subprocess.run(
            [*argv, *files, "-out", tmp_path / "out"], check=False, capture_output=True
        )

        assert (done.returncode == 0) is (name == "as it is")


def test_signatures_of_linkers_are_by_nobody(programs):
    found = [
        each
        for data in programs.values()
        for each in inspect_macho(data, ORIGIN)
        if isinstance(each, CodeFile) and each.signed_as == "ad_hoc"
    ]

    assert len(found) == 4
    for each in found:
        assert ("adhoc", "linker_signed") == each.flags
        assert [("cms", "ad_hoc")] == [(one.scheme, one.reason) for one in each.signature.errors]
