"""Encrypted backups: decrypting all of one, beside iphone-backup-decrypt and MVT, and a quick scan.

Nothing here is asserted: figures depend on the machine. The backup is synthetic: a film, twenty
pictures and 6,000 small files, 203 MiB. Ours reads all of it into memory and drops it, as rules of
bytes would; the others write what they decrypt, which is what they are made for. All take turns,
each in a process of its own. The key costs 1,000 rounds here, not ten million, on all sides.

iphone-backup-decrypt is found in the environment that SCANNER_BACKUP_PEER names or in .venv-backup;
what is not there is said.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from fixtures.building.ios_backup import Stored, build
from scanner.formats.container import RecordedFile
from scanner.formats.ios_backup import unlock
from scanner.model.content import UnlockWork
from scanner.model.evidence import Locator
from scanner.model.recording import BackupKeys, Part
from scanner.model.requests import BackupFile, Survey
from scanner.sources.recorded import survey

ROOT = Path(__file__).resolve().parents[1]
RUNS = 3
PASSWORD = "correct horse 4"  # noqa: S105
MiB = 1024 * 1024
FILES = 100_000  # of the backup that is looked at quickly
_PEER = """
import sys, time, json, resource
from iphone_backup_decrypt import EncryptedBackup
folder, password, output = sys.argv[1:]
began = time.perf_counter()
backup = EncryptedBackup(backup_directory=folder, passphrase=password)
backup.test_decryption()
opened = time.perf_counter()
backup.extract_files(relative_paths_like="%", output_folder=output)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps([opened - began, time.perf_counter() - opened, peak]))
"""


def main() -> None:
    """Print all figures."""
    if len(sys.argv) > 1:
        part = {"build": write, "many": write_many, "ours": ours}[sys.argv[1]]
        print(json.dumps(part(Path(sys.argv[2]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        decryption(Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        quick(Path(folder))


def decryption(folder: Path) -> None:
    """Decrypt all of a backup, ours and the others' in turn."""
    backup = folder / "backup"
    made("build", backup)
    size = sum(path.stat().st_size for path in backup.glob("??/*")) / MiB
    print(f"Encrypted backup of {size:.0f} MiB, {sum(1 for _ in backup.glob('??/*')):,} files")
    sides: dict[str, Callable[[], Sequence[float]]] = {
        "scanner, read": lambda: measured([sys.executable, __file__, "ours", str(backup)])
    }
    peer = _peer("SCANNER_BACKUP_PEER", "python")
    output = folder / "output"
    if peer:
        argv = [peer, "-c", _PEER, str(backup), PASSWORD, str(output)]
        sides["iphone-backup-decrypt, written"] = lambda: measured(argv, output)
    mvt = _peer("MVT_BIN", "mvt-ios")
    if mvt:
        words = ["decrypt-backup", "-p", PASSWORD, "-d", str(output), str(backup)]
        head = [mvt, "--disable-update-check", "--disable-indicator-update-check"]
        sides["mvt-ios decrypt-backup, written"] = lambda: timed([*head, *words], output)
    taken: dict[str, list[Sequence[float]]] = {name: [] for name in sides}
    for _ in range(RUNS):
        for name, run in sides.items():
            taken[name].append(run())
    mine = statistics.median(each[1] for each in taken["scanner, read"])
    for name, runs in taken.items():
        opening, seconds, peak = (statistics.median(each) for each in zip(*runs, strict=True))
        print(
            f"  {name:32} opened {opening:5.2f} s, {seconds:6.2f} s, {size / seconds:6.1f} MiB/s,"
            f" {peak:4.0f} MiB" + (f", ratio {seconds / mine:.1f}" if seconds != mine else "")
        )
    if not peer or not mvt:
        print("  not measured: a peer that is not installed; make bench installs MVT")
    print()


def ours(backup: Path) -> tuple[float, float, int]:
    """Unlock a backup and read every file of it; return two times, and the peak memory."""
    began = time.perf_counter()
    (keys,) = unlock(backup, UnlockWork(password=PASSWORD.encode()))
    assert isinstance(keys, BackupKeys)
    opened = time.perf_counter()
    request = BackupFile(name="x")
    listed = survey(RecordedFile(Survey(everything=True), backup, Locator(), keys=keys))
    for part in listed:
        if isinstance(part, Part) and part.locator.sealed:
            with RecordedFile(request, backup, part.locator, keys=keys).open() as stream:
                while stream.read(MiB):
                    pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return opened - began, time.perf_counter() - opened, peak


