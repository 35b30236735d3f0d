"""The state of one device, joined from all entities."""

from scanner.snapshot.joined import Joined
from scanner.snapshot.snapshot import Snapshot

__all__ = ["Joined", "Snapshot"]
