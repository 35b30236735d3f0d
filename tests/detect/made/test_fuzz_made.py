"""Whatever plain data a stranger writes into a file of proofs, it is made or told to be wrong."""

from __future__ import annotations

from typing import Any, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.detect.made import KINDS, Maker
from scanner.detect.made.parts import SIZE_LIMIT
from scanner.detect.problems import Problems

TEXTS = st.text(max_size=12) | st.sampled_from(["aarch64", "x86", "dylib", "a.b", "00 ff", "V"])
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
KEYS = sorted(
    {
        name
        for kind in KINDS.values()
        for each in (kind.described, *get_args(kind.described))
        if isinstance(each, type) and issubclass(each, msgspec.Struct)
        for name in get_type_hints(each)
    }
)
FORMATS = sorted(set(KINDS) - {"text", "hex", "parts", "repeat", "fat"})


def grown(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    named = st.dictionaries(st.sampled_from(KEYS) | TEXTS, parts, max_size=4)
    kinds = st.dictionaries(st.sampled_from(sorted(KINDS)), parts | named, min_size=1, max_size=1)
    return named | kinds | st.lists(parts, max_size=3)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    value=st.recursive(SCALARS, grown, max_leaves=12),
)
def test_bytes_or_a_problem(kind, value):
    problems = Problems("proofs.yml")

    made = Maker(problems).make({kind: value}, ("proof",))

    assert len(made) <= SIZE_LIMIT
    assert all(error.where.startswith("line 1, proof") for error in problems.errors)


def valid(described: Any) -> st.SearchStrategy[Any]:
    """Return values that fit a description, so that the builders themselves are reached."""
    plain: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(-1, 9),
        Any: TEXTS | st.sampled_from([{"elf": {}}, {"macho": {}}, {"dex": {}}, {"hex": "00"}]),
    }
    if described in plain:
        return plain[described]
    if isinstance(described, type) and issubclass(described, msgspec.Struct):
        return fitting(described)
    origin, arguments = get_origin(described), get_args(described)
    if origin is list:
        return st.lists(valid(arguments[0]), max_size=3)
    if origin is dict:
        return st.dictionaries(TEXTS, valid(arguments[1]), max_size=3)
    return st.sampled_from(arguments)  # a choice of words


def fitting(described: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = {name: valid(kind) for name, kind in get_type_hints(described).items()}
    required = {one.name for one in msgspec.structs.fields(described) if one.required}
    return st.fixed_dictionaries(
        {name: one for name, one in fields.items() if name in required},
        optional={name: one for name, one in fields.items() if name not in required},
    )


@settings(max_examples=200, deadline=None)
@given(data=st.data(), kind=st.sampled_from(FORMATS))
def test_what_fits_a_description_is_made(data, kind):
    problems = Problems("proofs.yml")
    value = data.draw(valid(KINDS[kind].described))

    made = Maker(problems).make({kind: value}, ("proof",))

    assert made or problems.errors
