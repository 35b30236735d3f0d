"""The system of a recorded iPhone, from SystemVersion.plist, which is part of the system itself.

It states ProductVersion (26.1), ProductBuildVersion (23B85) and, where a rapid security response is
installed, ProductVersionExtra. Which model of phone it is, it does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.ios.reply import known
from scanner.errors import ParseError
from scanner.formats.plists import read_map, text
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Build
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Diagnostic, Glob, MiB

_LIMIT = 100  # characters
_MAJOR = re.compile(r"(\d{1,3})(?:\.|$)", re.ASCII)


def parse(file: EvidenceFile) -> Iterator[Build]:
    """Yield the build; ParseError where no version is stated."""
    values = read_map(file, limit=MiB)
    release = text(values, "ProductVersion", limit=_LIMIT)
    if not release:
        raise ParseError("ProductVersion expected")
    major = _MAJOR.match(release)
    yield Build(
        manufacturer="Apple",
        release=release,
        release_major=known(int(major[1]) if major else None),
        release_extra=text(values, "ProductVersionExtra", limit=_LIMIT) or None,
        build=known(text(values, "ProductBuildVersion", limit=_LIMIT)),
    )


SYSTEM_VERSION = Artifact(
    name="ios.system_version",
    title="System version of a recording",
    platform="ios",
    states=(Stated(Build, ("manufacturer", "release", "release_major", "release_extra", "build")),),
    readings=(
        Reading(Diagnostic(name="logs/SystemVersion/SystemVersion.plist"), parse),
        Reading(Glob(pattern="/System/Library/CoreServices/SystemVersion.plist"), parse),
    ),
    profile=Profile.QUICK,
)
