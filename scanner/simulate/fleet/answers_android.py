"""The evidence of a simulated Android phone: what the shell would have answered, in its layouts.

The layouts are those that `scanner/artifacts/android` documents; of each text as much stands here
as the facets need.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.fleet import DeviceFacts
from scanner.model.requests import AnyRequest, Command, Dumpsys
from scanner.simulate.fleet.answers import Answered
from scanner.simulate.fleet.answers_packages import disabled, dump, listed, shipped

_LINKS = "fe80::42:acff:fe11:2/64,192.0.2.23/24"
_DENIED = b"ls: /data/misc/user/0/cacerts-added: Permission denied\n"


def android(device: DeviceFacts) -> Iterator[Answered]:
    """Yield the answers that state the facts of an Android phone."""
    yield _command(_properties(device), "getprop")
    yield _command("Users:\n\tUserInfo{0:Owner:4c13} running\n", "pm", "list", "users")
    yield _command(_settings(device, "global"), "settings", "list", "global")
    for space in ("secure", "system"):
        argv = ("settings", "--user", "0", "list", space)
        yield _command(_settings(device, space), *argv, user=0)
    packages = ("cmd", "package", "list", "packages")
    options = ("-f", "-U", "-i", "--show-versioncode", "--user", "0")
    yield _command(listed(device), *packages, *options, user=0)
    yield _command(disabled(device), *packages, "-d", "--user", "0", user=0)
    yield _command(shipped(device), *packages, "-s", "--user", "0", user=0)
    yield _dumpsys(dump(device), "package")
    yield _command(_processes(device), "ps", "-A", "-o", "PID,PPID,USER,LABEL,STIME,NAME,CMDLINE")
    yield _dumpsys(_policy(device), "device_policy")
    yield _dumpsys(_roles(device), "role")
    yield _dumpsys(_connectivity(device), "connectivity")
    yield _dumpsys(_vpns(device), "vpn_management")
    yield _command(_mounts(device), "cat", "/proc/mounts")
    yield _command("Enforcing\n", "getenforce")
    yield _authorities(device)


def values(device: DeviceFacts, facet: str) -> list[str]:
    """Return the values of a facet."""
    held = device.facets.get(facet)
    return [fact.value for fact in held.facts] if held else []


def _command(text: str, *argv: str, user: int | None = None) -> Answered:
    return _answered(Command(argv=argv, user=user), text)


def _dumpsys(text: str, service: str) -> Answered:
    return _answered(Dumpsys(service=service), text)


def _answered(request: AnyRequest, text: str) -> Answered:
    return Answered(request=request, data=text.encode(), exit_code=0)


def _properties(device: DeviceFacts) -> str:
    about = {
        "ro.product.manufacturer": device.manufacturer,
        "ro.product.model": device.model,
        "ro.build.fingerprint": device.build,
        "ro.build.version.release": device.release,
        "ro.build.version.security_patch": device.security_patch,
    }
    stated = [*values(device, "property"), *(f"{name}={value}" for name, value in about.items())]
    pairs = (value.partition("=") for value in stated)
    return "".join(sorted(f"[{name}]: [{value}]\n" for name, _, value in pairs))


def _settings(device: DeviceFacts, space: str) -> str:
    """Return the settings of a namespace, with those that other facets are read from."""
    stated = dict.fromkeys(("volume_music",), "5")
    for value in values(device, "setting"):
        name, _, set_to = value.partition("=")
        namespace, _, name = name.partition("/")
        if namespace == space:
            stated[name] = set_to
    if space == "secure":
        stated |= _lists(device)
    return "".join(f"{name}={value}\n" for name, value in sorted(stated.items()))


def _lists(device: DeviceFacts) -> dict[str, str]:
    keyboards = values(device, "input_method")
    stated = {
        "enabled_accessibility_services": ":".join(values(device, "accessibility_service")),
        "enabled_notification_listeners": ":".join(values(device, "notification_listener")),
        "enabled_input_methods": ":".join(keyboards),
        "default_input_method": keyboards[0] if keyboards else "",
    }
    for value in values(device, "vpn"):
        package, _, rest = value.partition(", ")
        if rest:
            stated["always_on_vpn_app"] = package
    return {name: value for name, value in stated.items() if value}


def _processes(device: DeviceFacts) -> str:
    lines = [f"{'PID':>5} {'PPID':>5} {'USER':12} {'LABEL':30} {'STIME':8} {'NAME':27} CMDLINE"]
    for pid, value in enumerate(values(device, "process"), start=400):
        owner, _, path = value.partition(" ")
        name = path.rpartition("/")[2]
        label = f"u:r:{name[:15]}:s0"
        lines.append(f"{pid:5} {1:5} {owner:12} {label:30} 09:12:04 {name:27} {path}")
    return "\n".join((*lines, ""))


def _policy(device: DeviceFacts) -> str:
    lines = ["Current Device Policy Manager state:"]
    for value in values(device, "device_owner"):
        owner = value.removeprefix("device ")
        lines += [
            "  Device Owner: ",
            f"    admin=ComponentInfo{{{owner}}}",
            f"    package={owner.partition('/')[0]}",
            "    User ID: 0",
            "  ",
        ]
    lines.append("  Enabled Device Admins (User 0, provisioningState: 0):")
    for admin in values(device, "device_admin"):
        begin = f"{admin.partition('/')[0]}: "
        policies = [
            value.removeprefix(begin)
            for value in values(device, "restriction")
            if value.startswith(begin)
        ]
        lines += [f"    {admin}:", "      uid=10064", "      policies:"]
        lines += [f"        {policy}" for policy in policies]
    return "\n".join((*lines, "    mPasswordOwner=-1", "  ", ""))


def _roles(device: DeviceFacts) -> str:
    lines = ["ROLE MANAGER STATE (dumpsys role):", "{", "  user_states=["]
    lines += ["    {", "      user_id=0", "      version=1", "      roles=["]
    for value in values(device, "role_holder"):
        name, _, holder = value.partition(" ")
        lines += ["        {", f"          name={name}", "          fallback_enabled=true"]
        lines += [f"          holders={holder}", "        }"]
    return "\n".join((*lines, "      ]", "    }", "  ]", "}", ""))


def _connectivity(device: DeviceFacts) -> str:
    private = next(iter(values(device, "dns")), "")
    named = private.removeprefix("private ")
    resolver = f" UsePrivateDns: true PrivateDnsServerName: {named}" if named else ""
    proxy = ""
    for value in values(device, "proxy"):
        host, _, port = value.partition(":")
        proxy = f" HttpProxy: [{host}] {port} xl="
    agent = (
        "  NetworkAgentInfo{network{101}  ni{WIFI CONNECTED extra: }  lp{{InterfaceName: wlan0"
        f" LinkAddresses: [ {_LINKS} ] DnsAddresses: [ /10.0.0.1 ]{resolver} Domains: null MTU: 0"
        f"{proxy} Routes: [ 0.0.0.0/0 -> 10.0.0.1 wlan0 mtu 0 ]}}}}  nc{{[ Transports: WIFI"
        " Capabilities: NOT_METERED&INTERNET&NOT_VPN&VALIDATED ]}}"
    )
    return f"Current Networks:\n{agent}\n\nNetwork Requests:\n"


def _vpns(device: DeviceFacts) -> str:
    package = next(iter(values(device, "vpn")), "[Legacy VPN]").partition(", ")[0]
    return f"VPNs:\n  0: {package}\n    Active package name: {package}\n    Active vpn type: 1\n"


def _mounts(device: DeviceFacts) -> str:
    lines = []
    for value in values(device, "mount"):
        place, _, type_ = value.partition(" ")
        lines.append(f"/dev/block/dm-8 {place} {type_} ro,seclabel 0 0\n")
    return "".join(lines)


def _authorities(device: DeviceFacts) -> Answered:
    argv = ("ls", "-1", "/data/misc/user/0/cacerts-added")
    request = Command(argv=argv, user=0)
    if device.facets["certificate_authority"].unread:
        return Answered(request=request, data=b"", errors=_DENIED, exit_code=1)
    names = (value.removeprefix("user ") for value in values(device, "certificate_authority"))
    return _answered(request, "".join(f"{name}\n" for name in names))
