"""Which fields of which entities carry observables: what indicators are compared with.

A field is searched as one type of observable, and that search may meet indicators of several: a
host is a domain or an address, a path ends in the name of a file. Personal and secret fields carry
nothing (`tests/detect/indicators/test_carriers.py`). What persons write and visit is compared only
where somebody asks for it, and before it would be stated (`content.py`).

Files of apps are looked at beside what the phone itself says of its apps and connections: where
that was asked, an app whose file was not read keeps no check from passing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from scanner.detect.sigma import read
from scanner.model.entities import (
    AdbKey,
    App,
    AppChange,
    AppEvent,
    AppFile,
    BinaryImage,
    Certificate,
    CodeFile,
    Crash,
    Entity,
    FileEntry,
    InstalledFile,
    LocationClient,
    Management,
    Mount,
    Network,
    NetworkExtension,
    PackageTrace,
    Payload,
    PrivacyGrant,
    Process,
    Profile,
    ProfileEvent,
    Property,
    ProvisioningProfile,
    Setting,
    ShutdownClient,
    Socket,
    TrafficRecord,
)
from scanner.model.observables import ObservableType

# What a search meets, beside indicators of its own type.
MEETS: Mapping[ObservableType, tuple[ObservableType, ...]] = {
    "domain": ("domain", "ip"),
    "file_path": ("file_path", "file_name"),
    "url": ("url", "domain", "ip"),
}


class Carrier(Struct, frozen=True, kw_only=True):
    """A field that carries observables, and the types of search that its values take."""

    entity: type[Entity]
    field: str  # or the leaf of a record: `signature.signers.sha256`
    searches: tuple[ObservableType, ...]
    names: tuple[str, ...] = ()  # of settings; none: every entity of the type
    platform: str = ""  # the only one where the field means that
    beside: type[Entity] | None = None  # where this one is looked at, nothing hangs on the field
    literal: bool = False  # a text in code: nobody knows what it is there for

    def meets(self) -> frozenset[ObservableType]:
        """Return the types of indicators that its values may match."""
        return frozenset(met for each in self.searches for met in MEETS.get(each, (each,)))

    def values(self, entity: Entity) -> Iterator[str]:
        """Yield the values of the field, as the entity states them."""
        if self.names and getattr(entity, "name", None) not in self.names:
            return
        value = read(entity, self.field)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, str))


def _of(
    entity: type[Entity],
    field: str,
    *searches: ObservableType,
    names: tuple[str, ...] = (),
    platform: str = "",
    beside: type[Entity] | None = None,
    literal: bool = False,
) -> Carrier:
    return Carrier(
        entity=entity,
        field=field,
        searches=searches,
        names=names,
        platform=platform,
        beside=beside,
        literal=literal,
    )


def _signers(entity: type[Entity]) -> tuple[Carrier, ...]:
    """Return the carriers of the certificates that a file is signed with."""
    digests: tuple[ObservableType, ...] = (
        "certificate_sha256",
        "certificate_sha1",
        "certificate_md5",
    )
    return (
        *(
            _of(
                entity,
                f"signature.signers.{type.removeprefix('certificate_')}",
                type,
                beside=InstalledFile,
            )
            for type in digests
        ),
        _of(entity, "signature.lineage", "certificate_sha256", beside=InstalledFile),
    )


CARRIERS: tuple[Carrier, ...] = (
    _of(App, "package", "package"),
    _of(App, "path", "file_path"),
    _of(InstalledFile, "package", "package"),
    _of(InstalledFile, "path", "file_path"),
    _of(InstalledFile, "sha256", "sha256"),
    _of(InstalledFile, "sha1", "sha1"),
    _of(InstalledFile, "md5", "md5"),
    _of(InstalledFile, "signer_sha256", "certificate_sha256"),
    _of(InstalledFile, "signer_sha1", "certificate_sha1"),
    _of(InstalledFile, "signer_md5", "certificate_md5"),
    _of(AppFile, "package", "package", beside=App),
    _of(AppFile, "sha256", "sha256", beside=InstalledFile),
    _of(AppFile, "sha1", "sha1", beside=InstalledFile),
    _of(AppFile, "md5", "md5", beside=InstalledFile),
    _of(AppFile, "name", "file_name", beside=FileEntry),
    *_signers(AppFile),
    _of(AppFile, "certificates", "certificate_sha256", beside=InstalledFile),
    _of(AppFile, "pinned_domains", "domain", beside=Network),
    _of(AppFile, "domains", "domain", beside=Network, literal=True),
    _of(AppFile, "urls", "url", beside=Network, literal=True),
    _of(AppFile, "addresses", "ip", beside=Network, literal=True),
    _of(AppFile, "profile", "profile", beside=Profile, platform="ios"),
    _of(CodeFile, "sha256", "sha256", beside=InstalledFile),
    _of(CodeFile, "name", "file_name", beside=FileEntry),
    *_signers(CodeFile),
    _of(Process, "name", "process", "package"),
    _of(Process, "executable", "file_path"),
    _of(BinaryImage, "process", "file_path", "process"),
    _of(BinaryImage, "path", "file_path"),
    _of(Crash, "process", "process", "package"),
    _of(Crash, "executable", "file_path"),
    _of(Crash, "bundle", "package", platform="ios"),
    _of(PackageTrace, "package", "package"),
    _of(AppChange, "package", "package"),
    _of(FileEntry, "path", "file_path"),
    _of(FileEntry, "sha256", "sha256"),
    _of(FileEntry, "sha1", "sha1"),
    _of(FileEntry, "md5", "md5"),
    _of(Mount, "point", "file_path"),
    _of(Mount, "device", "file_path"),
    _of(Socket, "remote_address", "ip"),
    _of(Socket, "process", "process", "package", platform="ios"),
    _of(Network, "dns_servers", "domain"),
    _of(Network, "private_dns_server", "domain"),
    _of(Network, "proxy_host", "domain"),
    _of(Setting, "value", "domain", names=("http_proxy", "global_http_proxy_host")),
    _of(Profile, "identifier", "profile"),
    _of(Profile, "uuid", "profile"),
    _of(Profile, "signer_sha256", "certificate_sha256"),
    _of(Profile, "signer_sha1", "certificate_sha1"),
    _of(Payload, "identifier", "profile"),
    _of(Payload, "hosts", "domain"),
    _of(Payload, "host", "domain"),
    _of(Payload, "addresses", "domain"),
    _of(Payload, "provider", "package"),
    _of(Payload, "certificate_sha256", "certificate_sha256"),
    _of(Payload, "certificate_sha1", "certificate_sha1"),
    _of(ProvisioningProfile, "uuid", "profile"),
    _of(ProvisioningProfile, "certificates", "certificate_sha256"),
    _of(Management, "host", "domain"),
    _of(Management, "supervisors", "certificate_sha256"),
    _of(Certificate, "sha256", "certificate_sha256"),
    _of(Certificate, "sha1", "certificate_sha1"),
    _of(Property, "name", "property", platform="android"),
    _of(AdbKey, "fingerprint", "adb_key"),
    _of(TrafficRecord, "process", "process", "package"),
    _of(TrafficRecord, "bundle", "package"),
    _of(PrivacyGrant, "client", "package", "process", "file_path"),
    _of(LocationClient, "client", "package", "process"),
    _of(LocationClient, "bundle", "package"),
    _of(LocationClient, "bundle_path", "file_path"),
    _of(LocationClient, "executable", "process", "file_path"),
    _of(LocationClient, "registered", "file_path"),
    _of(ShutdownClient, "name", "process"),
    _of(ShutdownClient, "path", "file_path"),
    _of(AppEvent, "package", "package"),
    _of(ProfileEvent, "identifier", "profile"),
    _of(ProfileEvent, "process", "process"),
    _of(NetworkExtension, "provider", "package"),
    _of(NetworkExtension, "server", "domain"),
    _of(NetworkExtension, "addresses", "domain"),
    _of(NetworkExtension, "profile", "profile"),
)
"""Every field that is compared, those first that say most."""


def carriers(platform: str) -> tuple[Carrier, ...]:
    """Return the carriers of a platform."""
    return tuple(each for each in CARRIERS if each.platform in {"", platform})


# What is read of the phone by a fixed list, so that the rest cannot be compared.
LISTED: frozenset[ObservableType] = frozenset({"property"})
