"""Sockets, from /proc/net, netstat and ss."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.artifacts.android.sockets import (
    PROTOCOLS,
    SOCKETS,
    SOCKETS_LIMIT,
    parse_netstat,
    parse_proc,
    parse_ss,
)
from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Socket

from .evidence import evidence

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 301 1 0
   1: 170200C0:94DE 287100CB:01BB 01 00000000:00000000 02:00000A1B 00000000 10123        0 302 2 0
   2: 170200C0:94E0 297100CB:01BB 06 00000000:00000000 03:00001172 00000000     0        0 0 3 0
"""
UDP6 = """\
  sl  local_address                         remote_address                        st tx_queue \
rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  12: 00000000000000000000000000000000:14E9 00000000000000000000000000000000:0000 07 \
00000000:00000000 00:00000000 00000000  1020        0 3071 2 0000000000000000 0
  13: 00000000000000000000000001000000:9C41 00000000000000000000000000000000:0000 07 \
00000000:00000000 00:00000000 00000000 10055        0 3072 2 0000000000000000 0
"""
NETSTAT = """\
Active Internet connections (w/o servers)
Proto Recv-Q Send-Q Local Address           Foreign Address         State      
tcp       32      0 192.0.2.23:39361        203.0.113.52:443        CLOSE_WAIT 
tcp6       0      0 ::ffff:192.0.2.23:43566 ::ffff:203.0.113.60:443 ESTABLISHED
udp        0      0 192.0.2.23:68           192.0.2.1:67            ESTABLISHED
Active UNIX domain sockets (w/o servers)
Proto RefCnt Flags\t Type\t    State\t    I-Node Path
unix  2      [ ]         DGRAM                       11824 /dev/socket/x
"""  # noqa: W291  as netstat pads it
SERVERS = """\
Active Internet connections (servers and established)
Proto Recv-Q Send-Q Local Address   Foreign Address State       User       Inode
tcp6       0      0 :::5555         :::*            LISTEN      2000       301
udp        0      0 0.0.0.0:5353    0.0.0.0:*                   1020       302
raw        0      0 0.0.0.0:1       0.0.0.0:*       7           0          303
"""
SS = """\
Netid  State      Recv-Q Send-Q Local Address:Port               Peer Address:Port              
tcp    ESTAB      0      0      192.0.2.23:49933              203.0.113.19:443                 \
uid:10123 ino:301 sk:1 <->
\t ts sack cubic wscale:8,8 rto:236
tcp    CLOSE-WAIT 1      0      [::ffff:192.0.2.23]:49934     [::ffff:203.0.113.19]:443        \
ino:302 sk:2 -->
udp    UNCONN     0      0      fe80::1%wlan0:546             *:*
"""  # noqa: W291  as ss pads it


def proc(data, name="tcp", **kinds):
    return list(parse_proc(evidence(data, "cat", f"/proc/net/{name}", **kinds)))


def test_the_kernels_own_listing():
    assert [
        Socket(
            source="proc",
            protocol="tcp",
            local_address="127.0.0.1",
            local_port=8080,
            remote_address=None,
            remote_port=None,
            uid=1000,
            state="listen",
            listening=True,
            exposed=False,
        ),
        Socket(
            source="proc",
            protocol="tcp",
            local_address="192.0.2.23",
            local_port=38110,
            remote_address="203.0.113.40",
            remote_port=443,
            uid=10123,
            state="established",
            listening=False,
            exposed=False,
        ),
    ] == proc(TCP)[:2]


def test_a_socket_that_waits_for_its_end_has_no_owner():
    assert [("time_wait", None)] == [(one.state, one.uid) for one in proc(TCP)[2:]]


def test_a_datagram_socket_that_hears_everybody():
    assert [
        ("udp6", "::", 5353, None, 1020, None, True, True),
        ("udp6", "::1", 40001, None, 10055, None, True, False),
    ] == [
        (
            one.protocol,
            one.local_address,
            one.local_port,
            one.remote_port,
            one.uid,
            one.state,
            one.listening,
            one.exposed,
        )
        for one in proc(UDP6, "udp6")
    ]


@pytest.mark.parametrize("name", PROTOCOLS)
def test_the_kernel_of_this_computer(name):
    data = Path(f"/proc/net/{name}").read_bytes()

    assert len(data.splitlines()) - 1 == len(proc(data, name))


