"""The YARA rules on packages and programs that people use: what matches, and why.

They are public apps, parts of Android, and apps that were made for lessons; none spies on anybody.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.detect.yara.yarapython import YaraPython
from scanner.detect.yara.yarax import YaraX
from tests.corpus.conftest import recordings
from tests.rules.yara.shipped import FILES, ONLY_YARA_X, comparable, name_of, text_of

pytestmark = pytest.mark.corpus

FOLDERS = {  # how many files are there at least
    "apk-androguard": 30,
    "apk-fdroidserver": 30,
    "apk-malformed": 30,
    "apk-oem-system": 40,
    "apk-packages": 15,
    "apk-real-apps": 10,
    "apk-signature-edge": 250,
    "apk-splits": 3,
    "apk-vulnerable-apps": 15,
    "ios-ipa-app": 8,
    "macho-ios": 50,
}
XPOSED = "apk-vulnerable-apps/mobsf/DynamicAnalyzer/tools/onDevice/xposed"
CRACKMES = "apk-vulnerable-apps/Crackmes/Android"
HOOKS = ("AndroidBluePill", "Droidmon", "JustTrustMe", "mobi.acpm.proxyon_v1_419b04")
EXPECTED = {
    # extensions of Xposed, with which a test bench looks into apps
    *(
        (f"{XPOSED}/modules/{name}.apk", "android/hooking.yar", "Package_Is_An_Xposed_Extension")
        for name in HOOKS
    ),
    *(
        (
            f"{XPOSED}/modules/{name}.apk!/classes.dex",
            "android/hooking.yar",
            "Dex_Hooks_Other_Apps_With_Xposed",
        )
        for name in HOOKS
    ),
    # code that looks for root, as kits for reports of crashes do
    *(
        (f"{path}!/classes.dex", "android/evasion.yar", "Dex_Looks_For_Root")
        for path in (
            "apk-real-apps/apks/instapaper.apk",
            "apk-vulnerable-apps/dvba.apk",
            *(f"{CRACKMES}/Level_0{n}/UnCrackable-Level{n}.apk" for n in (1, 2, 3)),
        )
    ),
    # exercises, which defend themselves
    (
        f"{CRACKMES}/Level_01/UnCrackable-Level1.apk!/classes.dex",
        "android/evasion.yar",
        "Dex_Closes_Itself_Where_It_Finds_Root",
    ),
    *(
        (
            f"{CRACKMES}/Level_0{n}/UnCrackable-Level{n}.apk!/lib/{abi}/libfoo.so",
            "android/evasion.yar",
            "Elf_Keeps_Debuggers_Away",
        )
        for n in (2, 3)
        for abi in ("arm64-v8a", "armeabi-v7a", "x86", "x86_64")
    ),
    (
        f"{CRACKMES}/Level_03/UnCrackable-Level3.apk!/lib/armeabi-v7a/libfoo.so",
        "android/evasion.yar",
        "Elf_Looks_For_Frida_And_Xposed",
    ),
    # the framework itself, in the app that installs it
    (
        f"{XPOSED}/Xposed.apk!/assets/XposedBridge.jar!/classes.dex",
        "android/hooking.yar",
        "Dex_Hooks_Other_Apps_With_Xposed",
    ),
    # made to show how code is loaded from among the assets
    (
        "apk-malformed/dynamic_dex/dynamic_dex.apk",
        "android/hidden-code.yar",
        "Package_Carries_Code_Among_Its_Assets",
    ),
}
DEPTH = 3


def contents(name: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a file and all that lies in it, by the path through its archives."""
    yield name, data
    if depth == DEPTH or not data.startswith(b"PK\x03\x04"):
        return
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile:
        return
    for entry in archive.infolist():
        try:
            part = archive.read(entry)
        # Some of these archives were damaged on purpose.
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error):
            continue
        yield from contents(f"{name}!/{entry.filename}", part, depth + 1)


@pytest.fixture(scope="module")
def files(corpus: Path) -> list[tuple[str, bytes]]:
    return [
        found
        for folder, at_least in FOLDERS.items()
        for path in recordings(corpus / folder, "**/*", at_least)
        if path.is_file()
        for found in contents(path.relative_to(corpus).as_posix(), path.read_bytes())
    ]


def test_what_matches_on_ordinary_files(files):
    compiled = YaraX().compile([text_of(path) for path in FILES])
    levels = {head.name: dict(head.meta)["level"] for head in compiled.rules}

    found = {(name, one.file, one.rule) for name, data in files for one in compiled.scan(data)}

    assert found == EXPECTED
    loud = {rule for _, _, rule in found if levels[rule] not in {"informational", "low"}}
    assert loud == {"Package_Is_An_Xposed_Extension"}


def test_both_engines_agree(files):
    texts = [text_of(path) for path in FILES if name_of(path) not in ONLY_YARA_X]
    ours, oracle = YaraX().compile(texts), YaraPython().compile(texts)
    differ = 0
    for _, data in files:
        expected = sorted(map(comparable, oracle.scan(data)))
        differ += expected != sorted(map(comparable, ours.scan(data)))

    assert len(files) > 10_000
    assert 0 == differ
