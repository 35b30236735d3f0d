"""What lockdownd states in its other domains: its switches, and nothing else.

Most of these domains hold what a computer once synchronised, names of accounts among it. Of them
only values that are true or false become entities; texts, numbers and lists are never read. Which
domains a phone has differs by version; one that it does not know is no loss.

Source of the names: the list of domains that acquisition tools ask for (UFADE, pymobiledevice3).
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.ios.reply import values_of
from scanner.model.artifact import Artifact, Profile, Reading, Stated
from scanner.model.entities import Property
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import Lockdown

DOMAINS = (
    "com.apple.disk_usage.factory",
    "com.apple.fairplay",
    "com.apple.iTunes",
    "com.apple.international",
    "com.apple.iqagent",
    "com.apple.mobile.battery",
    "com.apple.mobile.data_sync",
    "com.apple.mobile.debug",
    "com.apple.mobile.iTunes",
    "com.apple.mobile.lockdown_cache",
    "com.apple.mobile.lockdownd",
    "com.apple.mobile.mobile_application_usage",
    "com.apple.mobile.nikita",
    "com.apple.mobile.restriction",
    "com.apple.mobile.software_behavior",
    "com.apple.mobile.sync_data_class",
    "com.apple.mobile.tethered_sync",
    "com.apple.mobile.third_party_termination",
    "com.apple.mobile.user_preferences",
    "com.apple.purplebuddy",
    "com.apple.xcode.developerdomain",
)
_COUNT = 1000  # switches of one domain
_LENGTH = 100  # characters of a name


def parse(file: EvidenceFile) -> Iterator[Property]:
    """Yield the switches of one domain, each under the domain's name and its own."""
    domain = file.request.domain if isinstance(file.request, Lockdown) else None
    switches = ((name, value) for name, value in values_of(file).items() if isinstance(value, bool))
    for _, (name, value) in zip(range(_COUNT), switches, strict=False):
        yield Property(name=f"{domain}/{name[:_LENGTH]}", value=str(value).lower())


LOCKDOWN_DOMAINS = Artifact(
    name="ios.lockdown_domains",
    title="Other switches of lockdownd",
    platform="ios",
    states=(Stated(Property),),
    readings=tuple(Reading(Lockdown(domain=domain), parse) for domain in DOMAINS),
    profile=Profile.STANDARD,
)
