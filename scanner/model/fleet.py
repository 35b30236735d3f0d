"""What a fleet is compared by: of each device its facts, by facet."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from scanner.model.evidence import Reason
from scanner.model.findings import Level, Message
from scanner.model.privacy import PrivacyClass, PrivacyLevel

FACTS_VERSION = 1


class Fact(Struct, frozen=True, array_like=True, omit_defaults=True):
    """One value of a facet on one device."""

    value: str  # comparable between devices: no id of the device, nothing personal
    since: str | None = None  # when it came, as the device states it: 2026-11-20 or longer


class Facet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All values of one facet on one device."""

    facts: tuple[Fact, ...] = ()
    unread: Reason | None = None  # why it could not be read, or not wholly


class DeviceFacts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one case contributes to a comparison of a fleet: `data/fleet.json` in the case.

    It is kept with the evidence and not with the report: values of class N are clear in it.
    """

    version: int  # FACTS_VERSION
    device: str  # pseudonym
    platform: str
    taken_at: datetime  # *now* of the case
    case: str  # id of the case
    transport: str = ""
    profile: str = "quick"
    complete: bool = True
    manufacturer: str | None = None
    model: str | None = None
    release: str | None = None
    build: str | None = None
    security_patch: str | None = None
    verdict: str | None = None  # None: only acquired
    findings: dict[Level, int] = {}  # of class compromise, by level
    facets: dict[str, Facet] = {}


class FacetKind(Struct, frozen=True, kw_only=True):
    """A facet: which entities it is made of, and how it counts."""

    name: str  # certificate_authority
    title: str
    platforms: tuple[str, ...]
    privacy: PrivacyClass  # of its values
    kind: str  # system, app, setting: the values of one kind compete for the top ones
    entity: str  # type of the entity that states it


class PeerGroup(Struct, frozen=True, kw_only=True):
    """The devices that one is compared with."""

    name: str  # `Example Phone 9 · EX9.261105`, or wider: `Example · 16`, `android`
    basis: str  # model_build, vendor_release, platform
    size: int  # devices, itself included
    scored: bool = True  # False: too few, nothing of it is scored


class Rare(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact that few peers share, and what it adds to the score."""

    facet: str
    value: str
    peers: int  # others in the group that have it; also of what the device lacks
    of: int  # others in the group
    upper: float  # Wilson upper bound, one-sided 95 %, of the peers that are like the device in it
    bits: float  # that it adds to the score: what its facet counts, by its part in it
    counted: bool = True  # among the top ones of its facet
    since: str | None = None


class DeviceLine(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the work list: a device, how far it departs from its peers, and by what."""

    device: str  # pseudonym
    case: str
    path: str  # of the case, as it was given
    platform: str
    model: str | None = None
    build: str | None = None
    taken_at: datetime | None = None
    group: PeerGroup
    score: float | None = None  # None: its baseline is too small
    p_value: float | None = None  # conformal; None: too few to calibrate with
    chance: float | None = None  # that phones recombined at random score as high
    deviant: bool = False  # kept by the false discovery rate of the whole list
    facts: tuple[Rare, ...] = ()
    missing: tuple[Rare, ...] = ()  # what nearly all peers have and it lacks
    not_in_reference: tuple[Uniform, ...] = ()
    unread: dict[str, Reason] = {}  # facets that could not be read
    verdict: str | None = None
    findings: dict[Level, int] = {}


class Uniform(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that the fleet has and the reference lacks, or the other way round."""

    facet: str
    value: str
    devices: int  # that have it
    of: int  # whose facet was read
    platform: str = ""
    group: str | None = None  # the model and build that it is about; None: the whole platform
    lost: bool = False  # the reference has it and the fleet lacks it
    first_since: str | None = None
    last_since: str | None = None


class Appeared(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A fact that came to devices within the window that was asked for."""

    facet: str
    value: str
    devices: int  # to which it came in the window
    before: int  # that had it before the window
    of: int  # whose facet was read
    platform: str = ""
    undated: int = 0  # that have it and do not say since when
    first: str | None = None
    last: str | None = None


class FacetCount(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many devices have which value of a facet."""

    facet: str
    value: str
    devices: int
    of: int
    platform: str = ""


class Refused(Struct, frozen=True, kw_only=True):
    """A case that could not be compared, and why; the others were."""

    path: str
    error: str
    remedy: str | None = None
    tampered: bool = False


class FleetReport(Struct, frozen=True, kw_only=True):
    """A fleet, compared: the document of `scanner fleet compare`."""

    schema_version: str
    privacy: PrivacyLevel
    devices: int  # compared
    given: int  # cases that were named
    superseded: int = 0  # older cases of a device that has a newer one among them
    reference: tuple[str, ...] = ()  # ids of the cases that were given as reference
    window: tuple[datetime, datetime] | None = None
    groups: tuple[PeerGroup, ...]
    lines: tuple[DeviceLine, ...]  # the most deviant first
    more: int = 0  # devices beyond those listed
    uniform: tuple[Uniform, ...] = ()
    appeared: tuple[Appeared, ...] = ()
    counts: tuple[FacetCount, ...] = ()
    refused: tuple[Refused, ...] = ()
    notes: tuple[Message, ...] = ()
