"""Texts of the system's own state, by artifact: the reading's place, and its text with a
stranger's words where personal ones stand."""

from __future__ import annotations

import json

from . import (
    test_battery_daily,
    test_databases,
    test_files,
    test_installed_files,
    test_installed_listing,
    test_mounts,
    test_root_traces,
    test_tombstones,
)

_ORIGINAL = "81ed 59 0 root 1 ? /system/bin/app_process.orig\n"


def texts(canary: str) -> dict[str, list[tuple[int, str | bytes]]]:
    """Return the texts with a canary in the place of what is personal."""
    collected = [
        test_files.OBJECT | test_files.DIGESTS,
        test_files.OBJECT | {"path": f"/sdcard/{canary}.apk"},
    ]
    traces = test_root_traces.SHELL + test_root_traces.SU.replace("/su\n", f"/su\n{canary}\n")
    history = test_battery_daily.HISTORY.replace("com.example.secret", canary)
    databases = test_databases.SIXTEEN.replace("Somebody", canary).replace("somebodys", canary)
    secret = test_tombstones.SECRET
    # A text of protobuf says how long it is.
    crash = test_tombstones.PROTOBUF.replace(secret.encode(), canary.ljust(len(secret)).encode())
    return {
        "android.installed_files": [
            (0, json.dumps([test_installed_files.package(Subject=canary, Issuer=canary)])),
            (1, test_installed_listing.LISTED),
        ],
        "android.mounts": [
            (0, test_mounts.FOURTEEN),
            (0, test_mounts.OF_APPS.replace("com.example.secret", canary)),
            (1, test_mounts.INFO),
            (2, '["tmpfs on /system/bin type tmpfs (rw)"]'),
        ],
        "android.selinux": [(0, "Enforcing\n")],
        "android.root_traces": [
            (0, traces),
            (0, test_root_traces.SHELL + _ORIGINAL),
            (1, '["/system/bin/su"]'),
        ],
        "android.files": [
            (0, test_files.TEMPORARY),
            (1, test_files.DOWNLOADS.replace("Somebody", canary)),
            (2, json.dumps(collected)),
        ],
        "android.battery_daily": [
            (0, test_battery_daily.DAILY),
            (1, history + test_battery_daily.DAILY),
        ],
        "android.databases": [(0, databases)],
        "android.tombstones": [
            (0, test_tombstones.SIXTEEN.replace(secret, canary)),
            (0, crash),
        ],
    }
