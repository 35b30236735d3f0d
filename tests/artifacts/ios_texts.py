"""What the recorded iPhones answer, with somebody's personal words where a phone has them."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from typing import Any

import msgspec

from scanner.artifacts import ARTIFACTS
from scanner.formats.crash_listing import CrashEntry, header_of
from scanner.formats.crash_listing import line as crash_line
from scanner.formats.instruments import Connection, RunningProcess
from scanner.formats.instruments import line as instruments_line
from scanner.formats.log_stream import LogReduction
from scanner.formats.packet_headers import FlowReduction
from scanner.formats.plists import plist_of
from scanner.model.artifact import Planned
from scanner.model.requests import (
    AnyRequest,
    CrashFile,
    CrashReports,
    Instruments,
    Lockdown,
    LogStream,
    Packets,
    ProfileFile,
    ServiceCall,
    is_answered_by,
)
from scanner.simulate.ios import IPhone, os_trace, packets
from scanner.sources.ios.plan import message_of
from tests.artifacts.ios.profile_texts import CONFIGURATION, PROVISIONING
from tests.phones.iphone import IPHONES

PLANTED = "CANARY"  # with this begins what is personal in the profile files: they are signed
_OF_NOBODY = "D"  # a device's own number, which is stated

Answers = list[tuple[int, AnyRequest, bytes]]


def texts(word: str) -> dict[str, Answers]:
    """Return (reading, request, answer) by artifact; `word` stands for what is personal in them."""
    phones = [Spoken(IPhone.load(path), word) for path in IPHONES]
    found: dict[str, Answers] = {}
    for artifact in ARTIFACTS:
        if artifact.platform == "ios":
            readings = [
                one.request.template if isinstance(one.request, Planned) else one.request
                for one in artifact.readings
            ]
            found[artifact.name] = [
                (number, *answer)
                for number, request in enumerate(readings)
                for answer in [*_profile_files(request), *_of_phones(request, phones)]
            ]
    return found


class Spoken:
    """A recorded iPhone in whose answers one word stands for everything personal."""

    def __init__(self, phone: IPhone, word: str) -> None:
        self._phone, self._word = phone, word.encode()
        planted = msgspec.json.decode(phone.read("canaries.json"))
        self._tokens = [each["token"].encode() for each in planted if each["class"] != _OF_NOBODY]

    def answers(self, request: AnyRequest) -> Iterator[tuple[AnyRequest, bytes]]:
        """Yield what the phone answers to a request; nothing where it has nothing of the kind."""
        match request:
            case Lockdown():
                found = self._values(request)
            case ServiceCall():
                found = self._replies(request)
            case LogStream():
                found = self._log()
            case Packets():
                found = self._packets()
            case CrashReports():
                found = self._listing()
            case CrashFile():
                yield from self._archives(request)
                return
            case Instruments():
                found = self._instruments(request.what)
            case _:
                return
        yield from ((request, data) for data in found)

    def _values(self, request: Lockdown) -> Iterator[bytes]:
        values = self._phone.domain(request.domain or "")
        if values is not None:
            yield plistlib.dumps({"Request": "GetValue", "Value": self._said(values)})

    def _replies(self, request: ServiceCall) -> Iterator[bytes]:
        message = message_of(request)
        for call in self._phone.calls:
            if call.answers(request.service, message):
                for name in call.replies:
                    yield plistlib.dumps(self._said(plist_of(self._phone.read(name))))

    def _log(self) -> Iterator[bytes]:
        reduction = LogReduction()
        records = map(self._said_of, self._phone.log_records())
        yield b"".join(reduction.feed(os_trace.encoded(record)) for record in records)

    def _packets(self) -> Iterator[bytes]:
        reduction = FlowReduction()
        for frame in map(self._said_of, self._phone.frames()):
            reduction.feed(packets.encoded(frame))
        yield b"".join(reduction.lines())

    def _listing(self) -> Iterator[bytes]:
        area = self._phone.crash_folder
        assert area is not None
        entries = [
            CrashEntry(
                path=path.relative_to(area).as_posix(),
                size=path.stat().st_size,
                modified_at="2026-11-01T09:15:12Z",
                header=header_of(self._said(path.read_bytes())),
            )
            for path in sorted(area.rglob("*"))
            if path.is_file()
        ]
        yield b"".join(map(crash_line, entries))

    def _archives(self, template: CrashFile) -> Iterator[tuple[AnyRequest, bytes]]:
        area = self._phone.crash_folder
        assert area is not None
        for path in sorted(area.rglob("*.gz")):
            request = CrashFile(path=path.relative_to(area).as_posix())
            if is_answered_by(template, request):
                yield request, path.read_bytes()

    def _instruments(self, what: str) -> Iterator[bytes]:
        name = getattr(self._phone.instruments, what, None)
        if name is not None:
            kind = RunningProcess if what == "processes" else Connection
            listed = msgspec.json.decode(self._phone.read(name), type=list[kind])  # type: ignore[valid-type]
            yield b"".join(map(instruments_line, listed))

    def _said_of(self, record: Any) -> Any:
        fields = {name: getattr(record, name) for name in record.__struct_fields__}
        return type(record)(**{name: self._said(value) for name, value in fields.items()})

    def _said(self, value: Any) -> Any:
        """Return a value with the word for what is personal, keys and bytes not left out."""
        if isinstance(value, dict):
            return {self._said(key): self._said(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._said(each) for each in value]
        if isinstance(value, str):
            return self._said(value.encode()).decode()
        if isinstance(value, bytes):
            for token in self._tokens:
                value = value.replace(token, self._word)
        return value


def _of_phones(request: AnyRequest, phones: list[Spoken]) -> Iterator[tuple[AnyRequest, bytes]]:
    return (answer for phone in phones for answer in phone.answers(request))


def _profile_files(request: AnyRequest) -> Iterator[tuple[AnyRequest, bytes]]:
    if isinstance(request, ProfileFile):
        files = CONFIGURATION if request.form == "configuration" else PROVISIONING
        yield from ((request, data) for data in files)
