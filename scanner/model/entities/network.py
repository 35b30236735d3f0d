"""The network as the phone sees it: sockets, links, VPN, Wi-Fi, certificates."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, UnsetType

from scanner.model.entities.base import Entity
from scanner.model.privacy import AppFact, Observation, System


class Socket(Entity, frozen=True, kw_only=True, tag="socket"):
    """A socket of one listing."""

    key: ClassVar[tuple[str, ...]] = (
        "source",
        "protocol",
        "local_address",
        "local_port",
        "remote_address",
        "remote_port",
        "uid",
    )

    source: System[str]  # the listing that names it: proc, netstat, ss, packets, instruments
    protocol: System[str]  # tcp, tcp6, udp, udp6, raw
    local_address: Observation[str]
    local_port: Observation[int]
    remote_address: Observation[str | None]
    remote_port: Observation[int | None]
    uid: Observation[int | None]  # None: the listing names none
    state: Observation[str | None | UnsetType] = UNSET  # listen, established, time_wait ...
    listening: Observation[bool | UnsetType] = UNSET
    exposed: Observation[bool | UnsetType] = UNSET  # reachable from outside: no loopback address
    pid: System[int | None | UnsetType] = UNSET
    process: Observation[str | None | UnsetType] = UNSET  # name of the process, as it is printed
    interface: System[str | None | UnsetType] = UNSET  # en0, pdp_ip0, utun2
    packets: Observation[int | UnsetType] = UNSET  # seen while it was watched
    bytes_in: Observation[int | UnsetType] = UNSET
    bytes_out: Observation[int | UnsetType] = UNSET
    packages: AppFact[tuple[str, ...] | None | UnsetType] = UNSET  # joined: apps of that uid
    shipped: AppFact[bool | UnsetType] = UNSET  # joined: all of them are part of the system


class Network(Entity, frozen=True, kw_only=True, tag="network"):
    """One network that the phone is connected to."""

    key: ClassVar[tuple[str, ...]] = ("interface",)

    interface: System[str]  # wlan0, rmnet0, tun0
    transports: System[tuple[str, ...] | None | UnsetType] = UNSET  # wifi, cellular, vpn, ethernet
    validated: System[bool | UnsetType] = UNSET  # the internet was reached
    captive_portal: System[bool | UnsetType] = UNSET
    partial: System[bool | UnsetType] = UNSET
    dns_servers: Observation[tuple[str, ...] | None | UnsetType] = UNSET
    private_dns: System[bool | UnsetType] = UNSET  # encrypted name resolution is in use
    private_dns_server: Observation[str | None | UnsetType] = UNSET  # None: whatever the network is
    proxy_host: Observation[str | None | UnsetType] = UNSET
    proxy_port: Observation[int | None | UnsetType] = UNSET
    proxy_script: Observation[bool | UnsetType] = UNSET  # a PAC file decides


class Vpn(Entity, frozen=True, kw_only=True, tag="vpn"):
    """An app through which traffic goes."""

    key: ClassVar[tuple[str, ...]] = ("user", "package")

    user: System[int]
    package: AppFact[str]
    active: AppFact[bool | UnsetType] = UNSET
    always_on: AppFact[bool | UnsetType] = UNSET
    lockdown: AppFact[bool | UnsetType] = UNSET  # nothing goes around it


class WifiNetwork(Entity, frozen=True, kw_only=True, tag="wifi_network"):
    """A saved Wi-Fi network, reduced to how it is secured; its name and position are never read."""

    key: ClassVar[tuple[str, ...]] = ("id",)

    id: System[int]  # the phone's own number of it
    security: System[tuple[str, ...] | None | UnsetType] = UNSET  # open, wep, psk, sae, eap, owe
    current: System[bool | UnsetType] = UNSET
    hidden: System[bool | UnsetType] = UNSET
    suggested_by: AppFact[str | None | UnsetType] = UNSET  # the package that added it
    proxy: System[bool | UnsetType] = UNSET  # it sets a proxy
    added_on: Observation[str | None | UnsetType] = UNSET  # day, UTC: 2026-11-02
    joined_on: Observation[str | None | UnsetType] = UNSET  # day that it was last joined, UTC


class Certificate(Entity, frozen=True, kw_only=True, tag="certificate"):
    """A certificate authority that was added to what the system trusts, or would be."""

    key: ClassVar[tuple[str, ...]] = ("store", "user", "name")

    store: System[str]  # user, device_policy; trust: of an iPhone; profile: a payload of a profile
    user: System[int]
    name: Observation[
        str
    ]  # of its file: 5ed36f99.0, its alias, or a payload's identifier, place and file
    active: System[bool | UnsetType] = UNSET
    sha256: Observation[str | None | UnsetType] = UNSET  # of the certificate, in DER
    sha1: Observation[str | None | UnsetType] = UNSET
    subject: Observation[str | None | UnsetType] = UNSET  # its common name
    issuer: Observation[str | None | UnsetType] = UNSET  # common name of who signed it
    self_signed: System[bool | UnsetType] = UNSET
    authority: System[bool | UnsetType] = UNSET  # it may sign others
    expires_at: System[datetime | None | UnsetType] = UNSET
