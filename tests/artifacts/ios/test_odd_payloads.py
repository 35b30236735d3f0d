"""Payloads whose values have other types than Apple says."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given
from hypothesis import strategies as st
from msgspec import convert, to_builtins

from scanner.artifacts.ios.payloads import TYPES, fields_of
from scanner.model.entities import Payload


class Everywhere(dict[str, object]):
    """A dictionary that has one value at every key."""

    def __init__(self, value):
        super().__init__(x=value)
        self.value = value

    def get(self, key, default=None):
        return self.value

    def __contains__(self, key):
        return True


LEAVES = st.sampled_from(
    (7, -1, 2**70, 10**400, 1.5, float("nan"), True, "", "text", "://[", "\ud800", b"\xff", [], {})
) | st.just(datetime(2026, 1, 2))  # noqa: DTZ001 - property lists write UTC
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=2) | inner.map(Everywhere), max_leaves=4
)


@given(st.sampled_from(sorted(TYPES)), VALUES)
def test_no_type_of_any_value_is_an_error(kind, value):
    payload = Payload(
        profile="a", file="b", index=0, payload_type=kind, **fields_of(kind, Everywhere(value))
    )

    assert payload == convert(to_builtins(payload), Payload)
