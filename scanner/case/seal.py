"""Closing a case: the tag manifest that names the whole, and no more writing."""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from pathlib import Path

from scanner.case import bag
from scanner.case.audit import AuditState
from scanner.case.storage import SEALED_FILE, sync_folder, write_file
from scanner.case.tree import digest, walk
from scanner.model.report import Acquisition


def replace_file(root: Path, name: str, data: bytes) -> None:
    """Write a file of a case as a whole or not at all."""
    draft, target = root / bag.PARTIAL / Path(name).name, root / name
    write_file(draft, data)
    draft.replace(target)
    sync_folder(target.parent)


def case_info(acquisition: Acquisition) -> list[tuple[str, str]]:
    """Return the entries of bag-info.txt that are known from the beginning."""
    return [
        ("Case-Schema", str(bag.SCHEMA)),
        ("External-Identifier", acquisition.case),
        ("Bagging-Date", acquisition.started_at.date().isoformat()),
        ("Bag-Software-Agent", f"{acquisition.tool} {acquisition.version}"),
        ("Device-Pseudonym", acquisition.device),
    ]


def seal(root: Path, acquisition: Acquisition, audit: AuditState) -> str:
    """Write the tag manifest, the last act on a case; return its sha256."""
    for leftover in (root / bag.PARTIAL).iterdir():
        leftover.unlink()
    files, _ = walk(root)
    payload = [size for name, size in files.items() if name.startswith("data/")]
    info = [
        *case_info(acquisition),
        ("Payload-Oxum", f"{sum(payload)}.{len(payload)}"),
        ("Acquisition-Complete", "yes" if acquisition.complete else "no"),
        ("Audit-Head", audit.head),
        ("Audit-Lines", str(audit.lines)),
    ]
    replace_file(root, bag.INFO, bag.write_info(info))
    for name in files:
        with contextlib.suppress(OSError):  # some file systems know no modes
            (root / name).chmod(SEALED_FILE)
    lines = bag.manifest_lines((name, digest(root, name)) for name in sorted(bag.TAG_FILES))
    draft = root / bag.PARTIAL / bag.TAG_MANIFEST
    write_file(draft, lines)
    with contextlib.suppress(OSError):
        draft.chmod(SEALED_FILE)
    draft.replace(root / bag.TAG_MANIFEST)
    sync_folder(root)
    shutil.rmtree(root / bag.PARTIAL)
    return hashlib.sha256(lines).hexdigest()
