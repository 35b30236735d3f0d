"""What one look at a simulated phone states, facet by facet."""

from __future__ import annotations

from random import Random

from scanner.model.fleet import Facet
from scanner.simulate.fleet import apps, management, system, words
from scanner.simulate.fleet.life import Life
from scanner.simulate.fleet.oddities import passing
from scanner.simulate.fleet.seen import Seen
from scanner.simulate.fleet.stock import choose
from scanner.simulate.fleet.traces import show_odd, show_plant, show_push

READ = {
    "android": words.named("""
        certificate_authority device_owner device_admin restriction vpn proxy dns boot patch_age
        accessibility_service notification_listener input_method role_holder sideloaded_app
        process system_app mount property patch app app_signer installer setting
    """),
    "ios": words.named("""
        management profile profile_version provisioning_profile process system_app disk_image patch
        boot app app_signer sideloaded_app
    """),
}
"""What is read of a phone, by platform."""
REFUSING = {"Nokia", "motorola"}  # makers whose phones do not let the shell list authorities


def look(life: Life, day: int, random: Random, oddness: float) -> dict[str, Facet]:
    """Return the facets of a phone on a day; what runs at that moment is drawn from `random`."""
    model = life.phone.model
    seen = Seen(model.platform, READ[model.platform])
    _system(seen, life, day, random, oddness)
    _apps(seen, life, day)
    if model.platform == "ios":
        _managed_iphone(seen, life, day)
    else:
        _android(seen, life, day)
    _what_is_odd(seen, life, day)
    facets = {name: Facet(facts=tuple(held.values())) for name, held in seen.facets.items()}
    if model.manufacturer in REFUSING:
        facets["certificate_authority"] = Facet(unread="no_permission")
    return facets


def _system(seen: Seen, life: Life, day: int, random: Random, oddness: float) -> None:
    model, build = life.phone.model, life.build_at(day)
    for name, often in system.processes(model, build):
        if random.random() < often:
            seen.add("process", name)
    for number in passing(random, model.platform, oddness):
        seen.add("process", system.passing_process(model, number))
    seen.add("patch", f"release={build.release}")
    if build.patch is None:
        seen.add("patch", f"build={build.build}")
        return
    seen.add("patch", f"security_patch={build.patch}")
    seen.add("patch", f"sdk={system.api_level(build.release)}")
    for value in words.patch_age(build.patch, day):
        seen.add("patch_age", value)
    for name in system.mounts(model):
        seen.add("mount", words.mount(name))
    for value in system.properties(model):
        seen.add("property", value)


def _apps(seen: Seen, life: Life, day: int) -> None:
    for name in apps.system_apps(life.phone):
        seen.add("system_app", name)
    for name in apps.required(life.phone):
        seen.add_app(name, since=-apps.HISTORY)
    for held in life.apps:
        if held.since <= day < held.until:
            seen.add_app(held.name, since=held.since)


def _managed_iphone(seen: Seen, life: Life, day: int) -> None:
    for value in words.supervision("Example Authority", "mdm.example.org"):
        seen.add("management", value)
    for value in words.BOOT_IOS:
        seen.add("boot", value)
    for identifier, uuid in management.profiles(life.phone, new=day >= life.new_version):
        seen.add("profile", identifier)
        seen.add("profile_version", words.profile(identifier, uuid))


def _android(seen: Seen, life: Life, day: int) -> None:
    seen.add("device_owner", words.owner(management.OWNER))
    seen.add("device_admin", words.component(management.OWNER))
    seen.add("certificate_authority", words.authority(management.AUTHORITY))
    seen.add("vpn", words.vpn(management.VPN))
    seen.add("notification_listener", words.component(management.LISTENER))
    for role, holder in management.ROLES:
        seen.add("role_holder", words.role(role, holder))
    maker = life.phone.model.manufacturer
    keyboard = management.KEYBOARDS.get(maker) or management.KEYBOARDS[""]
    seen.add("input_method", words.component(keyboard))
    seen.add("setting", words.LOCKDOWN)
    for value in words.BOOT:
        seen.add("boot", value)
    for value in management.POLICIES:
        seen.add("restriction", value)
    random = Random()  # noqa: S311 - a simulation that can be repeated
    for name, values in system.SETTINGS:
        # A person changes one of them now and then: drawn anew every twenty days.
        random.seed(f"{life.seed}/{life.phone.number}/{name}/{(day + life.phone.number) // 20}")
        value = values[choose(random, tuple(share for _, share in values))][0]
        seen.add("setting", f"{name}={value}")


def _what_is_odd(seen: Seen, life: Life, day: int) -> None:
    for odd in life.odd:
        if odd.since <= day < odd.until:
            show_odd(seen, odd)
    if life.push is not None and day >= life.pushed:
        show_push(seen, life.push.name, life.pushed)
    if life.planted is not None and day >= life.planted.since:
        show_plant(seen, life.planted)
