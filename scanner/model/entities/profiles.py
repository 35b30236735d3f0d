"""What a management, a profile or a developer may do to an iPhone."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, DeviceId, Observation, System


class Profile(Entity, frozen=True, kw_only=True, tag="profile"):
    """A configuration profile: installed on a phone, or a file."""

    key: ClassVar[tuple[str, ...]] = ("identifier", "uuid", "file")

    identifier: AppFact[str]  # PayloadIdentifier
    uuid: AppFact[str | None]  # PayloadUUID, in upper case
    file: AppFact[str | None]  # 32 hex digits, the first of its SHA-256; None: installed
    name: AppFact[str | None | UnsetType] = UNSET  # PayloadDisplayName
    organization: AppFact[str | None | UnsetType] = UNSET
    description: AppFact[str | None | UnsetType] = UNSET
    active: System[bool | UnsetType] = UNSET
    installed: System[bool | UnsetType] = UNSET  # False: a file that somebody might install
    removable: System[bool | UnsetType] = UNSET  # False: PayloadRemovalDisallowed
    removal_passcode: System[bool | UnsetType] = UNSET  # it takes a passcode of its own to remove
    payload_types: System[tuple[str, ...] | None | UnsetType] = UNSET  # each once, sorted
    encrypted: System[bool | UnsetType] = UNSET  # payloads that only one phone can read
    expires_at: System[datetime | None | UnsetType] = UNSET  # RemovalDate
    signature: System[str | None | UnsetType] = (
        UNSET  # None: not signed; valid, invalid, unreadable
    )
    signer: AppFact[str | None | UnsetType] = UNSET  # common name of the signing certificate
    signer_sha256: AppFact[str | None | UnsetType] = UNSET  # of the certificate, in DER
    signer_sha1: AppFact[str | None | UnsetType] = UNSET
    chain: System[str | None | UnsetType] = (
        UNSET  # of the signer: apple, public, self_signed, unknown, incomplete
    )
    signer_expired: System[bool | UnsetType] = UNSET  # joined: at the acquisition's end
    signer_expires_at: System[datetime | None | UnsetType] = UNSET
    installed_at: Observation[datetime | None | UnsetType] = UNSET  # InstallDate
    by_management: System[bool | UnsetType] = UNSET  # a management installed it: isInstalledByMDM


class Payload(Entity, frozen=True, kw_only=True, tag="payload"):
    """One payload of a configuration profile; passwords, names and addresses are never read."""

    key: ClassVar[tuple[str, ...]] = ("profile", "file", "index")

    profile: AppFact[str]  # identifier of the profile
    file: AppFact[str | None]  # as in Profile
    index: System[int]  # from 0, as they stand in the profile
    payload_type: System[str | UnsetType] = UNSET  # com.apple.mdm
    identifier: AppFact[str | None | UnsetType] = UNSET
    name: AppFact[str | None | UnsetType] = UNSET  # PayloadDisplayName
    organization: AppFact[str | None | UnsetType] = UNSET
    hosts: Observation[tuple[str, ...] | None | UnsetType] = UNSET  # all servers that it names
    host: Observation[str | None | UnsetType] = UNSET  # the one server that its type is about
    port: Observation[int | None | UnsetType] = UNSET
    scheme: System[str | None | UnsetType] = UNSET  # http, https, tls, ikev2 ...
    addresses: Observation[tuple[str, ...] | None | UnsetType] = UNSET  # of name servers
    access_rights: System[int | None | UnsetType] = UNSET  # of MDM: bit mask
    rights: System[tuple[str, ...] | None | UnsetType] = (
        UNSET  # of MDM, in words: change_profiles, lock_and_passcode, erase, manage_apps ...
    )
    signs_messages: System[bool | UnsetType] = UNSET  # of MDM: SignMessage
    proxy_kind: System[str | None | UnsetType] = UNSET  # manual, auto
    always_on: System[bool | UnsetType] = UNSET  # of a VPN
    on_demand: System[bool | UnsetType] = UNSET  # of a VPN or name server: rules start it
    can_be_turned_off: System[bool | UnsetType] = UNSET  # False: ProhibitDisablement
    provider: AppFact[str | None | UnsetType] = UNSET  # bundle id of the app that does the work
    removable: System[bool | UnsetType] = UNSET  # of a web clip
    full_screen: System[bool | UnsetType] = UNSET  # of a web clip
    certificate_sha256: AppFact[str | None | UnsetType] = UNSET  # of the first that it carries
    certificate_sha1: AppFact[str | None | UnsetType] = UNSET  # of the same
    authority: System[bool | UnsetType] = UNSET  # one that it carries may sign others
    security: System[str | None | UnsetType] = UNSET  # of a Wi-Fi: none, wep, wpa ...
    settings: System[tuple[str, ...] | None | UnsetType] = (
        UNSET  # restrictions as name=value, numbers and booleans only
    )
    apps: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # bundle ids that it speaks of
    notifications_off: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # apps whose notifications it silences
    )


class ProvisioningProfile(Entity, frozen=True, kw_only=True, tag="provisioning_profile"):
    """A provisioning profile: which developer's apps may run, on which phones."""

    key: ClassVar[tuple[str, ...]] = ("uuid", "file")

    uuid: AppFact[str]
    file: AppFact[str | None]  # as in Profile
    name: AppFact[str | None | UnsetType] = UNSET
    app_id: AppFact[str | None | UnsetType] = UNSET  # application-identifier without its team
    teams: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # team identifiers
    team_name: AppFact[str | None | UnsetType] = UNSET  # of an enterprise only: else a person's
    installed: System[bool | UnsetType] = UNSET  # False: a file of its own
    enterprise: System[bool | UnsetType] = UNSET  # ProvisionsAllDevices
    store: System[bool | UnsetType] = UNSET  # for the App Store: neither all nor some devices
    platforms: System[tuple[str, ...] | None | UnsetType] = UNSET  # iOS, xrOS ...
    devices: DeviceId[tuple[str, ...] | None | UnsetType] = UNSET  # UDIDs that it names
    device_count: System[int | UnsetType] = UNSET
    for_this_device: System[bool | UnsetType] = UNSET  # joined: it names this phone, or all
    created_at: System[datetime | None | UnsetType] = UNSET
    expires_at: System[datetime | None | UnsetType] = UNSET
    expired: System[bool | UnsetType] = UNSET  # joined: at the acquisition's end
    age_days: System[int | UnsetType] = UNSET  # joined: since it was made
    debuggable: System[bool | UnsetType] = UNSET  # get-task-allow
    entitlements: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # names of those granted
    certificates: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # sha256 of the developers' certificates
    )
    signature: System[str | None | UnsetType] = UNSET  # as in Profile
    chain: System[str | None | UnsetType] = UNSET  # as in Profile
    signer: AppFact[str | None | UnsetType] = UNSET


