"""Connections of an iPhone, as its developer services see them while the network is watched.

They answer only where somebody mounted Apple's developer disk image before. Unlike packets they
show connections that are silent, and sockets that wait for one.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.addresses import is_loopback, is_unspecified, normal
from scanner.formats.instruments import Connection, read_connections
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Socket
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Instruments

INTERFACE_LIMIT = 64
PROTOCOL_LIMIT = 16


def parse(file: EvidenceFile) -> Iterator[Socket]:
    """Yield the connections; ParseError where an end of one is no address."""
    for connection in read_connections(file):
        yield _socket(connection)


def _socket(connection: Connection) -> Socket:
    local = normal(connection.local_address)
    remote = normal(connection.remote_address or "::")
    if local is None or remote is None:
        raise ParseError("two addresses of a connection expected")
    port = connection.remote_port or 0
    alone = is_unspecified(remote) and not port
    listening = alone and connection.local_port != 0
    return Socket(
        source="instruments",
        protocol=connection.protocol[:PROTOCOL_LIMIT],
        local_address=local,
        local_port=connection.local_port,
        remote_address=None if alone else remote,
        remote_port=None if alone else port,
        uid=None,
        listening=listening,
        exposed=listening and not is_loopback(local),
        pid=connection.pid,
        interface=connection.interface[:INTERFACE_LIMIT] if connection.interface else None,
    )


CONNECTIONS = Artifact(
    name="ios.connections",
    title="Network connections",
    platform="ios",
    states=(
        Stated(
            Socket,
            (
                "source",
                "protocol",
                "local_address",
                "local_port",
                "remote_address",
                "remote_port",
                "uid",
                "listening",
                "exposed",
                "pid",
                "interface",
            ),
        ),
    ),
    readings=(Reading(Instruments(what="network"), parse),),
    profile=Profile.STANDARD,
)
