"""The evidence of a simulated iPhone: replies of lockdownd and its services, as property lists."""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from scanner.artifacts.ios.activation import ACTIVATION
from scanner.artifacts.ios.apps import APPS
from scanner.artifacts.ios.disk_images import DISK_IMAGES
from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.processes import PROCESSES
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.provisioning import PROVISIONING
from scanner.model.artifact import Artifact, Planned
from scanner.model.fleet import DeviceFacts
from scanner.model.requests import AnyRequest, Lockdown
from scanner.simulate.fleet.answers import Answered
from scanner.simulate.fleet.management import uuid


def iphone(device: DeviceFacts) -> Iterator[Answered]:
    """Yield the answers that state the facts of an iPhone."""
    about = {
        "ProductType": device.model,
        "ProductVersion": device.release,
        "BuildVersion": device.build,
    }
    yield _reply(Lockdown(), {"Request": "GetValue", "Value": about})
    yield _reply(asked(MANAGEMENT), _configuration(device))
    yield _reply(asked(PROFILES), _profiles(device))
    yield _reply(asked(PROVISIONING), {"Status": 0, "Payload": list(_provisioning(device))})
    yield _reply(asked(APPS), {"Status": "Complete", "LookupResult": dict(_apps(device))})
    listed = {
        str(pid): {"ProcessName": name}
        for pid, name in enumerate(_values(device, "process"), start=1)
    }
    for turn in range(len(PROCESSES.readings)):
        answer = {"Status": "RequestSuccessful", "Payload": listed}
        yield _reply(asked(PROCESSES, turn), answer)
    images = {"EntryList": list(_images(device)), "Status": "Complete"}
    yield _reply(asked(DISK_IMAGES), images)
    developer = "developer_mode=true" in _values(device, "boot")
    yield _reply(asked(DISK_IMAGES, 1), {"DeveloperModeStatus": developer})
    yield _reply(
        Lockdown(domain="com.apple.security.mac.amfi"), _domain(DeveloperModeStatus=developer)
    )
    yield _reply(Lockdown(domain="com.apple.mobile.backup"), _domain(WillEncrypt=True))
    wireless = Lockdown(domain="com.apple.mobile.wireless_lockdown")
    yield _reply(wireless, _domain(EnableWifiConnections=False))
    yield _reply(asked(ACTIVATION), {"Value": "Activated"})


def _domain(**values: bool) -> dict[str, Any]:
    return {"Request": "GetValue", "Value": values}


def asked(artifact: Artifact, position: int = 0) -> AnyRequest:
    """Return the request of one reading of an artifact."""
    request = artifact.readings[position].request
    if isinstance(request, Planned):
        raise TypeError(f"{artifact.name} is planned from what was read before")
    return request


def _reply(request: AnyRequest, reply: dict[str, Any]) -> Answered:
    return Answered(request=request, data=plistlib.dumps(reply, fmt=plistlib.FMT_BINARY))


def _values(device: DeviceFacts, facet: str) -> Iterator[str]:
    held = device.facets.get(facet)
    return (fact.value for fact in held.facts) if held else iter(())


def _configuration(device: DeviceFacts) -> dict[str, Any]:
    stated = dict(value.split("=", 1) for value in _values(device, "management"))
    configuration = {
        "OrganizationName": stated["organization"],
        "ConfigurationURL": f"https://{stated['host']}/enroll",
        "IsSupervised": stated["supervised"] == "true",
        "IsMDMUnremovable": stated["unremovable"] == "true",
        "AllowPairing": stated["allow_pairing"] == "true",
    }
    return {"Status": "Acknowledged", "CloudConfiguration": configuration}


def _profiles(device: DeviceFacts) -> dict[str, Any]:
    versions = dict(value.rsplit(" ", 1) for value in _values(device, "profile_version"))
    metadata = {
        identifier: {
            "PayloadUUID": uuid,
            "PayloadDisplayName": "Example",
            "PayloadRemovalDisallowed": True,
            "PayloadVersion": 1,
        }
        for identifier, uuid in versions.items()
    }
    manifest = {name: {"Description": "Example", "IsActive": True} for name in versions}
    return {
        "Status": "Acknowledged",
        "OrderedIdentifiers": list(versions),
        "ProfileManifest": manifest,
        "ProfileMetadata": metadata,
    }


def _provisioning(device: DeviceFacts) -> Iterator[bytes]:
    """Yield profiles of developers; no signature of Apple's can be made."""
    for value in _values(device, "provisioning_profile"):
        team, _, app = value.partition(" ")
        content = {
            "UUID": uuid(app),
            "Name": "Example",
            "TeamIdentifier": [team],
            "ProvisionedDevices": [],
            "Entitlements": {"application-identifier": f"{team}.{app}"},
            "ExpirationDate": datetime(2027, 1, 1, tzinfo=UTC).replace(tzinfo=None),
        }
        yield plistlib.dumps(content)


def _apps(device: DeviceFacts) -> Iterator[tuple[str, dict[str, Any]]]:
    for kind, facet in (("System", "system_app"), ("User", "app")):
        for name in _values(device, facet):
            yield (
                name,
                {
                    "ApplicationType": kind,
                    "CFBundleIdentifier": name,
                    "SignerIdentity": "Apple iPhone OS Application Signing",
                },
            )


def _images(device: DeviceFacts) -> Iterator[dict[str, Any]]:
    for value in _values(device, "disk_image"):
        kind, _, path = value.partition(" ")
        yield {
            "DeviceType": "DiskImage",
            "DiskImageType": kind,
            "MountPath": path,
            "IsMounted": True,
            "IsReadOnly": True,
        }
