"""Backups that Finder, iTunes and idevicebackup2 make of an iPhone."""

from scanner.formats.ios_backup.unlocking import unlock

__all__ = ["unlock"]
