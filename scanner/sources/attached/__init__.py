"""Phones that come and go, as the adb server and usbmuxd push it."""

from scanner.sources.attached.attachment import Attachment, Backoff, Kind, ServerName
from scanner.sources.attached.following import follow

__all__ = ["Attachment", "Backoff", "Kind", "ServerName", "follow"]
