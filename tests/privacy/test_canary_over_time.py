"""What is kept and told of phones over time: nothing personal stands in it, nor their ids."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import zlib
from pathlib import Path

from fixtures.building.changing import Later, setting
from scanner.simulate import Phone, find_phone
from tests.pipeline.conftest import CURRENT
from tests.privacy.test_canary import Surroundings, canaries, seen, surroundings, target

__all__ = ["surroundings"]
POLICY = Path(__file__).resolve().parents[2] / "docs" / "data" / "policy-example.yml"


def test_no_diff_watch_fleet_or_statement_shows_personal_data(
    simulate, surroundings: Surroundings, tmp_path: Path
):
    planted = canaries(CURRENT)
    recorded = find_phone(CURRENT)
    changed = Later(recorded, tmp_path / "later", [setting("global", "http_proxy", "192.0.2.7:80")])
    phone, later = simulate(Phone.load(recorded)), simulate(Phone.load(changed.folder))
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "ed25519", "-out", surroundings.folder / "key.pem"],
        check=True,
        capture_output=True,
    )
    (surroundings.folder / "key.pem").chmod(0o600)

    run = surroundings.run
    assert 0 == run("scan", target(phone), "-o", "old", "-q")
    assert 0 == run("scan", target(later), "-o", "new", "-q", "--baseline", "old")
    for words in (["--json"], ["-o", "d.html"], ["-o", "d.json"], ["--privacy", "public"]):
        assert 0 == run("diff", "old", "new", *words)
    for words in (["--json"], ["-o", "f.html"], ["--privacy", "public"]):
        assert 0 == run("fleet", "compare", "old", "new", "--jobs", "1", *words)
    assert 10 == run("certify", "old", "--policy", POLICY, "--key", "key.pem", "-o", "s.json")
    assert run("fleet", "status", "s.json") in {0, 10}
    watch = ("watch", "--once", "--store", "watch.db", "--cases", "cases", "--json")
    assert 0 == run(*watch, target(phone))
    assert 0 == run("watch", "status", "--store", "watch.db", "--json")

    assert set() == seen(surroundings.left(), planted)


def kept(store: Path) -> bytes:
    """Return everything that a store holds; what is packed in it, unpacked."""
    found = []
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master")]
        for table in tables:
            with contextlib.suppress(sqlite3.OperationalError):  # an index is no table
                for row in database.execute(f'SELECT * FROM "{table}"'):
                    for value in row:
                        data = value if isinstance(value, bytes) else str(value).encode()
                        with contextlib.suppress(zlib.error):
                            data = zlib.decompress(data)
                        found.append(data)
    return b"\n".join(found)


def test_the_store_of_a_watch_holds_what_was_seen_and_no_canary(
    simulate, surroundings: Surroundings
):
    phone = simulate(Phone.load(find_phone(CURRENT)))
    words = ("--store", "watch.db", "--cases", "cases", "-q")

    assert 0 == surroundings.run("watch", "--once", *words, target(phone))

    held = kept(surroundings.folder / "watch.db")
    assert b"com.example.firma" in held
    assert set() == seen(held, canaries(CURRENT))
