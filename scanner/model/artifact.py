"""Artifacts: a known kind of data on a platform: what it states, how to ask, how to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Protocol, TypeVar

from msgspec import Struct

from scanner.model.entities import Entity, Statement
from scanner.model.evidence import EvidenceFile, Provenance
from scanner.model.requests import (
    AnyRequest,
    AppBytes,
    AppFolders,
    Command,
    CrashFile,
    is_answered_by,
)

Parser = Callable[[EvidenceFile], Iterator[Statement]]
E = TypeVar("E", bound=Entity)


class Profile(IntEnum):
    """How much a scan asks for; each includes the ones before."""

    QUICK = 1
    STANDARD = 2
    DEEP = 3


class Known(Protocol):
    """What is known of the device so far: a snapshot, as a plan sees it."""

    def every(self, entity: type[E]) -> Iterable[E]: ...


class Planned(Struct, frozen=True, kw_only=True):
    """Requests that depend on what other artifacts stated."""

    after: tuple[str, ...]  # names of artifacts
    template: AnyRequest  # what a dry run prints
    plan: Callable[[Known], Iterable[AnyRequest]]

    def fits(self, request: AnyRequest) -> bool:
        """Whether a recorded request is one that this plan makes."""
        of_a_user = isinstance(request, Command) and request.user is not None
        planned = of_a_user or isinstance(request, AppBytes | AppFolders | CrashFile)
        return planned and is_answered_by(self.template, request)


class Reading(Struct, frozen=True):
    """One way to learn what an artifact states: a request, and how its answer is read.

    `covers` names the parts of the artifact that the answer speaks of (a namespace, a list); empty:
    all of it. Of the readings of one part a single whole answer is enough; each that answers is
    read, and what they state is joined.
    """

    request: AnyRequest | Planned
    parse: Parser
    covers: tuple[str, ...] = ()
    of_user: int | None = None  # the only user whom the answer is about; None: the request says

    def fits(self, request: AnyRequest) -> bool:
        """Whether an answer to `request` is one that this reading reads."""
        if isinstance(self.request, Planned):
            return self.request.fits(request)
        return is_answered_by(self.request, request)


class Stated(Struct, frozen=True):
    """Entity fields that an artifact states; no names: all fields of the entity.

    `where` names a field of the key and its values, where an artifact tells of some entities of
    the type only, and others tell of the rest: the files of one area, the traces of one kind.
    """

    entity: type[Entity]
    fields: tuple[str, ...] = ()
    where: tuple[str, tuple[str, ...]] | None = None

    def names(self) -> tuple[str, ...]:
        return self.fields or self.entity.__struct_fields__


class Artifact(Struct, frozen=True, kw_only=True):
    """A known kind of data: what it states, how to ask, how to read."""

    name: str  # android.getprop
    title: str  # System properties
    platform: str  # android, ios
    states: tuple[Stated, ...]
    readings: tuple[Reading, ...]
    profile: Profile = Profile.QUICK
    opt_in: str = ""  # the word by which a caller asks for it; empty: nobody needs to
    provenance: Provenance = "os_claimed"

    def parts(self) -> tuple[str, ...]:
        """Return the parts that its readings cover; one without a name where none names any."""
        named = dict.fromkeys(part for reading in self.readings for part in reading.covers)
        return tuple(named) or ("",)


Where = tuple[str, str] | None  # a field of the key and its value; None: all entities of a type


def listing(
    artifacts: Iterable[Artifact], entity: type[Entity], lists: Callable[[Stated], bool]
) -> dict[Where, tuple[str, ...]]:
    """Return the artifacts that list entities of a type, by the field and value that they list.

    `lists` says whether what is stated of the type is a list of them. One that lists all counts
    for each part that others list.
    """
    found: dict[Where, list[str]] = {}
    everywhere: list[str] = []
    for artifact in artifacts:
        for stated in artifact.states:
            if stated.entity is not entity or not lists(stated):
                continue
            if stated.where is None:
                everywhere.append(artifact.name)
                continue
            field, values = stated.where
            for value in values:
                found.setdefault((field, value), []).append(artifact.name)
    if everywhere and not found:
        found[None] = []
    return {where: tuple(dict.fromkeys([*names, *everywhere])) for where, names in found.items()}
