"""Rules and files for the tests of YARA, made here."""

from __future__ import annotations

from pathlib import Path

from scanner.detect.yara import YaraPack, load_yara

MARK = b"made-marker-0001"
OWN = """
rule {name} : attack_t1417_001 {{
  meta:
    id = "{id}"
    title = "A made marker"
    description = "It stands in files that tests make."
    level = "medium"
    class = "compromise"
    confidence = "medium"
    status = "test"
    platform = "android"
    filetype = "{kinds}"
    advice = "review_app, seek_help"
    falsepositives = "Tests"
    reference = "https://example.org/a"
  strings:
    $a = "made-marker-0001"
  condition:
    $a
}}
"""
FOREIGN = 'rule other { strings: $a = "made-marker-0001" condition: $a }'
ELF = b"\x7fELF\x02\x01\x01" + bytes(200) + MARK + bytes(300)
DEX = b"dex\n035\0" + bytes(200) + MARK
MANIFEST = ("AndroidManifest.xml", b"\x03\x00\x08\x00" + bytes(40))


def own(name: str = "marker", kinds: str = "elf", number: int = 1) -> str:
    return OWN.format(name=name, kinds=kinds, id=f"00000000-0000-4000-8000-{number:012x}")


def pack(folder: Path, **texts: str | bytes) -> YaraPack:
    """Load files of these texts; `a__b` becomes `a/b.yar`."""
    return load_yara(files(folder, **texts))


def files(folder: Path, **texts: str | bytes) -> list[tuple[Path, str]]:
    written = []
    for key, text in texts.items():
        name = f"{key.replace('__', '/')}.yar"
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        written.append((path, name))
    return written
