"""Who calls what in the code of an app; nothing, unless a rule asks for it.

What is asked stands in the request (`AppBytes.calls`), which the evidence itself does not name: the
same bytes answer every question.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.android.app_plan import third_party
from scanner.model.artifact import Artifact, Planned, Profile, Reading, Stated
from scanner.model.entities import ApiCall, Statement
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import AppBytes


def parse(file: EvidenceFile) -> Iterator[Statement]:
    """Yield the calls of the methods that are asked for; NotAvailable where nothing can look."""
    request = file.request
    if isinstance(request, AppBytes) and request.calls:
        from scanner.artifacts.apps.calling import calls_in  # noqa: PLC0415

        yield from calls_in(file, request.calls)


APP_CALLS = Artifact(
    name="android.app_calls",
    title="Calls in the code of apps",
    platform="android",
    states=(Stated(ApiCall),),
    readings=(
        Reading(
            Planned(
                after=("android.packages", "android.installed_files"),
                template=AppBytes(path="*"),
                plan=third_party,  # which are asked for once, whoever reads them
            ),
            parse,
        ),
    ),
    profile=Profile.STANDARD,
    provenance="derived_from_bytes",
)
