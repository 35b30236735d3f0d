"""A recorded phone: a folder with `phone.json`, recorded outputs and a file tree.

phone.json   who the phone is, its adb features, and what each recorded command answers
answers/     recorded standard outputs, byte for byte
files/       the file tree from `/`, optional
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec import Struct, structs

from scanner.errors import UsageError
from scanner.model.data import data_folder

Argv = tuple[str, ...]
T = TypeVar("T")


class Answer(Struct, frozen=True, forbid_unknown_fields=True):
    """What one recorded command answers; `stdout` names a file of the phone's folder."""

    argv: Argv
    stdout: str | None = None
    stderr: str = ""
    exit_code: int = 0


class Phone(Struct, frozen=True, kw_only=True):
    """A recorded phone."""

    title: str
    serial: str
    product: str
    model: str
    device: str
    features: tuple[str, ...]
    answers: tuple[Answer, ...] = ()
    folder: Path = Path()

    @classmethod
    def load(cls, path: Path) -> Phone:
        """Read a recorded phone. UsageError names what is wrong with the folder."""
        phone = structs.replace(stated(path, cls), folder=path.resolve())
        phone.check()
        return phone

    @property
    def files(self) -> Path:
        """The device's file tree from `/`; it need not exist."""
        return self.folder / "files"

    def output(self, answer: Answer) -> Path | None:
        """The file with an answer's standard output."""
        return None if answer.stdout is None else self.folder / answer.stdout

    def check(self) -> None:
        """UsageError where an answer is ambiguous, empty or not there."""
        seen: set[Argv] = set()
        for answer in self.answers:
            where = f"{self.folder / 'phone.json'}: answer {answer.argv!r}"
            if not answer.argv or not _is_program(answer.argv[0]):
                raise UsageError(f"{where}: no program's name")
            if any("\0" in word for word in answer.argv):
                raise UsageError(f"{where}: no argument can hold a NUL")
            if answer.argv in seen:
                raise UsageError(f"{where}: recorded twice")
            seen.add(answer.argv)
            output = self.output(answer)
            if output is None:
                continue
            if not output.resolve().is_relative_to(self.folder):
                raise UsageError(f"{where}: {answer.stdout} is outside the phone's folder")
            if not output.is_file():
                raise UsageError(f"{where}: {answer.stdout} does not exist")


def stated(path: Path, type: type[T]) -> T:
    """Read the phone.json of a folder. UsageError where there is none, or another one."""
    try:
        return msgspec.json.decode((path / "phone.json").read_bytes(), type=type)
    except OSError as error:
        raise UsageError(
            f"{path}: not a recorded phone: no readable phone.json",
            remedy="Give a folder that holds phone.json, or the name of a shipped phone.",
        ) from error
    except msgspec.MsgspecError as error:
        raise UsageError(f"{path / 'phone.json'}: {error}") from error


def phones() -> tuple[Path, ...]:
    """Return the folders of the shipped phones, by name."""
    return tuple(sorted(path.parent for path in data_folder("phones").glob("*/phone.json")))


def find_phone(name: str) -> Path:
    """Return the folder of a shipped phone. UsageError lists the names there are."""
    known = {path.name: path for path in phones()}
    if name not in known:
        names = ", ".join(known) or "none"
        raise UsageError(f"no recorded phone is called {name!r}", remedy=f"There are: {names}.")
    return known[name]


def _is_program(name: str) -> bool:
    return bool(name) and "/" not in name and not name.startswith((".", "-"))
