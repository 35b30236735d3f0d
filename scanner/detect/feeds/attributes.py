"""The words by which MISP, OTX and lists of columns name the type of a value.

Types of MISP: https://www.misp-project.org/datamodels/. Two values of one attribute are separated
by `|`: of a file's name and digest the digest counts, of a domain and the address that it had the
domain, since one address serves many names.
"""

from __future__ import annotations

import re

_KINDS: dict[str, str] = {
    "adbkey": "adb_key",
    "androidproperty": "property",
    "appid": "package",
    "bundleid": "package",
    "certificate": "certificate",
    "certificatemd5": "certificate_md5",
    "certificatesha1": "certificate_sha1",
    "certificatesha256": "certificate_sha256",
    "cidr": "ip",
    "configurationprofile": "profile",
    "domain": "host",
    "domainname": "host",
    "email": "email",
    "emailaddress": "email",
    "emaildst": "email",
    "emailreplyto": "email",
    "emailsrc": "email",
    "filehashmd5": "md5",
    "filehashsha1": "sha1",
    "filehashsha256": "sha256",
    "filename": "file_name",
    "filepath": "file_path",
    "host": "host",
    "hostname": "host",
    "ip": "ip",
    "ipaddress": "ip",
    "ipdst": "ip",
    "ipsrc": "ip",
    "ipv4": "ip",
    "ipv4addr": "ip",
    "ipv6": "ip",
    "ipv6addr": "ip",
    "md5": "md5",
    "mobileapplicationid": "package",
    "package": "package",
    "packageid": "package",
    "packagename": "package",
    "process": "process",
    "processname": "process",
    "profile": "profile",
    "property": "property",
    "sha1": "sha1",
    "sha256": "sha256",
    "url": "url",
    "x509fingerprintmd5": "certificate_md5",
    "x509fingerprintsha1": "certificate_sha1",
    "x509fingerprintsha256": "certificate_sha256",
}
_OTHER_NAMES = {"malwaresample": "filename|md5"}  # its value, and not what is attached
_BESIDE = re.compile(r"[^a-z0-9|]")
_DIGESTS = {32: "md5", 40: "sha1", 64: "sha256"}
_MARKS = re.compile(r"[:\s-]")


def kind_of(word: str) -> str | None:
    """Return the kind of value that a type's name stands for; None for one that is not read."""
    return _KINDS.get(_BESIDE.sub("", word.lower()))


def value_of(type: str, written: str) -> tuple[str, str]:
    """Return the kind and the part of an attribute's value that counts. ValueError if none does."""
    word = _BESIDE.sub("", type.lower())
    first, bar, second = _OTHER_NAMES.get(word, word).partition("|")
    part = written
    if bar:
        left, found, right = written.partition("|")
        if not found:
            raise ValueError(f"{type[:60]}: two values expected")
        first, part = (second, right) if first == "filename" else (first, left)
    kind = _KINDS.get(first)
    if kind is None:
        raise ValueError(f"{type[:60]}: no observable that is looked up")
    return digest_kind(kind, part), part.strip()


def digest_kind(kind: str, written: str) -> str:
    """Return the kind of a fingerprint, which its length shows; any other kind as it is."""
    if kind != "certificate":
        return kind
    digest = _DIGESTS.get(len(_MARKS.sub("", written)))
    if digest is None:
        raise ValueError("no fingerprint of a certificate")
    return f"certificate_{digest}"
