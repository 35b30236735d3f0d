"""What a scan would do, as data: artifacts and requests, none of them run."""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct

from scanner.artifacts import ARTIFACTS
from scanner.model.artifact import Artifact, Planned
from scanner.model.requests import RecordedOnly
from scanner.pipeline.plan import profile_named, require_known, selected


class DescribedRequest(Struct, frozen=True, kw_only=True):
    """One request, or the template of one that depends on what others stated."""

    artifact: str
    request: str
    timeout: float  # seconds
    limit: int  # bytes
    after: tuple[str, ...] = ()
    recorded: bool = False  # only a recording can answer it: no phone is asked


class DescribedArtifact(Struct, frozen=True, kw_only=True):
    """One artifact: what it asks and what it states."""

    name: str
    title: str
    platform: str
    profile: str
    provenance: str
    opt_in: str  # the word that asks for it; empty: nobody needs to
    requests: tuple[DescribedRequest, ...]
    states: dict[str, tuple[str, ...]]


def describe_artifacts() -> tuple[DescribedArtifact, ...]:
    """Describe all artifacts, in reading order."""
    return tuple(_artifact(each) for each in ARTIFACTS)


def dry_run(
    profile: str = "quick", platform: str = "android", *, include: Collection[str] = ()
) -> tuple[DescribedRequest, ...]:
    """List every request that an acquisition would make, once each; none is run."""
    seen: dict[str, DescribedRequest] = {}
    require_known(ARTIFACTS, include)
    for artifact in selected(ARTIFACTS, platform, profile_named(profile), include=include):
        for request in _requests(artifact):
            if not request.recorded:
                seen.setdefault(request.request, request)
    return tuple(seen.values())


def _artifact(artifact: Artifact) -> DescribedArtifact:
    states: dict[str, tuple[str, ...]] = {}
    for stated in artifact.states:
        name = str(stated.entity.__struct_config__.tag)
        states[name] = (*states.get(name, ()), *stated.names())
    return DescribedArtifact(
        name=artifact.name,
        title=artifact.title,
        platform=artifact.platform,
        profile=artifact.profile.name.lower(),
        provenance=artifact.provenance,
        opt_in=artifact.opt_in,
        requests=tuple(_requests(artifact)),
        states=states,
    )


def _requests(artifact: Artifact) -> list[DescribedRequest]:
    described = []
    for reading in artifact.readings:
        planned = reading.request if isinstance(reading.request, Planned) else None
        request = planned.template if planned else reading.request
        if isinstance(request, Planned):
            continue
        described.append(
            DescribedRequest(
                artifact=artifact.name,
                request=str(request),
                timeout=request.timeout,
                limit=request.limit,
                after=planned.after if planned else (),
                recorded=isinstance(reading.request, RecordedOnly),
            )
        )
    return described
