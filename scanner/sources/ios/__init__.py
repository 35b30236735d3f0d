"""A live iPhone over usbmuxd. What follows imports pymobiledevice3 where a phone is reached."""

from scanner.sources.ios.discovery import devices
from scanner.sources.ios.pair import Paired, pair
from scanner.sources.ios.source import IosSource, open_ios

__all__ = ["IosSource", "Paired", "devices", "open_ios", "pair"]
