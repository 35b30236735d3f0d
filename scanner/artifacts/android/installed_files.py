"""Files of apps and their digests, as androidqf collects them in packages.json.

A JSON list, written once at the end (androidqf adb/packages.go and modules/packages.go). `files` of
a package are what `pm path` named: its APK, and the splits of it. `md5`, `sha1` and `sha256` are
what the phone's own `md5sum`, `sha1sum` and `sha256sum` printed; they are empty in its fast mode,
and where the shell may not read the file. `certificate` is that of the signer, with digests of the
certificate in DER, as the collector's computer read it from a copy; where it pulled none, its
strings are empty. `Md5`, `Sha1`, `Sha256` and the names in lower case are both read. As
`verified_certificate` is false, too, where nobody looked, it is stated beside a certificate only.

A phone of several users lists a file once for each; it is one file. Subjects of certificates are
names of persons at times: they are never read. A phone is not asked for digests: it would read
gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from msgspec import UNSET, field

from scanner.errors import ParseError
from scanner.formats.components import package_name
from scanner.formats.digests import digest
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import InstalledFile
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Collected, MiB

_LIMIT = 64 * MiB  # bytes of the document
_PACKAGES = 20_000
_FILES = 200_000
_PATH_LIMIT = 4096


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
    readings=(Reading(Collected(collector="androidqf", name="packages.json"), parse),),
    profile=Profile.DEEP,
)
