"""Programs of iOS (Mach-O): what each architecture of a file loads, and who signed it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from msgspec import Struct

from scanner.formats.buffer import Buffer
from scanner.formats.certificates import Certificate
from scanner.formats.ios_app.libraries import Loading, is_hooking, is_jailbreak
from scanner.formats.macho.anomalies import Anomaly
from scanner.formats.macho.code_signature import CodeSignature, code_signature
from scanner.formats.macho.entitlements import asked
from scanner.formats.macho.program import Program, program
from scanner.formats.macho.slices import slices
from scanner.formats.macho.symbols import names
from scanner.model.entities import CodeFile

SYMBOL_LIMIT = 1000  # names of symbols that are stated; all are counted
_ORDER = ("arm64e", "arm64", "armv7s", "armv7")  # which a phone of today would run


class Place(Struct, frozen=True, kw_only=True):
    """Which file a program is, and in which app."""

    name: str
    origin: str
    sha256: str
    path: str = ""  # from the folder of the app
    app: str | None = None  # SHA-256 of the app file
    package: str | None = None


class Inspected(Struct, frozen=True, kw_only=True):
    """One architecture of a file."""

    entity: CodeFile
    program: Program
    code: CodeSignature | None  # None: nobody signed it
    loading: Loading


def inspected(
    data: Buffer, place: Place, *, roots: Sequence[Certificate] | None = None
) -> Iterator[Inspected]:
    """Yield each architecture of a file; ParseError where it is no Mach-O."""
    found, of_all = slices(data)
    seen: dict[str, int] = {}
    for each in found:
        seen[each.architecture] = count = seen.get(each.architecture, 0) + 1
        word = each.architecture if count == 1 else f"{each.architecture} ({count})"
        made = program(each)
        code = code_signature(each, made.signature, roots=roots) if made.signature else None
        loading = Loading(path=place.path, libraries=tuple(made.libraries), rpaths=_rpaths(made))
        yield Inspected(
            entity=_entity(made, code, place, word, of_all),
            program=made,
            code=code,
            loading=loading,
        )


def preferred(found: Sequence[Inspected]) -> Inspected | None:
    """Return the architecture that a phone would run; of others the first."""
    known = (each for word in _ORDER for each in found if each.entity.architecture == word)
    return next(known, found[0] if found else None)


def _rpaths(made: Program) -> tuple[str, ...]:
    return tuple(made.rpaths)


def _entity(
    made: Program,
    code: CodeSignature | None,
    place: Place,
    architecture: str,
    of_all: Sequence[Anomaly],
) -> CodeFile:
    symbols = names(made)
    odd = sorted({*made.odd, *of_all, *(code.anomalies if code else ()), *_oddities(made)})
    return CodeFile(
        sha256=place.sha256,
        architecture=architecture,
        name=place.name,
        origin=place.origin,
        app=place.app,
        package=place.package,
        format="macho",
        kind=made.kind,
        size=made.slice.size,
        platform=made.platform,
        min_os=made.min_os,
        uuid=made.uuid,
        soname=made.soname,
        libraries=tuple(made.libraries) or None,
        weak_libraries=tuple(made.weak_libraries) or None,
        rpaths=tuple(made.rpaths) or None,
        imports=symbols.imports[:SYMBOL_LIMIT] or None,
        exports=symbols.exports[:SYMBOL_LIMIT] or None,
        sections=made.sections or None,
        import_count=len(symbols.imports),
        export_count=len(symbols.exports),
        command_count=made.command_count,
        anomalies=tuple(odd) or None,
        writable_code=made.writable_code,
        encrypted=made.encrypted,
        environment=tuple(made.environment) or None,
        **_of_signature(code),
    )


def _of_signature(code: CodeSignature | None) -> dict[str, Any]:
    """State what a signature says; only what it is worth where it cannot be read."""
    found = {
        "signature": code.signature if code else None,
        "signed_as": code.signed_as if code else "none",
    }
    if code is None:
        return {
            **found,
            **dict.fromkeys(("identifier", "team", "cdhash", "flags", "entitlements")),
        }
    if (directory := code.directory) is None:
        return found
    return {
        **found,
        "identifier": directory.identifier,
        "team": directory.team,
        "cdhash": directory.cdhash.hex(),
        "flags": directory.flag_words() or None,
        "entitlements": asked(code.entitlements) if code.entitlements else None,
    }


def _oddities(made: Program) -> Iterator[Anomaly]:
    if any(map(is_jailbreak, made.rpaths)):
        yield "jailbreak_rpath"
    if any(is_hooking(each) or is_jailbreak(each) for each in made.libraries):
        yield "hooking_library"
