"""Which observable a STIX object path names, in every spelling that public feeds use."""

from __future__ import annotations

import re
from functools import lru_cache

from scanner.model.observables import ObservableType

# The observable of each path in lower case, without the quotes and dashes of a digest's name.
# `host` stands for a name or an address: the value decides.
_PATHS: dict[str, ObservableType | str] = {
    "adb-key:fingerprint": "adb_key",
    "android-property:name": "property",
    "app:cert.md5": "certificate_md5",
    "app:cert.sha1": "certificate_sha1",
    "app:cert.sha256": "certificate_sha256",
    "app:id": "package",
    "artifact:hashes.md5": "md5",
    "artifact:hashes.sha1": "sha1",
    "artifact:hashes.sha256": "sha256",
    "configuration-profile:id": "profile",
    "directory:path": "folder",
    "domain-name:value": "host",
    "email-addr:value": "email",
    "email-message:from_ref.value": "email",
    "email-message:sender_ref.value": "email",
    "file:hashes.md5": "md5",
    "file:hashes.sha1": "sha1",
    "file:hashes.sha256": "sha256",
    "file:name": "file_name",
    "file:parent_directory_ref.path": "folder",
    "file:path": "file_path",
    "hostname:value": "host",
    "ipv4-addr:value": "ip",
    "ipv6-addr:value": "ip",
    "network-traffic:dst_ref.value": "host",
    "network-traffic:src_ref.value": "host",
    "process:binary_ref.name": "file_name",
    "process:image_ref.name": "file_name",
    "process:name": "process",
    "url:value": "url",
    "x-adb-key:fingerprint": "adb_key",
    "x509-certificate:hashes.md5": "certificate_md5",
    "x509-certificate:hashes.sha1": "certificate_sha1",
    "x509-certificate:hashes.sha256": "certificate_sha256",
}
# Says of which type a referred object is, which its value shows as well.
_TYPE_OF_REFERRED = frozenset({"network-traffic:dst_ref.type", "network-traffic:src_ref.type"})
_DIGEST = re.compile(r"(:hashes|:cert)(?:\.|\[)['\"]?([\w-]+)['\"]?\]?$")


@lru_cache(maxsize=1024)
def observable_of(path: str) -> str | None:
    """Return the observable that a path names, or `host`, `folder`, `type`; None for others."""
    name = path.lower()
    if match := _DIGEST.search(name):
        digest = match[2].replace("-", "").replace("_", "")
        name = f"{name[: match.start()]}{match[1]}.{digest}"
    if name in _TYPE_OF_REFERRED:
        return "type"
    return _PATHS.get(name)
