"""The command `scanner` as a process of its own that has imported and compiled everything already.

A server process does that once; each run is a fork of it, with its own environment, folder, input
and output. What a process does before its first line of ours is tested where it is started anew.
"""

from __future__ import annotations

import io
import os
import runpy
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from multiprocessing import forkserver, get_context
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])
_SERVED = get_context("forkserver")


def run_scanner(
    words: tuple[object, ...], *, cwd: Path, env: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[bytes]:
    """Run `python -m scanner WORDS...`; subprocess.TimeoutExpired where it takes longer."""
    argv = [os.fspath(word) if isinstance(word, os.PathLike) else str(word) for word in words]
    _serve()
    with tempfile.TemporaryDirectory() as said:
        output, errors = Path(said, "output"), Path(said, "errors")
        files = (str(output), str(errors))
        process = _SERVED.Process(target=_run, args=(argv, str(cwd), dict(env), *files))
        process.start()
        process.join(timeout)
        if process.exitcode is None:
            process.kill()
            process.join()
            raise subprocess.TimeoutExpired(argv, timeout)
        status = process.exitcode
        process.close()
        return subprocess.CompletedProcess(argv, status, output.read_bytes(), errors.read_bytes())


def run_scanner_text(
    words: tuple[object, ...], *, cwd: Path, env: Mapping[str, str], timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run it as `run_scanner` does; what it says as text, each end of a line one character."""
    ran = run_scanner(words, cwd=cwd, env=env, timeout=timeout)
    said, told = (io.TextIOWrapper(io.BytesIO(each)).read() for each in (ran.stdout, ran.stderr))
    return subprocess.CompletedProcess(ran.args, ran.returncode, said, told)


def _serve() -> None:
    """Start the server, unless it runs: it has to find this package."""
    forkserver.set_forkserver_preload(["tests.preloaded"])
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_ROOT, before)))
    try:
        forkserver.ensure_running()
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


def _run(argv: list[str], cwd: str, env: dict[str, str], output: str, errors: str) -> None:
    """Be the command; the status is that of SystemExit."""
    for number, path in ((1, output), (2, errors)):
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.dup2(file, number)
        os.close(file)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = io.TextIOWrapper(io.FileIO(0, closefd=False))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    os.chdir(cwd)
    sys.argv = ["scanner", *argv]
    runpy.run_module("scanner", run_name="__main__", alter_sys=True)
