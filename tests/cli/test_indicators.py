"""`scanner indicators`, as a person or a program calls it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from scanner.cli.options import MAX_FEED_BYTES
from scanner.detect import feeds
from scanner.pipeline import feeds as pipeline
from tests.formats.signing import Signer
from tests.pipeline.feeds.made import LATER, bundle, serving

SIGNER = Signer(b"1" * 32)
ONE = bundle("one.example.com")
TWO = bundle("one.example.com", "two.example.com", modified=LATER)


@pytest.fixture
def call(run, tmp_path):
    """Call `scanner indicators WORDS...` with a home of the test's own."""

    def indicators(*words):
        return run("indicators", *words, env={"SCANNER_HOME": str(tmp_path / "home")})

    return indicators


@pytest.fixture
def write(tmp_path):
    def put(name, data):
        (tmp_path / name).write_bytes(data)
        return name

    return put


def test_the_default_limit_is_that_of_the_readers():
    assert feeds.MAX_FEED_BYTES == MAX_FEED_BYTES == pipeline.MAX_FEED_BYTES


# --- check --------------------------------------------------------------------------------------


def test_check_says_what_would_count(call, write):
    done = call("check", write("feed.stix2", ONE))

    assert (0, "") == (done.returncode, done.stderr)
    assert "feed: feed.stix2\n" in done.stdout
    rows = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[1:])
    assert ("stix", "2026-10-01", "1") == (rows["kind"], rows["published"], rows["domain"])
    assert ("0", "0", "0") == (rows["expired"], rows["revoked"], rows["unusable"])


def test_check_refuses_what_cannot_be_evaluated(call, write):
    name = write("feed.csv", b"type,value\ndomain,one.example.com\nstrange,\x1b[2Jx\n")
    strict, lenient = call("check", name), call("check", name, "--allow-unusable")

    assert (6, 0) == (strict.returncode, lenient.returncode)
    assert "could not be used" in strict.stderr
    assert "\x1b" not in strict.stdout + strict.stderr


def test_check_names_every_wrong_file(call, write):
    done = call("check", write("a.stix2", ONE[:-9]), write("b.txt", b"\0"), write("c.stix2", ONE))

    assert 6 == done.returncode
    assert "scanner: a.stix2: " in done.stderr
    assert "scanner: b.txt: " in done.stderr
    assert "c: c.stix2\n" in done.stdout
    assert "Traceback" not in done.stderr


def test_check_as_json(call, write):
    done = call("check", "--json", write("feed.stix2", ONE), write("bad.stix2", b"{"))
    found = json.loads(done.stdout)

    assert 6 == done.returncode
    assert [("feed", {"domain": 1})] == [(each["id"], each["types"]) for each in found["feeds"]]
    assert 1 == len(found["errors"])


def test_what_is_no_feed_in_a_folder_is_passed_over_and_listed(call, write, tmp_path):
    (tmp_path / "all").mkdir()
    write("all/feed.stix2", ONE)
    write("all/package.json", b"{}")
    done, plain = call("check", "--json", "all"), call("check", "all")
    imported = call("import", "all")

    assert (0, 0, 0) == (done.returncode, plain.returncode, imported.returncode)
    assert ["all/package.json: file: JSON of no known kind"] == json.loads(done.stdout)[
        "passed_over"
    ]
    assert "passed over: all/package.json: JSON of no known kind\n" == plain.stderr
    assert "package: passed over: no feed\n  all/package.json: JSON of" in imported.stderr
    assert 6 == call("check", "all/package.json").returncode


def test_check_of_no_file(call):
    assert 2 == call("check").returncode
    assert 2 == call("check", "none.txt").returncode


def test_check_of_a_file_over_the_limit(call, write):
    done = call("check", write("feed.stix2", ONE), "--max-feed-bytes", "100")

    assert 6 == done.returncode
    assert "larger than 100 bytes" in done.stderr


# --- import, list, show, remove -----------------------------------------------------------------


def test_a_refused_file_stops_no_other_one(call, write):
    done = call("import", write("broken.stix2", ONE[:-20]), write("feed.stix2", ONE), "--json")

    assert 6 == done.returncode
    assert "broken.stix2" in done.stderr
    assert ["feed"] == [each["id"] for each in json.loads(done.stdout)]


def test_import_list_show_remove(call, write):
    imported = call("import", write("feed.stix2", ONE))
    listed, shown, values = call("list"), call("show", "feed"), call("show", "feed", "--values")
    removed = call("remove", "feed")

    assert (0, "") == (imported.returncode, imported.stdout)
    assert "feed: imported (1 indicators)\n" == imported.stderr
    assert listed.stdout.startswith("feed ")
    assert "1 indicators  published 2026-10-01 (" in listed.stdout
    assert "signature none  feed.stix2\n" in listed.stdout
    assert "  imported " in shown.stdout
    assert "  version   " in shown.stdout
    assert "domain\tone.example.com\n" == values.stdout
    assert (0, "feed: removed\n") == (removed.returncode, removed.stderr)
    assert "" == call("list").stdout
    assert 2 == call("show", "feed").returncode
    assert 2 == call("remove", "feed").returncode


