"""Devices of a made fleet: alike but for what a test gives them."""

from __future__ import annotations

from datetime import UTC, datetime

from scanner.fleet import facets_of
from scanner.model.fleet import FACTS_VERSION, DeviceFacts, Facet, Fact

TAKEN = datetime(2026, 11, 20, 12, tzinfo=UTC)
USUAL = {
    "certificate_authority": ("user 0a0a0a0a.0",),
    "device_owner": ("device com.example.mdm/com.example.mdm.Admin",),
    "vpn": ("com.example.vpn",),
    "boot": ("verified_boot=green",),
    "process": ("root /system/bin/vold", "system /system/bin/keystore2"),
    "app": ("com.example.agent", "com.example.mail"),
    "system_app": ("com.example.dialer",),
}


def device(
    number: int,
    *,
    model: str = "Example 9",
    build: str = "EX9.261105",
    taken_at: datetime = TAKEN,
    unread: tuple[str, ...] = (),
    platform: str = "android",
    **given: tuple[str | Fact, ...],
) -> DeviceFacts:
    """Return one device; `given` takes the place of what is usual in a facet."""
    stated = {**USUAL, **given} if platform == "android" else given
    found = {}
    for each in facets_of(platform):
        values = stated.get(each.name, ())
        facts = tuple(value if isinstance(value, Fact) else Fact(value) for value in values)
        reason = "no_permission" if each.name in unread else None
        found[each.name] = Facet(facts=() if reason else facts, unread=reason)
    return DeviceFacts(
        version=FACTS_VERSION,
        device=f"device{number:05}",
        platform=platform,
        taken_at=taken_at,
        case=f"case{number:05}-{taken_at:%d%H}",
        profile="deep",
        manufacturer="Example",
        model=model,
        release="16",
        build=build,
        facets=found,
    )


def fleet(size: int, **given: tuple[str | Fact, ...]) -> list[DeviceFacts]:
    """Return so many devices that are alike."""
    return [device(number, **given) for number in range(size)]
