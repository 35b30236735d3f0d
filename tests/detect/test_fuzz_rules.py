"""No rule file may do anything but load or be refused, and no entity may stop a rule."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.detect.documents import read_document
from scanner.detect.sigma.detections import MODIFIERS
from scanner.errors import RuleError
from scanner.model.entities import App, Process
from tests.detect.rule_files import compiled, made_of, rule_data, write

FIELDS = ("package", "installer", "target_sdk", "debuggable", "flags", "other_users", "nothing")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
KEYS = st.builds(
    lambda field, modifiers: "|".join((field, *modifiers)),
    st.sampled_from(FIELDS),
    st.lists(st.sampled_from(sorted(MODIFIERS)), max_size=3),
)
SELECTIONS = st.recursive(
    st.dictionaries(KEYS, SCALARS | st.lists(SCALARS, max_size=3), max_size=3),
    lambda inner: st.lists(inner | SCALARS, max_size=3),
    max_leaves=4,
)
WORDS = st.sampled_from(
    ["a", "b", "not", "and", "or", "(", ")", "1 of them", "all of a*", "|", "*"]
)
CONDITIONS = st.lists(WORDS, max_size=8).map(" ".join)
QUICK = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUICK
@given(a=SELECTIONS, b=SELECTIONS, condition=CONDITIONS)
def test_any_detection_loads_or_is_refused(a: Any, b: Any, condition: str, tmp_path: Path):
    detection = {"a": a, "b": b, "condition": condition}
    entity = App(user=0, package="x", flags=("y",), other_users=None, target_sdk=7)

    with contextlib.suppress(RuleError):
        made = compiled(tmp_path, rule_data(detection=detection))
        truth = made.evaluate(entity)
        assert truth in {True, False, None}
        assert bool(made.explain(entity)) is (truth is True)


@QUICK
@given(key=KEYS, value=SCALARS)
def test_any_item_loads_or_is_refused(key: str, value: Any, tmp_path: Path):
    detection = {"a": {key: value}, "condition": "a"}

    with contextlib.suppress(RuleError):
        made_of(tmp_path, rule_data(detection=detection))


@QUICK
@given(
    data=st.binary(max_size=300) | st.text(max_size=300).map(lambda t: t.encode("utf-8", "replace"))
)
def test_any_bytes_are_read_or_refused(data: bytes, tmp_path: Path):
    with contextlib.suppress(RuleError):
        json.dumps(read_document(write(tmp_path, data)).data)


@pytest.mark.parametrize("modifier", ["re", "contains", "startswith", "cased", "cidr", "gt"])
def test_text_of_a_hostile_phone_stops_no_rule(modifier: str, tmp_path: Path):
    asked = {"re": "a?", "cidr": "10.0.0.0/8", "gt": 1}.get(modifier, "a")
    rule = compiled(
        tmp_path,
        rule_data(
            logsource={"product": "android", "category": "process"},
            detection={"s": {f"name|{modifier}": asked}, "condition": "s"},
            tests={"match": [{}], "no_match": [{}]},
        ),
    )

    for text in ("\ud800", "\x00", "a" * 1_000_000, "\u202e", "١٢", "1e999", "fe80::1%eth0"):
        process = Process(source="ps", pid=1, started=None, name=text)
        assert rule.evaluate(process) in {True, False}
