"""Values that are no indicator: they would match most phones, and so say nothing of one.

Shared by many: public suffixes, public resolvers, networks of any home, the vendors' own domains,
folders of the system, digests of an empty file, apps and processes that every phone has.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from scanner.detect.indicators.suffixes import public_suffixes
from scanner.model.observables import ObservableType

_DOMAINS = frozenset(
    {
        "amazonaws.com", "android.com", "app-measurement.com", "apple-dns.net", "apple.com",
        "cloudflare.com", "facebook.com", "google.com", "googleapis.com", "gstatic.com",
        "icloud.com", "microsoft.com", "samsung.com", "whatsapp.com", "youtube.com",
        "dns.google", "one.one.one.one", "cloudflare-dns.com", "dns.quad9.net",
    }
)  # fmt: skip
_RESOLVERS = frozenset(
    {
        "1.0.0.1", "1.1.1.1", "208.67.220.220", "208.67.222.222", "8.8.4.4", "8.8.8.8", "9.9.9.9",
        "149.112.112.112", "2001:4860:4860::8844", "2001:4860:4860::8888", "2606:4700:4700::1001",
        "2606:4700:4700::1111", "2620:fe::9", "2620:fe::fe",
    }
)  # fmt: skip
_LOCAL = tuple(
    ipaddress.ip_network(each)
    for each in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3",
        "::/127", "fc00::/7", "fe80::/10", "ff00::/8",
    )
)  # fmt: skip
_LOCAL_FIRST = frozenset({"0", "10", "100", "127", "169", "172", "192"})  # numbers of IPv4
_MULTICAST = 224  # the first number of IPv4 from which on no address is one host's
_WIDEST = {4: 8, 6: 16}  # the least bits that a network has to fix
_FOLDERS = frozenset(
    {
        "/data/app", "/data/data", "/data/local", "/data/local/tmp", "/data/misc", "/data/system",
        "/data/user", "/data/user_de", "/data/vendor", "/storage/emulated", "/storage/emulated/0",
        "/storage/emulated/0/Android", "/storage/emulated/0/Download", "/storage/emulated/0/DCIM",
        "/system/app", "/system/bin", "/system/etc", "/system/framework", "/system/lib",
        "/system/lib64", "/system/priv-app", "/system/xbin", "/vendor/bin", "/product/app",
        "/Library/Caches", "/System/Library", "/private/preboot", "/usr/bin", "/usr/lib",
        "/usr/libexec", "/usr/sbin", "/var/containers", "/var/containers/Bundle",
        "/var/containers/Bundle/Application", "/var/db", "/var/mobile", "/var/mobile/Containers",
        "/var/mobile/Library", "/var/mobile/Media", "/var/root",
        "/var/tmp",  # noqa: S108
    }
)  # fmt: skip
_SHARED: dict[ObservableType, frozenset[str]] = {
    "md5": frozenset({"d41d8cd98f00b204e9800998ecf8427e"}),
    "sha1": frozenset({"da39a3ee5e6b4b0d3255bfef95601890afd80709"}),
    "sha256": frozenset({"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}),
    "file_name": frozenset({"base.apk", "Info.plist", "classes.dex", "AndroidManifest.xml"}),
    "file_path": _FOLDERS,
    "package": frozenset(
        {
            "android", "com.android.phone", "com.android.settings", "com.android.shell",
            "com.android.systemui", "com.android.vending", "com.google.android.gms",
            "com.google.android.gsf", "com.apple.MobileSMS", "com.apple.Preferences",
            "com.apple.mobilephone", "com.apple.mobilesafari", "com.apple.springboard",
        }
    ),
    "process": frozenset(
        {
            "adbd", "init", "kernel_task", "launchd", "logd", "sh", "surfaceflinger",
            "system_server", "zygote", "zygote64", "SpringBoard", "backboardd", "kernel",
        }
    ),
    "property": frozenset({"ro.build.fingerprint", "ro.product.model", "ro.serialno"}),
}  # fmt: skip


def refuse_shared(type: ObservableType, value: str) -> None:
    """ValueError for a value, in its normal form, that would match most phones."""
    if (check := _CHECKS.get(type)) is not None:
        check(value)
    if value in _SHARED.get(type, ()):
        raise ValueError("most phones have it")


def _domain(value: str) -> None:
    if public_suffixes().holds(value):
        raise ValueError("a public suffix: the names below it belong to many")
    if value in _DOMAINS:
        raise ValueError("most phones speak to it")


def _address(value: str) -> None:
    if value in _RESOLVERS:
        raise ValueError("a public resolver: many phones use it")
    first, dot, _ = value.partition(".")
    if dot and "/" not in value and first not in _LOCAL_FIRST and int(first) < _MULTICAST:
        return
    network = ipaddress.ip_network(value)
    if network.prefixlen < _WIDEST[network.version]:
        raise ValueError(f"a network wider than /{_WIDEST[network.version]}")
    if any(network.overlaps(each) for each in _LOCAL if each.version == network.version):
        raise ValueError("no address of the internet: it means another device in each network")


def _path(value: str) -> None:
    if value.count("/") == 1:
        raise ValueError("a whole part of the file system")


_CHECKS: dict[ObservableType, Callable[[str], None]] = {
    "domain": _domain,
    "ip": _address,
    "file_path": _path,
}
