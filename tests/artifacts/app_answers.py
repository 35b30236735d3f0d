"""Files of apps that were made by us, as what the readings of app files read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fixtures.building.app import App, apk
from fixtures.building.code_signing import identity
from fixtures.building.dex import Class, Dex
from fixtures.building.ipa import bundle, ipa
from scanner.model.evidence import BytesFile
from scanner.model.requests import AppBytes
from tests.artifacts.ios.signed_apps import APP

APPS = Path(__file__).parents[2] / "fixtures" / "apps"
CALLED = "android.telephony.SmsManager.sendTextMessage"
_ANDROID = ("signed/rich.apk", "signed/split.apk", "bundles/app.apks")
_ENTERPRISE = {"ProvisionsAllDevices": True, "TeamName": "Example"}


def answers() -> dict[str, list[tuple[int, BytesFile]]]:
    """Return by artifact the place of a reading, and what it reads."""
    android = [(0, _file(name, (APPS / name).read_bytes())) for name in _ANDROID]
    enterprise = replace(APP, profile=_ENTERPRISE, identity=identity())
    iphone = [ipa(bundle(APP)), ipa(bundle(enterprise))]
    return {
        "android.app_files": android,
        "android.system_app_files": android,
        "android.app_calls": [(0, _file("calling.apk", _calling()))],
        "ios.app_files": [(0, _file("example.ipa", data)) for data in iphone],
    }


def _calling() -> bytes:
    code = Dex(classes=(Class(name="com.example.app.Main", loads=(), calls=(CALLED,)),))
    return apk(App(package="com.example.app", code=(code,)), key="publisher")


def _file(name: str, data: bytes) -> BytesFile:
    return BytesFile(AppBytes(path=name, calls=(CALLED,)), data)
