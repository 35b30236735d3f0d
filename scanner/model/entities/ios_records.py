"""What an iPhone keeps of its past: statistics, grants, logs, events.

Days stand where a moment would say how a person uses the phone; moments where the system acted.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, DeviceId, Observation, System


class TrafficRecord(Entity, frozen=True, kw_only=True, tag="traffic_record"):
    """A program that used the network, as the statistics of the phone keep it."""

    key: ClassVar[tuple[str, ...]] = ("source", "process", "bundle")

    source: System[str]  # data_usage, net_usage, analytics
    process: Observation[str]  # its name: mDNSResponder; `` where only traffic was kept
    bundle: AppFact[str | None]  # bundle identifier of the app it works for
    first_seen: Observation[str | None | UnsetType] = UNSET  # day, UTC: 2026-11-02
    last_seen: Observation[str | None | UnsetType] = UNSET  # day, UTC
    wifi_in: Observation[int | None | UnsetType] = UNSET  # bytes; so are the next three
    wifi_out: Observation[int | None | UnsetType] = UNSET
    wwan_in: Observation[int | None | UnsetType] = UNSET
    wwan_out: Observation[int | None | UnsetType] = UNSET
    orphan: System[bool | UnsetType] = UNSET  # traffic is kept, the row of its program is gone


class RowGap(Entity, frozen=True, kw_only=True, tag="row_gap"):
    """How many numbered rows of a system database are gone. Uninstalls and purges do that, too."""

    key: ClassVar[tuple[str, ...]] = ("database", "table")

    database: System[str]  # DataUsage.sqlite
    table: System[str]  # ZPROCESS
    rows: System[int | UnsetType] = UNSET  # that are there
    missing: System[int | UnsetType] = UNSET  # numbers between the lowest and highest without a row
    orphans: System[int | UnsetType] = UNSET  # rows of another table that name a missing one


class PrivacyGrant(Entity, frozen=True, kw_only=True, tag="privacy_grant"):
    """What a client may reach, as TCC decided: microphone, camera, photos ..."""

    key: ClassVar[tuple[str, ...]] = ("service", "client")

    service: System[str]  # kTCCServiceMicrophone
    client: AppFact[str]  # bundle identifier or path
    client_kind: System[str | UnsetType] = UNSET  # bundle, path
    decision: System[str | UnsetType] = UNSET  # allowed, denied, limited, unknown, other
    reason: System[str | None | UnsetType] = UNSET  # user_consent, user_set, system_set, mdm ...
    at: Observation[datetime | None | UnsetType] = UNSET  # of the last change


class LocationClient(Entity, frozen=True, kw_only=True, tag="location_client"):
    """A program that locationd knows; where the phone was is never read."""

    key: ClassVar[tuple[str, ...]] = ("client",)

    client: AppFact[str]  # the key in its list: bundle identifier, path of a bundle
    bundle: AppFact[str | None | UnsetType] = UNSET
    bundle_path: AppFact[str | None | UnsetType] = UNSET
    executable: AppFact[str | None | UnsetType] = UNSET
    registered: AppFact[str | None | UnsetType] = UNSET  # path of who registered it
    authorization: System[int | None | UnsetType] = UNSET
    started_on: Observation[str | None | UnsetType] = UNSET  # day of its last start, UTC
    stopped_on: Observation[str | None | UnsetType] = UNSET  # day it stopped asking, UTC


class ProfileEvent(Entity, frozen=True, kw_only=True, tag="profile_event"):
    """Something that happened to a configuration profile."""

    key: ClassVar[tuple[str, ...]] = ("identifier", "operation", "at")

    identifier: AppFact[str]
    operation: System[str]  # install, remove, update, other
    at: Observation[datetime | None]
    process: Observation[str | None | UnsetType] = UNSET  # who did it: profiled, mdmd


class AppEvent(Entity, frozen=True, kw_only=True, tag="app_event"):
    """An app that came, changed or went, as a log or a database of the phone says."""

    key: ClassVar[tuple[str, ...]] = ("source", "package", "kind", "at")

    source: System[str]  # mobile_installation, app_store, front_board, container_manager
    package: AppFact[str]
    kind: System[str]  # install, update, remove, offload, place, failure, other
    at: Observation[datetime | None]
    version: AppFact[str | None | UnsetType] = UNSET
    precision: System[str | UnsetType] = UNSET  # second, day
    clock: System[str | UnsetType] = UNSET  # utc, device_local


class PairingEvent(Entity, frozen=True, kw_only=True, tag="pairing_event"):
    """A computer that paired with the phone, or was let in, as lockdownd logs it."""

    key: ClassVar[tuple[str, ...]] = ("host", "kind", "at")

    host: DeviceId[str | None]  # HostID
    kind: System[str]  # paired, unpaired, refused, session, record
    at: Observation[datetime | None]
    clock: System[str | UnsetType] = UNSET  # utc, device_local


class Shutdown(Entity, frozen=True, kw_only=True, tag="shutdown"):
    """One shutdown of the phone, as shutdown.log describes it."""

    key: ClassVar[tuple[str, ...]] = ("file", "index")

    file: System[str]  # shutdown.log, shutdown.0.log
    index: System[int]  # from 0, as they stand in the file
    at: Observation[datetime | None | UnsetType] = UNSET  # of its SIGTERM; None: it states none
    complete: System[bool | UnsetType] = UNSET  # it ends with SIGTERM
    notices: System[int | UnsetType] = UNSET  # times that it waited for clients
    clients: System[int | UnsetType] = UNSET  # different ones
    delay_ms: System[int | UnsetType] = UNSET  # the longest wait


class ShutdownClient(Entity, frozen=True, kw_only=True, tag="shutdown_client"):
    """A process that a shutdown waited for."""

    key: ClassVar[tuple[str, ...]] = ("file", "index", "pid", "path")

    file: System[str]  # as in Shutdown; so is `index`
    index: System[int]
    pid: System[int]
    path: Observation[str]  # of its executable, without the UUID behind it
    name: Observation[str | UnsetType] = UNSET  # last part of the path
    uuid: Observation[str | None | UnsetType] = UNSET
    area: System[str | UnsetType] = UNSET  # as in BinaryImage
    notices: System[int | UnsetType] = UNSET  # how many times it was waited for
    delay_ms: System[int | UnsetType] = UNSET  # the longest of them; they do not add up
    at: Observation[datetime | None | UnsetType] = UNSET  # of the shutdown


class NetworkExtension(Entity, frozen=True, kw_only=True, tag="network_extension"):
    """A VPN, filter, proxy or name server that is set up for all traffic of the phone."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: System[str]  # of the configuration, in upper case
    kind: System[str | UnsetType] = UNSET  # vpn, app_vpn, always_on_vpn, filter, dns_proxy, dns ...
    provider: AppFact[str | None | UnsetType] = UNSET  # bundle identifier of the app behind it
    enabled: System[bool | UnsetType] = UNSET
    on_demand: System[bool | UnsetType] = UNSET
    protocol: System[str | None | UnsetType] = UNSET  # ikev2, ipsec, plugin, https, tls
    server: Observation[str | None | UnsetType] = UNSET
    addresses: Observation[tuple[str, ...] | None | UnsetType] = UNSET  # of name servers
    profile: AppFact[str | None | UnsetType] = UNSET  # identifier of the profile that made it


