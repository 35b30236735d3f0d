"""Facts of cases that hold none, and of recordings: examined, and held against no rules."""

from __future__ import annotations

from pathlib import Path

from scanner.detect import RulePack
from scanner.model.fleet import DeviceFacts
from scanner.pipeline.examination import examining
from scanner.pipeline.fleet.facts import facts_of
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.offline import examining_recording
from scanner.pipeline.options import Options

_NOTHING = Knowledge(pack=RulePack(rules=(), unusable=(), digest=""))


def facts_of_case(folder: Path) -> DeviceFacts:
    """Examine a case; CaseError where it is not as it was written."""
    with examining(folder, _NOTHING, jobs=1) as examination:
        return facts_of(examination)


def facts_of_recording(path: Path) -> DeviceFacts:
    """Examine a recording; CaseError where nothing of it can be read."""
    alone = Options(jobs=1)
    with examining_recording(
        path, rules=_NOTHING.pack, indicators=(), options=alone
    ) as examination:
        return facts_of(examination)
