"""Shutdowns: each sentence of the format, and the ways in which a log can be odd."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.artifacts.ios.recorded import shutdown_logs
from scanner.errors import ParseError
from scanner.model.entities import Shutdown, ShutdownClient
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic, File

from .program_texts import OTHER_UUID, SHUTDOWN, UUID

NAME = "system_logs.logarchive/Extra/shutdown.log"
AT = datetime(2025, 11, 1, 16, tzinfo=UTC)


def read(text, request=None):
    data = text.encode() if isinstance(text, str) else text
    return list(shutdown_logs.parse(BytesFile(request or Diagnostic(name=NAME), data)))


def shutdowns(text):
    return [one for one in read(text) if isinstance(one, Shutdown)]


def clients(text):
    return [one for one in read(text) if isinstance(one, ShutdownClient)]


def test_a_shutdown():
    expected = Shutdown(
        file="shutdown.log", index=2, at=AT, complete=True, notices=1, clients=1, delay_ms=500
    )

    assert expected == shutdowns(SHUTDOWN)[2]


def test_a_client():
    expected = ShutdownClient(
        file="shutdown.log",
        index=0,
        pid=0,
        path="/kernel",
        name="kernel",
        uuid=OTHER_UUID,
        area="system",
        notices=1,
        delay_ms=860,
        at=datetime(2025, 11, 1, 12, 26, 40, tzinfo=UTC),
    )

    assert expected == clients(SHUTDOWN)[0]


def test_a_client_reaches_to_the_last_bracket():
    (found,) = [one for one in clients(SHUTDOWN) if one.pid == 99]

    assert ("/private/var/tmp/x (beta)/bh", "bh", UUID) == (found.path, found.name, found.uuid)
    assert "temporary" == found.area


def test_waits_do_not_add_up():
    (found,) = [one for one in clients(SHUTDOWN) if one.pid == 99]

    assert (2, 2530) == (found.notices, found.delay_ms)
    assert (2, 2530, 2) == (
        shutdowns(SHUTDOWN)[1].notices,
        shutdowns(SHUTDOWN)[1].delay_ms,
        shutdowns(SHUTDOWN)[1].clients,
    )


def test_a_client_that_went_earlier_waited_less():
    (found,) = [one for one in clients(SHUTDOWN) if one.pid == 45]

    assert (1, 1260) == (found.notices, found.delay_ms)


def test_a_shutdown_without_its_end_is_kept():
    found = [(one.index, one.at, one.complete) for one in shutdowns(SHUTDOWN) if not one.complete]

    assert [(1, None, False), (4, None, False)] == found
    assert [None] == [one.at for one in clients(SHUTDOWN) if one.pid == 8]


def test_a_shorter_wait_begins_another_shutdown():
    assert [0, 1, 2, 3, 4] == [one.index for one in shutdowns(SHUTDOWN)]


def test_a_shutdown_that_waited_for_nobody():
    found = shutdowns(SHUTDOWN)[3]

    assert (0, 0, 0, True) == (found.notices, found.clients, found.delay_ms, found.complete)


def test_a_client_without_a_uuid():
    (found,) = [one for one in clients(SHUTDOWN) if one.pid == 7]

    assert ("/usr/libexec/plain", None) == (found.path, found.uuid)


def test_clients_before_any_notice_are_kept():
    (found,) = clients("\tremaining client pid: 3 (/usr/libexec/plain)\n")

    assert (3, 1, 0) == (found.pid, found.notices, found.delay_ms)


def test_bytes_that_are_no_text_cost_nothing():
    text = SHUTDOWN.encode().replace(b"/usr/libexec/plain", b"/usr/libexec/pl\xffin")

    assert len(read(SHUTDOWN)) == len(read(text))


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        (Diagnostic(name="system_logs.logarchive/Extra/shutdown.0.log"), "shutdown.0.log"),
        (File(path="/private/var/db/diagnostics/shutdown.log"), "shutdown.log"),
    ],
)
def test_a_shutdown_names_its_file(request_, name):
    assert {name} == {one.file for one in read(SHUTDOWN, request_)}


def test_an_empty_log_says_nothing():
    """As of iOS 26 the log is begun anew at each start."""
    assert [] == read("")


@pytest.mark.parametrize(
    "line",
    [
        "something else",
        f"remaining client pid: {2**64} (/usr/libexec/exampled)",
        "remaining client pid: 4 /usr/libexec/exampled",
        "remaining client pid: 4 (" + "x" * 5000 + ")",
        "After 1e9s, these clients are still here:",
        "\0" * 100,
        "(" * 500_000 + ")" * 500_000,
    ],
    ids=["other", "huge-pid", "no-bracket", "long-path", "delay", "nul", "brackets"],
)
def test_a_line_that_was_not_read_is_said_at_the_end(line):
    found = []
    file = BytesFile(Diagnostic(name=NAME), f"{line}\n{SHUTDOWN}".encode())
    with pytest.raises(ParseError, match="line 1"):
        found.extend(shutdown_logs.parse(file))

    assert read(SHUTDOWN) == found


def test_a_time_beyond_all_times_is_none():
    (found,) = shutdowns(f"SIGTERM: [{'9' * 20}] All buffers flushed\n")

    assert (None, True) == (found.at, found.complete)


def test_more_clients_than_any_phone_has_are_refused():
    lines = "".join(
        f"remaining client pid: {n} (/x)\n" for n in range(shutdown_logs.CLIENTS_LIMIT + 1)
    )

    with pytest.raises(ParseError):
        read(lines)


def test_more_shutdowns_than_any_phone_had_are_refused():
    with pytest.raises(ParseError):
        read("SIGTERM: [1]\n" * (shutdown_logs.CLIENTS_LIMIT + 1))


def test_a_line_without_an_end_is_refused():
    with pytest.raises(ParseError):
        read(b"x" * (1024 * 1024 + 10))
