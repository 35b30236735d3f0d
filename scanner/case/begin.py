"""Beginning a case, and picking up one that was interrupted."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

import msgspec
from msgspec import Struct

from scanner.case import bag
from scanner.case.audit import START, AuditState, check_audit
from scanner.case.contents import Contents, read_contents, stored_files
from scanner.case.lock import try_lock
from scanner.case.pseudonym import pseudonym
from scanner.case.reader import Case
from scanner.case.seal import case_info, replace_file
from scanner.case.storage import (
    PRIVATE_FILE,
    PRIVATE_FOLDER,
    disk_errors,
    drop_torn_line,
    require_space,
    sync_folder,
    write_file,
)
from scanner.case.verify import require_unchanged
from scanner.errors import CaseError
from scanner.model.evidence import Evidence
from scanner.model.report import Acquisition

MINIMUM_FREE = 256 * 2**20


class Begun(Struct, frozen=True, kw_only=True):
    """A case whose folder is ready to be written to."""

    acquisition: Acquisition
    device_key: bytes
    evidence: tuple[Evidence, ...]
    audit: AuditState
    lock: int  # descriptor that holds the lock against a second writer
    recovered: tuple[str, ...]  # adopted or dropped, in words for the audit log


def create(path: Path, acquisition: Acquisition, device_key: bytes, minimum_free: int) -> Begun:
    """Make the folder of a case. `bagit.txt` comes last: without it, no case was begun."""
    with disk_errors(path):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise CaseError(f"{path}: is no folder", remedy="Choose another folder with -o.")
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        if any(path.iterdir()):
            raise CaseError(
                f"{path}: is not empty; a case is written once",
                remedy="Choose a new folder with -o, or resume the case that is there.",
            )
        require_space(path, minimum_free)
        with contextlib.suppress(OSError):  # some file systems know no modes
            path.chmod(PRIVATE_FOLDER)
        for folder in (bag.PARTIAL, "data", bag.EVIDENCE, bag.REPORT):
            (path / folder).mkdir(mode=PRIVATE_FOLDER)
        write_file(path / bag.KEY, device_key)
        write_file(path / bag.ACQUISITION, msgspec.json.encode(acquisition))
        key_line = bag.manifest_lines([(bag.KEY, hashlib.sha256(device_key).hexdigest())])
        write_file(path / bag.MANIFEST, key_line)
        for name in (bag.INDEX, bag.AUDIT):
            write_file(path / name, b"")
        write_file(path / bag.INFO, bag.write_info(case_info(acquisition)))
        write_file(path / bag.VERIFY, bag.INSTRUCTIONS.encode())
        write_file(path / bag.BAGIT, bag.DECLARATION)
        for folder in (bag.EVIDENCE, "data", ""):
            sync_folder(path / folder)
    return Begun(
        acquisition=acquisition,
        device_key=device_key,
        evidence=(),
        audit=AuditState(head=START, lines=0, torn=False, problems=()),
        lock=_lock(path),
        recovered=(),
    )


def resume(path: Path, device_id: str, minimum_free: int) -> Begun:
    """Verify an interrupted case, settle what a kill left undone, and take it over."""
    if read_contents(path).complete:
        raise CaseError(f"{path}: is closed; a case is written once", remedy="Begin a new case.")
    lock = _lock(path)
    try:
        require_unchanged(path)
        case = Case.open(path)
        _require_device(case, device_id)
        require_space(path, minimum_free)
        with disk_errors(path):
            recovered = _settle(path, read_contents(path))
        return Begun(
            acquisition=case.acquisition,
            device_key=case.device_key,
            evidence=read_contents(path).indexed,
            audit=check_audit(path),
            lock=lock,
            recovered=recovered,
        )
    except BaseException:
        os.close(lock)
        raise


def _lock(path: Path) -> int:
    with disk_errors(path):
        descriptor = os.open(path / bag.BAGIT, os.O_RDONLY)
    if not try_lock(descriptor):
        os.close(descriptor)
        raise CaseError(
            f"{path}: another scan is writing this case",
            remedy="Wait until it ends, or choose another folder with -o.",
        )
    return descriptor


def _require_device(case: Case, device_id: str) -> None:
    if pseudonym(case.device_key, "D", device_id) != case.acquisition.device:
        raise CaseError(
            f"{case.path}: is the case of another device",
            remedy="Attach the device that this case was begun with, or begin a new case.",
        )


def _settle(path: Path, contents: Contents) -> tuple[str, ...]:
    """Adopt or drop the last file, drop half lines and what an interrupted close wrote."""
    (path / bag.PARTIAL).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    for name in contents.files:
        (path / name).chmod(PRIVATE_FILE)
    for name in (bag.MANIFEST, bag.INDEX, bag.AUDIT):
        drop_torn_line(path / name)
    kept = [pair for entry in contents.evidence for pair in stored_files(entry)]
    lines = bag.manifest_lines([(bag.KEY, contents.listed[bag.KEY]), *kept])
    replace_file(path, bag.MANIFEST, lines)
    index = b"".join(msgspec.json.encode(entry) + b"\n" for entry in contents.evidence)
    if contents.last and contents.last.record:
        replace_file(path, bag.INDEX, index)
    for report in (path / bag.REPORT).iterdir():
        report.unlink()
    (path / bag.FACTS).unlink(missing_ok=True)
    for leftover in (path / bag.PARTIAL).glob("[0-9]*.json"):
        leftover.unlink()
    if contents.last is None:
        return ()
    if contents.last.fate == "dropped":
        for name in contents.last.names:
            (path / name).replace(path / bag.PARTIAL / f"dropped-{Path(name).name}")
    return tuple(f"{contents.last.fate} {name}" for name in contents.last.names)
