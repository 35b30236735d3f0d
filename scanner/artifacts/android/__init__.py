"""Artifacts of Android: one file each."""
