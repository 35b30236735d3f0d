"""Lines of a text feed, and what the feed itself says of their type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO, TextIOWrapper

from scanner.detect.feeds.attributes import kind_of

SAMPLE = 200  # lines that tell the kind of a file
_COMMENT = re.compile(r"(?:^|\s)(?:#|//|!|;).*$")
_DECLARED = re.compile(r"\s*(?:#|//|!|;)\s*type\s*[:=]\s*([\w.-]+)\s*$", re.IGNORECASE)
_WORDS = re.compile(r"[a-z0-9]+")

# Words of file names, in the order in which they decide: `package_cert_hashes` is of certificates.
_NAMED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("certificate", ("cert", "certs", "certificate", "certificates", "signer", "signers")),
    ("package", ("package", "packages", "appid", "appids", "bundle", "bundles")),
    ("profile", ("profile", "profiles")),
    ("property", ("property", "properties")),
    ("process", ("process", "processes")),
    ("file_path", ("path", "paths")),
    ("email", ("email", "emails", "mails")),
    ("host", ("domain", "domains", "host", "hosts", "hostnames")),
    ("ip", ("ip", "ips", "cidr", "cidrs")),
    ("url", ("url", "urls")),
    ("md5", ("md5",)),
    ("sha1", ("sha1",)),
    ("sha256", ("sha256",)),
    ("file_name", ("file", "files", "filename", "filenames")),
)


def text_lines(data: bytes) -> Iterator[str]:
    """Yield the lines of a text that is known to be UTF-8, without their ends."""
    with TextIOWrapper(BytesIO(data), "utf-8", newline=None) as stream:
        for line in stream:
            yield line.rstrip("\n")


def stated_values(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield each line that is no comment, with its number and without a comment at its end."""
    for number, line in enumerate(text_lines(data), start=1):
        value = line.strip()
        if "#" in value or value[:1] in {"/", "!", ";"} or " " in value:
            value = value if value.startswith("||") else without_comment(value)
        if value:
            yield number, value


def without_comment(line: str) -> str:
    """Return a line without a comment: `#` and the like, at its start or after a space."""
    return _COMMENT.sub("", line).strip()


def declared_kind(data: bytes, *names: str) -> str | None:
    """Return the kind of all values, where a comment `# type: package` or a file's name says so."""
    for number, line in enumerate(text_lines(data)):
        if found := _DECLARED.match(line):
            return kind_of(found[1])
        if number >= SAMPLE:
            break
    for name in names:
        words = set(_WORDS.findall(name.lower().replace("_", " ")))
        for kind, choices in _NAMED:
            if words.intersection(choices):
                return kind
    return None
