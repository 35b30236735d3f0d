"""Apps, and the special powers that a user gave to them."""

from __future__ import annotations

from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, System


class App(Entity, frozen=True, kw_only=True, tag="app"):
    """An installed application of one user."""

    key: ClassVar[tuple[str, ...]] = ("user", "package")

    user: System[int]  # 0 on iOS
    package: AppFact[str]  # on iOS the bundle identifier
    installed: AppFact[bool | UnsetType] = (
        UNSET  # False: known to the system, not installed for this user
    )
    enabled: AppFact[bool | UnsetType] = UNSET
    hidden: AppFact[bool | UnsetType] = UNSET  # iOS: it says itself that it shows no icon
    suspended: AppFact[bool | UnsetType] = UNSET
    system: AppFact[bool | UnsetType] = UNSET  # on a system partition, or an update of such an app
    debuggable: AppFact[bool | UnsetType] = UNSET  # iOS: get-task-allow
    test_only: AppFact[bool | UnsetType] = UNSET
    uid: AppFact[int | None | UnsetType] = (
        UNSET  # the Linux uid for this user (user * 100000 + app id)
    )
    path: AppFact[str | None | UnsetType] = (
        UNSET  # base.apk or the folder that holds it; iOS: the bundle
    )
    version_code: AppFact[int | None | UnsetType] = UNSET
    version_name: AppFact[str | None | UnsetType] = UNSET
    target_sdk: AppFact[int | None | UnsetType] = UNSET
    shared_user: AppFact[str | None | UnsetType] = UNSET
    installer: AppFact[str | None | UnsetType] = UNSET  # package of record
    initiating_installer: AppFact[str | None | UnsetType] = UNSET
    originating_installer: AppFact[str | None | UnsetType] = UNSET
    package_source: AppFact[str | None | UnsetType] = (
        UNSET  # other, store, local_file, downloaded_file
    )
    update_owner: AppFact[str | None | UnsetType] = UNSET
    distributor: AppFact[str | None | UnsetType] = (
        UNSET  # iOS: who distributes it: com.apple.AppStore, com.apple.TestFlight, a marketplace
    )
    volume_purchase: AppFact[bool | UnsetType] = UNSET  # iOS: bought by an organisation for phones
    first_installed: AppFact[str | None | UnsetType] = UNSET  # device-local, as printed
    last_updated: AppFact[str | None | UnsetType] = UNSET
    signer: AppFact[str | None | UnsetType] = (
        UNSET  # Java hash code of the certificate: triage, no proof
    )
    signing_version: AppFact[int | None | UnsetType] = UNSET
    stopped: AppFact[bool | UnsetType] = UNSET  # never started, or stopped by hand
    launcher: AppFact[bool | UnsetType] = UNSET  # an icon: an activity that answers MAIN
    flags: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    permissions_requested: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    permissions_granted: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    receiver_actions: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # events its receivers are woken by
    )
    service_actions: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # intents its services answer
    )
    accessibility_services: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # enabled ones
    admin_receivers: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # active device admins
    owner: AppFact[str | None | UnsetType] = UNSET  # device, profile
    notification_listeners: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # enabled ones
    input_methods: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # enabled ones
    roles: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # held: android.app.role.SMS
    operations_allowed: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # app-ops whose mode is allow: SYSTEM_ALERT_WINDOW
    )
    always_on_vpn: AppFact[bool | UnsetType] = UNSET
    projecting: AppFact[bool | UnsetType] = UNSET  # it sees the screen now (media projection)
    bundle_version: AppFact[str | None | UnsetType] = UNSET  # iOS: CFBundleVersion
    signed_as: AppFact[str | None | UnsetType] = (
        UNSET  # iOS: SignerIdentity up to the signer's own name: TestFlight Beta Distribution
    )
    team: AppFact[str | None | UnsetType] = UNSET  # iOS: identifier of the developer team
    profile_validated: AppFact[bool | UnsetType] = UNSET  # iOS: it runs by a provisioning profile
    entitlements: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: names of those granted
    background_modes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: UIBackgroundModes
    offloaded: AppFact[bool | UnsetType] = UNSET  # iOS: its code is gone, its data is kept
    home_screen: AppFact[bool | None | UnsetType] = UNSET  # iOS: it stands on the home screen
    other_users: AppFact[tuple[int, ...] | None | UnsetType] = (
        UNSET  # joined: who else has it installed
    )
    file_sha256: AppFact[str | UnsetType] = UNSET  # joined: of its base, whose bytes were read
    signers: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: SHA-256 of the certificates that its file is signed with
    )
    signature_verified: AppFact[bool | None | UnsetType] = UNSET  # joined: as its file states it
    signature_schemes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # joined: that hold
    file_differs: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: what its file states otherwise than the system: package, version_code
    )
    claimed_digest_differs: AppFact[bool | UnsetType] = (
        UNSET  # joined: the device stated another SHA-256 of a file than its bytes have
    )
    label: AppFact[str | None | UnsetType] = UNSET  # joined: what its file shows below the icon
    label_skeleton: AppFact[str | None | UnsetType] = UNSET  # joined: look-alike letters the same
    capabilities: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: what the code of its files can call
    )
    packers: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # joined: traces of protectors
    file_anomalies: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: departures of its files from the format
    )
    conflicts: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # joined: fields sources disagree on
    )


class AccessibilityService(Entity, frozen=True, kw_only=True, tag="accessibility_service"):
    """A service that may read the screen and act for the user."""

    key: ClassVar[tuple[str, ...]] = ("user", "component")

    user: System[int]
    component: AppFact[str]  # package/class, the class in full
    package: AppFact[str]
    enabled: AppFact[bool | UnsetType] = UNSET
    bound: AppFact[bool | UnsetType] = UNSET  # running now
    capabilities: AppFact[int | None | UnsetType] = UNSET  # AccessibilityServiceInfo bit mask


class DeviceAdmin(Entity, frozen=True, kw_only=True, tag="device_admin"):
    """An active device administrator."""

    key: ClassVar[tuple[str, ...]] = ("user", "component")

    user: System[int]
    component: AppFact[str]
    package: AppFact[str]
    policies: AppFact[tuple[str, ...] | None | UnsetType] = UNSET


class PolicyOwner(Entity, frozen=True, kw_only=True, tag="policy_owner"):
    """The device owner, or the owner of a profile."""

    key: ClassVar[tuple[str, ...]] = ("scope", "user")

    scope: System[str]  # device, profile
    user: System[int]
    package: AppFact[str | None | UnsetType] = UNSET
    component: AppFact[str | None | UnsetType] = UNSET