def quick(folder: Path) -> None:
    """Look quickly at an encrypted backup of many files, with the command and a real key."""
    backup = folder / "backup"
    made("many", backup)
    (folder / "password").write_text(PASSWORD)
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", _UNLOCK, str(backup)], check=True, cwd=ROOT)
    key = time.perf_counter() - began
    words = ["scan", str(backup), "-q", "--profile", "quick"]
    words += ["--password-file", str(folder / "password")]
    environment = os.environ | {"SCANNER_HOME": str(folder / "home")}
    for case in ("first", "second"):  # the first scan ever checks all rules, a second more
        began = time.perf_counter()
        ended = subprocess.run(
            [sys.executable, "-m", "scanner", *words, "-o", str(folder / case)],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            check=False,
        )
        whole = time.perf_counter() - began
    print(f"Quick scan of an encrypted backup of {FILES:,} files")
    print(f"  its key {key:.2f} s; all {whole:.2f} s, {whole - key:.2f} s more")
    if ended.returncode not in {0, 5, 10}:
        print(f"  it ended with {ended.returncode}: {ended.stderr.decode()[-300:]}")


_UNLOCK = f"""
import sys
from pathlib import Path
from scanner.formats.ios_backup import unlock
from scanner.model.content import UnlockWork
list(unlock(Path(sys.argv[1]), UnlockWork(password={PASSWORD.encode()!r})))
"""


def made(what: str, folder: Path) -> None:
    """Make a backup in a process of its own: what this one ever held counts for its children."""
    argv = [sys.executable, __file__, what, str(folder)]
    subprocess.run(argv, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


def write(folder: Path) -> None:
    """Make the backup that is decrypted."""
    build(folder, files(), password=PASSWORD)


def write_many(folder: Path) -> None:
    """Make a backup of many files, with a key that costs what an iPhone asks for."""
    small = (
        Stored(domain=f"AppDomain-com.example.app{number % 200}", path=f"Documents/{number}")
        for number in range(FILES)
    )
    build(folder, small, password=PASSWORD, iterations=10_000_000)


def files() -> Iterator[Stored]:
    """Yield a film, pictures and many small files, of bytes that nobody can foresee."""
    noise = os.urandom(64 * MiB)
    yield Stored(domain="MediaDomain", path="Media/DCIM/film.mov", data=noise)
    for number in range(20):
        data = noise[number * MiB : (number + 4) * MiB]
        path = f"Media/DCIM/100APPLE/IMG_{number:04}.HEIC"
        yield Stored(domain="CameraRollDomain", path=path, data=data)
    for number in range(6000):
        data = noise[number * 7 : number * 7 + 10 * 1024]
        path = f"Library/Preferences/f{number}.plist"
        yield Stored(domain=f"AppDomain-com.example.app{number % 50}", path=path, data=data)


def measured(argv: Sequence[str], output: Path | None = None) -> tuple[float, float, float]:
    """Run a program that prints its own two times and peak memory."""
    ended = subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT)
    if output is not None:
        shutil.rmtree(output, ignore_errors=True)
    if ended.returncode:
        raise SystemExit(f"{argv[0]} ended with {ended.returncode}: {ended.stderr[-500:]}")
    opening, seconds, peak = json.loads(ended.stdout.strip().splitlines()[-1])
    return opening, seconds, peak


def timed(argv: Sequence[str], output: Path) -> tuple[float, float, float]:
    """Run a command as a whole; its start and its key are part of it."""
    home = output.parent / "home"
    environment = os.environ | {"HOME": str(home), "MVT_NETWORK_ACCESS_ALLOWED": "False"}
    environment |= {"MVT_DATA_FOLDER": str(home / "data"), "MVT_CONFIG_FOLDER": str(home / "conf")}
    began = time.perf_counter()
    process = subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    if not (output / "Manifest.db").exists():
        raise SystemExit(f"{argv[0]} decrypted nothing, and ended with {process.returncode}")
    shutil.rmtree(output, ignore_errors=True)
    return 0.0, seconds, usage.ru_maxrss / 1024


def _peer(variable: str, program: str) -> str | None:
    named = os.environ.get(variable)
    own = {"SCANNER_BACKUP_PEER": ".venv-backup", "MVT_BIN": ".venv-mvt"}[variable]
    path = Path(named) if named else ROOT / own / "bin"
    path = path if path.is_file() else path / program
    return str(path) if path.exists() else None


if __name__ == "__main__":
    main()
