"""Artifacts: a known kind of data on a platform: what it states, how to ask, how to read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum
from typing import Protocol, TypeVar

from msgspec import Struct

from scanner.model.entities import Entity, Statement
from scanner.model.evidence import EvidenceFile, Provenance
from scanner.model.requests import AnyRequest, Command, for_user

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
        if isinstance(self.template, Command) and isinstance(request, Command):
            return request.user is not None and for_user(self.template, request.user) == request
        return self.template == request


class Reading(Struct, frozen=True):
    """One way to learn what an artifact states: a request, and how its answer is read."""

    request: AnyRequest | Planned
    parse: Parser


class Stated(Struct, frozen=True):
    """Entity fields that an artifact states; no names: all fields of the entity."""

    entity: type[Entity]
    fields: tuple[str, ...] = ()

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
    provenance: Provenance = "os_claimed"
    joined: bool = False  # every reading counts, each answers for a part (a namespace, a user)
