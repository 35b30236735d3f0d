"""The fingerprints of this computer's adb keys."""

import base64
import hashlib

import pytest

from scanner.formats.adb_key import fingerprint
from scanner.sources.android.keys import host_keys


def test_the_keys_of_a_user(adb_server, tmp_path, monkeypatch):
    key = adb_server.keys.read_bytes()
    home, sdk, vendor = (tmp_path / name for name in ("home", "sdk", "vendor"))
    for folder, name in ((home / ".android", "adbkey.pub"), (vendor, "x.adb_key.pub")):
        folder.mkdir(parents=True)
        (folder / name).write_bytes(key)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("ANDROID_USER_HOME", raising=False)
    monkeypatch.setenv("ANDROID_SDK_HOME", str(sdk))
    monkeypatch.setenv("ADB_VENDOR_KEYS", f"{vendor}:{tmp_path}/none:")

    (found,) = host_keys()

    assert fingerprint(key.decode()) == found
    assert 47 == len(found)


def test_a_user_without_keys(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("ANDROID_USER_HOME", "ANDROID_SDK_HOME", "ADB_VENDOR_KEYS"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / ".android").mkdir()
    (tmp_path / ".android" / "adbkey.pub").write_bytes(b"\xff no key \x00")

    assert () == host_keys()


def test_a_fingerprint_is_the_md5_of_the_decoded_key():
    key = b"\x40\0\0\0" + bytes(range(256)) * 2 + b"\0" * 8
    line = base64.b64encode(key).decode() + " someone@somewhere"

    assert hashlib.md5(key).hexdigest().upper() == fingerprint(line).replace(":", "")


@pytest.mark.parametrize("line", ["", " ", "AAA", "no key!", "AAAA", "é" * 9, "A" * 1_000_000])
def test_what_is_no_key_has_no_fingerprint(line):
    assert fingerprint(line) is None
