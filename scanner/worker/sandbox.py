"""The child's walls, raised by itself before it sees evidence; what a system lacks is left out.

Linux: no_new_privs; empty user, network and IPC namespaces; Landlock (linux/landlock.h: read-only
below a few folders, no program started, no TCP, no signal to the outside) and a seccomp filter
(linux/seccomp.h: no socket, no program, no look into other processes). POSIX: resource limits.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import platform
import stat
import struct
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from scanner.worker.protocol import SandboxLevel

if sys.platform != "win32":
    import resource

_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 22, 38
_NEW_IPC, _NEW_USER, _NEW_NET = 0x08000000, 0x10000000, 0x40000000
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446  # the same on every machine
_LANDLOCK_VERSIONS = ((13, 8), (14, 8), (15, 8), (15, 16), (16, 16), (16, 24))  # rights, bytes
_READ_FILE, _READ_FOLDER = 1 << 2, 1 << 3

# Of each machine: the name that the kernel gives it in a filter, and the numbers of socket,
# connect, execve, execveat, ptrace, kill, process_vm_readv, process_vm_writev, io_uring_setup.
_MACHINES: dict[str, tuple[int, tuple[int, ...]]] = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101, 62, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117, 129, 270, 271, 425)),
}


def enter(readable: Iterable[str]) -> SandboxLevel:
    """Give up what a parser does not need; return what was really achieved."""
    limited = _limit_resources()
    if not sys.platform.startswith("linux"):
        return "partial" if limited else "none"
    libc = ctypes.CDLL(None, use_errno=True)
    unshared = libc.unshare(_NEW_USER | _NEW_NET | _NEW_IPC) == 0
    unprivileged = libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
    files = unprivileged and _landlock(libc, [*_runtime(), *readable])
    calls = unprivileged and _seccomp(libc)
    if limited and files and calls:
        return "full"
    return "partial" if limited or files or calls or unshared else "none"


def limit_call(seconds: float, memory: int) -> None:
    """Bound one call; the processor time ends a child whose parent died, a living one kills it."""
    if sys.platform == "win32":
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    for kind, soft in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 5),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, resource.getrlimit(kind)[1]))


def _limit_resources() -> bool:
    if sys.platform == "win32":
        return False
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (
            resource.RLIMIT_FSIZE,
            0,
        ),  # the pipes are none of it; a standard output in a file would be
        (resource.RLIMIT_NOFILE, 64),
    ):
        try:
            resource.setrlimit(kind, (limit, limit))
        except (ValueError, OSError):
            return False
    return True


def _runtime() -> list[str]:
    """Return where Python, its packages, this package and shared libraries lie."""
    paths = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [str(Path(__file__).resolve().parents[1])]
    paths += [str(Path(sys.base_prefix) / "lib")]
    return [
        *paths,
        "/lib",
        "/lib64",
        "/usr/lib",
        "/usr/lib64",
        "/usr/local/lib",
        "/usr/share/zoneinfo",
    ]


def _landlock(libc: ctypes.CDLL, readable: Iterable[str]) -> bool:
    """Bar all of the file system but what is named; False where the kernel cannot."""
    version = libc.syscall(_LANDLOCK_CREATE, None, 0, 1)
    if version < 1:
        return False
    rights, size = _LANDLOCK_VERSIONS[min(version, len(_LANDLOCK_VERSIONS)) - 1]
    # The second number bars to bind and connect, the third abstract sockets and signals.
    attributes = struct.pack("=QQQ", (1 << rights) - 1, 3, 3)
    rules = libc.syscall(_LANDLOCK_CREATE, attributes, size, 0)
    if rules < 0:
        return False
    try:
        for path in readable:
            with contextlib.suppress(OSError):
                if not _allow(libc, rules, path):
                    return False
        return bool(libc.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(libc: ctypes.CDLL, rules: int, path: str) -> bool:
    place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        below = _READ_FOLDER if stat.S_ISDIR(os.fstat(place).st_mode) else 0
        rule = struct.pack("=Qi", _READ_FILE | below, place)
        return bool(libc.syscall(_LANDLOCK_ADD, rules, 1, rule, 0) == 0)
    finally:
        os.close(place)


class _Program(ctypes.Structure):
    """A struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def _seccomp(libc: ctypes.CDLL) -> bool:
    """Bar the calls that reach other processes or machines; False where the kernel cannot."""
    if platform.machine() not in _MACHINES:
        return False
    machine, numbers = _MACHINES[platform.machine()]
    load, equal, above, answer = 0x20, 0x15, 0x35, 0x06
    refuse = len(numbers) + 1  # instructions from the first comparison to the refusal
    steps = [
        (load, 0, 0, 4),  # the machine
        (equal, 0, refuse + 2, machine),
        (load, 0, 0, 0),  # the number of the call
        (above, refuse, 0, 0x40000000),  # the second set of numbers of x86_64
        *((equal, refuse - place, 0, number) for place, number in enumerate(numbers, start=1)),
        (answer, 0, 0, 0x7FFF0000),  # allow
        (answer, 0, 0, 0x00050001),  # fail with EPERM
    ]
    code = b"".join(struct.pack("=HBBI", *step) for step in steps)
    program = _Program(len(steps), code)
    return bool(libc.prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0) == 0)
