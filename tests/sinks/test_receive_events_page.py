"""The page for those who receive events: its programs work, its numbers are the code's."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scanner.sinks import Bounds, Retry, Undelivered, command_of, document, rank, webhook_of
from scanner.sinks.command import _KEPT, _OUTPUT
from scanner.sinks.event import LARGEST
from scanner.sinks.rfc5424 import LARGEST as MESSAGE
from scanner.sinks.rfc5424 import message, severity
from tests.sinks.made import event, unused_port

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "receive-events.md").read_text(encoding="utf-8")


def block(language: str, number: int = 0) -> str:
    return str(re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)[number])


def test_its_receiver_takes_what_is_signed_and_prints_it_once(tmp_path):
    subprocess.run(["sh", "-e", "-c", block("sh")], cwd=tmp_path, check=True)
    port = unused_port()
    (tmp_path / "other.secret").write_text("another secret of that side")
    with subprocess.Popen(
        [sys.executable, "-c", block("python"), str(port)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as receiver:
        try:
            posts(tmp_path, port)
        finally:
            receiver.kill()
        assert receiver.stdout is not None
        printed = receiver.stdout.read()

    assert 0o600 == (tmp_path / "webhook.secret").stat().st_mode & 0o777
    assert document(event(1)) + b"\n" + document(event(2)) + b"\n" == printed


def posts(folder: Path, port: int) -> None:
    now = datetime.now(UTC)
    url = f"http://127.0.0.1:{port}/"
    sink = webhook_of(url, secret_file=folder / "webhook.secret", origin="0a1b")
    listens = time.monotonic() + 10
    while True:
        try:
            sink.send(event(1), now)
            break
        except Undelivered:
            assert time.monotonic() < listens
            time.sleep(0.05)
    sink.send(event(1), now)
    other = webhook_of(url, secret_file=folder / "other.secret", origin="0a1b")
    for wrong, at in ((other, now), (sink, datetime(2026, 1, 1, tzinfo=UTC))):
        with pytest.raises(Undelivered, match="401"):
            wrong.send(event(9), at)
    sink.send(event(2), now)


def test_its_program_takes_an_event(tmp_path, monkeypatch):
    program = tmp_path / "tell-me"
    program.write_text(block("sh", 1))
    program.chmod(0o700)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")

    command_of(f"{program} --urgent").send(event(), datetime.now(UTC))

    assert "2026-03-01T12:00:00Z high d-7f3a\n" == (tmp_path / "findings.txt").read_text()


def test_its_message_is_the_one_that_is_sent():
    shown = message(event(7, fingerprint="9b1c")).replace(b"\xef\xbb\xbf", b"").decode()

    assert f"{shown}\n" == block("text")


def test_its_severities_are_those_that_are_sent():
    rows = re.findall(r"^\| (.+) \| (\d) \|$", PAGE, flags=re.MULTILINE)
    told = {name: int(number) for names, number in rows for name in re.findall(r"`(\w+)`", names)}
    levels = {
        level: severity(event(level=level)) for level in ("critical", "high", "medium", "low")
    }
    kinds = {
        kind: severity(event(1, kind))
        for kind in ("silent", "trouble", "undelivered", "failed", "waiting", "heard")
    }

    assert levels | kinds == told
    assert 6 == severity(event(1, "scanned"))


def test_its_numbers_are_those_of_the_code():
    bounds, retry = Bounds(), Retry()

    assert (10_000, 32 << 20) == (bounds.count, bounds.size)
    assert (5, 300, 3600) == (retry.first, retry.longest, retry.patience)
    assert (5, 3, 7) == (retry.refusals, retry.outage_after, retry.lifetime / 86400)
    assert (256 << 10, 2048, 1 << 20) == (LARGEST, MESSAGE, _OUTPUT)
    assert ", ".join(f"`{name}`" for name in _KEPT[:-1]) + f" and `{_KEPT[-1]}`" in PAGE
    order = [rank(event(1, kind)) for kind in ("heartbeat", "scanned", "finding")]
    assert sorted(order) == order
