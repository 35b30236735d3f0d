"""Who calls what in the code of an app; looked for only where a rule asks.

The tables say first whether a DEX names a wanted method at all, in its own name or in that of a
class that derives from its own. Only then its code is looked at (`dex_code`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from scanner.errors import NotAvailable
from scanner.formats.programs.api_use import class_name, descriptor
from scanner.formats.programs.dex_code import callers
from scanner.formats.programs.dex_tables import Tables, read_header

CALL_LIMIT = 1000  # calls of one app

_CONTAINER = "041"

Call = tuple[str, str]
"""The method that is called, and the class and method that calls it."""


def calls(dexes: Iterable[bytes], methods: Collection[str]) -> Iterator[Call]:
    """Yield who calls some methods (`class.method`), each pair once, the first of them.

    ParseError for what is no DEX, or one that claims the same bytes over and over; NotAvailable
    where there is more than is looked for.
    """
    wanted = _by_class(methods)
    count = 0
    for data in dexes:
        header = read_header(data, 0)
        if header.version == _CONTAINER:
            raise NotAvailable("unsupported_version", "calls are not looked for in containers")
        tables = Tables(data, header)
        for call in dict.fromkeys(_in_dex(tables, _numbers(tables, wanted))):
            count += 1
            if count > CALL_LIMIT:
                raise NotAvailable("truncated", f"more than {CALL_LIMIT} calls")
            yield call


def _by_class(methods: Collection[str]) -> dict[bytes, dict[bytes, str]]:
    found: dict[bytes, dict[bytes, str]] = {}
    for method in methods:
        owner, _, name = method.rpartition(".")
        found.setdefault(descriptor(owner), {})[name.encode()] = method
    return found


def _numbers(tables: Tables, wanted: dict[bytes, dict[bytes, str]]) -> dict[int, str]:
    """Return the wanted methods by their numbers in a DEX, also those of derived classes."""
    if not any(name in tables.data for name in wanted):
        return {}  # most files name none of the classes
    owners = {
        number: wanted[name] for number, name in enumerate(tables.descriptors()) if name in wanted
    }
    if not owners:
        return {}
    derived = tables.derived(owners)
    found: dict[int, str] = {}
    for number, (owner, name) in enumerate(zip(*tables.members("method"), strict=True)):
        if named := owners.get(owner) or derived.get(owner):
            text = tables.string(name)
            # A constructor of a derived class is its own.
            if text in named and (owner in owners or not text.startswith(b"<")):
                found[number] = named[text]
    return found


def _in_dex(tables: Tables, numbers: dict[int, str]) -> Iterator[Call]:
    if not numbers:
        return
    owners, names = tables.members("method")
    for called, caller in callers(tables, numbers):
        if caller < len(owners):
            owner = class_name(tables.type_name(owners[caller]))
            yield (
                numbers[called],
                f"{owner}.{tables.string(names[caller]).decode(errors='replace')}",
            )
