"""Sockets: who listens, and who is connected to whom.

- A live phone: `/proc/net/{tcp,tcp6,udp,udp6}` (Linux proc_net_tcp.rst), one file each, all
  sockets of all users with their owner. Apps cannot read them as of Android 10, the shell can. A
  socket in TIME_WAIT has no owner any more and prints 0.
- Recordings: NETSTAT (`netstat -nW`, toybox) names connections only, unless its title says that
  servers are listed, and no owner. It ends with the list of UNIX sockets.
- Recordings: DETAILED SOCKET STATE (`ss -eionptu`, iproute2) names connections with their owner,
  which is left out where it is root. On most builds the kernel refuses and it prints no row but the
  names of the columns, which does not mean that there is no socket.

A UDP socket that is connected to nobody hears everybody: it is listening, also that of a client.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.addresses import endpoint, from_hex, is_loopback, is_unspecified
from scanner.formats.lines import ended_lines
from scanner.formats.uids import uid_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Socket
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Command, Section

SOCKETS_LIMIT = 20_000
PROTOCOLS = ("tcp", "tcp6", "udp", "udp6")

_STATES = {  # include/net/tcp_states.h
    "01": "established",
    "02": "syn_sent",
    "03": "syn_recv",
    "04": "fin_wait1",
    "05": "fin_wait2",
    "06": "time_wait",
    "07": "close",
    "08": "close_wait",
    "09": "last_ack",
    "0A": "listen",
    "0B": "closing",
    "0C": "syn_recv",
}
_WORDS = {  # as ss and older netstats shorten them
    "estab": "established",
    "syn_recv": "syn_recv",
    "fin_wait_1": "fin_wait1",
    "fin_wait_2": "fin_wait2",
    "unconn": "close",
    "closed": "close",
}
_HEADER = re.compile(r"\s*sl +local_address +rem(?:ote)?_address +st .* uid +timeout inode")
_ROW = re.compile(
    r"\s*\d+: ([0-9A-F]{8,32}):([0-9A-F]{4}) ([0-9A-F]{8,32}):([0-9A-F]{4}) ([0-9A-F]{2})"
    r" [0-9A-F]{8}:[0-9A-F]{8} [0-9A-F]{2}:[0-9A-F]{8} [0-9A-F]{8} +(\d{1,10}) "
)
_NETSTAT = "Proto Recv-Q Send-Q Local Address"
_SS = re.compile(r"Netid +State +Recv-Q +Send-Q +Local Address:Port +Peer Address:Port")
_SS_WORDS = 6  # of a row before its details
_OWNER = re.compile(r" uid:(\d{1,10})\b")
_INODE = re.compile(r" ino:[1-9]")
_STATE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{1,15}\Z")


def parse_proc(file: EvidenceFile) -> Iterator[Socket]:
    """Yield the sockets of one file of /proc/net."""
    protocol = _protocol(file)
    lines = enumerate(ended_lines(answer(file)), start=1)
    if not _HEADER.match(next(lines, (1, ""))[1]):
        raise ParseError("'sl local_address rem_address st' expected", line=1)
    for number, line in _bounded(lines):
        match = _ROW.match(line)
        local = from_hex(match[1]) if match else None
        remote = from_hex(match[3]) if match else None
        if match is None or local is None or remote is None:
            raise ParseError("a socket expected", line=number)
        state = _STATES.get(match[5])
        yield _socket(
            "proc",
            protocol,
            (local, int(match[2], 16)),
            (remote, int(match[4], 16)),
            state=state,
            uid=None if state == "time_wait" else int(match[6]),
        )


def parse_netstat(file: EvidenceFile) -> Iterator[Socket]:
    """Yield the sockets that netstat names; those of no network are left out."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    header = next((line for _, line in lines if line.startswith(_NETSTAT)), None)
    if header is None:
        raise ParseError(f"'{_NETSTAT}' expected")
    for number, line in _bounded(lines):
        if line.startswith(("Active UNIX", "------")):
            return
        words = line.split()
        ends = [endpoint(word) for word in words[3:5]]
        if words[0] not in PROTOCOLS:
            if words[0].startswith("raw"):
                continue
            raise ParseError("a socket expected", line=number)
        if len(ends) != 2 or ends[0] is None or ends[1] is None:  # noqa: PLR2004  both ends
            raise ParseError("two addresses expected", line=number)
        rest = words[5:]
        state = rest.pop(0) if rest and _STATE.match(rest[0]) else ""
        uid = uid_of(rest[0]) if " User " in header and rest else None
        yield _socket("netstat", words[0], ends[0], ends[1], state=_state(state), uid=uid)


