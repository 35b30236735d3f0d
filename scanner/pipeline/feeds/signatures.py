"""The two kinds of signatures that a feed may have, told apart by the key."""

from __future__ import annotations

from typing import BinaryIO

from scanner.formats import minisign, ssh_signature
from scanner.formats.minisign import Verified
from scanner.pipeline.feeds.files import SIGNATURE_SUFFIXES


def public_key(text: str) -> str:
    """Return a key of minisign or of ssh in its one spelling. ParseError where it is neither."""
    if text.startswith("ssh-"):
        return ssh_signature.public_key(text)
    return minisign.public_key(text).text


def suffix(key: str) -> str:
    """Return how the name of a signature by a key ends, after the name of its file."""
    return SIGNATURE_SUFFIXES[key.startswith("ssh-")]


def verify(stream: BinaryIO, signature: bytes, key: str) -> Verified:
    """Check a signature. ParseError where it is none of the kind of the key."""
    if key.startswith("ssh-"):
        return ssh_signature.verify(stream, signature, key)
    return minisign.verify(stream, signature, minisign.public_key(key))
