"""Artifacts: what is asked, as data, and how it is read, as pure functions."""

from scanner.artifacts.android.accessibility import ACCESSIBILITY
from scanner.artifacts.android.adb_keys import ADB_KEYS
from scanner.artifacts.android.device_policy import DEVICE_POLICY
from scanner.artifacts.android.getprop import GETPROP
from scanner.artifacts.android.package_details import PACKAGE_DETAILS
from scanner.artifacts.android.packages import PACKAGES
from scanner.artifacts.android.processes import PROCESSES
from scanner.artifacts.android.settings import SETTINGS
from scanner.artifacts.android.users import USERS
from scanner.model.artifact import Artifact

ARTIFACTS: tuple[Artifact, ...] = (
    GETPROP,
    USERS,
    SETTINGS,
    PACKAGES,
    PACKAGE_DETAILS,
    PROCESSES,
    ACCESSIBILITY,
    DEVICE_POLICY,
    ADB_KEYS,
)
"""All artifacts in reading order: the only registry."""

__all__ = ["ARTIFACTS"]
