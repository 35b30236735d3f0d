"""The types that cross a boundary."""
