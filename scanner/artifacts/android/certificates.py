"""Certificate authorities that a user, an administrator or an app added to those of the system.

Android keeps them as files below `/data/misc/user/{user}/cacerts-added`, named by the hash of
their subject and a number: `5ed36f99.0` (TrustedCertificateStore of Conscrypt, all versions since
4.0). The folder is made with the first of them: where `ls` says that there is no such folder, the
folder above could be searched, and there is none. Most phones refuse the shell on the way there,
which says nothing. `dumpsys device_policy` prints no certificate in any version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from scanner.artifacts.android.answer import answer, per_user, user_of
from scanner.errors import ParseError
from scanner.formats.lines import ended_lines
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Certificate
from scanner.model.evidence import EvidenceFile

FOLDER = "cacerts-added"
_CERTIFICATES = 10_000
_NAME = re.compile(r"[0-9a-f]{8}\.\d{1,4}")
_ABSENT = re.compile(r"(?:\S{1,40}: )?\S{1,200}/cacerts-added: No such file or directory")


def parse(file: EvidenceFile) -> Iterator[Certificate]:
    """Yield the certificates of one user; nothing where it is stated that there is none."""
    user = user_of(file)
    if _says_none(file):
        return
    for number, line in enumerate(ended_lines(answer(file)), start=1):
        if number > _CERTIFICATES:
            raise ParseError(f"at most {_CERTIFICATES} certificates expected", line=number)
        if not _NAME.fullmatch(line):
            raise ParseError("the name of a certificate's file expected", line=number)
        yield Certificate(store="user", user=user, name=line, active=True)


def _says_none(file: EvidenceFile) -> bool:
    with file.open() as stream:
        said = stream.read(1000).decode("utf-8", "replace").strip()
    errors = file.errors().strip()
    if not said and not errors:
        return file.exit_code == 0  # an empty folder
    # An old phone has one stream for both.
    return _ABSENT.fullmatch(said or errors) is not None


CERTIFICATES = Artifact(
    name="android.certificates",
    title="Added certificate authorities",
    platform="android",
    profile=Profile.STANDARD,
    states=(Stated(Certificate, ("store", "user", "name", "active")),),
    readings=(Reading(per_user("ls", "-1", f"/data/misc/user/{{user}}/{FOLDER}"), parse),),
)
