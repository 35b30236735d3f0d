"""Where an iPhone keeps what it knows of configuration profiles, and a sysdiagnose its copies.

Paths: profiled's own (MCSystemProfileStorageDirectory, MCUserProfileStorageDirectory), those of a
phone before iOS 10, and `logs/MCState` of a sysdiagnose.
"""

from __future__ import annotations

from scanner.model.requests import AnyRequest, Diagnostic, Glob

_SYSTEM = (
    "/private/var/containers/Shared/SystemGroup/*/Library/ConfigurationProfiles",
    "/private/var/mobile/Library/ConfigurationProfiles",
)
_USER = ("/private/var/mobile/Library/UserConfigurationProfiles",)


def of_system(name: str) -> tuple[AnyRequest, ...]:
    """Return the requests for a file of the phone's own folder of profiles."""
    return (
        *(Glob(pattern=f"{folder}/{name}") for folder in _SYSTEM),
        Diagnostic(name=f"logs/MCState/Shared/{name}"),
    )


def of_user(name: str) -> tuple[AnyRequest, ...]:
    """Return the requests for a file of the folder of its only user."""
    return (
        *(Glob(pattern=f"{folder}/{name}") for folder in _USER),
        Diagnostic(name=f"logs/MCState/User/{name}"),
    )
