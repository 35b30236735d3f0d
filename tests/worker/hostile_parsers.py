"""Parsers that do what a file under an attacker's control may make a parser do."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from scanner.errors import NotAvailable, ParseError
from scanner.model.entities import Otherwise, Property
from scanner.model.entities.system import AdbKey
from scanner.model.evidence import EvidenceFile

SECRET = "content-of-a-message"


def lines(file: EvidenceFile) -> Iterator[Property]:
    for line in file.lines():
        yield Property(name=line)


def about(file: EvidenceFile) -> Iterator[Property]:
    yield Property(name=f"{file.id} {file.request} {file.exit_code}", value=file.errors())


def unset_none_value(_: EvidenceFile) -> Iterator[Any]:
    yield AdbKey(fingerprint="AA")
    yield AdbKey(fingerprint="AA", last_connected_at=None, examiner=True)
    yield Otherwise(entity="app", user=None, field="installer")


def tries(file: EvidenceFile) -> Iterator[Property]:
    """State of each act of an attacker what came of it."""
    folder = file.path.parent  # type: ignore[attr-defined]
    acts = {
        "read the password file": lambda: Path("/etc/passwd").read_text(),
        "list the home folder": lambda: list(Path("~").expanduser().iterdir()),
        "list the root": lambda: list(Path("/").iterdir()),
        "write beside the evidence": lambda: (folder / "new").write_bytes(b"x"),
        "change the evidence": lambda: file.path.write_bytes(b"x"),  # type: ignore[attr-defined]
        "remove the evidence": file.path.unlink,  # type: ignore[attr-defined]
        "write to a temporary file": lambda: Path("/tmp/worker-test").write_bytes(b"x"),
        "connect by TCP": lambda: socket.create_connection(("127.0.0.1", 5037), 1),
        "send by UDP": lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"x", ("127.1", 9)),
        "connect to a local service": lambda: socket.socket(socket.AF_UNIX).connect("/run/x"),
        "start a program": lambda: subprocess.run(("/bin/true",), check=True),
        "stop the parent": lambda: os.kill(os.getppid(), signal.SIGTERM),
        "look into the parent": lambda: Path(f"/proc/{os.getppid()}/environ").read_bytes(),
        "trace the parent": lambda: traced(os.getppid()),
    }
    for name, act in acts.items():
        try:
            act()
            yield Property(name=name, value="done")
        except OSError:
            yield Property(name=name, value="refused")


def traced(process: int) -> None:
    if ctypes.CDLL(None, use_errno=True).ptrace(16, process, 0, 0):
        raise OSError(ctypes.get_errno(), "ptrace")


def surroundings(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="environment", value=" ".join(sorted(os.environ.keys() - {"LC_CTYPE"})))
    yield Property(name="folder", value=str(Path.cwd()))
    opened = [number for number in range(64) if is_open(number)]
    yield Property(name="descriptors", value=str(len(opened)))


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def later_import(_: EvidenceFile) -> Iterator[Property]:
    lzma, sqlite3 = import_module("lzma"), import_module("sqlite3")

    yield Property(name=str(sqlite3.connect(":memory:").execute("select 1").fetchone()[0]))
    yield Property(name=lzma.decompress(lzma.compress(b"a")).decode())


def messages(file: EvidenceFile) -> Iterator[Property]:
    with file.sqlite() as database:
        for (text,) in database.execute("select text from message"):
            yield Property(name=text)


def endless(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="first")
    time.sleep(0.1)
    while True:
        pass


def starts_another_and_hangs(_: EvidenceFile) -> Iterator[Property]:
    child = os.fork()
    if child == 0:
        time.sleep(60)
    yield Property(name=str(child))
    time.sleep(60)


def memory_bomb(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name=str(len(bytearray(2**31))))


def quiet_memory_bomb(_: EvidenceFile) -> Iterator[Property]:
    held = []
    while True:
        held.append(bytearray(2**24))
        yield Property(name="more")


def dies(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="last words")
    os._exit(0)


def crashes(_: EvidenceFile) -> Iterator[Property]:
    ctypes.string_at(0)
    yield Property(name="alive")


def flood(_: EvidenceFile) -> Iterator[Property]:
    while True:
        yield Property(name="x" * 1000)


def one_huge(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="x" * 2**25)


def many(_: EvidenceFile) -> Iterator[Property]:
    for number in range(100_000):
        yield Property(name=str(number), value="x" * 200)


def slow(_: EvidenceFile) -> Iterator[Property]:
    for number in range(5):
        yield Property(name=str(number))
        time.sleep(0.05)


def prints(_: EvidenceFile) -> Iterator[Property]:
    print(SECRET, flush=True)
    print(SECRET, file=sys.stderr, flush=True)
    os.write(1, b"\0\0\0\1x")
    yield Property(name="unharmed")


def no_statements(_: EvidenceFile) -> Iterator[Any]:
    yield {"type": SECRET}


def garbage(_: EvidenceFile) -> Iterator[Any]:
    for number in range(3, 64):
        if is_open(number):
            try:
                os.write(number, b"\0\0\0\5" + SECRET.encode())
            except OSError:
                continue
    yield Property(name="x")


def huge_length(_: EvidenceFile) -> Iterator[Any]:
    for number in range(3, 64):
        if is_open(number):
            try:
                os.write(number, b"\xff\xff\xff\xff")
            except OSError:
                continue
    time.sleep(60)
    yield


def misreads(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="before")
    raise ParseError("a name expected", line=7)


def has_nothing(_: EvidenceFile) -> Iterator[Property]:
    raise NotAvailable("no_permission", "the user may not be read")
    yield


def has_a_defect(_: EvidenceFile) -> Iterator[Property]:
    yield Property(name="before")
    raise KeyError(SECRET)


def recursion(file: EvidenceFile) -> Iterator[Property]:
    yield from recursion(file)