def parse_ss(file: EvidenceFile) -> Iterator[Socket]:
    """Yield the sockets that ss names; ParseError where it names none at all."""
    lines = enumerate(ended_lines(answer(file)), start=1)
    if not any(_SS.match(line) for _, line in lines):
        raise ParseError("'Netid State Recv-Q Send-Q' expected")
    found = False
    for number, line in _bounded(lines):
        if line[0] in " \t":
            continue  # details of the socket above
        if line.startswith("------"):
            break
        words = line.split(maxsplit=_SS_WORDS)
        local, remote = (endpoint(word) for word in (*words[4:6], "", "")[:2])
        if words[0] not in PROTOCOLS or local is None or remote is None:
            raise ParseError("a socket expected", line=number)
        owner = _OWNER.search(line)
        uid = int(owner[1]) if owner else (0 if _INODE.search(line) else None)
        protocol = f"{words[0]}6" if words[4].count(":") > 1 else words[0]
        found = True
        yield _socket("ss", protocol, local, remote, state=_state(words[1]), uid=uid)
    if not found:
        raise ParseError("a socket below the names of the columns expected")


def _bounded(lines: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Yield the lines that are not blank, and no more of them than sockets are read."""
    count = 0
    for number, line in lines:
        if not line.strip():
            continue
        count += 1
        if count > SOCKETS_LIMIT:
            raise ParseError(f"at most {SOCKETS_LIMIT} sockets expected", line=number)
        yield number, line


def _protocol(file: EvidenceFile) -> str:
    request = file.request
    name = request.argv[-1].rpartition("/")[2] if isinstance(request, Command) else ""
    if name not in PROTOCOLS:
        raise ParseError("a request for a file of /proc/net expected")
    return name


def _state(word: str) -> str | None:
    lower = word.lower().replace("-", "_")
    return _WORDS.get(lower, lower) or None


def _socket(
    source: str,
    protocol: str,
    local: tuple[str, int],
    remote: tuple[str, int],
    *,
    state: str | None,
    uid: int | None,
) -> Socket:
    alone = is_unspecified(remote[0]) and not remote[1]
    datagrams = protocol.startswith("udp")
    listening = (alone and local[1] != 0) if datagrams else state == "listen"
    return Socket(
        source=source,
        protocol=protocol,
        local_address=local[0],
        local_port=local[1],
        remote_address=None if alone else remote[0],
        remote_port=None if alone else remote[1],
        uid=uid,
        state=None if datagrams and state == "close" else state,
        listening=listening,
        exposed=listening and not is_loopback(local[0]),
    )


SOCKETS = Artifact(
    name="android.sockets",
    title="Network sockets",
    platform="android",
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
                "state",
                "listening",
                "exposed",
            ),
        ),
    ),
    readings=(
        *(
            Reading(Command(argv=("cat", f"/proc/net/{name}")), parse_proc, (name, "connections"))
            for name in PROTOCOLS
        ),
        Reading(Section(title="NETSTAT"), parse_netstat, ("connections",)),
        Reading(Section(title="DETAILED SOCKET STATE"), parse_ss, ("connections",)),
    ),
)
