"""A live Android phone over the adb server."""

from scanner.sources.android.discovery import Attached, Obstacle, devices
from scanner.sources.android.keys import host_keys
from scanner.sources.android.source import AndroidSource, open_android

__all__ = [
    "AndroidSource",
    "Attached",
    "Obstacle",
    "devices",
    "host_keys",
    "open_android",
]
