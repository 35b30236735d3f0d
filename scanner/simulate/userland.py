"""What runs the commands of a simulated phone.

`chroot` is a folder with Debian's mksh as /system/bin/sh (Android's shell is mksh) and toybox,
entered as user and group 2000, Android's own `shell`; files keep their owners of the host. It needs
Linux, root, mksh, toybox and coreutils. `host` is the host's /bin/sh as the user who started the
simulation, with the recorded programs first on PATH: absolute paths are the host's there, and only
sync sees the phone's file tree.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

from scanner.errors import UsageError
from scanner.simulate import shims
from scanner.simulate.faults import Faults
from scanner.simulate.phone import Argv, Phone

ShellKind = Literal["auto", "chroot", "host"]
SHELL_ID = 2000  # AID_SHELL of android_filesystem_config.h
_GROUPS = "2000,1004,1007,1011,1015,1028,3001,3002,3003,3006,3009"  # what adbd gives a shell
_NEEDED = ("chroot", "ldd", "mksh", "toybox")
_TOYBOX_LACKS = ("dd", "diff", "expr", "tr")  # Debian's build, unlike Android's
_SEARCH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
_RECORDED = ".recorded"
_LARGE = 1024 * 1024  # bytes


class Userland:
    """The programs and files of one simulated phone; `remove` deletes them."""

    def __init__(self, phone: Phone, faults: Faults, kind: ShellKind = "auto") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="scanner-phone-")
        self.root = Path(self._folder.name) / "root"
        self._replies = shims.replies(phone, faults)
        try:
            self.kind = _choose(kind, faults, Path(self._folder.name))
            self._build(phone, faults)
        except (OSError, shutil.Error, subprocess.CalledProcessError) as error:
            self.remove()
            raise UsageError(f"the simulated phone cannot be built: {error}") from error
        except UsageError:
            self.remove()
            raise

    def argv(self, command: str) -> list[str]:
        """The host's command that runs one of the phone's; an empty one is a shell for stdin."""
        self._tick()
        words = ["-c", command] if command else []
        if self.kind == "host":
            return [_tool("sh"), *words]
        ids = (f"--userspec={SHELL_ID}:{SHELL_ID}", f"--groups={_GROUPS}")
        return [_tool("chroot"), *ids, str(self.root), "/system/bin/sh", *words]

    def ran(self) -> tuple[Argv, ...]:
        """Recorded commands that were answered, in order."""
        numbers = (self._recorded / "ran").read_text().split()
        return tuple(self._replies[int(number)].argv for number in numbers)

    def lock(self) -> None:
        """Let `dumpsys window` say that the keyguard is showing."""
        for reply in self._replies:
            if reply.argv[:2] == ("dumpsys", "window"):
                output = self._recorded / f"{reply.number}.out"
                locked = output.read_bytes().replace(b"showing=false", b"showing=true")
                output.with_suffix(".new").write_bytes(locked)
                output.with_suffix(".new").replace(output)

    def remove(self) -> None:
        self._folder.cleanup()

    def _build(self, phone: Phone, faults: Faults) -> None:
        self.root.mkdir()
        self.root.chmod(0o755)
        applets: frozenset[str] = frozenset()
        if self.kind == "chroot":
            applets = _populate(self.root)
        self.tree = self.root
        if self.kind == "host":
            self._host_tree(phone)
        elif phone.files.is_dir():
            shutil.copytree(
                phone.files, self.root, symlinks=True, dirs_exist_ok=True, copy_function=_bring
            )
        self._ticks = self.kind == "chroot" and not (phone.files / "proc/uptime").exists()
        self._recorded = self.root / _RECORDED
        self._record()
        self._programs(faults, applets)

    def _host_tree(self, phone: Phone) -> None:
        self.tree = phone.files if phone.files.is_dir() else self.root / "empty"
        (self.root / "empty").mkdir()

    def _record(self) -> None:
        self._recorded.mkdir(mode=0o755)
        if self.kind == "chroot":
            shutil.copy(
                _tool("cat"), self._recorded / "cat"
            )  # toybox' own takes four times as long
        (self._recorded / "ran").touch()
        (self._recorded / "ran").chmod(0o666)
        (self._recorded / "properties").touch()
        if any(reply.flood is not None for reply in self._replies):
            (self._recorded / "flood").write_bytes(
                b"flood, flood, flood, line\r\n".ljust(64, b".") * 16384
            )
        for reply in self._replies:
            output = self._recorded / f"{reply.number}.out"
            output.write_bytes(reply.content())
            output.with_suffix(".err").write_text(reply.stderr, "utf-8", "surrogateescape")
            if reply.argv == ("getprop",):
                script = shims.properties(reply.content())
                (self._recorded / "properties").write_text(script, "utf-8", "surrogateescape")

    def _programs(self, faults: Faults, applets: frozenset[str]) -> None:
        chroot = self.kind == "chroot"
        folder = self.root / "system/bin" if chroot else self.root / "bin"
        folder.mkdir(parents=True, exist_ok=True)
        dialect = shims.Dialect(
            shell="/system/bin/sh" if chroot else _tool("sh"),
            folder=f"/{_RECORDED}" if chroot else str(self._recorded),
            cat=f"/{_RECORDED}/cat" if chroot else _tool("cat"),
            say='print -r -- "$1"' if chroot else "printf '%s\\n' \"$1\"",
        )
        for program in {*shims.ANDROID, *(reply.argv[0] for reply in self._replies)}:
            real = f"/system/bin/toybox {program}" if program in applets else None
            if not chroot and program not in shims.ANDROID:
                real = shutil.which(program)
            text = shims.script(program, self._replies, dialect, real)
            _write_program(folder / program, text)
        self.environment = self._environment(folder, faults.clock_offset)
        if faults.clock_offset and not chroot:
            _write_program(folder / "date", _late_date(dialect, faults.clock_offset))
        for program in faults.absent:
            (folder / program).unlink(missing_ok=True)
            if not chroot and shutil.which(program, path=self.environment["PATH"]):
                raise UsageError(f"{program} cannot be hidden from the host's shell")

    def _environment(self, folder: Path, offset: float) -> dict[str, str]:
        if self.kind == "host":
            return {**os.environ, "PATH": f"{folder}:{_SEARCH}"}
        found = {
            "PATH": "/system/bin:/system/xbin:/vendor/bin",
            "HOME": "/",
            "ANDROID_ROOT": "/system",
            "ANDROID_DATA": "/data",
            "TMPDIR": "/data/local/tmp",
        }
        library = _faketime()
        if offset and library:
            # mksh reads the clock itself, for $EPOCHREALTIME: another `date` would not do.
            found |= {
                "LD_PRELOAD": _copy_in(self.root, library),
                "FAKETIME": f"{offset:+f}",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
                "NO_FAKE_STAT": "1",
            }
        return found

    def _tick(self) -> None:
        if self._ticks:
            seconds = time.clock_gettime(time.CLOCK_BOOTTIME)
            uptime = self.root / "proc/uptime.new"
            uptime.write_text(f"{seconds:.2f} {seconds:.2f}\n")
            uptime.replace(self.root / "proc/uptime")


def shells() -> tuple[ShellKind, ...]:
    """Return the kinds of shell that a phone can have on this host."""
    with tempfile.TemporaryDirectory(prefix="scanner-phone-") as folder:
        return ("host",) if _missing(Faults(), Path(folder)) else ("host", "chroot")


def _choose(kind: ShellKind, faults: Faults, folder: Path) -> Literal["chroot", "host"]:
    if kind == "host":
        return "host"
    missing = _missing(faults, folder)
    if not missing:
        return "chroot"
    if kind == "chroot":
        raise UsageError(f"no chroot for the simulated phone: {missing}", remedy="Use shell=host.")
    return "host"


def _missing(faults: Faults, folder: Path) -> str:
    """Say what a chroot lacks here; nothing where it lacks nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "it needs Linux and root"
    for program in _NEEDED:
        if shutil.which(program, path=_SEARCH) is None:
            return f"{program} is not installed"
    if faults.clock_offset and _faketime() is None:
        return "another clock needs libfaketime"
    try:
        _device(folder / "null", 1, 3)
    except OSError:
        return "no device files can be made here"
    return ""


