"""Files of apps, as their own bytes tell: packages, their components, and the programs in them."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from msgspec import UNSET, Struct, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact

AppFileKind = Literal[
    "apk",  # a base APK, or the only one
    "split",  # one of the splits of an APK
    "bundle",  # an archive of a base and its splits: .apks, .xapk, .apkm, .aab
    "ipa",  # an archive with an app of iOS
    "app",  # the unpacked folder of an app of iOS; the digest is that of its executable
    "dex",  # loose code: a DEX, or a JAR of such
    "elf",
    "macho",
    "manifest",  # a loose binary manifest
    "resources",  # a loose table of resources
]


class Signer(Struct, frozen=True, kw_only=True):
    """The certificate of one signer. Its subject may be a person's name, and is never stated."""

    sha256: str  # of the certificate in DER, lower case, as for the others
    sha1: str
    md5: str
    key: str | None = None  # RSA, EC, DSA
    bits: int | None = None  # of the key
    hash: str | None = None  # that the certificate itself is signed with: sha256
    short: str | None = None  # eight digits, by which Android names it in `dumpsys package`
    not_before: datetime | None = None
    not_after: datetime | None = None
    debug: bool = False  # its subject is the one of the development kit's debug keys


class SigningError(Struct, frozen=True, kw_only=True):
    """Why a signature does not hold, or what speaks against it."""

    scheme: str  # archive, v1, v2, v3, v3.1, v4, source_stamp; code, cms, pages, profile, resources
    reason: str  # a word of a closed set: digest_mismatch
    detail: str = ""  # in our words


class Signature(Struct, frozen=True, kw_only=True):
    """How a file is signed, and whether that holds as the platform would decide it.

    A list without elements is empty here: every part of it was looked at.
    """

    verified: bool | None  # None: it could not be decided, `errors` say why
    schemes: tuple[str, ...] = ()  # those that hold and count in the range: v1, v2, v3, v3.1, v4
    present: tuple[str, ...] = ()  # those that the file has traces of
    signers: tuple[Signer, ...] = ()  # of the newest scheme that counts, in the file's order
    lineage: tuple[str, ...] = ()  # SHA-256 of the certificates of a rotation, the oldest first
    errors: tuple[SigningError, ...] = ()
    warnings: tuple[SigningError, ...] = ()  # what does not make it fail
    min_sdk: int | None = None  # the range of Android versions that was decided for
    max_sdk: int | None = None  # None: the newest
    source_stamp: str | None = None  # SHA-256 of the certificate of a stamp that holds


class EmbeddedFile(Struct, frozen=True, kw_only=True):
    """A file within an app that is code, an archive, or hardly compressible."""

    path: str
    kind: str  # dex, elf, macho, zip, apk, jar, script, pe, other
    size: int  # bytes
    entropy: float  # bits a byte, of its first megabyte


