"""Who supervises the phone, from MCInstall and lockdownd.

`GetCloudConfiguration` answers with Status `Acknowledged` and, only where the phone has one,
CloudConfiguration: IsSupervised, IsMandatory, IsMDMUnremovable, AllowPairing, IsMultiUser, each a
boolean or 0 and 1; OrganizationName, ConfigurationURL or ConfigurationWebURL of the management,
ConfigurationSource (0 none, 1 Apple's server, 2 a computer) and SupervisorHostCertificates, those
of the computers that supervise it, in DER. Contacts of the organization stand there too and are not
read, nor more of an address than its host.

A recording holds the same dictionary as CloudConfigurationDetails.plist. On a phone that nobody
manages it states ConfigurationSource 0, or nothing.

The domain com.apple.mobile.chaperone of lockdownd states DeviceIsChaperoned, also on a phone that
has no configuration.

Sources: pymobiledevice3 mobile_config.py, the service's code (decompiled), clients that read the
domain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from msgspec import UNSET, UnsetType, structs

from scanner.artifacts.ios.recorded.profile_places import of_system
from scanner.artifacts.ios.reply import known, reply_with, values_of
from scanner.errors import ParseError
from scanner.formats.plists import Map, entries, flag, number, read_map, text
from scanner.formats.servers import server_of
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Management
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown, ServiceCall

_CERTIFICATES = 1000
_CONFIGURATION = "CloudConfiguration"
_NONE = Management(configured=False, organization=None, host=None, supervisors=None)
_KNOWN = {"IsSupervised", "ConfigurationSource", "AllowPairing", "IsMandatory"}


def parse(file: EvidenceFile) -> Iterator[Management]:
    """Yield the configuration, or that there is none."""
    reply = reply_with(file, "Acknowledged")
    found = reply.get(_CONFIGURATION, {})
    if not isinstance(found, dict):
        raise ParseError("a cloud configuration expected")
    yield _stated(found) if _CONFIGURATION in reply else _NONE


def parse_details(file: EvidenceFile) -> Iterator[Management]:
    """Yield the configuration, or that there is none, as the phone's own file says."""
    found = read_map(file)
    if found and not _KNOWN & set(found):
        raise ParseError("a cloud configuration expected")
    stated = _stated(found) if found else _NONE
    none = stated.source == 0 and not stated.supervised and not stated.organization
    yield structs.replace(stated, configured=False) if none else stated


def parse_chaperone(file: EvidenceFile) -> Iterator[Management]:
    """Yield whether the phone is supervised."""
    yield Management(supervised=known(flag(values_of(file), "DeviceIsChaperoned")))


def _stated(found: Map) -> Management:
    return Management(
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
        *(
            Reading(request, parse_details, covers=("configuration", "supervision"))
            for request in of_system("CloudConfigurationDetails.plist")
        ),
    ),
)
