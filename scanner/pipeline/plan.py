"""Which requests a scan makes, in which order, and which artifact reads each answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.artifacts import ARTIFACTS
from scanner.errors import UsageError
from scanner.model.artifact import Artifact, Known, Planned, Profile, Reading
from scanner.model.report import Acquisition
from scanner.model.requests import AnyRequest, RecordedOnly
from scanner.pipeline.options import CONTENT


class Reader(Struct, frozen=True):
    """One reading of one artifact, its place there, and `rank`, its place among all readings."""

    artifact: Artifact
    reading: Reading
    position: int
    rank: int

    def fits(self, request: AnyRequest) -> bool:
        return self.reading.fits(request)


class Wave(Struct, frozen=True, kw_only=True):
    """Readings that are asked for together, once the artifacts named in `after` were read."""

    readings: tuple[Reading, ...]
    after: frozenset[str]


def profile_named(name: str) -> Profile:
    """Return a profile by its name; UsageError for any other."""
    try:
        return Profile[name.upper()]
    except KeyError:
        known = ", ".join(profile.name.lower() for profile in Profile)
        raise UsageError(f"no profile {name!r}", remedy=f"choose one of: {known}") from None


def selected(
    artifacts: Iterable[Artifact],
    platform: str,
    profile: Profile,
    *,
    include: Collection[str] = (),
    recorded: bool = False,
) -> list[Artifact]:
    """Return the artifacts of a platform that a profile includes and a phone can answer.

    `include` names what is left out unless it is asked for. Of a recording (`recorded`) nobody can
    be asked for more: what is there is read, and only its personal content on request.
    """
    return [
        artifact
        for artifact in artifacts
        if artifact.platform == platform
        and (artifact.profile <= profile or artifact.opt_in)
        and (_is_read if recorded else _is_asked)(artifact, include)
    ]


def _is_asked(artifact: Artifact, include: Collection[str]) -> bool:
    return can_be_asked(artifact) and (not artifact.opt_in or artifact.opt_in in include)


def _is_read(artifact: Artifact, include: Collection[str]) -> bool:
    return artifact.opt_in != CONTENT or CONTENT in include


def selected_for(acquisition: Acquisition, *, recorded: bool = False) -> list[Artifact]:
    """Return the artifacts that an acquisition asks for, or asked for."""
    return selected(
        ARTIFACTS,
        acquisition.platform,
        profile_named(acquisition.profile),
        include=acquisition.included,
        recorded=recorded,
    )


def reading_any(
    artifacts: Iterable[Artifact], requests: Iterable[AnyRequest]
) -> tuple[Artifact, ...]:
    """Return the artifacts that read an answer to one of some requests."""
    asked = tuple(requests)
    return tuple(
        artifact
        for artifact in artifacts
        if any(reading.fits(request) for reading in artifact.readings for request in asked)
    )


def require_known(artifacts: Iterable[Artifact], include: Iterable[str]) -> None:
    """UsageError for a word that asks a phone for nothing there is."""
    known = sorted({each.opt_in for each in artifacts if can_be_asked(each)} - {""})
    for word in include:
        if word not in known:
            raise UsageError(
                f"nothing of a phone can be included as {word!r}",
                remedy=f"choose of: {', '.join(known)}; content and files are for recordings",
            )


def can_be_asked(artifact: Artifact) -> bool:
    """Whether a phone can answer, and not only a recording."""
    return any(not isinstance(reading.request, RecordedOnly) for reading in artifact.readings)


def readers(artifacts: Sequence[Artifact]) -> list[Reader]:
    """List all readings of some artifacts, in the order of precedence."""
    found: list[Reader] = []
    for artifact in artifacts:
        for position, reading in enumerate(artifact.readings):
            found.append(Reader(artifact, reading, position, rank=len(found)))
    return found


def waves(artifacts: Sequence[Artifact]) -> Iterator[Wave]:
    """Group readings into as few waves as can be: each asks what the waves before it made known."""
    chosen = {artifact.name: artifact for artifact in artifacts}
    depths = [
        (_depth(reading, chosen, ()), reading)
        for artifact in artifacts
        for reading in artifact.readings
    ]
    for depth in sorted({depth for depth, _ in depths}):
        readings = tuple(reading for own, reading in depths if own == depth)
        after = frozenset(name for reading in readings for name in awaited(reading))
        yield Wave(readings=readings, after=after & chosen.keys())


def _depth(reading: Reading, chosen: dict[str, Artifact], above: tuple[str, ...]) -> int:
    """Return how many waves must be over before a reading can be asked for."""
    depths = [0]
    for name in awaited(reading):
        if name in above:
            raise UsageError(f"artifacts wait for each other: {', '.join((*above, name))}")
        if name in chosen:
            depths += [1 + _depth(other, chosen, (*above, name)) for other in chosen[name].readings]
    return max(depths)


def awaited(reading: Reading) -> tuple[str, ...]:
    """Return the names of the artifacts that must be read before a reading can be asked for."""
    return reading.request.after if isinstance(reading.request, Planned) else ()


def requests(
    readings: Iterable[Reading], known: Known, users: Sequence[int] | None = None
) -> Iterator[AnyRequest]:
    """Yield each request of some readings once; `users` limits those that are put for one user."""
    seen: set[AnyRequest] = set()
    for reading in readings:
        for request in expand(reading, known):
            if request not in seen and wanted(request, users):
                seen.add(request)
                yield request


def expand(reading: Reading, known: Known) -> Iterable[AnyRequest]:
    """Return what one reading asks of a phone, given what is known of it.

    Nothing, where only a recording can answer.
    """
    asked = reading.request
    if isinstance(asked, Planned):
        return asked.plan(known)
    return () if isinstance(asked, RecordedOnly) else (asked,)


def wanted_of_recordings(artifacts: Iterable[Artifact]) -> tuple[AnyRequest, ...]:
    """Return what some artifacts can read in a recording, each once; templates for every user."""
    asked = (
        reading.request.template if isinstance(reading.request, Planned) else reading.request
        for artifact in artifacts
        for reading in artifact.readings
    )
    return tuple(dict.fromkeys(asked))


def wanted(request: AnyRequest, users: Sequence[int] | None) -> bool:
    """Whether a request is for the whole device or for one of the users asked for."""
    user = getattr(request, "user", None)
    return users is None or user is None or user in users