class AppFile(Entity, frozen=True, kw_only=True, tag="app_file"):
    """A file of an app, as its bytes tell what it is and who signed it."""

    key: ClassVar[tuple[str, ...]] = ("sha256",)
    gathered: ClassVar[tuple[str, ...]] = ("anomalies", "origins")
    one_of: ClassVar[tuple[str, ...]] = ("name", "origin", "within")  # the same bytes, elsewhere

    sha256: AppFact[str]  # lower case; of a file read in parts, of what was read
    name: AppFact[str | UnsetType] = UNSET  # of the file
    origin: AppFact[str | UnsetType] = UNSET  # where it lies; in an archive behind `!/`
    origins: AppFact[tuple[str, ...] | UnsetType] = UNSET  # every place where the same bytes lie
    kind: AppFact[AppFileKind | UnsetType] = UNSET
    size: AppFact[int | UnsetType] = UNSET  # bytes
    partial: AppFact[bool | UnsetType] = UNSET  # only parts of it were read
    sha1: AppFact[str | None | UnsetType] = UNSET
    md5: AppFact[str | None | UnsetType] = UNSET
    within: AppFact[str | None | UnsetType] = UNSET  # SHA-256 of the archive of apps it lies in
    package: AppFact[str | None | UnsetType] = UNSET  # on iOS the bundle identifier
    split: AppFact[str | None | UnsetType] = UNSET  # name of the split: config.arm64_v8a
    version_code: AppFact[int | None | UnsetType] = UNSET
    version_name: AppFact[str | None | UnsetType] = UNSET
    min_sdk: AppFact[int | None | UnsetType] = UNSET
    target_sdk: AppFact[int | None | UnsetType] = UNSET
    max_sdk: AppFact[int | None | UnsetType] = UNSET
    label: AppFact[str | None | UnsetType] = UNSET  # what is shown below its icon
    label_skeleton: AppFact[str | None | UnsetType] = UNSET  # look-alike letters made the same
    icon_sha256: AppFact[str | None | UnsetType] = UNSET  # of the largest bitmap of its icon
    debuggable: AppFact[bool | UnsetType] = UNSET  # iOS: get-task-allow
    test_only: AppFact[bool | UnsetType] = UNSET
    launcher: AppFact[bool | UnsetType] = UNSET  # an icon: an activity that answers MAIN
    has_code: AppFact[bool | UnsetType] = UNSET
    backup: AppFact[bool | UnsetType] = UNSET  # its data may be backed up
    shared_user: AppFact[str | None | UnsetType] = UNSET
    overlay_of: AppFact[str | None | UnsetType] = UNSET  # the package whose resources it replaces
    instruments: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # packages that it tests
    permissions_requested: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    permissions_declared: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    features: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    queries: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # packages it asks to see
    receiver_actions: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    service_actions: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    bound_permissions: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # that its services and receivers ask of callers: BIND_ACCESSIBILITY_SERVICE
    )
    cleartext: AppFact[bool | None | UnsetType] = UNSET  # traffic without TLS is allowed
    trusts_user_certificates: AppFact[bool | None | UnsetType] = UNSET
    pinned_domains: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    abis: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # of its native libraries
    libraries: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # names of those files
    capabilities: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # what its code can call
    packers: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # traces of protectors
    embedded: AppFact[tuple[EmbeddedFile, ...] | None | UnsetType] = UNSET
    urls: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # in its code, the first of them
    domains: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    addresses: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # IP
    certificates: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # SHA-256 of those within
    anomalies: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # departures from the format
    signature: AppFact[Signature | None | UnsetType] = UNSET  # None: its kind has none
    bundle_version: AppFact[str | None | UnsetType] = UNSET  # iOS: CFBundleVersion
    min_os: AppFact[str | None | UnsetType] = UNSET  # iOS
    platform: AppFact[str | None | UnsetType] = UNSET  # android, ios, simulator, macos
    signed_as: AppFact[str | None | UnsetType] = (
        UNSET  # iOS: store, development, distribution, ad_hoc (by nobody), none, other
    )
    team: AppFact[str | None | UnsetType] = UNSET  # iOS: identifier of the developer team
    teams: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: of all its programs
    encrypted: AppFact[bool | None | UnsetType] = UNSET  # iOS: its code is as the store sends it
    entitlements: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: names of those asked
    background_modes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS
    url_schemes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: that it answers
    queried_schemes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: that it asks for
    extensions: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: bundle identifiers
    frameworks: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # iOS: that it ships
    injected: AppFact[tuple[str, ...] | None | UnsetType] = (
        UNSET  # iOS: libraries it loads that are neither the system's nor shipped
    )
    profile: AppFact[str | None | UnsetType] = UNSET  # iOS: UUID of the provisioning profile in it
    profile_kind: AppFact[str | None | UnsetType] = (
        UNSET  # iOS: development, ad_hoc, enterprise, store
    )
    profile_verified: AppFact[bool | None | UnsetType] = UNSET  # iOS: Apple signed it
    profile_expires_at: AppFact[datetime | None | UnsetType] = UNSET
    conflicts: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # joined: sources disagree


