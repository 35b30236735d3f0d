"""What stands in the tables of the index."""

from __future__ import annotations

Entries = int | list[int]
"""Numbers of indicators; below zero, of the parts of a pattern with AND. Most values have one."""
