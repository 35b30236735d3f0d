"""What rules make of recorded phones that nobody tampered with, and of cases that are given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import click
import msgspec
from msgspec import Struct

from scanner.cli.looking import clean_phones, look_at
from scanner.cli.passwords import password_from
from scanner.detect import RulePack
from scanner.detect.workbench import Near, Tried
from scanner.errors import RuleError, UsageError
from scanner.formats.text import safe_text
from scanner.model.data import data_folder
from scanner.model.findings import LEVELS, Finding, Match, Subject
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.workbench import Looked, tried, tried_bytes
from scanner.report.messages import text

ACCEPTED = "clean.json"
_ACCEPTED_SIZE = 1 << 20  # bytes
_LIMIT = LEVELS.index("low")
_SHOWN = 5  # findings of one rule on one device
_VALUES = 4


class Accepted(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A finding on a clean phone that is right: which phone, which rule, and why."""

    phone: str
    rule: str  # its id
    reason: str


class OnClean(Struct, frozen=True, kw_only=True):
    """A finding above `low` on a phone that nobody tampered with."""

    phone: str
    rule: str
    title: str
    level: str
    finding: Finding
    accepted: str | None = None  # why it may be there


class Tries(Struct, frozen=True, kw_only=True):
    """What rules make of one device."""

    name: str
    platform: str | None  # None: files of no phone that is known
    rules: tuple[Tried, ...]


class CleanPhones:
    """The clean phones of each platform, acquired when first asked for and then held."""

    def __init__(self) -> None:
        self._looked: dict[str, tuple[Looked, ...]] = {}

    def of(self, pack: RulePack) -> Iterator[Looked]:
        """Yield the clean phones that rules of a pack speak of."""
        platforms = {rule.platform for rule in pack.rules}
        if missing := platforms - self._looked.keys():
            found = clean_phones(missing)
            for platform in missing:
                self._looked[platform] = tuple(
                    each for each in found if each.ground.platform == platform
                )
        for platform in sorted(platforms):
            yield from self._looked[platform]


def on_clean(pack: RulePack, phones: CleanPhones, paths: Sequence[Path]) -> Iterator[OnClean]:
    """Yield what rules find above `low` on phones that nobody tampered with."""
    known = {(each.phone, each.rule): each.reason for each in _accepted(paths)}
    for looked in phones.of(pack):
        for each in tried(pack, looked, near=0):
            for finding in each.findings:
                if LEVELS.index(finding.level) > _LIMIT:
                    yield OnClean(
                        phone=looked.name,
                        rule=each.rule,
                        title=each.title,
                        level=finding.level,
                        finding=finding,
                        accepted=known.get((looked.name, each.rule)),
                    )


def _accepted(paths: Sequence[Path]) -> Iterator[Accepted]:
    for folder in (data_folder("rules"), *paths):
        file = folder / ACCEPTED
        if file.is_file():
            with file.open("rb") as stream:
                written = stream.read(_ACCEPTED_SIZE + 1)
            if len(written) > _ACCEPTED_SIZE:
                raise RuleError(file, "file", "it is larger than 1 MiB", remedy="keep it short")
            try:
                yield from msgspec.json.decode(written, type=list[Accepted])
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                remedy = 'a list of {"phone": ..., "rule": id, "reason": ...}'
                raise RuleError(file, "file", str(error), remedy=remedy) from None


def tries(pack: RulePack, target: str, privacy: PrivacyLevel | None, near: int) -> Tries:
    """Try rules on a case, a recording or `demo:NAME`; those of bytes also on any file or folder.

    UsageError for what is none of them, CaseError for what is damaged.
    """
    looked, path = None, Path(target)
    try:
        looked = look_at(target, privacy)
    except UsageError:
        if pack.yara is None or not path.exists():
            raise
    found = tuple(tried(pack, looked, near=near)) if looked else ()
    if pack.yara is not None:
        found += tuple(tried_bytes(pack.yara, path, looked, password_from(None)))
    if looked is None:
        return Tries(name=path.name, platform=None, rules=found)
    return Tries(name=looked.name, platform=looked.ground.platform, rules=found)


def print_tries(done: Tries) -> None:
    """Print what each rule makes of a device: what decided, and what it nearly matches."""
    matching = sum(bool(each.findings) for each in done.rules)
    of = f" ({done.platform})" if done.platform else ""
    click.echo(f"\n{safe_text(done.name)}{of}: {matching} of {len(done.rules)} rules match")
    for each in done.rules:
        for line in _lines(each):
            click.echo(f"  {line}")


def _lines(each: Tried) -> Iterator[str]:
    check = each.check
    missed = check.examined - check.matched
    counts = f"{check.matched} match, {missed} do not, {check.unknown} unknown"
    yield f"{check.status:15} {safe_text(each.title)}: {counts}"
    if check.reason is not None:
        said = f": {text(check.detail)}" if check.detail else ""
        yield f"  why: {check.reason}{said}"
    for finding in each.findings[:_SHOWN]:
        yield f"  {named(finding.subject)}"
        yield from (f"    {line}" for line in fields(finding.matched))
    if (more := len(each.findings) - _SHOWN) > 0:
        yield f"  and {more} more"
    for near in each.near:
        yield from _near(near)


def _near(near: Near) -> Iterator[str]:
    yield f"  near: {named(near.subject)}: {near.held} tests hold, {len(near.missed)} not"
    for match in near.missed:
        asked = safe_text(match.pattern)
        yield f"    {match.field}: the rule asks: {asked}; there is: {values(match)}"


def named(subject: Subject) -> str:
    """Return a subject in one line."""
    key = " ".join(f"{name}={safe_text(str(value))}" for name, value in subject.key.items())
    return f"{subject.entity} {key}".rstrip()


def fields(matched: Iterable[Match]) -> Iterator[str]:
    """Yield a line for each field that held."""
    for match in matched:
        asked = f"{match.field} {safe_text(match.pattern)}"
        yield f"{asked}: {values(match)}" if match.values else asked


def values(match: Match) -> str:
    """Return the values of a field as a person may see them, the first of many."""
    shown = ("(none)" if one is None else safe_text(str(one)) for one in match.values[:_VALUES])
    more = len(match.values) - _VALUES
    return ", ".join(shown) + (f" and {more} more" if more > 0 else "")
