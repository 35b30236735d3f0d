"""Programs and libraries at work on an iPhone, from who writes to its log.

Every message in the log stream names the program of its process and the image in it that sent the
message, each with path and UUID; no developer mode is needed. What writes nothing while the log is
watched is not seen, so an image that is not stated may be loaded all the same. Paths are stated in
one way to write them: /private/var, never /var.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET

from scanner.errors import ParseError
from scanner.formats.ios_paths import area, is_own, normal
from scanner.formats.log_stream import read
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import BinaryImage
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import LogStream


def parse(file: EvidenceFile) -> Iterator[BinaryImage]:
    """Yield the program of each process and each image that wrote; ParseError where none did."""
    programs: set[str] = set()
    for source in read(file):
        if not source.process:
            continue  # a message of the log itself: nobody wrote it
        program, sender = normal(source.process), normal(source.sender)
        if program not in programs:
            programs.add(program)
            yield _image(program, program, source.process_uuid)
        if sender and sender != program:
            yield _image(program, sender, source.sender_uuid)
    if not programs:
        raise ParseError("a program that writes to the log expected")


def _image(program: str, path: str, uuid: str | None) -> BinaryImage:
    """Return one image. Of a name without a path nobody can say where it lies."""
    placed, known = path.startswith("/"), program.startswith("/")
    return BinaryImage(
        process=program,
        path=path,
        main=path == program,
        # Not None: the log writes zeros for an image that it knows nothing about.
        uuid=uuid or UNSET,
        area=area(path) if placed else UNSET,
        process_area=area(program) if known else UNSET,
        own=is_own(program, path) if path == program or (placed and known) else UNSET,
    )


BINARY_IMAGES = Artifact(
    name="ios.binary_images",
    title="Programs and libraries that write to the log",
    platform="ios",
    states=(Stated(BinaryImage),),
    readings=(Reading(LogStream(), parse),),
)
