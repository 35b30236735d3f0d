"""Who talks to whom on an iPhone, from the headers of its packets (com.apple.pcapd).

Only what is sent while it is watched is seen. Several processes may share one pair of ends, a
daemon and the app that it works for: the socket is the one's with the most packets.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.errors import ParseError
from scanner.formats.addresses import normal
from scanner.formats.packet_headers import FLOWS_LIMIT, Flow, read
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Socket
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Packets

_Ends = tuple[str, str, int, str, int]


def parse(file: EvidenceFile) -> Iterator[Socket]:
    """Yield a socket for each pair of ends; ParseError where some flows were left out."""
    sockets: dict[_Ends, list[Flow]] = {}
    left_out = 0
    for line in read(file):
        if isinstance(line, Flow):
            sockets.setdefault(_ends(line), []).append(line)
        else:
            left_out += line.left_out
    for ends, flows in sockets.items():
        yield _socket(ends, flows)
    if left_out:
        raise ParseError(f"at most {FLOWS_LIMIT} flows expected")


def _ends(flow: Flow) -> _Ends:
    local, remote = normal(flow.local_address), normal(flow.remote_address)
    if local is None or remote is None:
        raise ParseError("two addresses of a flow expected")
    return flow.protocol, local, flow.local_port, remote, flow.remote_port


def _socket(ends: _Ends, flows: list[Flow]) -> Socket:
    protocol, local, local_port, remote, remote_port = ends
    chief = max(flows, key=lambda flow: (flow.process is not None, flow.packets))
    return Socket(
        source="packets",
        protocol=protocol,
        local_address=local,
        local_port=local_port,
        remote_address=remote,
        remote_port=remote_port,
        uid=None,
        pid=chief.pid,
        process=chief.process,
        interface=chief.interface or None,
        packets=sum(flow.packets for flow in flows),
        bytes_in=sum(flow.bytes_in for flow in flows),
        bytes_out=sum(flow.bytes_out for flow in flows),
    )


TRAFFIC = Artifact(
    name="ios.traffic",
    title="Network traffic",
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
                "pid",
                "process",
                "interface",
                "packets",
                "bytes_in",
                "bytes_out",
            ),
        ),
    ),
    readings=(Reading(Packets(), parse),),
    opt_in="traffic",
)
