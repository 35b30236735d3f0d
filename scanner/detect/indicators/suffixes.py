"""Public suffixes: names below which anybody may register a name of their own.

Format: https://github.com/publicsuffix/list/wiki/Format. Both parts of the list count: who names
`github.io` means one of its many owners, not all of them.
"""

from __future__ import annotations

from functools import cache
from importlib import resources

from msgspec import Struct


class Suffixes(Struct, frozen=True):
    """The public suffixes, in lower case and punycode."""

    names: frozenset[str]
    parents: frozenset[str]  # every name right below one of these is a suffix
    exceptions: frozenset[str]  # but for these

    def holds(self, domain: str) -> bool:
        """Whether a domain in its normal form is a public suffix."""
        if domain in self.names or domain in self.parents:
            return True
        _, _, parent = domain.partition(".")
        return not parent or (parent in self.parents and domain not in self.exceptions)


@cache
def public_suffixes() -> Suffixes:
    """Read the list that is installed with `publicsuffixlist`; it is never fetched."""
    names: set[str] = set()
    parents: set[str] = set()
    exceptions: set[str] = set()
    listed = resources.files("publicsuffixlist").joinpath("public_suffix_list.dat")
    for line in listed.read_text("utf-8").splitlines():
        rule = line.partition(" ")[0].strip().lower()
        if not rule or rule.startswith("//"):
            continue
        if not rule.isascii():
            rule = ".".join(map(_encoded, rule.split(".")))
        if rule.startswith("!"):
            exceptions.add(rule[1:])
        elif rule.startswith("*."):
            parents.add(rule[2:])
        else:
            names.add(rule)
    return Suffixes(frozenset(names), frozenset(parents), frozenset(exceptions))


def _encoded(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode").decode("ascii")
