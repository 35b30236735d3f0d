"""Personal content of an iPhone that is compared with indicators appears in no byte written.

The stores are read, as the findings show; nothing of them is in an output, a log, an event, an
error, a temporary file or the case, at any level of privacy.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.privacy.ios_contents import CONTENT, EVIL, FILE, PLANTED, TEXT, backup, feed
from tests.privacy.test_canary import Surroundings, seen

NO_ADB = 9  # a port on which nobody listens: no phone is asked for
ASKED = ("--include-content", "--no-feeds")
SOURCES = {
    "app_cache",
    "calendar",
    "chrome_history",
    "interactions",
    "messages",
    "safari_bookmarks",
    "safari_history",
    "safari_tabs",
    "shortcuts",
    "whatsapp",
}


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    (tmp_path / "own").mkdir()
    own = str(tmp_path / "own")
    return Surroundings(tmp_path, NO_ADB, SCANNER_HOME=own, XDG_RUNTIME_DIR=own)


def everything(surroundings: Surroundings) -> bytes:
    return surroundings.left() + surroundings.left(evidence=True)


def report(surroundings: Surroundings, folder: str) -> dict[str, Any]:
    (path,) = (surroundings.folder / folder).rglob("report.json")
    stated: dict[str, Any] = json.loads(path.read_bytes())
    return stated


def scan(surroundings: Surroundings, path: Path, folder: str, *more: str) -> int:
    chosen = ("-vv", "--events", f"{folder}.events", "-f", "json", "-f", "html")
    indicators = feed(path.parent)
    return surroundings.run(
        "scan", path, "-o", folder, "--indicators", indicators, *chosen, *ASKED, *more
    )


def test_what_is_planted_is_really_in_the_stores():
    assert {each.place for each in PLANTED} == seen(b"\n".join(CONTENT.values()), PLANTED)


def test_no_command_and_no_level_shows_content(surroundings: Surroundings, tmp_path: Path):
    """Of what is found the indicator and the source are named."""
    path = backup(tmp_path / "given" / "phone")

    assert 0 == scan(surroundings, path, "scanned")
    compared = ("--source", path, "--no-feeds", "--indicators", path.parent / "feed.csv")
    for level in ("public", "case"):
        assert 0 == surroundings.run(
            "examine", "scanned", *compared, "--privacy", level, "-o", level, "-f", "text"
        )
    for words in (
        ("report", "scanned", "-f", "text"),
        ("verify", "scanned"),
        ("case", "info", "scanned", "--json"),
        ("diff", "scanned", "scanned"),
        ("artifacts", "list", "--unread", path),
    ):
        assert 0 == surroundings.run(*words), words

    assert set() == seen(everything(surroundings), PLANTED)
    assert EVIL.encode() in surroundings.left()
    for folder in ("scanned", "public", "case"):
        assert SOURCES == sources(surroundings, folder)
    findings = report(surroundings, "scanned")["findings"]
    assert {EVIL} == {each["indicator"]["value"] for each in findings if each["indicator"]}
    assert {
        "domain": ("finding", None),
        "email": ("pass", None),
        "url": ("pass", None),
    } == statuses(surroundings, "scanned")


def sources(surroundings: Surroundings, folder: str) -> set[str]:
    """Return the sources of content in which something was found."""
    subjects = [each["subject"] for each in report(surroundings, folder)["findings"]]
    return {each["key"]["source"] for each in subjects if each["entity"] == "content_match"}


def statuses(surroundings: Surroundings, folder: str) -> dict[str, tuple[str, str | None]]:
    """Return status and reason of each check of indicators, by their type."""
    return {
        check["rule"].rpartition(":")[2]: (check["status"], check.get("reason"))
        for check in report(surroundings, folder)["checks"]
        if check["kind"] == "indicators"
    }


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def scribbled(data: bytes) -> bytes:
    """Damage the pages of a database behind its schema, so that texts stay readable."""
    damaged = bytearray(data)
    for place in range(4096, len(damaged), 4096):
        damaged[place : place + 8] = b"\x0d\xff\xff\xff\xff\xff\xff\xff"
    return bytes(damaged) if len(data) > 4096 else data[:-40]


def renamed(data: bytes) -> bytes:
    """Put what is personal where names of tables and columns are expected."""
    return data.replace(b"CREATE TABLE", f"{TEXT[:12]}".encode())


def texts(data: bytes) -> bytes:
    return f"{TEXT}\n{FILE}\n".encode() + data


@pytest.mark.parametrize("first", [0, 2])
def test_stores_that_are_broken_do_not_show_it_in_errors(
    first: int, surroundings: Surroundings, tmp_path: Path
):
    damages = (cut, scribbled, renamed, texts)
    content = {
        name: damages[(first + number) % len(damages)](data)
        for number, (name, data) in enumerate(CONTENT.items())
    }
    path = backup(tmp_path / "given" / "phone", content)

    assert 0 == scan(surroundings, path, "scanned", "--privacy", "case")

    assert set() == seen(everything(surroundings), PLANTED)
    assert "pass" not in {status for status, _ in statuses(surroundings, "scanned").values()}


def test_of_an_encrypted_backup_nothing_decrypted_is_left(
    surroundings: Surroundings, tmp_path: Path
):
    path = backup(tmp_path / "given" / "phone", password="1234")
    secret = path.parent / "password"
    secret.write_text("1234")

    assert 0 == scan(surroundings, path, "scanned", "--password-file", str(secret))

    assert set() == seen(everything(surroundings), PLANTED)
    assert SOURCES == sources(surroundings, "scanned")
