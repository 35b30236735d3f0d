"""Real code of apps: every program gives facts or an error, and other readers say the same."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import lief
import pytest
from androguard.core.analysis.analysis import Analysis  # type: ignore[import-untyped]
from androguard.core.dex import DEX  # type: ignore[import-untyped]
from loguru import logger

from scanner.errors import ParseError
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.programs.api_use import capabilities
from scanner.formats.programs.app_code import AppCode, Program
from scanner.formats.programs.calls import calls
from scanner.formats.programs.dex import read_dex
from scanner.formats.programs.dex_tables import Tables, read_header
from scanner.formats.programs.elf import read_elf
from tests.corpus.conftest import recordings

pytestmark = pytest.mark.corpus
SMALL = 400_000  # bytes of a DEX that androguard reads in the test
INVOKE = "java.lang.reflect.Method.invoke"


def members(data: bytes) -> Iterator[bytes]:
    """Yield a file, and what lies in it where it is an archive that Python opens."""
    yield data
    if not data.startswith(b"PK"):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for one in archive.infolist():
                try:
                    yield archive.read(one)
                except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
                    continue
    except (zipfile.BadZipFile, ValueError):
        return


def files(corpus: Path) -> Iterator[Path]:
    yield from (one for one in recordings(corpus, "apk-*/**/*", 400) if one.is_file())


@pytest.fixture(scope="module")
def programs(corpus):
    """Return every program once, by its first bytes."""
    found: dict[bytes, dict[str, bytes]] = {b"dex\n": {}, b"\x7fELF": {}}
    for path in files(corpus):
        for data in members(path.read_bytes()):
            if data[:4] in found:
                found[data[:4]][sha256(data).hexdigest()] = data
    return found


@pytest.fixture(scope="module")
def dexes(programs):
    found = list(programs[b"dex\n"].values())
    assert len(found) > 120
    return found


@pytest.fixture(scope="module")
def libraries(programs):
    found = list(programs[b"\x7fELF"].values())
    assert len(found) > 30
    return found


def test_every_dex_agrees_with_lief(dexes, tmp_path):
    """Counts, and the names of all classes and methods."""
    lief.logging.disable()
    different = 0
    for data in dexes:
        path = tmp_path / "code"
        path.write_bytes(data)
        other = lief.DEX.parse(str(path))
        facts, tables = read_dex(data), Tables(data, read_header(data, 0))
        descriptors = list(tables.descriptors())
        owners, names = tables.members("method")
        own = [one for one in other.classes if one.index != 0xFFFFFFFF]
        different += (len(own), len(other.methods), len(other.strings)) != (
            facts.class_count,
            facts.method_count,
            facts.string_count,
        )
        different += Counter(one.name for one in other.methods) != Counter(
            tables.string(name).decode() for name in names
        )
        different += {one.fullname for one in own} != {
            descriptors[one].decode() for one in tables.classes()[0]
        }
        # lief names the class of an array where a method is one of the array's.
        different += {
            one.cls.fullname for one in other.methods if one.cls.fullname.startswith("L")
        } != {
            name
            for name in (descriptors[one].decode().lstrip("[") for one in owners)
            if name.startswith("L")
        }

    assert 0 == different


def test_small_ones_agree_with_androguard(dexes):
    logger.disable("androguard")
    small = [data for data in dexes if len(data) < SMALL]
    different = 0
    for data in small:
        other, facts = DEX(data), read_dex(data)
        different += (len(other.get_strings()), len(list(other.get_classes()))) != (
            facts.string_count,
            facts.class_count,
        )

    assert len(small) > 80
    assert 0 == different


def test_what_is_found_stays_within_the_closed_set(dexes):
    known = set(capabilities())
    found = {name for data in dexes for name in read_dex(data).capabilities}

    assert found <= known
    assert len(found) > 20


def test_calls_are_those_that_androguard_finds_in_all_code(dexes):
    small = [data for data in dexes if 100_000 < len(data) < SMALL][:4]
    assert 4 == len(small)
    for data in small:
        analysis = Analysis(DEX(data))
        analysis.create_xref()
        expected = {
            (caller.get_class_name(), caller.get_method().get_name())
            for method in analysis.find_methods("Ljava/lang/reflect/Method;", "^invoke$")
            for _, caller, _ in method.get_xref_from()
        }
        found = {name for _, name in calls([data], [INVOKE])}

        assert {f"{c[1:-1].replace('/', '.')}.{name}" for c, name in expected} == found


def test_every_library_agrees_with_its_own_names(libraries):
    """Each gives facts; what lief says of symbols by another way is the same."""
    different = 0
    for data in libraries:
        facts, other = read_elf(data), lief.ELF.parse(data)
        imported = {str(one.name) for one in other.imported_symbols if one.name}
        different += not imported <= set(facts.imports) and facts.import_count < 500
        different += tuple(other.libraries) != facts.libraries

    assert 0 == different
    assert {"arm", "arm64", "x86", "x86_64"} <= {read_elf(data).architecture for data in libraries}


def test_every_archive_gives_its_programs_or_says_why_not(corpus):
    read, unread, embedded = 0, Counter(), Counter()
    for path in files(corpus):
        try:
            code = AppCode(ApkArchive(path.read_bytes()))
        except ParseError:
            continue
        for one in code.programs():
            if isinstance(one, Program):
                read += 1
            else:
                unread[one.reason] += 1
        embedded.update(one.kind for one in code.summary().embedded)

    assert read > 250
    assert {"truncated", "parse_error"} >= set(unread)
    assert sum(unread.values()) < 10
    assert {"apk", "dex", "elf"} <= set(embedded)
