"""The calls of methods in the code of an app: in an archive, or in a loose DEX."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.apps.opened import sha256_of
from scanner.formats.apk.app import read_app
from scanner.formats.apk.archive import ApkArchive
from scanner.formats.app_kind import HEAD, form_of
from scanner.formats.buffer import buffered
from scanner.formats.programs.calls import calls
from scanner.model.entities import ApiCall
from scanner.model.evidence import EvidenceFile


def calls_in(file: EvidenceFile, methods: tuple[str, ...]) -> Iterator[ApiCall]:
    """Yield who calls some methods in a file; nothing of a file that holds no code."""
    with buffered(file) as data:
        form = form_of(data[0:HEAD])
        sha256 = file.sha256 or sha256_of(data)
        if form == "dex":
            found = calls((data[0 : len(data)],), methods)
            package = None
        elif form == "zip":
            archive = ApkArchive(data)
            facts = read_app(archive)
            package = facts.manifest.package if facts.manifest is not None else None
            found = calls(_dexes(archive, facts.dex), methods)
        else:
            return
        for method, caller in found:
            yield ApiCall(file=sha256, method=method, caller=caller, package=package)


def _dexes(archive: ApkArchive, names: tuple[str, ...]) -> Iterator[bytes]:
    for name in names:
        if (entry := archive.get(name)) is not None:
            yield archive.read(entry)