def _populate(root: Path) -> frozenset[str]:
    """Fill a root with the shell and its tools; return the names of toybox' applets."""
    for name in ("system/bin", "system/xbin", "dev/shm", "proc", "data/local/tmp"):
        (root / name).mkdir(parents=True)
    (root / "dev/shm").chmod(0o1777)
    os.chown(root / "data/local/tmp", SHELL_ID, SHELL_ID)
    tools = {"sh": _tool("mksh"), "toybox": _tool("toybox")}
    for name in _TOYBOX_LACKS:
        if found := shutil.which(name, path=_SEARCH):
            tools[name] = found
    for name, tool in tools.items():
        shutil.copy(tool, root / "system/bin" / name)
    for library in _libraries(*tools.values()):
        _copy_in(root, Path(library))
    (root / "etc").mkdir()
    (root / "etc/passwd").write_text(f"shell:x:{SHELL_ID}:{SHELL_ID}::/:/system/bin/sh\n")
    (root / "etc/group").write_text(f"shell:x:{SHELL_ID}:\n")
    for name, major, minor in (("null", 1, 3), ("zero", 1, 5), ("urandom", 1, 9)):
        _device(root / "dev" / name, major, minor)
    listed = subprocess.run([_tool("toybox")], capture_output=True, check=True, text=True)
    applets = frozenset(listed.stdout.split())
    for applet in applets - tools.keys():
        (root / "system/bin" / applet).symlink_to("toybox")
    return applets


def _bring(source: str, target: str) -> None:
    """Copy a file of the phone; a large one, as apps are, becomes a second name of the first."""
    if Path(source).stat().st_size >= _LARGE:
        with contextlib.suppress(OSError):  # another disk, or one without links
            os.link(source, target)
            return
    shutil.copy2(source, target)


def _libraries(*programs: str) -> frozenset[str]:
    listed = subprocess.run([_tool("ldd"), *programs], capture_output=True, check=True, text=True)
    return frozenset(re.findall(r"(/\S+) \(0x", listed.stdout))


def _copy_in(root: Path, library: Path) -> str:
    inside = root / library.relative_to("/")
    inside.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(library, inside)
    return str(library)


def _device(path: Path, major: int, minor: int) -> None:
    os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(major, minor))
    path.chmod(0o666)
    path.open("rb").close()  # a file system may hold device files and refuse to open them


def _write_program(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    path.write_text(text, "utf-8", "surrogateescape")
    path.chmod(0o755)


def _late_date(dialect: shims.Dialect, offset: float) -> str:
    date, seconds = _tool("date"), round(offset)
    if sys.platform == "darwin":
        shifted = f"-r $(($({date} +%s) + {seconds}))"
    else:
        shifted = f'-d "@$((${{now%.*}} + {seconds})).${{now#*.}}"'
    return f'#!{dialect.shell}\nnow=$({date} +%s.%N)\nexec {date} {shifted} "$@"\n'


def _faketime() -> Path | None:
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    return found[0] if found else None


def _tool(name: str) -> str:
    path = shutil.which(name, path=_SEARCH)
    if path is None:
        raise UsageError(f"{name} is not installed")
    return path
