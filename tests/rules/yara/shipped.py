"""The YARA files that come with the scanner, and the bytes of their proofs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from scanner.detect.yara_proofs import YaraProof, read_yara_proofs, sidecar
from scanner.model.content import RuleMatch, RuleText
from scanner.model.data import data_folder

FOLDER = data_folder("rules") / "yara"
FILES: tuple[Path, ...] = tuple(sorted(FOLDER.rglob("*.yar")))

ONLY_YARA_X = {
    # the module `macho`
    "ios/load-paths.yar",
}


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


def text_of(path: Path) -> RuleText:
    return RuleText(name=name_of(path), text=path.read_text("utf-8"))


@cache
def proofs_of(path: Path) -> tuple[YaraProof, ...]:
    return read_yara_proofs(sidecar(path))


def made_bytes() -> tuple[bytes, ...]:
    """Return the bytes of all proofs, each once."""
    return tuple(dict.fromkeys(proof.data for path in FILES for proof in proofs_of(path)))


def comparable(found: RuleMatch) -> tuple[object, ...]:
    """Return what both engines must say alike of a match."""
    places = sorted((one.identifier, one.offset, one.length) for one in found.strings)
    return found.file, found.rule, tuple(places)
