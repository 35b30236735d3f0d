"""A live Android phone as a source of answers."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from scanner.errors import DeviceError, DeviceLost
from scanner.formats.text import safe_text
from scanner.model.evidence import Unanswered
from scanner.model.requests import AnyRequest, AppBytes, File
from scanner.model.source import Answer, DeviceAction, OnAction, Probe
from scanner.sources.android import batch, files, probe, sync
from scanner.sources.android.discovery import Selected, disconnect, look, obstacle, select
from scanner.sources.android.events import Began, Event, Skipped
from scanner.sources.android.keys import host_keys
from scanner.sources.android.lanes import Lane, Lanes, Turns
from scanner.sources.android.plan import split, words
from scanner.sources.android.server import Server, find_server
from scanner.sources.android.transport import Channel, ask_server, open_stream
from scanner.sources.live import LiveAnswer

ORIGIN = "adb"
_FRESH = 5.0  # seconds
_Pulled = File | AppBytes


class AndroidSource:
    """A phone that the adb server reaches. One thread uses it; several phones may have one each.

    `on_action` is told, in the caller's thread, each thing done to the device. `round_trips` counts
    streams of shell and exec.
    """

    platform = "android"

    def __init__(
        self,
        server: Server,
        selected: Selected,
        on_action: OnAction | None = None,
        *,
        keys: Iterable[Path] | None = None,
    ) -> None:
        self.server, self._selected = server, selected
        self.serial = selected.attached.serial
        self.transport: str = selected.attached.transport
        self.on_action = on_action
        self.round_trips = 0
        self.device_id = self.serial
        self.host_keys = host_keys(keys)  # fingerprints by which the phone knows this computer
        self._features: frozenset[str] = frozenset()
        self._opened_at = 0.0
        self._first: Probe | None = None
        self._counting = threading.Lock()
        self._closed = False

    def open(self) -> None:
        """Ask who the device is; DeviceError where it does not answer, and the source is closed."""
        try:
            self._tell(DeviceAction(op="connect", argv=(self.transport,)))
            self._features = self._ask_features()
            self._first = self._probe()
            self._opened_at = time.monotonic()
        except BaseException:
            self.close()
            raise

    def probe(self) -> Probe:
        """Ask for clock and lock state; the first time what was learned on opening, if just now."""
        first, self._first = self._first, None
        if first is not None and time.monotonic() - self._opened_at < _FRESH:
            return first
        return self._probe()

    def fetch_all(
        self, requests: Sequence[AnyRequest], *, deadline: float | None = None
    ) -> Generator[Answer | Unanswered]:
        """Answer each request once, as they come. DeviceLost when the device goes away.

        `deadline` is on the monotonic clock. Answers are read in turn; closing the iterator ends
        everything that still runs for it.
        """
        possible = [one for one in requests if words(one) is not None or isinstance(one, _Pulled)]
        for request in requests:
            if words(request) is None and not isinstance(request, _Pulled):
                yield Unanswered(
                    request=request, reason="parse_error", detail="no words that a command can have"
                )
        turns = Turns()
        lanes = [Lane(row, partial(self._work, turns, deadline)) for row in split(possible)]
        with Lanes(lanes) as running:
            while (lane := running.next()) is not None:
                yield from self._next(lane)
            error = running.error()
        if error is not None:
            raise self._lost(error)

    def close(self) -> None:
        """Leave the device; a phone that was connected for this is disconnected again."""
        if self._closed:
            return
        self._closed = True
        if self._selected.connected:
            disconnect(self.server, self.serial)
        self._tell(DeviceAction(op="disconnect", argv=(self.transport,)))

    def _next(self, lane: Lane) -> Iterator[Answer | Unanswered]:
        event = lane.get()
        if isinstance(event, Skipped):
            request = lane.requests[event.index]
            if event.asked and isinstance(request, _Pulled):
                self._tell(DeviceAction(op="sync", argv=(request.path,)))
            yield Unanswered(request=request, reason=event.reason, detail=event.detail)
        elif isinstance(event, Began):
            answer = LiveAnswer(lane.requests[event.index], ORIGIN, event.at, lane)
            try:
                yield answer
                answer.finish()
            finally:  # also where the reader leaves early: the device did it either way
                self._record(answer)

    def _record(self, answer: LiveAnswer) -> None:
        request, outcome = answer.request, answer.so_far()
        op, argv = "shell", answer.argv() or words(request) or ()
        if isinstance(request, _Pulled):
            op, argv = ("exec", argv) if argv else ("sync", (request.path,))
        self._tell(
            DeviceAction(
                op=op,
                argv=argv,
                exit_code=outcome.exit_code,
                bytes=answer.size,
                sha256=answer.digest.hexdigest(),
                milliseconds=round(outcome.seconds * 1000),
            )
        )

    def _work(self, turns: Turns, deadline: float | None, lane: Lane) -> Iterator[Event]:
        if isinstance(lane.requests[0], _Pulled):
            numbered = [
                (at, one) for at, one in enumerate(lane.requests) if isinstance(one, _Pulled)
            ]
            is_app = isinstance(lane.requests[0], AppBytes)
            return files.read(
                partial(self._open_sync, lane),
                partial(self._open_exec, lane),
                turns.of(numbered) if is_app else numbered,
                deadline,
            )
        asked = [batch.Asked(words(one) or (), one.timeout, one.limit) for one in lane.requests]
        return batch.run(partial(self._open_shell, lane), asked, deadline)

    def _open_shell(self, lane: Lane, deadline: float | None) -> Channel:
        self._count()
        return lane.use(open_stream(self.server, self.serial, batch.SERVICE, deadline))

    def _open_sync(self, lane: Lane, deadline: float | None) -> sync.Sync:
        channel = lane.use(open_stream(self.server, self.serial, sync.SERVICE, deadline))
        return sync.Sync(channel, self._features)

    def _open_exec(self, lane: Lane, command: str, deadline: float | None) -> Channel:
        self._count()
        return lane.use(open_stream(self.server, self.serial, f"exec:{command}", deadline))

    def _ask_features(self) -> frozenset[str]:
        names = ask_server(self.server, f"host-serial:{self.serial}:features", self.serial)
        features = frozenset(names[:4096].split(","))
        if "shell_v2" not in features:
            raise DeviceError(
                f"The phone {safe_text(self.serial)} is too old: its shell does not keep output, "
                "errors and exit codes apart.",
                remedy="Android 7 or later is needed.",
            )
        return features

    def _count(self) -> None:
        with self._counting:
            self.round_trips += 1

    def _probe(self) -> Probe:
        began = time.monotonic()
        self._count()
        try:
            probed = probe.ask(self.server, self.serial)
        except DeviceError as error:
            raise self._lost(error) from error
        self._tell(
            DeviceAction(
                op="exec",
                argv=("sh", "-c", probe.SCRIPT),
                bytes=len(probed.output),
                sha256=hashlib.sha256(probed.output).hexdigest(),
                milliseconds=round((time.monotonic() - began) * 1000),
            )
        )
        if self.transport == "tcp" and probed.serial:
            self.device_id = probed.serial  # an address is where a device is, not which it is
        return probed.probe

    def _lost(self, error: DeviceError) -> DeviceLost:
        """Say what became of the device, as far as the server knows."""
        try:
            found = next((one for one in look(self.server) if one.serial == self.serial), None)
        except DeviceError as gone:
            return DeviceLost(str(gone), remedy=gone.remedy)
        if found is None:
            return DeviceLost(
                f"The phone {safe_text(self.serial)} went away.",
                remedy="Attach it again, unlock it, keep it unlocked, and start again.",
            )
        stands = obstacle(self.serial, found.state)
        if stands is not None:
            return DeviceLost(stands.message, remedy=stands.remedy)
        return DeviceLost(str(error), remedy=error.remedy or "Unlock the phone, and start again.")

    def _tell(self, action: DeviceAction) -> None:
        if self.on_action is not None:
            self.on_action(action)


def open_android(
    target: str | None = None,
    *,
    host: str | None = None,
    port: int | None = None,
    keys: Iterable[Path] | None = None,
    on_action: OnAction | None = None,
) -> AndroidSource:
    """Open the phone with a serial or at HOST:PORT, or the only one attached.

    `host` and `port` are the adb server's, and `keys` its public keys, if not the usual ones.
    DeviceError, with what to do,
    where there is no such phone or something stands in its way. The caller closes the source.
    """
    server = find_server(host, port)
    source = AndroidSource(server, select(server, target), on_action, keys=keys)
    source.open()
    return source
