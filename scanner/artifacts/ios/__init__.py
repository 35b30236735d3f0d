"""Artifacts of iOS: one file each."""
