"""Which requests a scan makes, in which order, and which artifact reads each answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from scanner.errors import UsageError
from scanner.model.artifact import Artifact, Known, Planned, Profile, Reading
from scanner.model.requests import AnyRequest


class Reader(Struct, frozen=True):
    """One reading of one artifact; `rank` is its place in the registry."""

    artifact: Artifact
    reading: Reading
    rank: int

    def fits(self, request: AnyRequest) -> bool:
        asked = self.reading.request
        return asked.fits(request) if isinstance(asked, Planned) else asked == request


def profile_named(name: str) -> Profile:
    """Return a profile by its name; UsageError for any other."""
    try:
        return Profile[name.upper()]
    except KeyError:
        known = ", ".join(profile.name.lower() for profile in Profile)
        raise UsageError(f"no profile {name!r}", remedy=f"choose one of: {known}") from None


def selected(artifacts: Iterable[Artifact], platform: str, profile: Profile) -> list[Artifact]:
    """Return the artifacts that a profile includes on a platform."""
    return [
        artifact
        for artifact in artifacts
        if artifact.platform == platform and artifact.profile <= profile
    ]


def readers(artifacts: Sequence[Artifact]) -> list[Reader]:
    """List all readings of some artifacts, in the order of precedence."""
    return [
        Reader(artifact, reading, rank * 100 + position)
        for rank, artifact in enumerate(artifacts)
        for position, reading in enumerate(artifact.readings)
    ]


def waves(artifacts: Sequence[Artifact]) -> Iterator[list[Artifact]]:
    """Group artifacts so that each wave asks only for what the waves before it made known.

    Early waves hold just what others wait for; all else shares the last one, to save round trips.
    """
    names = {artifact.name for artifact in artifacts}
    awaited = {name for artifact in artifacts for name in _after(artifact)} & names
    pending, done = list(artifacts), set[str]()
    while pending:
        ready = [each for each in pending if not (_after(each) & names) - done]
        if not ready:
            raise UsageError(f"artifacts wait for each other: {', '.join(a.name for a in pending)}")
        wave = [each for each in ready if each.name in awaited - done] or ready
        yield wave
        done |= {each.name for each in wave}
        pending = [each for each in pending if each.name not in done]


def requests(
    artifacts: Iterable[Artifact], known: Known, users: Sequence[int] | None = None
) -> Iterator[AnyRequest]:
    """Yield each request of some artifacts once; `users` limits those that are put for one user."""
    seen: set[AnyRequest] = set()
    for artifact in artifacts:
        for reading in artifact.readings:
            for request in expand(reading, known):
                if request not in seen and wanted(request, users):
                    seen.add(request)
                    yield request


def expand(reading: Reading, known: Known) -> Iterable[AnyRequest]:
    """Return the requests of one reading, given what is known of the device."""
    asked = reading.request
    return asked.plan(known) if isinstance(asked, Planned) else (asked,)


def wanted(request: AnyRequest, users: Sequence[int] | None) -> bool:
    """Whether a request is for the whole device or for one of the users asked for."""
    user = getattr(request, "user", None)
    return users is None or user is None or user in users


def _after(artifact: Artifact) -> set[str]:
    return {
        name
        for reading in artifact.readings
        if isinstance(reading.request, Planned)
        for name in reading.request.after
    }
