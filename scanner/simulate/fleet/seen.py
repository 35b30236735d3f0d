"""What one look at a phone states, while it is gathered."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from zlib import crc32

from scanner.model.fleet import Fact
from scanner.simulate.fleet import words
from scanner.simulate.fleet.management import uuid

STORE = "com.android.vending"


class Seen:
    """The facts of one look, by facet and value."""

    def __init__(self, platform: str, facets: Iterable[str]) -> None:
        self.platform = platform
        self.facets: dict[str, dict[str, Fact]] = {name: {} for name in facets}

    def add(self, facet: str, value: str, since: int | None = None) -> None:
        """Add a fact; `since` is a day of the simulation."""
        self.facets[facet][value] = words.fact(value, since)

    def take(self, facet: str, value: str) -> None:
        """Take a fact away, where it is there."""
        self.facets[facet].pop(value, None)

    def clear(self, facet: str) -> None:
        """Take all facts of a facet away."""
        self.facets[facet].clear()

    def add_app(self, name: str, *, since: int | None, sideloaded: bool = False) -> None:
        """Add an app of a user; an iPhone does not say since when it has it."""
        if self.platform == "ios":
            self.add("app", name)
            return
        self.add("app", name, since)
        self.add("app_signer", _signed(name))
        self.add("installer", "none" if sideloaded else STORE)
        if sideloaded:
            self.add("sideloaded_app", name, since)

    def take_app(self, name: str) -> None:
        """Take an app away."""
        self.take("app", name)
        if self.platform == "android":
            self.take("app_signer", _signed(name))

    def add_profile(self, identifier: str) -> None:
        """Add a configuration profile of somebody."""
        self.add("profile", identifier)
        self.add("profile_version", words.profile(identifier, uuid(identifier)))


@cache
def signer(package: str) -> str:
    """Return the signer of an app, as the package manager prints it."""
    return f"{crc32(package.encode()) | 0x10000000:08x}"


def _signed(package: str) -> str:
    return f"{package} {signer(package)}"
