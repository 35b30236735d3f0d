"""Packages for which behaviour was overridden, installed or not, from `dumpsys platform_compat`.

CompatChange.toString, one change a line, Android 11 to 16:

    ChangeId(168419799; name=DOWNSCALED; disabled; packageOverrides={a.b=true, c.d=false};
        rawOverrides={a.b=[10,20,true]}; overridable)                       on the same line

Overrides outlive the packages they were made for, and stores make them for known packages that a
phone never had: an entry proves no installation. 11 prints `packageOverrides` alone. The values of
12 and later may be a range of versions (PackageOverride.toString).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.lines import raw_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import PackageTrace
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Dumpsys

_CHANGE = b"ChangeId("
_OVERRIDES = re.compile(r"(?:packageOverrides|rawOverrides)=\{([^{}]*)(\})?")
_ENTRY = re.compile(r"([^\s=,{}\[\]]{1,255})=(?:true|false|\[[^\[\]]{0,100}\])(?=,|\Z)")
_LIMIT = 100_000  # packages


def parse(file: EvidenceFile) -> Iterator[PackageTrace]:
    """Yield each package that an override names."""
    changes = False
    packages: set[str] = set()
    for number, raw in enumerate(raw_lines(answer(file)), start=1):
        line = raw.lstrip()
        if not line.startswith(_CHANGE):
            continue
        changes = True
        if b"Overrides={" not in line:
            continue
        for names, closed in _OVERRIDES.findall(line.decode("utf-8", "replace")):
            if not closed:  # the text was cut: the last package may be half a name
                names = names.rpartition(",")[0]  # noqa: PLW2901
            packages.update(_packages(names, number))
        if len(packages) > _LIMIT:
            raise ParseError(f"at most {_LIMIT} packages expected")
    if not changes:
        raise ParseError("'ChangeId(' expected")
    for package in sorted(packages):
        yield PackageTrace(kind="platform_compat", package=package)


def _packages(names: str, number: int) -> Iterator[str]:
    """Yield the packages of `a.b=true, c.d=[10,20,true]`."""
    found = _ENTRY.findall(names)
    if not found and names.strip():
        raise ParseError("'package=value' in the overrides expected", line=number)
    yield from (name for name in found if package_name(name) is not None)


PLATFORM_COMPAT = Artifact(
    name="android.platform_compat",
    title="Compatibility overrides of apps",
    platform="android",
    profile=Profile.STANDARD,
    states=(Stated(PackageTrace, ("kind", "package"), ("kind", ("platform_compat",))),),
    readings=(Reading(Dumpsys(service="platform_compat"), parse),),
)
