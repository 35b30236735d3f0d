"""What code can do, by what it calls of Android: the capabilities of `api-capabilities.toml`.

Each class that code refers to is looked up once, each method and field of a known class once more;
so the cost does not grow with the list. What code builds by name at run time (reflection) or loads
later is not seen: a capability that is absent proves nothing.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

import msgspec
from msgspec import Struct, field


class Capability(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that code can do, and what tells that it can."""

    means: str
    methods: tuple[str, ...] = ()
    extends: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    providers: tuple[str, ...] = ()


class KnownClass(Struct, frozen=True):
    """What of one class is a sign of a capability; names as they stand in code."""

    methods: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    fields: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    extends: tuple[str, ...] = ()  # capabilities of whoever derives from it


class Api(Struct, frozen=True):
    """The capabilities by what tells them."""

    classes: dict[bytes, KnownClass]  # by descriptor
    providers: dict[str, tuple[str, ...]]  # by authority


@cache
def capabilities() -> dict[str, Capability]:
    """Read the closed set of capabilities, by name."""
    data = resources.files("scanner.formats").joinpath("data/api-capabilities.toml")
    return msgspec.convert(tomllib.loads(data.read_text("utf-8")), dict[str, Capability])


@cache
def api() -> Api:
    """Return the capabilities by the classes and providers that tell them."""
    classes: dict[bytes, KnownClass] = {}
    providers: dict[str, tuple[str, ...]] = {}
    for name, one in capabilities().items():
        for written in one.methods:
            owner, _, method = written.rpartition(".")
            _add(_known(classes, owner).methods, method.encode(), name)
        for written in one.fields:
            owner, _, read = written.rpartition(".")
            _add(_known(classes, owner).fields, read.encode(), name)
        for written in one.extends:
            known = _known(classes, written)
            kept = KnownClass(known.methods, known.fields, (*known.extends, name))
            classes[descriptor(written)] = kept
        for authority in one.providers:
            providers[authority] = (*providers.get(authority, ()), name)
    return Api(classes, providers)


def of_providers(authorities: Iterable[str]) -> set[str]:
    """Return the capabilities that naming some providers tells of."""
    known = api().providers
    return {name for authority in authorities for name in known.get(authority, ())}


def descriptor(name: str) -> bytes:
    """Return how code writes the name of a class: `Ljava/lang/String;`."""
    return f"L{name.replace('.', '/')};".encode()


def class_name(written: bytes) -> str:
    """Return the name of a class from how code writes it."""
    return written.decode("utf-8", "replace").removeprefix("L").removesuffix(";").replace("/", ".")


def _known(classes: dict[bytes, KnownClass], owner: str) -> KnownClass:
    return classes.setdefault(descriptor(owner), KnownClass())


def _add(known: dict[bytes, tuple[str, ...]], member: bytes, name: str) -> None:
    known[member] = (*known.get(member, ()), name)
