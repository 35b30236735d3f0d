"""What installed configuration profiles contain, where a phone or a recording of it tells.

An iPhone lists its profiles to a computer (`GetProfileList` of com.apple.mobile.MCInstall) and
keeps their payloads to itself. So there is one case only in which the answer is whole: no profile
is installed, and with it no payload. In any other the contents are a gap.

A recording may hold them: the stub of each profile (`recorded/profile_stubs`).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios import profiles
from scanner.artifacts.ios.recorded import profile_stubs
from scanner.errors import NotAvailable
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Certificate, Payload, Profile
from scanner.model.evidence import EvidenceFile

# What the list leaves out of a profile: who signed it, and what its payloads decide.
_KEPT = (
    "by_management",
    "chain",
    "encrypted",
    "expires_at",
    "file",
    "identifier",
    "installed_at",
    "payload_types",
    "removal_passcode",
    "signature",
    "signer",
    "signer_expires_at",
    "signer_sha1",
    "signer_sha256",
    "uuid",
)
# A stub does not say whether the phone was told to trust it.
_OF_CERTIFICATES = tuple(each for each in Certificate.__struct_fields__ if each != "active")


def parse(file: EvidenceFile) -> Iterator[Payload]:
    """Yield nothing where no profile is installed; NotAvailable where there is one."""
    if count := sum(1 for _ in profiles.parse(file)):
        detail = f"the phone keeps the contents of its configuration profiles ({count}) to itself"
        raise NotAvailable("no_permission", detail)
    yield from ()


PROFILE_CONTENTS = Artifact(
    name="ios.profile_contents",
    title="Contents of configuration profiles",
    platform="ios",
    states=(
        Stated(Payload),
        Stated(Certificate, _OF_CERTIFICATES, where=("store", ("profile",))),
        Stated(Profile, _KEPT),
    ),
    readings=(
        Reading(profiles.PROFILES.readings[0].request, parse),
        *profile_stubs.CONTENTS,
    ),
)
