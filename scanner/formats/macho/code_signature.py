"""The code signature of a program: whether it holds, who signed, and what the program asks for.

Sources: Apple's xnu osfmk/kern/cs_blobs.h and bsd/kern/ubc_subr.c; its Security project,
StaticCode.cpp; technotes TN3125 to TN3127. Dates are not looked at: a signature stays what it was
when it was made. The digests are those of the bytes as they lie in the file, encrypted ones too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.certificates import Certificate
from scanner.formats.macho import superblob as blobs
from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.code_cms import Message, message
from scanner.formats.macho.code_directory import (
    ENTITLEMENTS,
    ENTITLEMENTS_DER,
    REQUIREMENTS,
    CodeDirectory,
    code_directory,
)
from scanner.formats.macho.entitlements import from_der, from_xml
from scanner.formats.macho.program import Range
from scanner.formats.macho.reasons import error, verdict
from scanner.formats.macho.slices import Slice
from scanner.formats.macho.trust import apple_roots, purpose, signer, team_of
from scanner.formats.plists import Map
from scanner.model.entities import Signature, SigningError

_ADHOC = 0x2
_WITHIN = (REQUIREMENTS, ENTITLEMENTS, ENTITLEMENTS_DER)  # parts that lie in the signature


class CodeSignature(Struct, frozen=True, kw_only=True):
    """What the code signature of one program says."""

    signature: Signature
    signed_as: str
    directory: CodeDirectory | None = None  # the one that the kernel takes
    leaf: Certificate | None = None
    entitlements: Map | None = None  # None: it asks for none, or they cannot be read
    anomalies: tuple[Anomaly, ...] = ()


def code_signature(
    found: Slice, place: Range, *, roots: Sequence[Certificate] | None = None
) -> CodeSignature:
    """Verify the code signature that lies at a place of a slice."""
    try:
        parts = blobs.superblob(found.read(place[0], min(place[1], blobs.SIZE_LIMIT)))
        directories = list(_directories(parts))
    except ParseError as broken:
        return _broken(error("code", "malformed", str(broken)))
    if not directories:
        return _broken(error("code", "directory_missing"))
    best = max(directories, key=lambda each: each.rank)
    errors = [*_of_code(parts, directories, best, place), *_of_pages(found, best)]
    said = _message(parts, directories, roots)
    errors += said.errors
    word = _signed_as(said, is_alone=parts.cms is None)
    if said.leaf and word in {"development", "distribution"} and team_of(said.leaf) != best.team:
        errors.append(error("cms", "team_differs"))
    entitlements, odd = _entitlements(parts)
    return CodeSignature(
        signature=_record(tuple(errors), said, has_cms=parts.cms is not None),
        signed_as=word,
        directory=best,
        leaf=said.leaf,
        entitlements=entitlements,
        anomalies=odd,
    )


def _broken(why: SigningError) -> CodeSignature:
    found = Signature(verified=False, present=("code",), errors=(why,))
    return CodeSignature(signature=found, signed_as="other")


def _directories(parts: blobs.SuperBlob) -> Iterator[CodeDirectory]:
    """Yield the code directories; the first is the one that a message is made over."""
    if parts.repeated:
        raise ParseError("a code signature with each part once expected")
    for slot in (blobs.DIRECTORY, *blobs.ALTERNATES):
        if slot in parts.blobs:
            yield code_directory(parts.blobs[slot])


def _of_code(
    parts: blobs.SuperBlob,
    directories: Sequence[CodeDirectory],
    best: CodeDirectory,
    place: Range,
) -> Iterator[SigningError]:
    if len({(each.identifier, each.team, each.flags) for each in directories}) > 1:
        yield error("code", "directories_differ")
    if best.limit < place[0]:
        yield error("code", "uncovered", f"{place[0] - best.limit} bytes")
    for slot in _WITHIN:
        blob, is_covered = parts.blobs.get(slot), best.special(slot) is not None
        if blob is None and is_covered:
            yield error("code", "component_missing", f"slot {slot}")
        elif blob is not None and not is_covered:
            yield error("code", "slot_missing", f"slot {slot}")
        elif blob is not None and not best.is_of(slot, blob):
            yield error("code", "digest_mismatch", f"slot {slot}")


def _of_pages(found: Slice, best: CodeDirectory) -> Iterator[SigningError]:
    if best.scattered:
        yield error("pages", "unsupported", "scattered pages")
    elif best.limit > found.size:
        yield error("pages", "outside")
    elif changed := sum(1 for _ in best.changed_pages(found.read)):
        yield error("pages", "digest_mismatch", f"{changed} of {best.page_count} pages")


def _message(
    parts: blobs.SuperBlob,
    directories: Sequence[CodeDirectory],
    roots: Sequence[Certificate] | None,
) -> Message:
    if parts.cms is None:
        adhoc = directories[0].flags & _ADHOC
        why = error("cms", "ad_hoc") if adhoc else error("cms", "missing")
        return Message(leaf=None, rooted=False, errors=(why,))
    return message(parts.cms, directories, apple_roots() if roots is None else roots)


def _signed_as(said: Message, *, is_alone: bool) -> str:
    if is_alone:
        return "ad_hoc"
    return (said.rooted and said.leaf and purpose(said.leaf)) or "other"


def _entitlements(parts: blobs.SuperBlob) -> tuple[Map | None, tuple[Anomaly, ...]]:
    """Return what is asked for, and whether the two ways to write it differ."""
    xml = _read(from_xml, parts.blobs.get(ENTITLEMENTS))
    der = _read(from_der, parts.blobs.get(ENTITLEMENTS_DER))
    both = {ENTITLEMENTS, ENTITLEMENTS_DER} <= set(parts.blobs)
    odd: tuple[Anomaly, ...] = ("entitlements_differ",) if both and xml != der else ()
    if xml is None or der is None:
        return xml or der, odd
    return {**xml, **der}, odd


def _read(reader: Callable[[bytes], Map], blob: bytes | None) -> Map | None:
    try:
        return None if blob is None else reader(blob)
    except ParseError:
        return None


def _record(errors: tuple[SigningError, ...], said: Message, *, has_cms: bool) -> Signature:
    broken = {each.scheme for each in errors}
    holds = {"code": not broken & {"code", "pages"}, "cms": has_cms and "cms" not in broken}
    return Signature(
        verified=verdict(errors),
        schemes=tuple(name for name, held in holds.items() if held),
        present=("code", "cms") if has_cms else ("code",),
        signers=(signer(said.leaf),) if said.leaf else (),
        errors=errors,
    )
