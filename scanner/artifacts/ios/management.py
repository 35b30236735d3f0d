"""Who supervises the phone, from MCInstall and lockdownd.

`GetCloudConfiguration` answers with Status `Acknowledged` and, only where the phone has one,
CloudConfiguration: IsSupervised, IsMandatory, IsMDMUnremovable, AllowPairing, IsMultiUser, each a
boolean or 0 and 1; OrganizationName, ConfigurationURL or ConfigurationWebURL of the management,
ConfigurationSource (0 none, 1 Apple's server, 2 a computer) and SupervisorHostCertificates, those
of the computers that supervise it, in DER. Contacts of the organization stand there too and are not
read, nor more of an address than its host.

The domain com.apple.mobile.chaperone of lockdownd states DeviceIsChaperoned, also on a phone that
has no configuration.

Sources: pymobiledevice3 mobile_config.py, the service's code (decompiled), clients that read the
domain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import UNSET, UnsetType

from scanner.artifacts.ios.reply import known, reply_with, values_of
from scanner.errors import ParseError
from scanner.formats.plists import Map, entries, flag, number, text
from scanner.formats.servers import server_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Management
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown, ServiceCall

_CERTIFICATES = 1000
_CONFIGURATION = "CloudConfiguration"


def parse(file: EvidenceFile) -> Iterator[Management]:
    """Yield the configuration, or that there is none."""
    reply = reply_with(file, "Acknowledged")
    if _CONFIGURATION not in reply:
        yield Management(configured=False, organization=None, host=None, supervisors=None)
        return
    found = reply[_CONFIGURATION]
    if not isinstance(found, dict):
        raise ParseError("a cloud configuration expected")
    yield Management(
        configured=True,
        supervised=known(flag(found, "IsSupervised")),
        organization=text(found, "OrganizationName"),
        mandatory=known(flag(found, "IsMandatory")),
        unremovable=known(flag(found, "IsMDMUnremovable")),
        allow_pairing=known(flag(found, "AllowPairing")),
        multi_user=known(flag(found, "IsMultiUser")),
        source=known(number(found, "ConfigurationSource")),
        host=_host(found),
        supervisors=_supervisors(found),
    )


def parse_chaperone(file: EvidenceFile) -> Iterator[Management]:
    """Yield whether the phone is supervised."""
    yield Management(supervised=known(flag(values_of(file), "DeviceIsChaperoned")))


def _host(found: Map) -> str | None | UnsetType:
    """Return the host of the management; UNSET where its address cannot be read."""
    for key in ("ConfigurationURL", "ConfigurationWebURL"):
        if key in found:
            server = server_of(found[key])
            return server.host if server else UNSET
    return None


def _supervisors(found: Map) -> tuple[str, ...] | None | UnsetType:
    """Return the digests of the supervisors' certificates; UNSET where one is no certificate."""
    certificates = entries(found, "SupervisorHostCertificates")
    if len(certificates) > _CERTIFICATES:
        raise ParseError(f"at most {_CERTIFICATES} certificates of supervisors expected")
    if not all(isinstance(one, bytes) for one in certificates):
        return UNSET
    return tuple(sorted({hashlib.sha256(one).hexdigest() for one in certificates})) or None


MANAGEMENT = Artifact(
    name="ios.management",
    title="Supervision and management",
    platform="ios",
    states=(
        Stated(
            Management,
            (
                "supervised",
                "organization",
                "configured",
                "mandatory",
                "unremovable",
                "allow_pairing",
                "multi_user",
                "source",
                "host",
                "supervisors",
            ),
        ),
    ),
    readings=(
        Reading(
            ServiceCall(
                service="com.apple.mobile.MCInstall",
                arguments=(("RequestType", "GetCloudConfiguration"),),
            ),
            parse,
            covers=("configuration", "supervision"),
        ),
        # A second voice on supervision; a phone without this domain is complete without it.
        Reading(
            Lockdown(domain="com.apple.mobile.chaperone"), parse_chaperone, covers=("supervision",)
        ),
    ),
)
