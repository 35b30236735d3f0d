from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from scanner.sinks import Command, Undelivered, deliver, document, owe
from scanner.sinks.outbox import MemoryOutbox
from tests.sinks.made import START, Driven, event

ROOT = Path(__file__).resolve().parents[2]


def script(folder: Path, text: str) -> str:
    path = folder / "told"
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(0o700)
    return str(path)


def lives(pid: int) -> bool:
    """Tell whether a process runs; one that only waits to be reaped does not."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def ends(pid: int) -> bool:
    limit = time.monotonic() + 5
    while lives(pid) and time.monotonic() < limit:
        time.sleep(0.01)
    return not lives(pid)


def test_the_event_is_the_standard_input_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setenv("WEBHOOK_TOKEN", "hidden")
    told = tmp_path / "told.json"
    program = script(
        tmp_path,
        "import json, os, sys\n"
        f"with open({str(told)!r}, 'w') as file:\n"
        "    json.dump([sys.argv[1:], sys.stdin.read(), dict(os.environ)], file)\n",
    )
    made = event(7, title="; touch $HOME/x `id`", device="-rf")

    Command((program, "--to", "$HOME; x")).send(made, START)

    argv, standard_input, environment = json.loads(told.read_text())
    assert ["--to", "$HOME; x"] == argv
    assert document(made).decode() == standard_input
    assert os.environ["PATH"] == environment["PATH"]
    assert "WEBHOOK_TOKEN" not in environment
    assert "-rf" not in environment.values()


@pytest.mark.parametrize(
    ("kind", "suppressed", "expected"),
    [("finding", False, True), ("finding", True, False), ("scanned", False, False)],
)
def test_it_is_started_for_new_findings_alone(kind, suppressed, expected):
    assert expected == Command(("true",)).wants(event(1, kind, suppressed=suppressed))


@pytest.mark.parametrize(
    ("level", "expected"),
    [("informational", False), ("low", False), ("medium", True), ("critical", True)],
)
def test_it_may_ask_for_a_level(level, expected):
    assert expected == Command(("true",), least="medium").wants(event(level=level))


def test_a_large_event_reaches_a_slow_reader(tmp_path):
    program = script(
        tmp_path,
        "import sys, time\n"
        "time.sleep(0.1)\n"
        "data = sys.stdin.buffer.read()\n"
        "sys.exit(0 if len(data) > 200_000 else 1)\n",
    )

    Command((program,)).send(event(detail="x" * 200_000), START)


def test_one_that_does_not_read_its_input_may_be_right():
    Command(("true",)).send(event(detail="x" * 200_000), START)


def test_one_that_closes_its_ends_is_waited_for(tmp_path):
    done = tmp_path / "done"
    text = f"exec 0<&- 1>&- 2>&-; sleep 0.2; echo x > '{done}'"

    Command(("sh", "-c", text)).send(event(detail="x" * 200_000), START)

    assert done.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exit 3", "the command ended with status 3 (0 bytes of output)"),
        ("echo secret; echo secret >&2; exit 1", "the command ended with status 1 (14 bytes"),
        ("kill -9 $$", "the command ended with status -9"),
        ("while :; do echo 0123456789012345678901234567890123456789; done", "was stopped after 1"),
        ("sleep 60", "the command did not end within 0.5 seconds"),
        ("trap '' TERM INT HUP; while :; do sleep 1; done", "did not end within 0.5 seconds"),
    ],
)
def test_what_does_not_end_well_is_undelivered(text, reason):
    began = time.monotonic()
    with pytest.raises(Undelivered) as raised:
        Command(("sh", "-c", text), seconds=0.5).send(event(), START)

    assert reason in str(raised.value)
    assert "secret" not in str(raised.value)
    assert raised.value.refused
    assert time.monotonic() - began < 4


@pytest.mark.parametrize("name", ["scanner-no-such-program", "/dev/null", "/"])
def test_one_that_cannot_be_started(name):
    with pytest.raises(Undelivered, match="the command does not start: "):
        Command((name,)).send(event(), START)


@pytest.mark.parametrize("own", ["sleep 60", "exit 0"])
def test_what_it_started_ends_with_it(tmp_path, own):
    """Whether the command itself hangs or leaves a child behind that holds its output."""
    told = tmp_path / "pid"
    command = Command(("sh", "-c", f"sleep 60 & echo $! > '{told}'; {own}"), seconds=0.5)
    began = time.monotonic()
    with suppress(Undelivered):
        command.send(event(), START)

    assert time.monotonic() - began < 4
    assert ends(int(told.read_text()))


def test_only_so_many_run_at_once(tmp_path):
    """Each run counts those beside it: four threads, two slots."""
    (tmp_path / "now").mkdir()
    text = "mkdir now/$$; sleep 0.1; ls now | wc -l > $$.seen; sleep 0.1; rmdir now/$$"
    command = Command(("sh", "-c", f"cd '{tmp_path}'; {text}"), at_once=2)
    threads = [threading.Thread(target=command.send, args=(event(id), START)) for id in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    seen = [int(path.read_text()) for path in tmp_path.glob("*.seen")]
    assert 4 == len(seen)
    assert 2 == max(seen)


def test_one_that_finds_no_slot_is_undelivered_and_comes_again():
    """Of three at once the last waits as long as the first runs."""
    command = Command(("sleep", "60"), seconds=0.3, at_once=1)
    failures: list[Undelivered] = []

    def send() -> None:
        try:
            command.send(event(), START)
        except Undelivered as error:
            failures.append(error)

    threads = [threading.Thread(target=send) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    full = [error for error in failures if not error.refused]
    assert 3 == len(failures)
    assert full
    assert {"too many runs of the command have not ended"} == {str(error) for error in full}


IGNORED = """
import signal
from scanner.sinks import Command
from tests.sinks.made import START, event

signal.signal(signal.SIGCHLD, signal.SIG_IGN)
Command(("sh", "-c", "cat")).send(event(), START)
"""


def test_a_watch_that_was_started_with_children_ignored_runs_it_too():
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    subprocess.run([sys.executable, "-c", IGNORED], env=environment, check=True, timeout=60)


def test_one_that_fails_is_tried_again_and_then_given_up(tmp_path):
    log = tmp_path / "log"
    command = Command(("sh", "-c", f"echo x >> '{log}'; exit 1"))
    outbox, clock = MemoryOutbox(), Driven()
    owe(outbox, [command], event())
    for _ in range(20):
        last = deliver(command, outbox, clock)
        clock.go(60)
        if last.next_at is None:
            break

    assert 5 == len(log.read_text().splitlines())
    assert 1 == last.given_up
    assert last.detail is not None
    assert "1 events were dropped" in last.detail


def test_its_words_stand_nowhere():
    command = Command(("/opt/example/notify", "--token", "hidden"))

    assert "command notify" == command.name
    assert "hidden" not in f"{command.name} {command.key} {command!r}"
    assert command.key != Command(("/opt/example/notify", "--token", "other")).key
