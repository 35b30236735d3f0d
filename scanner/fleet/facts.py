"""What one device contributes to a comparison: its facts by facet, from the state that was read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from scanner.fleet import of_apps, of_management, of_system
from scanner.fleet.facets import facets_of
from scanner.fleet.meanings import MEANING
from scanner.fleet.values import LENGTH, MOST, Found
from scanner.formats.text import safe_text
from scanner.model.artifact import Known
from scanner.model.evidence import Gap, Reason
from scanner.model.fleet import Facet, Fact

STATE: Mapping[str, Callable[[Known], Iterator[Found]]] = {
    "certificate_authority": of_management.authorities,
    "device_owner": of_management.owners,
    "device_admin": of_management.admins,
    "management": of_management.management,
    "profile": of_management.profiles,
    "profile_version": of_management.profile_versions,
    "provisioning_profile": of_management.provisioning,
    "restriction": of_management.restrictions,
    "vpn": of_management.vpns,
    "proxy": of_management.proxies,
    "dns": of_management.name_servers,
    "boot": of_system.boot,
    "patch_age": of_system.patch_age,
    "patch": of_system.patch,
    "process": of_system.processes,
    "mount": of_system.mounts,
    "disk_image": of_system.disk_images,
    "property": of_system.properties,
    "setting": of_system.settings,
    "temporary_file": of_system.temporary_files,
    "accessibility_service": of_apps.accessibility_services,
    "notification_listener": of_apps.notification_listeners,
    "input_method": of_apps.input_methods,
    "role_holder": of_apps.role_holders,
    "sideloaded_app": of_apps.sideloaded,
    "system_app": of_apps.system_apps,
    "app": of_apps.apps,
    "app_signer": of_apps.signers,
    "installer": of_apps.installers,
}
"""What states each facet."""


def facets(
    state: Known, platform: str, *, asked: Iterable[str], gaps: Iterable[Gap]
) -> dict[str, Facet]:
    """Return the facets of one device.

    `asked` names the artifacts that were asked for, `gaps` what of them was not read: a facet none
    of whose artifacts was read whole is `unread`, and nothing is concluded from what it lacks.
    """
    missed = _missed(gaps)
    names = set(asked)
    return {
        each.name: _facet(STATE[each.name](state), _unread(each.name, platform, names, missed))
        for each in facets_of(platform)
    }


def _facet(found: Iterator[Found], unread: Reason | None) -> Facet:
    since: dict[str, str | None] = {}
    for value, when in found:
        shown = safe_text(value, LENGTH)
        if shown and shown not in since:
            if len(since) == MOST:
                unread = unread or "truncated"
                break
            since[shown] = when
    facts = tuple(Fact(value, when) for value, when in sorted(since.items(), key=_by_value))
    return Facet(facts=facts, unread=unread)


def _by_value(fact: tuple[str, str | None]) -> str:
    return fact[0]


def _missed(gaps: Iterable[Gap]) -> dict[str, Reason]:
    """Return why artifacts were not read, of the device itself or its first user."""
    missed: dict[str, Reason] = {}
    for gap in gaps:
        if not gap.user:
            missed.setdefault(gap.artifact, gap.reason)
    return missed


def _unread(
    facet: str, platform: str, asked: set[str], missed: Mapping[str, Reason]
) -> Reason | None:
    mine = [name for name in MEANING[facet].artifacts if name.startswith(f"{platform}.")]
    reasons: list[Reason] = []
    for name in mine:
        if name not in asked:
            reasons.append("not_selected")
        elif name in missed:
            reasons.append(missed[name])
        else:
            return None
    return min(reasons, key=lambda reason: reason == "not_selected", default="not_selected")
