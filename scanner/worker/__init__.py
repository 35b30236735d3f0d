"""The worker: runs a pure function over evidence in a killable, limited child."""

from scanner.worker.protocol import Limits, SandboxLevel
from scanner.worker.worker import Worker

__all__ = ["Limits", "SandboxLevel", "Worker"]
