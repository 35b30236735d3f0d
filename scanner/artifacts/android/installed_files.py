"""Files of apps: what a phone lists of their folders, or androidqf in packages.json.

A phone lists the folder in which the base of an app lies (`find` and `stat -c`, which the toybox of
Android 8 and later has). Of a folder that several apps share each states its own base only. A
record begins with numbers and ends with a full name; what follows a line end in a name has no slash
and so is never a record of its own. A folder that shows no base is said to be missing: the splits
of that app are not known.

Of androidqf: a JSON list, written once at the end (androidqf adb/packages.go and
modules/packages.go). `files` of a package are what `pm path` named: its APK, and the splits of it.
`md5`, `sha1` and `sha256` are what the phone's own `md5sum`, `sha1sum` and `sha256sum` printed;
they are empty in its fast mode, and where the shell may not read the file. `certificate` is that of
the signer, with digests of the certificate in DER, as the collector's computer read it from a copy;
where it pulled none, its strings are empty. `Md5`, `Sha1`, `Sha256` and the names in lower case are
both read. As `verified_certificate` is false, too, where nobody looked, it is stated beside a
certificate only.

A phone of several users lists a file once for each; it is one file. Subjects of certificates are
names of persons at times: they are never read. A phone is not asked for digests: it would read
gigabytes, and could lie.
"""

from __future__ import annotations

import re
import stat
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec import UNSET, field

from scanner.artifacts.android import app_plan
from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.digests import digest
from scanner.formats.lines import raw_lines
from scanner.model.artifact import Artifact, Planned, Profile, Reading, Stated
from scanner.model.entities import InstalledFile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import AppFolders, Collected, MiB

_LIMIT = 64 * MiB  # bytes of the document
_PACKAGES = 20_000
_FILES = 200_000
_PATH_LIMIT = 4096
_RECORD = re.compile(rb"([0-9a-f]{1,8}) (\d{1,19}) (\d{1,20}) (-?\d{1,19}) (/.*)", re.DOTALL)


class _Certificate(msgspec.Struct):
    """Digests of the signer's certificate, in both spellings of their names."""

    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    capital_md5: str = field(default="", name="Md5")
    capital_sha1: str = field(default="", name="Sha1")
    capital_sha256: str = field(default="", name="Sha256")


class _File(msgspec.Struct):
    path: str = ""
    md5: str = ""
    sha1: str = ""
    sha256: str = ""
    certificate: _Certificate | None = None
    verified_certificate: bool = False


class _Package(msgspec.Struct):
    name: str
    files: list[_File] | None = None


def parse_listing(file: EvidenceFile) -> Iterator[InstalledFile]:
    """Yield the files that stand in the folders of apps; ParseError where one shows no base."""
    if not isinstance(file.request, AppFolders):
        raise ParseError("the folders of some apps expected")
    owners = {path: package for package, path in file.request.apps}
    several = Counter(_folder(path) for path in owners)
    of_folder = {_folder(path): owners[path] for path in owners if several[_folder(path)] == 1}
    unseen = set(owners)
    for count, (mode, size, inode, modified, path) in enumerate(_records(answer(file))):
        if count >= _FILES:
            raise ParseError(f"at most {_FILES} files expected")
        package = owners.get(path) or of_folder.get(_folder(path))
        if package is None or stat.S_ISDIR(mode):
            continue
        unseen.discard(path)
        plain = stat.S_ISREG(mode)
        yield InstalledFile(
            package=package,
            path=path,
            size=size if plain else None,
            modified=modified if plain else None,
            inode=inode if plain else None,
        )
    if unseen:
        raise ParseError(f"the base of {len(owners)} apps expected, that of {len(unseen)} missing")


def _records(file: EvidenceFile) -> Iterator[tuple[int, int, int, int, str]]:
    """Yield type and mode, size, inode, time of change and path of each file."""
    record = b""
    for line in raw_lines(file):
        if record and _RECORD.match(line):
            yield from _record(record)
            record = b""
        record += line
        if len(record) > 2 * _PATH_LIMIT:
            raise ParseError(f"a path of at most {_PATH_LIMIT} characters expected")
    yield from _record(record)


def _record(text: bytes) -> Iterator[tuple[int, int, int, int, str]]:
    found = _RECORD.fullmatch(text[:-1])  # half a record has no end of line
    if found and text.endswith(b"\n"):
        mode, size, inode, modified, path = found.groups()
        yield int(mode, 16), int(size), int(inode), int(modified), path.decode("utf-8", "replace")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def parse(file: EvidenceFile) -> Iterator[InstalledFile]:
    """Yield the files of each app."""
    try:
        packages = msgspec.json.decode(file.read(_LIMIT), type=list[_Package])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ParseError("a list of packages with their files expected") from error
    if not packages:
        raise ParseError("a package expected, found nothing")
    if len(packages) > _PACKAGES:
        raise ParseError(f"at most {_PACKAGES} packages expected")
    count = 0
    for package in packages:
        name = package_name(package.name)
        if name is None:
            raise ParseError("the name of a package expected")
        for one in package.files or ():
            count += 1
            if count > _FILES:
                raise ParseError(f"at most {_FILES} files expected")
            if one.path.startswith("/") and len(one.path) <= _PATH_LIMIT:
                yield _installed_file(name, one)


def _installed_file(package: str, found: _File) -> InstalledFile:
    signer = found.certificate or _Certificate()
    sha256 = digest(signer.sha256 or signer.capital_sha256, "sha256")
    sha1 = digest(signer.sha1 or signer.capital_sha1, "sha1")
    md5 = digest(signer.md5 or signer.capital_md5, "md5")
    signed = any(each is not UNSET for each in (sha256, sha1, md5))
    return InstalledFile(
        package=package,
        path=found.path,
        sha256=digest(found.sha256, "sha256"),
        sha1=digest(found.sha1, "sha1"),
        md5=digest(found.md5, "md5"),
        signer_sha256=sha256,
        signer_sha1=sha1,
        signer_md5=md5,
        verified=found.verified_certificate if signed else UNSET,
    )


INSTALLED_FILES = Artifact(
    name="android.installed_files",
    title="Files of apps: digests and signers",
    platform="android",
    states=(Stated(InstalledFile),),
    readings=(
        Reading(Collected(collector="androidqf", name="packages.json"), parse),
        Reading(
            Planned(
                after=("android.packages",),
                template=AppFolders(apps=(("*", "*/*.apk"),)),
                plan=app_plan.folders,
            ),
            parse_listing,
        ),
    ),
    profile=Profile.STANDARD,
)
