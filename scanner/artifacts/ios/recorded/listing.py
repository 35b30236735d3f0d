"""What the listings of processes have in common: which of them are whole, and their images.

A listing that was cut states no absence. One is whole where the file ends as it should, every row
of it was read, and launchd is in it, which runs as process 1 from start to shutdown.

Libraries of the sealed system and of a cryptex are not stated: each process has hundreds of them,
and they say nothing that the program does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import structs

from scanner.formats.ios_paths import area, is_own, normal
from scanner.model.entities import BinaryImage, Process

LAUNCHD = 1

_OF_THE_SYSTEM = frozenset(("system", "cryptex"))


def stated(rows: Iterable[Process], *, ended: bool) -> Iterator[Process]:
    """Yield the processes of one listing, each with whether the listing is whole."""
    listed = tuple(rows)
    whole = ended and any(row.pid == LAUNCHD for row in listed)
    return (structs.replace(row, whole=whole) for row in listed)


def main_image(path: str, uuid: str | None = None) -> BinaryImage:
    """Return the program of a process; `path` starts at the root."""
    program = normal(path)
    lies = area(program)
    known = {"uuid": uuid} if uuid else {}
    return BinaryImage(
        process=program,
        path=program,
        main=True,
        area=lies,
        process_area=lies,
        own=True,
        **known,
    )


def loaded_images(program: str, images: Iterable[tuple[str, str | None]]) -> Iterator[BinaryImage]:
    """Yield those of the images (path, UUID) in a program that are no library of the system."""
    process = normal(program)
    lies = area(process)
    for path, uuid in images:
        image = normal(path)
        place = area(image)
        if image == process or place in _OF_THE_SYSTEM:
            continue
        yield BinaryImage(
            process=process,
            path=image,
            main=False,
            uuid=uuid,
            area=place,
            process_area=lies,
            own=is_own(process, image),
        )
