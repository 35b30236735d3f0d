"""Plain lists and hosts files: one value to a line, or an address and the domains that it blocks.

Formats: hosts(5), and the `||domain^` rules of filter lists.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from scanner.detect.feeds.attributes import digest_kind
from scanner.detect.feeds.draft import Draft, atom
from scanner.detect.feeds.lines import declared_kind, stated_values
from scanner.detect.feeds.shapes import shape_of
from scanner.model.indicators import Indicator

HOSTS_LINE = re.compile(
    r"(?:0\.0\.0\.0|127\.\d+\.\d+\.\d+|::1?|fe80::1%lo0|255\.255\.255\.255|ff0\d::\d)\s+\S"
)
_HEADER = re.compile(r"\[(?:Adblock|uBlock|AdGuard)[^\]]*\]\Z", re.IGNORECASE)
# Entries that every hosts file has.
_OWN = frozenset(
    {
        "0.0.0.0",  # noqa: S104  a name that some hosts files list
        "broadcasthost",
        "ip6-allhosts",
        "ip6-allnodes",
        "ip6-allrouters",
        "ip6-localhost",
        "ip6-localnet",
        "ip6-loopback",
        "ip6-mcastprefix",
        "local",
        "localhost",
        "localhost.localdomain",
    }
)


def read_hosts(data: bytes, draft: Draft) -> None:
    """Read a hosts file."""
    _keep(_blocked(data, draft), draft)


def _blocked(data: bytes, draft: Draft) -> Iterator[tuple[int, str, str]]:
    for number, line in stated_values(data):
        if not HOSTS_LINE.match(line):
            draft.leave_out(f"line {number}", "an address, then names expected")
            continue
        for name in line.split()[1:]:
            if name.lower() not in _OWN:
                yield number, "host", name


def read_plain(data: bytes, draft: Draft, *names: str) -> None:
    """Read a list of values; `names` are those of its file, which may state the type."""
    kind = declared_kind(data, *names)
    _keep(_typed(data, kind, draft), draft)


def _typed(data: bytes, kind: str | None, draft: Draft) -> Iterator[tuple[int, str, str]]:
    for number, line in stated_values(data):
        if _HEADER.match(line):
            continue
        try:
            if kind is None or line.startswith(("||", "@@")):
                yield number, *shape_of(line)
            else:
                yield number, digest_kind(kind, line), line
        except ValueError as error:
            draft.leave_out(f"line {number}", str(error))


def _keep(found: Iterable[tuple[int, str, str]], draft: Draft) -> None:
    seen: set[str] = set()
    for number, kind, written in found:
        try:
            type, value = atom(kind, written)
        except ValueError as error:
            draft.leave_out(f"line {number}", str(error))
            continue
        id = f"{type}:{value}"
        if id not in seen:
            seen.add(id)
            draft.add(Indicator(type=type, value=value, id=id))
