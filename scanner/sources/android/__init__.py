"""A live Android phone over the adb server."""

from scanner.sources.android.discovery import devices
from scanner.sources.android.source import AndroidSource, open_android

__all__ = ["AndroidSource", "devices", "open_android"]
