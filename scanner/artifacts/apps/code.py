"""Programs of Android: a DEX or an ELF, in an app or by itself."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import UNSET, UnsetType, structs

from scanner.artifacts.apps.opened import AppBytesRead, older_digests
from scanner.formats.programs.app_code import read_program
from scanner.formats.programs.dex import DexFacts
from scanner.formats.programs.elf import ElfFacts
from scanner.model.entities import AppFile, CodeFile


def inspect_program(app: AppBytesRead) -> Iterator[AppFile | CodeFile]:
    """Yield what a loose DEX or ELF is; ParseError where it is none."""
    data = app.data[0 : len(app.data)]
    facts = read_program(data)
    sha1, md5 = older_digests(app.data)
    yield AppFile(
        sha256=app.sha256,
        sha1=sha1,
        md5=md5,
        name=app.name,
        origin=app.origin,
        origins=(app.origin,),
        kind="dex" if isinstance(facts, DexFacts) else "elf",
        size=len(data),
        platform="android",
        signature=None,
        capabilities=(facts.capabilities or None) if isinstance(facts, DexFacts) else UNSET,
        packers=facts.packers or None,
        urls=facts.urls or None,
        domains=facts.domains or None,
        addresses=facts.addresses or None,
        anomalies=facts.anomalies or None,
    )
    yield code_file(
        facts,
        sha256=app.sha256,
        size=len(data),
        name=app.name,
        origin=app.origin,
        app=app.sha256,
        package=UNSET,
    )


def code_file(
    facts: DexFacts | ElfFacts,
    *,
    sha256: str,
    size: int,
    name: str,
    origin: str,
    app: str,
    package: str | None | UnsetType,
) -> CodeFile:
    """Return a program as an entity."""
    return structs.replace(
        _of_dex(sha256, facts) if isinstance(facts, DexFacts) else _of_elf(sha256, facts),
        name=name,
        origin=origin,
        app=app,
        package=package,
        size=size,
        platform="android",
        packers=facts.packers or None,
        anomalies=facts.anomalies or None,
    )


def _of_dex(sha256: str, facts: DexFacts) -> CodeFile:
    return CodeFile(
        sha256=sha256,
        architecture="dalvik",
        format="dex",
        kind="library",
        class_count=facts.class_count,
        method_count=facts.method_count,
        string_count=facts.string_count,
        capabilities=facts.capabilities or None,
    )


def _of_elf(sha256: str, facts: ElfFacts) -> CodeFile:
    return CodeFile(
        sha256=sha256,
        architecture=facts.architecture,
        format="elf",
        kind=facts.kind,
        uuid=facts.build_id,
        soname=facts.soname,
        libraries=facts.libraries or None,
        imports=facts.imports or None,
        exports=facts.exports or None,
        sections=facts.sections or None,
        import_count=facts.import_count,
        export_count=facts.export_count,
        writable_code=facts.writable_code,
    )
