"""Rule packs that somebody made to stop, to fill or to fool the scanner.

A pack that is wrong is refused whole, with status 6 and before anything is connected: the phone of
these tests is a socket that counts. What is bounded in time is bounded by the time-out of the
process.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import Struct

from tests.command import run_scanner
from tests.detect.rule_files import base, correlation_data, rule_data, write
from tests.hostile.conftest import SECRET

SECONDS = 60
MiB = 1024 * 1024
INVALID = 6
BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


class Ran(Struct, frozen=True):
    """What a command said."""

    status: int
    said: str


Run = Callable[..., Ran]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run the command in a folder of its own."""

    def call(*words: str | Path) -> Ran:
        environment = {**os.environ, "NO_COLOR": "1", "XDG_CONFIG_HOME": str(tmp_path / "home")}
        done = run_scanner(words, cwd=tmp_path, env=environment, timeout=SECONDS)
        said = (done.stdout + done.stderr).decode()
        assert "Traceback" not in said
        assert SECRET not in said
        return Ran(done.returncode, said)

    return call


@pytest.fixture
def phone() -> Iterator[socket.socket]:
    """A place where a phone could be; nobody has to come."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.fixture
def refused(run: Run, phone: socket.socket, tmp_path: Path) -> Callable[[Path, str], None]:
    """Hold that a pack is refused by a check and by a scan, in the same words."""

    def call(pack: Path, words: str) -> None:
        target = f"android:127.0.0.1:{phone.getsockname()[1]}"
        checked = run("rules", "check", pack)
        scanned = run("scan", target, "--rules", pack, "-o", "case")

        assert (INVALID, INVALID) == (checked.status, scanned.status)
        assert words in checked.said
        assert words in scanned.said
        assert not (tmp_path / "case").exists()
        with pytest.raises(BlockingIOError):
            phone.accept()

    return call


def sized(path: Path, size: int) -> Path:
    """Write a file of a size, without writing it."""
    with path.open("wb") as stream:
        stream.truncate(size)
    return path


def cyclic() -> str:
    """Return correlations of which each waits for the other."""
    made = [
        base("one", "app", {"package": "com.example.a"}),
        *(
            correlation_data(
                {"type": "temporal", "rules": ["one", other], "group-by": ["user"]}, name=name
            )
            for name, other in (("first", "second"), ("second", "first"))
        ),
    ]
    return "\n---\n".join(json.dumps(each) for each in made)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BOMB, "an alias"),
        ("a: &a\n  <<: *a\n", "an alias"),
        ("a: !!python/object/apply:os.system ['true']\n", "tag"),
        ("a: " + "[" * 100_000, "deeper than"),
        ("a: " + "{a: " * 50_000, "deeper than"),
        ("- " * 100_000 + "a", "deeper than"),
        ("a: [" + "x," * 30_000 + "]", "more than 20000 values"),
        ("---\na: b\n" * 1000, "documents"),
        ("a: b\na: c\n", "twice"),
        ("title: " + "x" * (300 * 1024), "larger than"),
        ("\ufffe: b\n", "no YAML"),
        (b"\xff\xfe\x00a", "no UTF-8"),
        ("a\0b: c\n", "no YAML"),
        ("", "a map expected"),
    ],
    ids=lambda value: value[:12] if isinstance(value, str) else "bytes",
)
def test_a_file_that_is_no_rule(text: str | bytes, words: str, refused, tmp_path: Path):
    refused(write(tmp_path / "pack", text).parent, words)


def test_a_file_of_a_hundred_megabytes(refused, tmp_path: Path):
    refused(sized(tmp_path / "large.yml", 100 * MiB), "larger than")


def test_more_files_than_a_pack_may_have(refused, tmp_path: Path):
    folder = tmp_path / "pack"
    folder.mkdir()
    for number in range(5001):
        (folder / f"{number}.yml").touch()

    refused(folder, "more than 5000 files")


def test_two_rules_of_one_id(refused, tmp_path: Path):
    first = rule_data()
    write(tmp_path / "pack", first, "a.yml")
    write(tmp_path / "pack", rule_data(id=first["id"], title="Another"), "b.yml")

    refused(tmp_path / "pack", "the id is that of")


def test_one_wrong_file_refuses_the_whole_pack(refused, tmp_path: Path):
    write(tmp_path / "pack", rule_data(), "right.yml")
    write(tmp_path / "pack", BOMB, "wrong.yml")

    refused(tmp_path / "pack", "wrong.yml")


def test_correlations_that_wait_for_each_other(run: Run, tmp_path: Path):
    pack = write(tmp_path / "pack", cyclic()).parent

    assert INVALID == run("rules", "check", pack).status


@pytest.mark.parametrize("kind", ["pipe", "link to itself", "empty folder", "link to nothing"])
def test_what_is_no_file(kind: str, refused, tmp_path: Path):
    folder = tmp_path / "pack"
    folder.mkdir()
    words = "no rule files there"
    match kind:
        case "pipe":
            os.mkfifo(folder / "rule.yml")
        case "link to itself":
            (folder / "rule.yml").symlink_to("rule.yml")
            words = "cannot be read"
        case "link to nothing":
            (folder / "rule.yml").symlink_to("nowhere")
            words = "cannot be read"
        case _:
            pass

    refused(folder, words)


def test_folders_that_lead_back_to_themselves(run: Run, tmp_path: Path):
    folder = tmp_path / "pack"
    write(folder / "below", rule_data())
    (folder / "up").symlink_to("..")
    (folder / "below" / "self").symlink_to(".")
    os.mkfifo(folder / "pipe.yml")
    ran = run("rules", "check", folder, "--json")

    assert 1 == json.loads(ran.said)["rules"]


def test_a_link_to_a_file_of_somebody_else_quotes_nothing_of_it(
    refused, tmp_path: Path, secret: Path
):
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "rule.yml").symlink_to(secret)

    refused(folder, "rule.yml")


@pytest.mark.parametrize(
    ("pattern", "match"),
    [
        ("^(a+)+$", "aaa"),
        ("^(a|aa)*b$", "aab"),
        ("(.*.*)*x!y", "x!y"),
        ("(?:a?){30}a{30}b", "a" * 30 + "b"),
        ("^(([a-z])+.)+[A-Z]([a-z])+#$", "a.Ab#"),
    ],
)
def test_patterns_made_to_hang_do_not(pattern: str, match: str, run: Run, tmp_path: Path):
    """Of a thousand letters, to which they nearly fit, an engine that tries again has no end."""
    selection = {"selection": {"package|re": pattern}, "condition": "selection"}
    tests = {"match": [{"package": match}], "no_match": [{"package": "a" * 1000 + "!"}]}
    path = write(tmp_path / "pack", rule_data(detection=selection, tests=tests))
    ran = run("rules", "test", path)

    assert 0 == ran.status, ran.said


def test_patterns_that_would_need_much_memory_are_refused(run: Run, tmp_path: Path):
    selection = {"selection": {"package|re": "((((a{1,99}){1,99}){1,99}){1,99})"}}
    path = write(tmp_path / "pack", rule_data(detection=selection | {"condition": "selection"}))
    ran = run("rules", "check", path)

    assert INVALID == ran.status
    assert "rule.yml" in ran.said