class Management(Entity, frozen=True, kw_only=True, tag="management"):
    """Who supervises the phone, as its cloud configuration says."""

    supervised: System[bool | UnsetType] = UNSET
    organization: AppFact[str | None | UnsetType] = UNSET
    configured: System[bool | UnsetType] = UNSET  # False: the phone has no cloud configuration
    mandatory: System[bool | UnsetType] = UNSET  # enrolment cannot be skipped
    unremovable: System[bool | UnsetType] = UNSET  # IsMDMUnremovable
    allow_pairing: System[bool | UnsetType] = UNSET  # with computers of others
    multi_user: System[bool | UnsetType] = UNSET
    source: System[int | None | UnsetType] = UNSET  # ConfigurationSource
    host: Observation[str | None | UnsetType] = UNSET  # of ConfigurationURL
    supervisors: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # sha256 of the supervising computers' certificates
    )
    enrolled: System[bool | UnsetType] = UNSET  # with a management server (MDM)
    enrolment: System[str | UnsetType] = UNSET  # device, user, automated
    server: Observation[str | None | UnsetType] = UNSET  # host of ServerURL
    check_in: Observation[str | None | UnsetType] = UNSET  # host of CheckInURL
    topic: DeviceId[str | None | UnsetType] = UNSET  # of the messages that wake the phone for it
    profile: AppFact[str | None | UnsetType] = UNSET  # identifier of the profile that enrolled it
    profile_locked: System[bool | UnsetType] = UNSET  # that profile may not be removed
    access_rights: System[int | None | UnsetType] = UNSET  # as in Payload; so are `rights`
    rights: System[tuple[str, ...] | None | UnsetType] = UNSET
    last_contact_at: Observation[datetime | None | UnsetType] = UNSET  # LastPollingSuccess
    managed_apps: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # bundle identifiers
    conflicts: System[tuple[str, ...] | None | UnsetType] = UNSET  # joined


class WebClip(Entity, frozen=True, kw_only=True, tag="web_clip"):
    """A web page that stands on the home screen as an app does; its address is never read."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: AppFact[str]


class Companion(Entity, frozen=True, kw_only=True, tag="companion"):
    """A watch that is paired with the phone."""

    key: ClassVar[tuple[str, ...]] = ("udid",)

    udid: DeviceId[str]
