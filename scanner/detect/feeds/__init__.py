"""Readers of feeds: files that name values known to belong to a threat."""

from __future__ import annotations

from scanner.detect.feeds.draft import NotFeed
from scanner.detect.feeds.read import MAX_FEED_BYTES, read_feed, sniff

__all__ = ["MAX_FEED_BYTES", "NotFeed", "read_feed", "sniff"]
