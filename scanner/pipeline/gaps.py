"""What was not read: attempts that failed become gaps, and those of many files of apps a few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from scanner.model.artifact import Artifact, Planned
from scanner.model.evidence import Gap, Reason
from scanner.model.requests import AnyRequest, AppBytes

_WHO = "nothing says whether there are other users"
_FEW = 3  # files without an answer that are named each by itself
_MOST = 1_000  # gaps of one artifact and reason
_OTHERS = "other files of apps"


class Attempt(Struct, frozen=True, kw_only=True):
    """One answer, as one reading of an artifact took it; no reason: it was read whole."""

    position: int
    covers: tuple[str, ...]  # parts of the artifact; empty: all of it
    of_user: int | None = None  # the only user whom the answer is about, though not asked so
    one_of_many: bool = False  # a file of several: no other answers for it
    request: AnyRequest
    reason: Reason | None = None
    detail: str = ""
    evidence: str | None = None

    @property
    def user(self) -> int | None:
        user: int | None = getattr(self.request, "user", None)
        return self.of_user if user is None else user


def gaps_of(
    artifact: Artifact, attempts: list[Attempt], users: Sequence[int] | None
) -> Iterator[Gap]:
    """Yield what of an artifact nothing answered; each part of it needs one whole answer."""
    seen: set[tuple[str | None, int | None]] = set()
    for part in artifact.parts():
        concerned = [each for each in attempts if not each.covers or part in each.covers]
        for gap in _gaps_of_part(artifact.name, concerned, users):
            if (gap.request, gap.user) not in seen:
                seen.add((gap.request, gap.user))
                yield gap


def _gaps_of_part(name: str, attempts: list[Attempt], users: Sequence[int] | None) -> Iterator[Gap]:
    if not attempts:
        yield Gap(artifact=name, reason="source_absent", detail="nothing that states it is there")
        return
    answered = {each.user for each in attempts if each.reason is None}
    failed = [each for each in attempts if each.reason is not None]
    alone = [each for each in failed if each.one_of_many]
    # One reading of the whole device is enough, of several files each is needed.
    short = [] if None in answered else _first_per_user(failed, answered)
    for each in dict.fromkeys([*alone, *short]):
        yield Gap(
            artifact=name,
            reason=each.reason or "source_absent",
            request=str(each.request),
            user=each.user,
            evidence=each.evidence,
            detail=each.detail,
        )
    if None not in answered and all(each.user is not None for each in short):
        if users is None:
            yield Gap(artifact=name, reason="source_absent", detail=_WHO)
        for user in set(users or ()) - answered - {each.user for each in failed}:
            yield Gap(artifact=name, reason="source_absent", user=user)


def _first_per_user(failed: list[Attempt], answered: set[int | None]) -> list[Attempt]:
    first: dict[int | None, Attempt] = {}
    for each in sorted(failed, key=lambda attempt: attempt.position):
        if each.user not in answered:
            first.setdefault(each.user, each)
    if len(first) > 1 and None in first and answered:
        del first[None]  # the users' own readings answered for some
    return list(first.values())


def reads_apps(artifact: Artifact) -> bool:
    """Whether an artifact reads the bytes of files of apps."""
    asked = (each.request for each in artifact.readings)
    templates = (one.template if isinstance(one, Planned) else one for one in asked)
    return any(isinstance(each, AppBytes) for each in templates)


def folded(gaps: Iterable[Gap]) -> Iterator[Gap]:
    """Yield one gap for the files of apps that nothing answered for, by why.

    A file that is there and cannot be read is named, as long as they are not thousands.
    """
    alike: dict[tuple[object, ...], list[Gap]] = defaultdict(list)
    for each in gaps:
        key = each.artifact, each.reason, each.user, each.detail, each.evidence
        alike[key].append(each)
    listed: dict[tuple[object, ...], list[Gap]] = defaultdict(list)
    for (artifact, reason, user, *_), group in alike.items():
        listed[artifact, reason, user] += group if len(group) <= _FEW else [_one_for(group)]
    for group in listed.values():
        yield from group[:_MOST]
        if rest := group[_MOST:]:
            yield structs.replace(_one_for(rest), detail=_OTHERS)


def unnamed(gaps: Sequence[Gap], artifacts: Iterable[Artifact]) -> tuple[Gap, ...]:
    """Return gaps without the names of apps: neither their paths nor what was said of them."""
    of_apps = {artifact.name for artifact in artifacts if reads_apps(artifact)}
    hidden = [
        structs.replace(each, request=None, evidence=None, detail="")
        for each in gaps
        if each.artifact in of_apps
    ]
    return (*(each for each in gaps if each.artifact not in of_apps), *folded(hidden))


def _one_for(group: Sequence[Gap]) -> Gap:
    count = sum(each.count for each in group)
    return structs.replace(group[0], request=None, evidence=None, count=count)