class Restriction(Entity, frozen=True, kw_only=True, tag="restriction"):
    """What is allowed, forced or limited on the phone now, all profiles together."""

    key: ClassVar[tuple[str, ...]] = ("name",)
    gathered: ClassVar[tuple[str, ...]] = ("profiles",)

    name: System[str]  # allowCloudBackup, maxInactivity
    value: System[bool | int | str | None | UnsetType] = UNSET
    preference: System[bool | int | None | UnsetType] = UNSET  # what the user chose within it
    profiles: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # identifiers of who demands it
    count: System[int | UnsetType] = UNSET  # of what a list holds; only lists of apps are read
    apps: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # bundle identifiers of such a list


class RemoteService(Entity, frozen=True, kw_only=True, tag="remote_service"):
    """A service that the phone offers over RemoteXPC."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: System[str]  # com.apple.instruments.dtservicehub
    developer: System[bool | UnsetType] = UNSET  # of a mounted developer disk image


class LogArchive(Entity, frozen=True, kw_only=True, tag="log_archive"):
    """The unified log that a recording holds: how far back it goes. Its lines are not read."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: System[str]  # ArchiveIdentifier
    oldest_at: Observation[datetime | None | UnsetType] = UNSET
    newest_at: Observation[datetime | None | UnsetType] = UNSET
    boots: System[int | None | UnsetType] = UNSET  # different boots that it names
    build: System[str | None | UnsetType] = UNSET


class Backup(Entity, frozen=True, kw_only=True, tag="backup"):
    """A backup of the phone, as its own lists describe it."""

    made_at: Observation[datetime | None | UnsetType] = UNSET
    version: System[str | None | UnsetType] = UNSET  # of the format: 10.0
    encrypted: System[bool | UnsetType] = UNSET
    full: System[bool | None | UnsetType] = UNSET
    state: System[str | None | UnsetType] = UNSET  # of its last snapshot: finished, uploading ...
    files: System[int | None | UnsetType] = UNSET  # that its list names
    missing: System[int | None | UnsetType] = UNSET  # named and not there
    pictures: Observation[int | None | UnsetType] = UNSET  # named, in the camera roll: counted only


class ContentSource(Entity, frozen=True, kw_only=True, tag="content_source"):
    """A store of personal content that was read on request, for indicators only."""

    key: ClassVar[tuple[str, ...]] = ("name",)

    name: System[str]  # messages, safari_history
    carries: System[tuple[str, ...] | UnsetType] = UNSET  # types of address that it may name: url
    records: Observation[int | UnsetType] = UNSET
    values: Observation[int | UnsetType] = UNSET  # addresses in them that indicators may name


class ContentMatch(Entity, frozen=True, kw_only=True, tag="content_match"):
    """An indicator that personal content names: how often and when, never where or what."""

    key: ClassVar[tuple[str, ...]] = ("source", "indicator_type", "indicator")

    source: System[str]  # as in ContentSource
    indicator_type: System[str]  # domain, url, email
    indicator: Observation[str]  # its own value, not what was read
    count: Observation[int | UnsetType] = UNSET
    first_day: Observation[str | None | UnsetType] = UNSET  # 2026-11-02, UTC
    last_day: Observation[str | None | UnsetType] = UNSET