def test_as_json(call, write):
    imported = json.loads(call("import", "--json", write("feed.stix2", ONE)).stdout)
    listed = json.loads(call("list", "--json").stdout)
    shown = json.loads(call("show", "feed", "--json").stdout)

    assert [("feed", "new")] == [(each["id"], each["state"]) for each in imported]
    assert ["feed"] == [each["id"] for each in listed]
    assert imported[0]["version"] == listed[0]["versions"][0]
    assert {"domain": 1} == shown["feed"]["types"]


def test_a_rollback_is_status_6(call, write):
    call("import", write("feed.stix2", TWO))
    write("feed.stix2", ONE)
    done = call("import", "feed.stix2")

    assert 6 == done.returncode
    assert "older than the one there" in done.stderr
    assert 0 == call("import", "feed.stix2", "--allow-older").returncode


def test_a_signed_feed(call, write):
    write("feed.stix2", ONE)
    write("feed.pub", SIGNER.public_key_file.encode())
    missing = call("import", "feed.stix2", "--public-key", "feed.pub")
    write("feed.stix2.minisig", SIGNER.sign(ONE))
    good = call("import", "feed.stix2", "--public-key", "feed.pub")
    write("feed.stix2", TWO)
    forged = call("import", "feed.stix2", "--public-key", SIGNER.public_key)

    assert (6, 0, 6) == (missing.returncode, good.returncode, forged.returncode)
    assert "signature valid" in call("list").stdout


@pytest.mark.parametrize(
    "words",
    [
        ("import",),
        ("import", "none.txt"),
        ("import", "a.txt", "b.txt", "--id", "x"),
        ("import", "a.txt", "--id", "../x"),
        ("import", "a.txt", "--public-key", "RWx"),
        ("import", "a.txt", "--public-key", "x" * 5000),
        ("import", "a.txt", "--kind", "x"),
        ("import", "https://feeds.example.org/x.stix2"),
        ("update",),
        ("update", "--sources", "none.toml"),
        ("show", "x"),
    ],
)
def test_usage(call, write, words):
    write("a.txt", b"a.example.com\n")
    write("b.txt", b"b.example.com\n")
    done = call(*words)

    assert 2 == done.returncode
    assert "Traceback" not in done.stderr


def test_a_damaged_store_is_status_6(call, write, tmp_path):
    call("import", write("feed.stix2", ONE))
    (tmp_path / "home" / "indicators" / "feeds.json").write_bytes(b"x")
    done = call("list")

    assert 6 == done.returncode
    assert "list of imported feeds: damaged" in done.stderr


# --- update -------------------------------------------------------------------------------------


def test_update(call, write):
    with serving() as server:
        server.give("/feed.stix2", ONE)
        write(
            "sources.toml",
            f'[[source]]\nid = "feed"\nurl = "{server.url("/feed.stix2")}"\n'.encode(),
        )
        words = ("update", "--sources", "sources.toml")
        new, again = call(*words), call(*words, "--json")
        offline = call(*words, "--offline")
        server.give("/feed.stix2", b"{")
        refused = call(*words)
        server.answers.clear()
        gone = call(*words, "feed")

    assert (0, "feed: imported (1 indicators)\n") == (new.returncode, new.stderr)
    assert ["unchanged"] == [each["state"] for each in json.loads(again.stdout)]
    assert (0, True) == (offline.returncode, "offline" in offline.stderr)
    assert (6, True) == (refused.returncode, "refused; what is there stays" in refused.stderr)
    assert (5, True) == (gone.returncode, "the server answers 404" in gone.stderr)


def test_the_usual_file_of_sources(call, write, tmp_path):
    write("own.txt", b"own.example.com\n")
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "indicators.toml").write_text(
        f'[[source]]\nid = "own"\npath = "{tmp_path / "own.txt"}"\n'
    )

    assert 0 == call("update").returncode
    assert 2 == call("update", "other").returncode


def test_a_wrong_file_of_sources_is_status_6(call, write):
    write("sources.toml", b'[[source]]\nid = "A"\nurl = "x"\n')
    done = call("update", "--sources", "sources.toml")

    assert 6 == done.returncode
    assert "sources.toml: line 2, source 1.id: not an id\n" in done.stderr
    assert "sources.toml: line 3, source 1.url: " in done.stderr


def test_update_names_all_that_is_wrong_with_a_feed(call, write, tmp_path):
    (tmp_path / "all").mkdir()
    write("all/a.json", b"{")
    write("all/b.json", b"{")
    write("sources.toml", b'[[source]]\nid = "feed"\npath = "all"\n')
    checked, done = call("check", "all"), call("update", "--sources", "sources.toml")
    wrong = [line for line in checked.stderr.splitlines() if line.startswith("scanner: ")]

    assert (6, 6) == (checked.returncode, done.returncode)
    assert len(wrong) > 1
    assert all(line.partition("/")[2] in done.stderr for line in wrong)


# --- start-up -----------------------------------------------------------------------------------


def test_the_command_line_loads_no_feeds_until_they_are_asked_for():
    script = (
        "import sys, scanner.cli;"
        "print([n for n in sys.modules if n.startswith(('scanner.pipeline', 'scanner.detect'))])"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )

    assert ("[]\n", "") == (run.stdout, run.stderr)
