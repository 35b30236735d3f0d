"""Files of apps as the report lists them: one line each."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TypeVar

from msgspec import UNSET, UnsetType, structs

from scanner.model.entities import AppFile
from scanner.model.privacy import PrivacyLevel
from scanner.model.report import AppLine
from scanner.snapshot import Joined, Snapshot

LINES_LIMIT = 2_000
_REASONS = 10  # of one file
T = TypeVar("T")


def app_lines(snapshot: Snapshot, level: PrivacyLevel) -> Iterator[AppLine]:
    """Yield a line for each file of an app; none at the level that names no apps."""
    if level == "public":
        return
    files = (
        (each.entity.origin, each.entity, each)
        for each in snapshot.joined(AppFile)
        if isinstance(each.entity, AppFile)
    )
    ordered = sorted(files, key=lambda each: (_stated(each[0]) or "", each[1].sha256))
    yield from (_line(file, joined) for _, file, joined in islice(ordered, LINES_LIMIT))


def _line(file: AppFile, joined: Joined) -> AppLine:
    line = AppLine(
        sha256=file.sha256,
        kind=_stated(file.kind) or "",
        name=_stated(file.origin),
        label=_stated(file.label),
        package=_stated(file.package),
        version=_stated(file.version_name),
        size=_stated(file.size),
        partial=_stated(file.partial) is True,
        evidence=tuple(sorted({each for ids in joined.evidence.values() for each in ids})),
    )
    signature = _stated(file.signature)
    if signature is None:
        return line
    return structs.replace(
        line,
        verified=signature.verified,
        schemes=signature.schemes,
        signers=tuple(signer.sha256 for signer in signature.signers),
        debug=any(signer.debug for signer in signature.signers),
        errors=tuple(dict.fromkeys(error.reason for error in signature.errors))[:_REASONS],
    )


def _stated(value: T | None | UnsetType) -> T | None:
    return None if value is UNSET or isinstance(value, UnsetType) else value
