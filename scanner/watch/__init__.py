"""Watching phones: scanned when they come and then by interval; what is new is told once."""

from scanner.watch.clock import Clock, DrivenClock, SystemClock
from scanner.watch.schedule import Pace
from scanner.watch.settings import Settings
from scanner.watch.watch import Watch, watch

__all__ = ["Clock", "DrivenClock", "Pace", "Settings", "SystemClock", "Watch", "watch"]
