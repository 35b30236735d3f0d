"""Files of apps, read from their bytes: whichever platform they are for, by what they hold.

What reads them is imported where a file is read: most commands read none.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.artifacts.android.app_plan import others, third_party
from scanner.model.artifact import Artifact, Planned, Profile, Reading, Stated
from scanner.model.entities import (
    AppComponent,
    AppFile,
    CodeFile,
    Entity,
    ProvisioningProfile,
    Statement,
)
from scanner.model.evidence import EvidenceFile
from scanner.model.requests import AppBytes


def parse(file: EvidenceFile) -> Iterator[Statement]:
    """Yield what a file of an app is, and what is in it."""
    from scanner.artifacts.apps.inspecting import inspect  # noqa: PLC0415

    yield from inspect(file)


# What only one of the platforms has, and what is joined.
_OF_IOS = (
    *("bundle_version", "min_os", "signed_as", "team", "teams", "encrypted", "entitlements"),
    *("background_modes", "url_schemes", "queried_schemes", "extensions", "frameworks"),
    *("injected", "profile", "profile_kind", "profile_verified", "profile_expires_at"),
)
_OF_ANDROID = (
    *("partial", "split", "version_code", "min_sdk", "target_sdk", "max_sdk", "label_skeleton"),
    *("icon_sha256", "test_only", "launcher", "backup", "shared_user", "overlay_of"),
    *("instruments", "permissions_requested", "permissions_declared", "features", "queries"),
    *("receiver_actions", "service_actions", "bound_permissions", "trusts_user_certificates"),
    *("pinned_domains", "abis", "capabilities", "packers", "embedded", "urls", "domains"),
    *("addresses", "certificates"),
)
_OF_MACHO = (
    *("min_os", "weak_libraries", "rpaths", "command_count", "encrypted", "environment"),
    *("signature", "identifier", "team", "signed_as", "cdhash", "flags", "entitlements"),
)
_OF_OTHERS = ("class_count", "method_count", "string_count", "capabilities", "packers")
_JOINED = ("conflicts", "for_this_device", "expired", "age_days")


def _but(entity: type[Entity], *left_out: str) -> Stated:
    fields = (each for each in entity.__struct_fields__ if each not in {*left_out, *_JOINED})
    return Stated(entity, tuple(fields))


_STATES = (
    _but(AppFile, *_OF_IOS),
    Stated(AppComponent),
    _but(CodeFile, *_OF_MACHO),
)
_IOS_STATES = (
    _but(AppFile, *_OF_ANDROID),
    _but(CodeFile, *_OF_OTHERS),
    _but(ProvisioningProfile),
)

APP_FILES = Artifact(
    name="android.app_files",
    title="Files of apps, by their bytes",
    platform="android",
    states=_STATES,
    readings=(
        Reading(
            Planned(
                after=("android.packages", "android.installed_files"),
                template=AppBytes(path="*"),
                plan=third_party,
            ),
            parse,
        ),
    ),
    profile=Profile.STANDARD,
    provenance="derived_from_bytes",
)
SYSTEM_APP_FILES = Artifact(
    name="android.system_app_files",
    title="Files of apps that the system came with, by their bytes",
    platform="android",
    states=_STATES,
    readings=(
        Reading(
            Planned(
                after=("android.packages", "android.installed_files"),
                template=AppBytes(path="*", shipped=True),
                plan=others,
            ),
            parse,
        ),
    ),
    profile=Profile.DEEP,
    provenance="derived_from_bytes",
)
IOS_APP_FILES = Artifact(
    name="ios.app_files",
    title="Files of apps, by their bytes",
    platform="ios",
    states=_IOS_STATES,
    readings=(Reading(AppBytes(path="*"), parse),),  # an iPhone shows no app's bytes
    profile=Profile.DEEP,
    provenance="derived_from_bytes",
)
