"""What the scan itself left on the device, and which findings that explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from scanner.model.artifact import Artifact
from scanner.model.entities import AdbKey, Change, Entity, Setting
from scanner.model.evidence import Reason
from scanner.model.findings import Message
from scanner.model.report import Acquisition
from scanner.snapshot import Snapshot

DEBUGGING_SETTINGS = ("adb_enabled", "development_settings_enabled")
_OFF = (None, "0")


class Beside(Struct, frozen=True, kw_only=True):
    """An earlier state of the device that this one was compared with."""

    # Types of entity that could not be compared: why, and by what artifact.
    incomparable: Mapping[str, tuple[Reason, str]]


class ScanFacts(Struct, frozen=True, kw_only=True):
    """What is known of the scan, beside what the device states."""

    started_at: datetime | None = None  # of the acquisition, on the host's clock
    skew_seconds: float = 0.0  # the device's clock minus the host's
    host_keys: tuple[str, ...] = ()  # fingerprints of the host's own adb keys
    debugging_before: bool | None = None  # as the operator stated
    not_selected: tuple[Artifact, ...] = ()  # artifacts that exist and were not asked for
    kinds: frozenset[type[Entity]] | None = None  # of entity that a file can hold; None: a phone
    baseline: Beside | None = None  # None: it was compared with none

    @classmethod
    def of(
        cls,
        acquisition: Acquisition | None,
        *,
        not_selected: tuple[Artifact, ...] = (),
        kinds: frozenset[type[Entity]] | None = None,
        baseline: Beside | None = None,
    ) -> ScanFacts:
        """Take the facts from the record of an acquisition."""
        if acquisition is None or acquisition.host_keys is None:
            # Nobody knows which computer made a recording, nor what was on for it alone.
            return cls(not_selected=not_selected, kinds=kinds, baseline=baseline)
        return cls(
            started_at=acquisition.started_at,
            skew_seconds=acquisition.clock.skew_seconds if acquisition.clock else 0.0,
            host_keys=acquisition.host_keys,
            debugging_before=acquisition.debugging_before,
            not_selected=not_selected,
            kinds=kinds,
            baseline=baseline,
        )

    def concerns(self, entities: Iterable[type[Entity]]) -> bool:
        """Whether what was examined can hold entities of all these types."""
        return self.kinds is None or self.kinds.issuperset(entities)

    def explain(self, entity: Entity, snapshot: Snapshot) -> Message | None:
        """Say how the scan itself explains a match; None where it does not."""
        if isinstance(entity, AdbKey) and self._is_ours(entity):
            return Message("explained.own_adb_key")
        if isinstance(entity, Setting) and self._is_needed(entity, snapshot):
            return Message("explained.debugging_needed")
        if isinstance(entity, Change):
            return self._explain_change(entity, snapshot)
        return None

    def _explain_change(self, change: Change, snapshot: Snapshot) -> Message | None:
        """Say of a change what is said of that which appeared, or is another now."""
        came = change.entity == "adb_key" and change.change == "added"
        if came and isinstance(change.facts, tuple) and "examiner: true" in change.facts:
            return Message("explained.own_adb_key")
        if change.entity == "setting" and isinstance(change.names, tuple):
            for setting in snapshot.every(Setting):
                if setting.name in change.names and self._is_needed(setting, snapshot):
                    return Message("explained.debugging_needed")
        return None

    def _is_ours(self, key: AdbKey) -> bool:
        """Whether this is the host's key, and its trace no older than the acquisition."""
        return key.fingerprint in self.host_keys and not self._is_older(key)

    def _is_older(self, key: AdbKey) -> bool:
        connected = key.last_connected_at
        if self.started_at is None or not isinstance(connected, datetime):
            return True
        return connected < self.started_at + timedelta(seconds=self.skew_seconds)

    def _is_needed(self, setting: Setting, snapshot: Snapshot) -> bool:
        """Whether debugging may be on for this scan alone: nothing says that it was on before."""
        if setting.namespace != "global" or setting.name not in DEBUGGING_SETTINGS:
            return False
        if setting.value in _OFF or self.debugging_before is True or self.started_at is None:
            return False
        return all(self._is_ours(key) for key in snapshot.every(AdbKey))
