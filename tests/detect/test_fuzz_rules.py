"""No rule file may do anything but load or be refused, and no entity may stop a rule."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.detect.compilation import compile_file
from scanner.detect.documents import read_file
from scanner.detect.proofs import evaluate
from scanner.detect.rules import Correlation, Rule
from scanner.detect.sigma.correlations import KINDS, OPERATORS
from scanner.detect.sigma.detections import MODIFIERS
from scanner.errors import RuleError
from scanner.model.entities import App, Process
from tests.detect.rule_files import (
    base,
    compiled,
    correlation_data,
    made_of,
    rule_data,
    write,
)

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
        json.dumps([each.data for each in read_file(write(tmp_path, data)).documents])


NAMES = ("a", "b", "c", "not", "x y")
TEXTS = st.sampled_from((*NAMES, "package", "packages", "user", "nothing", "1d", "temporal"))
ANY = st.recursive(
    SCALARS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
SECTIONS = st.fixed_dictionaries(
    {"timespan": st.just("1d") | ANY},
    optional={
        "type": st.sampled_from((*KINDS, "near")) | ANY,
        "rules": st.lists(st.sampled_from(NAMES), max_size=3) | ANY,
        "group-by": st.lists(TEXTS, max_size=2) | ANY,
        "aliases": st.dictionaries(TEXTS, st.dictionaries(TEXTS, TEXTS), max_size=2) | ANY,
        "condition": st.dictionaries(
            st.sampled_from((*OPERATORS, "field", "percentile")), st.integers(0, 3) | ANY
        )
        | CONDITIONS
        | ANY,
        "generate": st.booleans() | ANY,
    },
)


@QUICK
@given(section=SECTIONS, other=st.dictionaries(TEXTS, ANY, max_size=2), lenient=st.booleans())
def test_any_correlation_loads_or_is_refused(
    section: dict[str, Any], other: dict[str, Any], lenient: bool, tmp_path: Path
):
    changed = {"class": None, "confidence": None, "tests": None} if lenient else {}
    documents = (
        correlation_data(section, **changed),
        base("a", "app", {"debuggable": True}, title="a"),
        base("b", "socket", {"listening": True}, title="b"),
        base("c", "app", other or {"hidden": True}, title="c"),
    )
    text = "\n---\n".join(json.dumps(document) for document in documents)
    entities = (App(user=0, package="x", debuggable=True), Process(source="", pid=1, started=None))

    with contextlib.suppress(RuleError):
        for made in compile_file(read_file(write(tmp_path, text)), "r.yml", lenient=lenient):
            if isinstance(made, Rule | Correlation):
                assert evaluate(made, entities) in {True, False, None}


@QUICK
@given(data=st.dictionaries(TEXTS, ANY, max_size=4), detection=ANY, category=ANY)
def test_no_rule_of_others_is_refused(
    data: dict[str, Any], detection: Any, category: Any, tmp_path: Path
):
    document = data | {
        "title": "a",
        "detection": {"s": detection, "condition": "s"},
        "logsource": {"product": "android", "category": category},
    }
    raw = json.dumps(document)

    with contextlib.suppress(RuleError):
        file = read_file(write(tmp_path, raw))
        assert 1 == len(compile_file(file, "r.yml", lenient=True))


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
