"""Packages whose databases are or were open, from `dumpsys dbinfo`.

SQLiteDebug.dump prints for every process `Connection pool for <path>:` and, from Android 9 on,
`Database files in <folder>:`. Only the package in these paths is read: `/data/user/<n>/<package>/`,
`/data/user_de/<n>/<package>/`, `/data/data/<package>/`, and the same on adopted storage. The
statements that were run, and when, are never read: they are personal.

Android removes line ends from a statement before it prints it, so none can imitate these lines; the
name of a database could, and is an app's own choice. Databases of the system itself lie elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.skim import lines_with
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import PackageTrace
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

PACKAGES_LIMIT = 20_000
_HEAD = b"Applications Database Info:"
_POOL, _FOLDER = b"Connection pool for ", b"Database files in "
_PATH = re.compile(
    rb"(?:/data|/mnt/expand/[0-9A-Fa-f-]{36})/(?:user/\d{1,5}|user_de/\d{1,5}|data)"
    rb"/([A-Za-z0-9_.]{1,255})/"
)


def parse(file: EvidenceFile) -> Iterator[PackageTrace]:
    """Yield each package once."""
    whole = answer(file)
    if not any(lines_with(whole, _HEAD)):
        raise ParseError(f"'{_HEAD.decode()}' expected")
    found: dict[bytes, None] = {}
    for start in (_POOL, _FOLDER):
        for line in lines_with(whole, start):
            if match := _PATH.match(line, len(start)):
                found[match[1]] = None
            if len(found) > PACKAGES_LIMIT:
                raise ParseError(f"at most {PACKAGES_LIMIT} packages expected")
    for package in found:
        yield PackageTrace(kind="database", package=package.decode())


DATABASES = Artifact(
    name="android.databases",
    title="Paths of open databases",
    platform="android",
    states=(Stated(PackageTrace, ("kind", "package"), ("kind", ("database",))),),
    readings=(Reading(Dumpsys(service="dbinfo"), parse),),
    profile=Profile.STANDARD,
)
