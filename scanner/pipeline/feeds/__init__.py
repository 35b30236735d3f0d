"""Feeds of indicators: those that were imported, and how they come in."""

from scanner.pipeline.feeds.catalogue import Catalogue, StoredFeed, Version
from scanner.pipeline.feeds.files import MAX_FEED_BYTES
from scanner.pipeline.feeds.gather import feed_line, gather, read_each, read_files, read_one
from scanner.pipeline.feeds.parsed import load, stored_feeds
from scanner.pipeline.feeds.store import Store

__all__ = [
    "MAX_FEED_BYTES",
    "Catalogue",
    "Store",
    "StoredFeed",
    "Version",
    "feed_line",
    "gather",
    "load",
    "read_each",
    "read_files",
    "read_one",
    "stored_feeds",
]
