"""Reports as files: written new, read back, and described."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from scanner.case import Case, require_unchanged
from scanner.errors import UsageError
from scanner.model.evidence import Evidence
from scanner.model.report import Acquisition, Report
from scanner.pipeline.compose import Examined
from scanner.pipeline.limits import is_recording
from scanner.report import FORMATS
from scanner.report.json import load as load_report

ENDINGS = {"json": "json", "html": "html", "text": "txt"}
_REPORT_LIMIT = 512 * 1024 * 1024


def rendered(examined: Examined, formats: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Yield (file name, content) of the entities and of a report in each format."""
    for name in dict.fromkeys(formats):
        yield f"report.{ENDINGS[name]}", _encoded(FORMATS[name](examined.report))
    yield "entities.jsonl", b"".join(examined.entities)


def write_report(examined: Examined, folder: Path, formats: Sequence[str]) -> tuple[Path, ...]:
    """Write a report into a new or empty folder; UsageError where it holds something."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty", remedy="name a new folder with -o")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    written = []
    for name, content in rendered(examined, ("json", *formats)):
        write_new(folder / name, content)
        written.append(folder / name)
    return tuple(written)


def write_new(path: Path, content: bytes | str) -> None:
    """Write a file that does not exist yet."""
    try:
        with path.open("xb") as stream:
            stream.write(_encoded(content))
    except FileExistsError:
        raise UsageError(f"{path} exists already", remedy="name another file with -o") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error


def _encoded(content: bytes | str) -> bytes:
    return content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content


def read_report(source: Path) -> Report:
    """Read a report.json, or the one that lies in a case, which is verified first."""
    if source.is_dir():
        case = source
        require_unchanged(case)
        source = Case.open(case).report_folder / "report.json"
        if not source.exists():
            raise UsageError("the case holds no report", remedy=f"scanner examine {case} makes one")
    if source.stat().st_size > _REPORT_LIMIT:
        raise UsageError(f"{source} is too large for a report")
    return load_report(source.read_bytes())


class CaseDescription(Struct, frozen=True, kw_only=True):
    """What a case holds."""

    folder: str
    complete: bool
    digest: str | None
    acquisition: Acquisition
    evidence: tuple[Evidence, ...]

    def lines(self) -> Iterator[tuple[str, str]]:
        """Yield name and value of what people ask first."""
        acquisition = self.acquisition
        yield "case", acquisition.case
        yield "complete", "yes" if self.complete else "no"
        yield "digest", self.digest or "none, the case was not closed"
        recorded = is_recording(acquisition)
        way = f"{'from' if recorded else 'over'} {acquisition.transport}"
        yield "device", f"{acquisition.platform} {acquisition.device} {way}"
        if recorded:
            moment = acquisition.recorded_at
            yield "recorded", moment.isoformat() if moment else "not stated"
        yield "started", acquisition.started_at.isoformat()
        yield "ended", acquisition.ended_at.isoformat() if acquisition.ended_at else "never"
        yield "profile", acquisition.profile
        for name in ("operator", "case_number", "purpose", "consent"):
            yield name.replace("_", " "), getattr(acquisition, name) or "not recorded"
        if acquisition.clock is not None:
            clock = acquisition.clock
            skew = f"{clock.skew_seconds:+.3f} s, give or take {clock.uncertainty_seconds:.3f} s"
            yield "device clock", f"{clock.device_at.isoformat()}, {skew}"
        kept = "parts of the recording" if recorded else "files"
        size = sum(each.size for each in self.evidence)
        yield "evidence", f"{len(self.evidence)} {kept}, {size} bytes"


def describe_case(folder: Path) -> CaseDescription:
    """Describe a case without verifying or examining it."""
    case = Case.open(folder)
    return CaseDescription(
        folder=str(folder),
        complete=case.complete,
        digest=case.digest,
        acquisition=case.acquisition,
        evidence=case.evidence(),
    )