def test_no_socket_at_all():
    assert [] == proc(TCP.splitlines(keepends=True)[0])


def test_half_a_line_states_nothing():
    assert 2 == len(proc(TCP[:-40]))


@pytest.mark.parametrize(
    "data",
    ["", "hello\n", TCP.replace("0100007F", "0100007G"), TCP.replace(" 0A ", " listen ")],
)
def test_other_output_is_an_error(data):
    with pytest.raises(ParseError):
        proc(data)


def test_another_file_is_an_error():
    with pytest.raises(ParseError, match="/proc/net"):
        proc(TCP, "route")


def test_more_sockets_than_any_phone_has_are_an_error():
    head, first, *_ = TCP.splitlines(keepends=True)
    with pytest.raises(ParseError, match="at most"):
        proc(head + first * (SOCKETS_LIMIT + 1))


@pytest.mark.parametrize(
    "said",
    ["cat: /proc/net/tcp: Permission denied\n", "cat: /proc/net/tcp: No such file or directory\n"],
)
def test_a_refusal_is_no_answer(said):
    with pytest.raises(NotAvailable):
        proc("", errors=said.encode(), exit_code=1)


def test_netstat():
    found = list(parse_netstat(evidence(NETSTAT)))

    assert [
        ("tcp", "192.0.2.23", 39361, "203.0.113.52", 443, "close_wait"),
        ("tcp6", "192.0.2.23", 43566, "203.0.113.60", 443, "established"),
        ("udp", "192.0.2.23", 68, "192.0.2.1", 67, "established"),
    ] == [
        (
            one.protocol,
            one.local_address,
            one.local_port,
            one.remote_address,
            one.remote_port,
            one.state,
        )
        for one in found
    ]
    assert {("netstat", None, False, False)} == {
        (one.source, one.uid, one.listening, one.exposed) for one in found
    }


def test_netstat_with_servers_and_their_owners():
    assert [
        ("tcp6", "::", 5555, 2000, "listen", True, True),
        ("udp", "0.0.0.0", 5353, 1020, None, True, True),
    ] == [
        (
            one.protocol,
            one.local_address,
            one.local_port,
            one.uid,
            one.state,
            one.listening,
            one.exposed,
        )
        for one in parse_netstat(evidence(SERVERS))
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "*** command 'netstat -nW' failed: exit code 1\n",
        NETSTAT.replace("203.0.113.52:443", "203.0.113.5"),
        NETSTAT.replace("udp ", "sctp"),
        NETSTAT.replace("192.0.2.1:67            ESTABLISHED", ""),
    ],
)
def test_netstat_of_another_shape_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse_netstat(evidence(data)))


def test_ss():
    assert [
        ("tcp", "192.0.2.23", 49933, "203.0.113.19", 443, 10123, "established", False),
        ("tcp6", "192.0.2.23", 49934, "203.0.113.19", 443, 0, "close_wait", False),
        ("udp6", "fe80::1", 546, None, None, None, None, True),
    ] == [
        (
            one.protocol,
            one.local_address,
            one.local_port,
            one.remote_address,
            one.remote_port,
            one.uid,
            one.state,
            one.listening,
        )
        for one in parse_ss(evidence(SS))
    ]


@pytest.mark.parametrize(
    "data",
    [
        "",
        "*** command 'ss -eionptu' failed: exit code 1\n",
        SS.splitlines(keepends=True)[0],
        SS.replace("192.0.2.23:49933", "192.0.2.23"),
        SS.replace("udp ", "unix"),
        SS + "tcp\n",
    ],
)
def test_ss_of_another_shape_or_without_a_socket_is_an_error(data):
    with pytest.raises(ParseError):
        list(parse_ss(evidence(data)))


def test_listings_without_servers_do_not_answer_for_those_of_a_protocol():
    covered = [(str(reading.request), reading.covers) for reading in SOCKETS.readings]

    assert [
        ("cat /proc/net/tcp", ("tcp", "connections")),
        ("cat /proc/net/tcp6", ("tcp6", "connections")),
        ("cat /proc/net/udp", ("udp", "connections")),
        ("cat /proc/net/udp6", ("udp6", "connections")),
        ("section NETSTAT", ("connections",)),
        ("section DETAILED SOCKET STATE", ("connections",)),
    ] == covered
