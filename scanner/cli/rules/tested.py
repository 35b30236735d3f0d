"""What `rules test` says of some rules: their proofs, clean phones, and what they are tried on."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from scanner.cli.exits import DONE, RULES
from scanner.cli.rules.packs import number_of
from scanner.cli.rules.trials import (
    ACCEPTED,
    CleanPhones,
    OnClean,
    Tries,
    fields,
    named,
    on_clean,
)
from scanner.detect import RulePack, prove
from scanner.detect.workbench import Problem, RuleFiles, failed_proofs, prove_file
from scanner.formats.text import safe_text


class Tested(Struct, frozen=True, kw_only=True):
    """What `test` says of some rules."""

    rules: int
    proofs: int
    failed: tuple[Problem, ...]  # proofs that do not hold
    phones: int = 0  # that nobody tampered with, on which the rules were tried
    clean: tuple[OnClean, ...] = ()
    on: tuple[Tries, ...] = ()
    unread: tuple[str, ...] = ()  # targets that could not be read

    @property
    def accused(self) -> tuple[OnClean, ...]:
        """The findings on clean phones that no list accepts."""
        return tuple(each for each in self.clean if each.accepted is None)

    @property
    def status(self) -> int:
        """The exit status that this deserves, but for what could not be read."""
        return RULES if self.failed or self.accused else DONE


def try_all(pack: RulePack, paths: tuple[Path, ...], phones: CleanPhones | None) -> Tested:
    """Run the proofs of rules, and the rules on phones that nobody tampered with."""
    files = RuleFiles(paths, shipped=not paths)
    proved = [prove_file(file) for file in (pack.yara.files if pack.yara else ())]
    of_bytes = (each for _, failed in proved for each in failed if each.kind != "lint")
    return Tested(
        rules=number_of(pack),
        proofs=sum(len(prove(rule)) for rule in pack.rules) + sum(count for count, _ in proved),
        failed=(*failed_proofs(pack.rules, files), *of_bytes),
        phones=sum(1 for _ in phones.of(pack)) if phones is not None else 0,
        clean=tuple(on_clean(pack, phones, paths)) if phones is not None else (),
    )


def accused(each: OnClean) -> str:
    """Return a finding on a clean phone as text."""
    said = f"accepted: {safe_text(each.accepted)}" if each.accepted else f"not in {ACCEPTED}"
    head = f"{each.phone}: {each.level}: {safe_text(each.title)} ({said})"
    lines = (f"  {line}" for line in (named(each.finding.subject), *fields(each.finding.matched)))
    return "\n".join((head, *lines))


def summary(tested: Tested) -> str:
    """Return what came of it in one line."""
    text = f"{tested.rules} rules, {tested.proofs} proofs, {len(tested.failed)} failed"
    if tested.phones:
        text += f", {len(tested.accused)} findings on {tested.phones} phones"
        text += " that nobody tampered with"
    return text
