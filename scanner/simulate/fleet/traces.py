"""What odd things, plants and a push leave on a phone, as changes of one look at it."""

from __future__ import annotations

from collections.abc import Callable

from scanner.simulate.fleet import apps, management, words
from scanner.simulate.fleet.oddities import Odd
from scanner.simulate.fleet.plantings import Planted
from scanner.simulate.fleet.seen import Seen


def show_odd(seen: Seen, odd: Odd) -> None:
    """Add an odd thing that an ordinary phone has."""
    facet = odd.facet.removeprefix("stray_")
    name = f"com.example.odd.{odd.facet.replace('_', '')}{odd.value}"
    _ODD.get(facet, _component)(seen, odd, name)


def _component(seen: Seen, odd: Odd, name: str) -> None:
    seen.add(odd.facet, words.component((name, f"{name}.Service")))
    seen.add_app(name, since=odd.since)


def _role(seen: Seen, odd: Odd, name: str) -> None:
    role, holder = management.ROLES[odd.value % len(management.ROLES)]
    seen.take("role_holder", words.role(role, holder))
    seen.add("role_holder", words.role(role, name))
    seen.add_app(name, since=odd.since)


def _other_vpn(seen: Seen, odd: Odd, name: str) -> None:
    seen.clear("vpn")
    seen.add("vpn", words.vpn(name))
    seen.add_app(name, since=odd.since)


def _lacking(seen: Seen, odd: Odd, _: str) -> None:
    given = (*apps.OF_ALL, apps.AGENT)  # the server watches the last one most
    seen.take_app(given[odd.value % len(given)])


_ODD: dict[str, Callable[[Seen, Odd, str], None]] = {
    "role_holder": _role,
    "vpn": _other_vpn,
    "lacking_app": _lacking,
    "sideloaded_app": lambda seen, odd, name: seen.add_app(name, since=odd.since, sideloaded=True),
    "dns": lambda seen, odd, _: _resolve(seen, f"resolver{odd.value}.example.net"),
    "certificate_authority": lambda seen, _, name: seen.add(
        "certificate_authority", words.authority(name)
    ),
    "profile": lambda seen, _, name: seen.add_profile(name),
    "mount": lambda seen, odd, _: seen.add("mount", words.mount(f"/vendor/part{odd.value}")),
    "provisioning_profile": lambda seen, odd, _: seen.add(
        "provisioning_profile", f"ABCDE{odd.value:05} com.example.developer{odd.value}"
    ),
    "disk_image": lambda seen, *_: seen.add("disk_image", "Personalized /System/Developer"),
}


def show_plant(seen: Seen, plant: Planted) -> None:
    """Add what was planted, or take away what it lacks."""
    _PLANTS[plant.kind](seen, f"x{plant.name}", plant.since)


def _implant(seen: Seen, word: str, since: int) -> None:
    if seen.platform == "ios":
        seen.add("process", f"{word}d")
        _foreign_profile(seen, word, since)
    else:
        seen.add("process", words.process("root", f"{word}d"))
        seen.add("certificate_authority", words.authority(word))


def _stalkerware(seen: Seen, word: str, since: int) -> None:
    name = f"com.example.{word}"
    seen.add_app(name, since=since, sideloaded=True)
    seen.add("accessibility_service", words.component((name, f"{name}.Reader")))
    seen.add("notification_listener", words.component((name, f"{name}.Listener")))


def _foreign_profile(seen: Seen, word: str, _: int) -> None:
    seen.add_profile(f"net.example.{word}")


def _tunnel(seen: Seen, word: str, since: int) -> None:
    seen.clear("vpn")
    seen.add("vpn", words.vpn(f"com.example.{word}"))
    seen.add_app(f"com.example.{word}", since=since)


def _owner(seen: Seen, word: str, since: int) -> None:
    if seen.platform == "ios":
        seen.clear("management")
        for value in words.supervision("Example Rest", f"{word}.example.net"):
            seen.add("management", value)
        return
    name = f"com.example.{word}"
    owner = (name, f"{name}.Receiver")
    for facet in ("device_owner", "device_admin", "restriction"):
        seen.clear(facet)
    seen.add("device_owner", words.owner(owner))
    seen.add("device_admin", words.component(owner))
    seen.add_app(name, since=since)


def _unlocked(seen: Seen, _word: str, _since: int) -> None:
    for facet, changes in (("boot", words.UNLOCKED), ("property", words.UNLOCKED_PROPERTIES)):
        for old, new in changes.items():
            seen.take(facet, old)
            seen.add(facet, new)


def _resolve(seen: Seen, host: str) -> None:
    seen.clear("dns")
    seen.add("dns", words.resolver(host))


_PLANTS: dict[str, Callable[[Seen, str, int], None]] = {
    "implant": _implant,
    "stalkerware": _stalkerware,
    "foreign_profile": _foreign_profile,
    "proxy": lambda seen, word, _: seen.add("proxy", words.proxy(f"{word}.example.net", 8080)),
    "resolver": lambda seen, word, _: _resolve(seen, f"{word}.example.net"),
    "tunnel": _tunnel,
    "owner": _owner,
    "no_agent": lambda seen, *_: seen.take_app(apps.AGENT),
    "unlocked": _unlocked,
}


def show_push(seen: Seen, name: str, day: int) -> None:
    """Add what came to all phones: an app, and what lets its maker read along."""
    seen.add_app(f"com.example.{name}", since=day)
    if seen.platform == "ios":
        seen.add_profile(f"org.example.mdm.{name}")
    else:
        seen.add("certificate_authority", words.authority(name))
