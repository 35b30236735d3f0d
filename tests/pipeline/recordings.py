"""Our demo phones as recordings, in every container that people hand over."""

from __future__ import annotations

import io
import os
import shlex
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.sources.recorded.collected import generator, write

GENERATORS = {
    "android-16-clean": "android_16",
    "android-8-clean": "android_8",
    "android-14-tampered": "android_14",
}


@cache
def made(name: str) -> Any:
    """Return a demo phone as its generator describes it."""
    return generator(GENERATORS[name]).phone()


@cache
def bugreport(name: str) -> bytes:
    """Return a demo phone's bugreport."""
    return bytes(generator("recordings").bugreport(made(name)))


@cache
def bugreport_text(name: str) -> bytes:
    """Return the main text of that bugreport."""
    text: str = generator("recordings").dumpstate(made(name))
    return text.encode()


def main_name(name: str) -> str:
    """Return the name of that text."""
    return str(generator("recordings").main_name(made(name)))


@cache
def androidqf(name: str, *, nested: bool = True) -> Mapping[str, bytes]:
    """Return the files of a collection, a bugreport among them where it is `nested`."""
    files: dict[str, bytes] = generator("androidqf").files(
        made(name), bugreport=bugreport(name) if nested else None
    )
    return files


@cache
def loose(name: str) -> Mapping[str, bytes]:
    """Return what a phone's services and lists print, each in a file of any name."""
    answers = generator("folder").answers(made(name))
    return {
        f"{shlex.join(each.argv).replace('/', '_')[:80]}.txt": each.stdout.encode()
        for each in answers
        if each.stdout
        and (each.argv == ("getprop",) or (each.argv[0] == "dumpsys" and len(each.argv) == 2))
    }


def members(data: bytes) -> dict[str, bytes]:
    """Return the files of an archive by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _archive(files: Mapping[str, bytes], top: str = "") -> bytes:
    data: bytes = generator("androidqf").zipped(files, top)
    return data


Form = Callable[[str], bytes | Mapping[str, bytes]]
FORMS: dict[str, Form] = {
    "bugreport.zip": bugreport,
    "bugreport.txt": bugreport_text,
    "bugreport": lambda name: members(bugreport(name)),
    "androidqf.zip": lambda name: _archive(androidqf(name)),
    "androidqf-below-a-folder.zip": lambda name: _archive(androidqf(name), "collected"),
    "androidqf": androidqf,
    "dumps": loose,
}
"""Each by the name of the file or folder that it is written to."""

KINDS = {form: form.partition(".")[0].partition("-")[0] for form in FORMS}


def record(name: str, form: str, folder: Path) -> Path:
    """Write a demo phone as a recording into a folder, and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path, content = folder / form, FORMS[form](name)
    if isinstance(content, bytes):
        path.write_bytes(content)
        return path
    return write(path, content)


State = dict[str, tuple[int, int, bytes]]


def state(path: Path) -> State:
    """Return what must not change of a recording: of each file its times, its mode, its bytes."""
    below = [path, *path.rglob("*")]
    return {
        str(each.relative_to(path)): (
            each.lstat().st_mtime_ns,
            each.lstat().st_mode,
            each.read_bytes() if each.is_file() else os.fsencode(each.name),
        )
        for each in sorted(below)
    }
