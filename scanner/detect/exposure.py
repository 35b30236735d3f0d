"""Exposure as data: vulnerabilities that were exploited, and the update that closes each.

One file of `rules/exposure` is a YAML map of `platform`, `vulnerabilities` and, where it is known
which releases a campaign was made for, `campaigns`: a map of names to `release_from` and
`release_to`, both included. A vulnerability:

- `cve`, `title`, `component`: what it is;
- `campaigns`: names under which its exploitation is known: DarkSword; `way_in`: whether they get in
  by it, or use it once they are in;
- `affected`: a map of any of `manufacturers`, `models` (beginnings), `sdk_from` and `sdk_to` (API
  levels, both included), `release_from` and `release_to` (releases of iOS, both included); `{}`:
  every build before the fix;
- `limited_to`: what decides as well and no build states, in words: phones with a Mali GPU;
- `known_exploited`: a day on which the exploitation was public: YYYY-MM-DD;
- `references`: https addresses.

On Android `fixed_in` is the first security patch level with the fix, `fixed_for` the same for
manufacturers who were earlier, both YYYY-MM-DD. On iOS `fixed_releases` lists the first release of
each branch that has the fix: [18.7.2, '26.1'].

Three values: a build that does not state what is asked is `not_examined`, never `has_fix`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET, Struct, structs

from scanner.detect.documents import Document, read_file
from scanner.detect.problems import Place, Problems, RuleErrors
from scanner.detect.releases import fixing, has_fix, in_branch, release, release_of, within
from scanner.errors import RuleError
from scanner.model.entities import Build
from scanner.model.exposure import Exposure

PLATFORMS = ("android", "ios")
_HEAD = frozenset({"platform", "campaigns", "vulnerabilities"})
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,7}\Z")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_TEXT_LIMIT = 300  # characters
_NO_FIX = "releases of iOS {} that have it: Apple names a fix for other branches only"
_REMEDY = "put *.yml files of vulnerabilities there, or remove the folder"


class Affected(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which builds a vulnerability concerns; what is not named does not limit it."""

    manufacturers: tuple[str, ...] = ()
    models: tuple[str, ...] = ()  # beginnings of model names
    sdk_from: int | None = None
    sdk_to: int | None = None
    release_from: str | None = None  # of iOS
    release_to: str | None = None

    def concerns(self, build: Build) -> tuple[bool | None, str]:
        """Say whether a build is concerned; None with the field that it does not state."""
        maker, model, sdk = build.manufacturer, build.model, build.sdk
        answers = (
            (_among(maker, self.manufacturers), "manufacturer"),
            (_begins(model, self.models), "model"),
            (_within(sdk, self.sdk_from, self.sdk_to), "sdk"),
            (within(build, self.release_from, self.release_to), "release"),
        )
        for wanted in (False, None):
            for answer, field in answers:
                if answer is wanted:
                    return wanted, field
        return True, ""


