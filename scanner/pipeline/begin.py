"""The beginning of an acquisition: its record, its case, and what was done before there was one."""

from __future__ import annotations

from pathlib import Path

from msgspec import structs

from scanner.case import OpenCase, device_key, installation_key, pseudonym
from scanner.errors import UsageError
from scanner.model.report import Acquisition
from scanner.model.source import DeviceAction
from scanner.pipeline.host import TOOL, host_clock, now, tool_version
from scanner.pipeline.options import PHONE_PROFILE, Options
from scanner.pipeline.pairing import paired_at
from scanner.pipeline.target import LiveSource


class Trail:
    """Takes what is done to a device; keeps it until there is a case to write it to."""

    def __init__(self) -> None:
        self._kept: list[DeviceAction] = []
        self._case: OpenCase | None = None

    def record(self, action: DeviceAction) -> None:
        if self._case is None:
            self._kept.append(action)
        else:
            self._case.record(action)

    def into(self, case: OpenCase) -> None:
        """Write what was kept, and from now on all, to the audit log of a case."""
        self._case = case
        for action in self._kept:
            case.record(action)
        self._kept.clear()


def open_case(source: LiveSource, options: Options) -> OpenCase:
    """Begin a case for a device, or go on with the interrupted one that the options name."""
    if options.resume:
        if options.output is None:
            raise UsageError("which case is to go on?", remedy="name its folder with -o")
        return OpenCase.resume(options.output, device_id=source.device_id)
    key = device_key(installation_key(), source.device_id)
    acquisition = _record(source, options, key)
    folder = options.output or Path("cases") / acquisition.case
    return OpenCase.create(folder, acquisition, device_key=key)


def _record(source: LiveSource, options: Options, key: bytes) -> Acquisition:
    """Record what can never be added later."""
    started, device = now(), pseudonym(key, "D", source.device_id)
    probe = source.probe()
    return Acquisition(
        case=f"{started:%Y%m%dT%H%M%SZ}-{device}",
        tool=TOOL,
        version=tool_version(),
        started_at=started,
        ended_at=None,
        complete=False,
        platform=source.platform,
        transport=source.transport,
        device=device,
        profile=options.profile or PHONE_PROFILE,
        privacy=options.privacy,
        users=tuple(options.users) if options.users is not None else None,
        time_budget=options.time_budget,
        host_clock=host_clock(),
        clock=probe.clock,
        locked_at_start=probe.locked,
        locked_at_end=None,
        included=tuple(sorted(options.include)),
        host_keys=source.host_keys,
        paired_at=paired_at(source.host_keys) if source.platform == "ios" else None,
        **structs.asdict(options.custody),
    )
