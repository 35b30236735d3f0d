"""Configuration and provisioning profiles of Apple as files: a property list, signed or not.

The property list is XML or binary, alone or within signed content (CMS). XML may lack its first
line, `<?xml ...?>`: phones read it as well, and profiles of attackers were seen that way.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from scanner.errors import ParseError
from scanner.formats.plists import Map, plist_of

if TYPE_CHECKING:
    from scanner.formats.certificates import Certificate
    from scanner.formats.chains import Chain
    from scanner.formats.cms import Signature

Form = Literal["configuration", "provisioning"]

HEAD = 64  # bytes that tell whether a file may be a profile at all
CONFIGURATION = "Configuration"
ENROLMENT = "Profile Service"  # asks a phone for its identifiers and fetches profiles in return
_DIGITS = 32  # of a digest
_OUTER = b"\x30"
_SIGNED_DATA = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
_HEAD = 32  # bytes in which the type of a content stands
_BINARY = b"bplist00"
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_XML = (b"<?xml", b"<plist", b"<!DOCTYPE", b"<!--")
_FIRST_LINE = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_SPACE = b" \t\r\n"
_PROVISIONING = ("TeamIdentifier", "ApplicationIdentifierPrefix", "ProvisionedDevices")


class Envelope(Struct, frozen=True, kw_only=True):
    """The property list of a profile, and what its signature is worth."""

    content: Map
    signature: Signature | None  # None: nobody signed it
    chain: Chain | None = None  # None: no valid signature
    signer: Certificate | None = None


def may_be_profile(head: bytes) -> bool:
    """Whether a file that begins so may be a profile: a property list, or signed content."""
    return is_signed(head) or head.startswith(_BINARY) or _start(head).startswith(_XML)


def is_signed(data: bytes) -> bool:
    """Whether some bytes begin as signed content does."""
    return data[:1] == _OUTER and _SIGNED_DATA in data[:_HEAD]


def opened(data: bytes) -> Envelope:
    """Return a profile's property list; ParseError for what is no dictionary, signed or not."""
    if not is_signed(data):
        return Envelope(content=_map_of(data), signature=None)
    from scanner.formats.cms import signed  # noqa: PLC0415 - costs each start 60 ms

    found = signed(data)
    return Envelope(
        content=_map_of(found.content),
        signature=found.signature,
        chain=found.chain,
        signer=found.signer,
    )


def digest_of(data: bytes) -> str:
    """Return what tells a file from others that bear the same identifiers: 32 hex digits.

    They are the first of its SHA-256; so many that nobody can make two files with the same.
    """
    return hashlib.sha256(data).hexdigest()[:_DIGITS]


def form_of(content: Map) -> Form | None:
    """Return which profile a property list is; None for any other."""
    if content.get("PayloadType") in (CONFIGURATION, ENROLMENT):
        return "configuration"
    if isinstance(content.get("UUID"), str) and any(key in content for key in _PROVISIONING):
        return "provisioning"
    return None


def _map_of(data: bytes) -> Map:
    start = data[:HEAD].lstrip(_SPACE)
    if start.startswith(_XML):
        data = data.lstrip(_SPACE)
        data = data if start.startswith(_XML[:2]) else _FIRST_LINE + data
    value = plist_of(data)
    if not isinstance(value, dict):
        raise ParseError("a property list with a dictionary expected")
    return value


def _start(data: bytes) -> bytes:
    """Return how a text begins, without its mark of byte order."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            data = data.removeprefix(mark)[:HEAD].decode(encoding, "ignore").encode()
    return data[:HEAD].lstrip(_SPACE)