class Releases(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The releases of iOS that a campaign was made for, both included; None: no bound is known."""

    release_from: str | None = None
    release_to: str | None = None


class Vulnerability(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One vulnerability of the data."""

    cve: str
    title: str
    component: str
    affected: Affected
    known_exploited: str
    references: tuple[str, ...]
    fixed_in: str = ""
    fixed_for: dict[str, str] = {}
    fixed_releases: tuple[str, ...] = ()
    campaigns: tuple[str, ...] = ()
    way_in: bool = False
    made_for: dict[str, Releases] = {}  # of its campaigns, from the head of the file
    limited_to: str | None = None
    platform: str = "android"  # of the file that it stands in

    def fix(self, build: Build) -> str | None:
        """Return the patch level that closes it for a build; None where its maker is not stated."""
        if not self.fixed_for:
            return self.fixed_in
        if not isinstance(build.manufacturer, str):
            return None
        own = {maker.casefold(): level for maker, level in self.fixed_for.items()}
        return own.get(build.manufacturer.casefold(), self.fixed_in)


def load(folder: Path) -> tuple[Vulnerability, ...]:
    """Load the files of a folder, or one file; sorted by fix, the latest first.

    RuleErrors with everything that is wrong in any of them.
    """
    paths = sorted(folder.glob("*.y*ml")) if folder.is_dir() else [folder]
    found: dict[tuple[str, str], Vulnerability] = {}
    errors: list[RuleError] = []
    for path in paths:
        try:
            read = _read(path)
        except RuleErrors as problem:
            errors += problem.errors
            continue
        for each in read:
            if found.setdefault((each.platform, each.cve), each) is not each:
                errors.append(RuleError(path, each.cve, "stands twice", remedy="keep one of them"))
    if not paths:
        errors.append(RuleError(folder, "path", "no exposure files there", remedy=_REMEDY))
    if errors:
        raise RuleErrors(errors)
    return latest_first(found.values())


def latest_first(vulnerabilities: Iterable[Vulnerability]) -> tuple[Vulnerability, ...]:
    """Sort by platform and fix, the latest first; those of iOS by when they were exploited."""

    def order(each: Vulnerability) -> tuple[str, str]:
        return each.fixed_in or each.known_exploited, each.cve

    newest = sorted(vulnerabilities, key=order, reverse=True)
    return tuple(sorted(newest, key=lambda each: each.platform))


def exposures(
    build: Build | None, vulnerabilities: Iterable[Vulnerability], platform: str = "android"
) -> Iterator[Exposure]:
    """Hold each vulnerability of a platform against the build of a device, in their order.

    Of a hole that is open those campaigns are named that have a way in left.
    """
    own = [each for each in vulnerabilities if each.platform == platform]
    holding = _of_release if platform == "ios" else _of_patch_level
    held = [holding(build or Build(), each) for each in own]
    possible = {
        name
        for each, made in zip(own, held, strict=True)
        if each.way_in and made.status in {"lacks_fix", "not_examined"}
        for name in each.campaigns
        if _may_use(each, name, build or Build())
    }
    for made in held:
        if made.status == "lacks_fix":
            left = tuple(name for name in made.campaigns if name in possible)
            yield structs.replace(made, campaigns=left)
        else:
            yield made


def _may_use(each: Vulnerability, campaign: str, build: Build) -> bool:
    """Whether a campaign may get in by a hole of this build.

    By the releases that it was made for; where they are not known, by a fix for the build's branch:
    for others Apple may have named none because they never had the hole.
    """
    if releases := each.made_for.get(campaign):
        return within(build, releases.release_from, releases.release_to) is not False
    own = release_of(build)
    return own is None or not each.fixed_releases or in_branch(each.fixed_releases, own)


def _of_release(build: Build, each: Vulnerability) -> Exposure:
    own = release_of(build)
    concerned, missing = each.affected.concerns(build)
    shared = {name: getattr(each, name) for name in _SHARED}
    shared |= {
        "release": build.release if isinstance(build.release, str) else None,
        "fixed_in": fixing(each.fixed_releases, own),
    }
    if concerned is False:
        return Exposure(**shared, status="not_concerned")
    if own is not None and has_fix(each.fixed_releases, own):
        return Exposure(**shared, status="has_fix")
    if unstated := "release" if own is None else missing:
        shared |= {"reason": "field_not_stated", "unstated": unstated}
        return Exposure(**shared, status="not_examined")
    if own is not None and not in_branch(each.fixed_releases, own):
        shared |= {
            "branch_fixed": False,
            "limited_to": each.limited_to or _NO_FIX.format(own[0][0]),
        }
    return Exposure(**shared, status="lacks_fix")


def _of_patch_level(build: Build, each: Vulnerability) -> Exposure:
    patch = _day(build.security_patch)
    concerned, missing = each.affected.concerns(build)
    fix = each.fix(build)
    shared = {name: getattr(each, name) for name in _SHARED} | {"security_patch": patch}
    if concerned is False:
        return Exposure(**shared, status="not_concerned")
    if patch is not None and patch >= (fix or each.fixed_in):
        return Exposure(**shared | {"fixed_in": fix or each.fixed_in}, status="has_fix")
    unstated = "security_patch" if patch is None else missing or ("" if fix else "manufacturer")
    if unstated:
        shared |= {"reason": "field_not_stated", "unstated": unstated}
        return Exposure(**shared, status="not_examined")
    return Exposure(**shared | {"fixed_in": fix}, status="lacks_fix")


def _day(value: Any) -> str | None:
    """Return a patch level as printed; None where there is none that can be compared."""
    if not isinstance(value, str) or not _DAY.match(value):
        return None
    try:
        date.fromisoformat(value)
    except ValueError:
        return None
    return value


def _among(value: Any, names: tuple[str, ...]) -> bool | None:
    if not names:
        return True
    if not isinstance(value, str):
        return None
    return value.casefold() in {name.casefold() for name in names}


def _begins(value: Any, beginnings: tuple[str, ...]) -> bool | None:
    if not beginnings:
        return True
    if not isinstance(value, str):
        return None
    return value.casefold().startswith(tuple(one.casefold() for one in beginnings))


def _within(value: Any, first: int | None, last: int | None) -> bool | None:
    if first is None and last is None:
        return True
    if value is UNSET or value is None:
        return None
    return (first is None or value >= first) and (last is None or value <= last)


_SHARED = tuple(
    name for name in Vulnerability.__struct_fields__ if name in Exposure.__struct_fields__
)


def _read(path: Path) -> list[Vulnerability]:
    found: list[Vulnerability] = []
    for document in read_file(path).documents:
        problems = Problems(str(path), document.lines)
        found += _vulnerabilities(document, problems)
        problems.raise_any()
    return found


def _vulnerabilities(document: Document, problems: Problems) -> Iterator[Vulnerability]:
    data = document.data
    for name in data.keys() - _HEAD:
        problems.unknown((name,), "key", name, sorted(_HEAD))
    platform = data.get("platform")
    if platform not in PLATFORMS:
        problems.add(("platform",), f"one of {', '.join(PLATFORMS)} expected")
    try:
        campaigns = msgspec.convert(data.get("campaigns", {}), dict[str, Releases])
    except msgspec.ValidationError as error:
        problems.add(("campaigns",), str(error))
        return
    listed = data.get("vulnerabilities")
    if not isinstance(listed, list) or not listed:
        problems.add(("vulnerabilities",), "a list of vulnerabilities expected")
        return
    for number, each in enumerate(listed):
        place: Place = ("vulnerabilities", number)
        try:
            made = msgspec.convert(each, Vulnerability)
        except msgspec.ValidationError as error:
            problems.add(place, str(error))
            continue
        known = {name: campaigns[name] for name in made.campaigns if name in campaigns}
        made = structs.replace(made, platform=str(platform), made_for=known)
        for key, reason in _wrong(made):
            problems.add((*place, key), reason)
        yield made


def _wrong(each: Vulnerability) -> Iterator[tuple[str, str]]:
    """Yield each key whose value has the right type and still cannot be."""
    if not _CVE.match(each.cve):
        yield "cve", "CVE-<year>-<number> expected"
    for key in ("title", "component"):
        if not 0 < len(getattr(each, key).strip()) <= _TEXT_LIMIT:
            yield key, f"a text of at most {_TEXT_LIMIT} characters expected"
    yield from _wrong_fixes(each)
    if not each.references:
        yield "references", "at least one https address expected"
    if not all(one.startswith("https://") for one in each.references):
        yield "references", "https addresses expected"
    first, last = each.affected.sdk_from, each.affected.sdk_to
    if first is not None and last is not None and first > last:
        yield "affected", "`sdk_from` is above `sdk_to`"


def _wrong_fixes(each: Vulnerability) -> Iterator[tuple[str, str]]:
    if _day(each.known_exploited) is None:
        yield "known_exploited", "a day expected: YYYY-MM-DD"
    yield from (_wrong_releases if each.platform == "ios" else _wrong_days)(each)


def _wrong_releases(each: Vulnerability) -> Iterator[tuple[str, str]]:
    if not each.fixed_releases or not all(map(release, each.fixed_releases)):
        yield "fixed_releases", "releases expected: [18.7.2, '26.1']"
    if each.fixed_in or each.fixed_for:
        yield "fixed_in", "`fixed_releases` expected on iOS"
    for key in ("release_from", "release_to"):
        value = getattr(each.affected, key)
        if value is not None and release(value) is None:
            yield "affected", f"a release expected in `{key}`: '18.4'"


def _wrong_days(each: Vulnerability) -> Iterator[tuple[str, str]]:
    if each.fixed_releases:
        yield "fixed_releases", "`fixed_in` expected on Android"
    if _day(each.fixed_in) is None:
        yield "fixed_in", "a day expected: YYYY-MM-DD"
    for level in each.fixed_for.values():
        if _day(level) is None or level > each.fixed_in:
            yield "fixed_for", "days not after `fixed_in` expected: YYYY-MM-DD"
