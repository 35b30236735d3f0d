"""The packages of a simulated Android phone, as `cmd package` and `dumpsys package` print them."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.fleet import DeviceFacts, Fact
from scanner.simulate.fleet.seen import STORE, signer

_FIRST = 10_000  # of the numbers of apps


def listed(device: DeviceFacts) -> str:
    """Return the list of all packages, with path, version, installer and number."""
    odd = {fact.value for fact in _facts(device, "sideloaded_app")}
    lines = [
        f"package:{_path(name, shipped=True)}={name} versionCode:36  installer=null uid:{number}\n"
        for number, name in enumerate(_names(device, "system_app"), start=_FIRST)
    ]
    for number, name in enumerate(_names(device, "app"), start=_FIRST + 200):
        installer = "null" if name in odd else STORE
        path = _path(name, shipped=False)
        lines.append(f"package:{path}={name} versionCode:7  installer={installer} uid:{number}\n")
    return "".join(lines)


def shipped(device: DeviceFacts) -> str:
    """Return the list of those that came with the system."""
    return "".join(f"package:{name}\n" for name in _names(device, "system_app"))


def disabled(device: DeviceFacts) -> str:
    """Return the list of those that are disabled: one part of the system."""
    return f"package:{next(iter(_names(device, 'system_app')))}\n"


def dump(device: DeviceFacts) -> str:
    """Return what the package manager says of each package."""
    odd = {fact.value for fact in _facts(device, "sideloaded_app")}
    parts = ["Packages:"]
    for number, name in enumerate(_names(device, "system_app"), start=_FIRST):
        parts += _package(name, number, "[ SYSTEM HAS_CODE ]", None, None)
    for number, fact in enumerate(_facts(device, "app"), start=_FIRST + 200):
        installer = None if fact.value in odd else STORE
        parts += _package(fact.value, number, "[ HAS_CODE ]", installer, fact.since)
    parts += ["", "Dexopt state:"]
    for facet in ("system_app", "app"):
        for name in _names(device, facet):
            parts += [f"  [{name}]", "    path: /base.apk"]
    return "\n".join((*parts, ""))


def _package(
    name: str, number: int, flags: str, installer: str | None, since: str | None
) -> Iterator[str]:
    """Yield the entry of one package."""
    yield f"  Package [{name}] ({number:x}):"
    yield f"    appId={number}"
    yield "    versionCode=7 minSdk=26 targetSdk=36"
    yield "    apkSigningVersion=3"
    yield f"    flags={flags}"
    yield f"    lastUpdateTime={since or '2009-01-01'} 12:00:00"
    if installer is not None:
        yield f"    installerPackageName={installer}"
    yield f"    packageSource={2 if installer else 0}"
    signed = f"PackageSignatures{{{number:x} version:3, signatures:[{signer(name)}]"
    yield f"    signatures={signed}, past signatures:[]}}"
    yield (
        "    User 0: ceDataInode=1 installed=true hidden=false suspended=false stopped=false "
        "notLaunched=false enabled=0 instant=false virtual=false"
    )
    yield f"      firstInstallTime={since or '2009-01-01'} 12:00:00"


def _path(name: str, *, shipped: bool) -> str:
    return (
        f"/system/app/{name}/{name}.apk"
        if shipped
        else f"/data/app/~~AAAA==/{name}-BBBB==/base.apk"
    )


def _facts(device: DeviceFacts, facet: str) -> tuple[Fact, ...]:
    held = device.facets.get(facet)
    return held.facts if held else ()


def _names(device: DeviceFacts, facet: str) -> Iterator[str]:
    return (fact.value for fact in _facts(device, facet))
