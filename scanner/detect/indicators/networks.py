"""Networks of addresses: a table for each length of prefix that is in use."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator

from scanner.detect.indicators.entries import Entries

Table = dict[int, Entries]


class Networks:
    """Entries by network; the time to find one does not depend on how many there are."""

    def __init__(self) -> None:
        self._tables: dict[int, dict[int, Table]] = {4: {}, 6: {}}

    def table(self, network: str) -> tuple[Table, int]:
        """Return the table that a network in its normal form belongs to, and its place in it."""
        known = ipaddress.ip_network(network)
        shift = known.max_prefixlen - known.prefixlen
        table = self._tables[known.version].setdefault(shift, {})
        return table, int(known.network_address) >> shift

    def find(self, address: str) -> Iterator[Entries]:
        """Yield the entries of each network that holds an address, the narrowest first."""
        tables = self._tables[6 if ":" in address else 4]
        if not tables:
            return
        number = int(ipaddress.ip_address(address))
        for shift, table in sorted(tables.items()):
            if (entries := table.get(number >> shift)) is not None:
                yield entries