class AppComponent(Entity, frozen=True, kw_only=True, tag="app_component"):
    """A component that the manifest of an app file declares."""

    key: ClassVar[tuple[str, ...]] = ("file", "kind", "name")

    file: AppFact[str]  # SHA-256 of the app file
    kind: AppFact[str]  # activity, alias, service, receiver, provider
    name: AppFact[str]  # the class in full
    package: AppFact[str | None | UnsetType] = UNSET
    exported: AppFact[bool | UnsetType] = UNSET  # stated, or as the platform takes it
    enabled: AppFact[bool | UnsetType] = UNSET
    permission: AppFact[str | None | UnsetType] = UNSET  # that a caller needs
    process: AppFact[str | None | UnsetType] = UNSET
    actions: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # of its intent filters
    categories: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    schemes: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # of links that it opens
    priority: AppFact[int | None | UnsetType] = UNSET  # the highest of its intent filters
    authorities: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # of a provider


class CodeFile(Entity, frozen=True, kw_only=True, tag="code_file"):
    """A program: a DEX, an ELF, or one architecture of a Mach-O."""

    key: ClassVar[tuple[str, ...]] = ("sha256", "architecture")

    sha256: AppFact[str]  # of the whole file
    architecture: AppFact[str]  # arm64, arm64e, x86_64, dalvik
    name: AppFact[str | UnsetType] = UNSET  # of the file
    origin: AppFact[str | UnsetType] = UNSET
    app: AppFact[str | None | UnsetType] = UNSET  # SHA-256 of the app file it lies in
    package: AppFact[str | None | UnsetType] = UNSET
    format: AppFact[str | UnsetType] = UNSET  # dex, elf, macho
    kind: AppFact[str | UnsetType] = UNSET  # executable, library, bundle, object, symbols, other
    size: AppFact[int | UnsetType] = UNSET  # bytes
    platform: AppFact[str | None | UnsetType] = UNSET  # android, ios, simulator, macos
    min_os: AppFact[str | None | UnsetType] = UNSET
    uuid: AppFact[str | None | UnsetType] = UNSET  # of a Mach-O; the build id of an ELF
    soname: AppFact[str | None | UnsetType] = UNSET  # the name that a library gives itself
    libraries: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # that it loads
    weak_libraries: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # that may be missing
    rpaths: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    imports: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # the first of them, by name
    exports: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    sections: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    import_count: AppFact[int | UnsetType] = UNSET
    export_count: AppFact[int | UnsetType] = UNSET
    command_count: AppFact[int | UnsetType] = UNSET  # Mach-O: load commands
    class_count: AppFact[int | UnsetType] = UNSET  # DEX
    method_count: AppFact[int | UnsetType] = UNSET
    string_count: AppFact[int | UnsetType] = UNSET
    capabilities: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # what it can call
    packers: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    anomalies: AppFact[tuple[str, ...] | None | UnsetType] = UNSET
    writable_code: AppFact[bool | None | UnsetType] = UNSET  # a segment to write and to run
    encrypted: AppFact[bool | None | UnsetType] = UNSET  # iOS: FairPlay
    environment: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # DYLD variables that it sets
    signature: AppFact[Signature | None | UnsetType] = UNSET  # Mach-O; None: there is none
    identifier: AppFact[str | None | UnsetType] = UNSET  # that its code directory names
    team: AppFact[str | None | UnsetType] = UNSET
    signed_as: AppFact[str | None | UnsetType] = UNSET
    cdhash: AppFact[str | None | UnsetType] = UNSET  # SHA-256 of the code directory, 20 bytes
    flags: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # adhoc, runtime, linker_signed
    entitlements: AppFact[tuple[str, ...] | None | UnsetType] = UNSET


class ApiCall(Entity, frozen=True, kw_only=True, tag="api_call"):
    """A call of a programming interface in the code of an app; looked for where a rule asks."""

    key: ClassVar[tuple[str, ...]] = ("file", "method", "caller")

    file: AppFact[str]  # SHA-256 of the app file
    method: AppFact[str]  # android.telephony.SmsManager.sendTextMessage
    caller: AppFact[str]  # class and method that calls it
    package: AppFact[str | None | UnsetType] = UNSET
