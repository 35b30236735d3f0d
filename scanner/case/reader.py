"""Reading a case, changing nothing."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scanner.case.bag import ACQUISITION, EVIDENCE, FACTS, INDEX, KEY, REPORT, TAG_MANIFEST
from scanner.case.contents import Contents, read_contents
from scanner.case.pseudonym import KEY_SIZE
from scanner.case.tree import digest, open_file, read_text
from scanner.errors import CaseError
from scanner.model.evidence import Evidence, PathFile
from scanner.model.report import Acquisition

DO_NOT_TRUST = "Run `scanner verify` on it, and do not rely on what it says."


class Case:
    """The folder of one acquisition, complete or not. Whether it is unchanged says `verify`."""

    def __init__(self, path: Path, contents: Contents) -> None:
        self.path = path
        self._contents = contents
        self.acquisition = read_acquisition(path)
        self.complete = contents.complete

    @classmethod
    def open(cls, path: Path) -> Case:
        """Open a case; CaseError where the folder is none, or its lists cannot be read."""
        path = path.absolute()
        contents = read_contents(path)
        for problem in contents.problems:
            if problem.path == INDEX:
                raise CaseError(f"{path / INDEX}: {problem.what}", remedy=DO_NOT_TRUST)
        return cls(path, contents)

    @property
    def evidence_folder(self) -> Path:
        """Where the evidence lies."""
        return self.path / EVIDENCE

    @property
    def report_folder(self) -> Path:
        """Where the report lies that was made at the acquisition."""
        return self.path / REPORT

    @property
    def facts(self) -> Path:
        """What a comparison of many devices reads; older cases have no such file."""
        return self.path / FACTS

    @property
    def digest(self) -> str | None:
        """The sha256 of the tag manifest, which names the whole case; None: incomplete."""
        return digest(self.path, TAG_MANIFEST) if self.complete else None

    @property
    def device_key(self) -> bytes:
        """The key of the device's pseudonyms, so that they are the same on another computer."""
        with open_file(self.path, KEY) as stream:
            key = stream.read(KEY_SIZE + 1)
        if len(key) != KEY_SIZE:
            raise CaseError(f"{self.path / KEY}: is no key", remedy=DO_NOT_TRUST)
        return key

    def evidence(self) -> tuple[Evidence, ...]:
        """Return what was acquired, in its order; of two answers to one request, the later."""
        latest = {entry.id: entry for entry in self._contents.evidence}
        return tuple(entry for entry in self._contents.evidence if latest[entry.id] is entry)

    def file(self, evidence: Evidence) -> PathFile:
        """Return the bytes of an evidence of this case; CaseError where they are missing.

        ValueError for an evidence that lies in a recording.
        """
        for name in (evidence.name, evidence.errors_name):
            if name is not None and name not in self._contents.files:
                raise CaseError(f"{self.path / name}: is missing", remedy=DO_NOT_TRUST)
        return evidence_file(self.path, evidence)


def evidence_file(root: Path, evidence: Evidence) -> PathFile:
    """Return the file of an evidence, whose names are known to be ours."""
    if evidence.name is None:
        raise ValueError(f"{evidence.id} lies in a recording")
    errors = root / evidence.errors_name if evidence.errors_name else None
    return PathFile(
        evidence.request,
        root / evidence.name,
        errors,
        id=evidence.id,
        exit_code=evidence.outcome.exit_code,
        sha256=evidence.sha256,
    )


def read_acquisition(root: Path) -> Acquisition:
    """Read what was recorded of the acquisition; CaseError where it is not readable."""
    try:
        return msgspec.json.decode(read_text(root, ACQUISITION), type=Acquisition)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise CaseError(
            f"{root / ACQUISITION}: is not the record of an acquisition", remedy=DO_NOT_TRUST
        ) from error
