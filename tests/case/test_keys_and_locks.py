from __future__ import annotations

import hmac
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from scanner.case import device_key, device_lock, installation_key, pseudonym
from scanner.errors import CaseError, DeviceBusy, UsageError

ROOT = str(Path(__file__).parents[2])


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SCANNER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))


def python(code: str, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        (sys.executable, "-c", f"import sys; sys.path.insert(0, {ROOT!r})\n{code}", *words),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_several_at_once_make_one_key(tmp_path: Path) -> None:
    code = "from scanner.case import installation_key; print(installation_key().hex())"
    processes = [python(code) for _ in range(3)]
    with ThreadPoolExecutor(16) as threads:
        keys = set(threads.map(lambda _: installation_key().hex(), range(64)))
    keys |= {process.communicate()[0].strip() for process in processes}

    assert 1 == len(keys)
    assert [tmp_path / "home/installation.key"] == list((tmp_path / "home").iterdir())
    assert 0o600 == (tmp_path / "home/installation.key").stat().st_mode & 0o777


def test_the_key_lies_where_the_platform_keeps_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SCANNER_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("APPDATA", str(tmp_path))

    key = installation_key()

    assert [key] == [path.read_bytes() for path in tmp_path.rglob("installation.key")]


def test_a_damaged_key_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home/installation.key").write_bytes(b"short")

    with pytest.raises(CaseError, match="32 bytes expected, 5 found") as raised:
        installation_key()
    assert raised.value.remedy


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "home").write_bytes(b"")

    with pytest.raises(CaseError, match="cannot be written"):
        installation_key()


def test_pseudonyms() -> None:
    key = hmac.new(bytes(32), b"serial", "sha256").digest()
    own = hmac.new(key, b"D\0serial", "sha256").hexdigest()[:16]

    assert key == device_key(bytes(32), "serial")
    assert own == pseudonym(key, "D", "serial")
    others = {
        pseudonym(key, "N", "serial"),
        pseudonym(key, "D", "serial2"),
        pseudonym(device_key(bytes(32), "other"), "D", "serial"),
        pseudonym(device_key(b"1" * 32, "serial"), "D", "serial"),
        pseudonym(key, "D", "\udcff"),
    }
    assert 5 == len(others - {own})


def test_one_scan_of_a_device_at_a_time() -> None:
    with device_lock("serial"):
        with pytest.raises(DeviceBusy) as raised, device_lock("serial"):
            pass
        with device_lock("another"):
            pass
    with device_lock("serial"):
        pass

    assert raised.value.remedy


def test_threads_exclude_each_other() -> None:
    outcomes: list[str] = []
    all_tried = threading.Barrier(2)

    def scan() -> None:
        try:
            with device_lock("serial"):
                outcomes.append("held")
                all_tried.wait(10)
        except DeviceBusy:
            outcomes.append("busy")
            all_tried.wait(10)

    threads = [threading.Thread(target=scan) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert ["busy", "held"] == sorted(outcomes)


def test_a_lock_dies_with_its_process() -> None:
    holder = python(
        "from scanner.case import device_lock\n"
        "with device_lock('serial'): print('held', flush=True); sys.stdin.read()"
    )
    assert holder.stdout is not None
    assert "held\n" == holder.stdout.readline()

    with pytest.raises(DeviceBusy), device_lock("serial"):
        pass
    holder.kill()
    holder.communicate()
    with device_lock("serial"):
        pass


def test_a_folder_that_others_may_write_to_holds_no_lock(tmp_path: Path) -> None:
    (tmp_path / "run/scanner").mkdir(parents=True)
    (tmp_path / "run/scanner").chmod(0o777)

    with pytest.raises(UsageError, match="others may write") as raised, device_lock("serial"):
        pass
    assert "XDG_RUNTIME_DIR" in raised.value.remedy


def test_without_a_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    code = (
        "from scanner.case import device_lock\n"
        "try:\n with device_lock('serial'): print('held')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )

    assert "held\n" == python(code).communicate()[0]
    (folder,) = tmp_path.glob("scanner-*")
    assert 0o700 == folder.stat().st_mode & 0o777

    folder.rename(tmp_path / "moved")
    folder.symlink_to(tmp_path / "moved")
    assert f"UsageError {folder}: is no folder\n" == python(code).communicate()[0]
