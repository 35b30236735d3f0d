"""Recordings of our phones, as androidqf leaves them, and what a survey says of a path."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scanner.formats.container import RecordedFile
from scanner.model.evidence import Locator
from scanner.model.recording import Flaw, Header, Part
from scanner.model.requests import AnyRequest, Survey
from scanner.sources.recorded import survey

FIXTURES = Path(__file__).parents[3] / "fixtures"
PHONES = {"android-8-clean": "android_8", "android-14-tampered": "android_14"}
PROPERTIES = """\
[dalvik.vm.heapsize]: [512m]
[init.svc.zygote]: [running]
[persist.sys.timezone]: [Europe/Berlin]
[ro.build.version.sdk]: [34]
[ro.product.model]: [Example One]
[ro.serialno]: [EXAMPLE01]
[sys.boot_completed]: [1]
"""


@cache
def generator(name: str) -> Any:
    """Return a generator of our fixtures: `make.<name>`."""
    if str(FIXTURES) not in sys.path:
        sys.path.append(str(FIXTURES))
    return importlib.import_module(f"make.{name}")


def androidqf(phone: str = "android-8-clean", **options: Any) -> dict[str, bytes]:
    """Return the files that androidqf leaves of one of our phones."""
    made: dict[str, bytes] = generator("androidqf").files(
        generator(PHONES[phone]).phone(), **options
    )
    return made


def zipped(files: Mapping[str, bytes], top: str = "") -> bytes:
    """Return an archive of files."""
    packed: bytes = generator("androidqf").zipped(files, top)
    return packed


def write(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files into a folder and return it."""
    for name, content in files.items():
        path = folder / name
        assert path.is_relative_to(folder), name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


class Seen:
    """What a survey yields."""

    def __init__(self, path: Path, wanted: tuple[AnyRequest, ...] = ()) -> None:
        file = RecordedFile(Survey(wanted=wanted), path, Locator())
        found = list(survey(file))
        self.path, self.header = path, found[0]
        assert isinstance(self.header, Header)
        self.parts = [each for each in found if isinstance(each, Part)]
        self.flaws = [each for each in found if isinstance(each, Flaw)]

    def read(self) -> dict[str, Part]:
        """Return the parts that answer something, by what they answer and where they lie."""
        return {
            f"{each.request} @ {each.locator.members[-1] if each.locator.members else ''}": each
            for each in self.parts
            if each.request is not None
        }

    def unread(self) -> set[str]:
        """Return the titles of the parts that answer nothing."""
        return {each.title for each in self.parts if each.request is None}

    def bytes_of(self, part: Part) -> bytes:
        """Return the bytes of a part, opened anew."""
        request = part.request or Survey()
        with RecordedFile(request, self.path, part.locator).open() as stream:
            return stream.read()

    def only(self, choose: Callable[[Part], bool]) -> Part:
        """Return the one part that is chosen."""
        (found,) = [each for each in self.parts if choose(each)]
        return found
