"""Computers that may connect to the phone, by the names of lockdownd's records of them.

Each pairing that holds has a file in pair_records, named by the computer's HostID. Only the name is
read, as the file holds keys.

Source: libimobiledevice, lockdown.c; file systems of iPhones.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from scanner.errors import ParseError
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import PairingEvent
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import File, Glob

_LENGTH = 100  # characters of an identifier


def parse(file: EvidenceFile) -> Iterator[PairingEvent]:
    """Yield a computer that may connect, by the name of its record."""
    if not isinstance(file.request, File):
        raise ParseError("a record of a pairing expected")
    name = PurePosixPath(file.request.path).name
    yield PairingEvent(host=name.removesuffix(".plist")[:_LENGTH], kind="record", at=None)


PAIR_RECORDS = Artifact(
    name="ios.pair_records",
    title="Computers that may connect to the phone",
    platform="ios",
    states=(Stated(PairingEvent, ("host", "kind", "at"), where=("kind", ("record",))),),
    readings=(
        Reading(Glob(pattern="/private/var/root/Library/Lockdown/pair_records/*.plist"), parse),
    ),
)
