"""What conditions become says what walking them says, of any condition and any entity."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from scanner.detect.sigma import Node, held, predicate, weigh
from scanner.detect.sigma.truth import Junction, Leaf, Negation, Reference
from scanner.model.entities import App, AppFile, EmbeddedFile, Signature, Signer, SigningError

TEXTS = ("a", "A", "ab", "xabx", "", "ß", "SS", "\ud800")
SHAPED = st.sampled_from(
    (
        Leaf(field="package", words="", test=lambda value: value.casefold() == "ab",
             shape="is", constant="ab"),
        Leaf(field="installer", words="", test=lambda value: value.casefold().startswith("a"),
             shape="starts with", constant="a"),
        Leaf(field="path", words="", test=lambda value: value.casefold().endswith("ss"),
             shape="ends with", constant="ss"),
        Leaf(field="flags", words="", test=lambda value: "b" in value.casefold(),
             shape="contains", constant="b"),
        Leaf(field="signer", words="", test=lambda value: value.casefold() in {"a", "ab"},
             shape="is one of", constant=frozenset({"a", "ab"})),
        Leaf(field="installer", words="", test=lambda _: False, none=True),
        Leaf(field="debuggable", words="", test=lambda value: value is True, cost=1),
        Leaf(field="other_users", words="", test=lambda value: value > 3, cost=2),
        Reference(field="path", other="flags", words="", test=lambda one, other: one == other),
    )
)  # fmt: skip
NODES: st.SearchStrategy[Node] = st.recursive(
    SHAPED,
    lambda inner: (
        st.builds(lambda part: Negation(part=part), inner)
        | st.builds(
            lambda every, parts: Junction(every=every, parts=tuple(parts)),
            st.booleans(),
            st.lists(inner, min_size=1, max_size=4),
        )
    ),
    max_leaves=40,
)
TEXT = st.sampled_from((UNSET, None, *TEXTS))
LIST = st.sampled_from((UNSET, None)) | st.lists(st.sampled_from(TEXTS), max_size=3).map(tuple)
APPS = st.builds(
    App,
    user=st.just(0),
    package=st.sampled_from(TEXTS),
    installer=TEXT,
    path=TEXT,
    signer=TEXT,
    flags=LIST,
    debuggable=st.sampled_from((UNSET, True, False)),
    other_users=st.sampled_from((UNSET, None, (1,), (2, 7))),
)


@settings(max_examples=400, deadline=None)
@given(node=NODES, app=APPS)
def test_both_say_the_same(node: Node, app: App):
    assert predicate(node)(app) is weigh(node, app)


NESTED = st.recursive(
    st.sampled_from(
        (
            Leaf(field="signature.verified", words="", test=lambda value: value is True),
            Leaf(field="signature.schemes", words="", test=lambda value: value.casefold() == "a",
                 shape="is", constant="a"),
            Leaf(field="signature.signers.sha256", words="", shape="contains", constant="b",
                 test=lambda value: "b" in value.casefold()),
            Leaf(field="signature.signers.key", words="", test=lambda _: False, none=True),
            Leaf(field="signature.errors.reason", words="", test=lambda _: True),
            Leaf(field="embedded.entropy", words="", test=lambda value: value > 2),
            Leaf(field="package", words="", test=lambda value: value.casefold() == "ab",
                 shape="is", constant="ab"),
            Reference(field="package", other="signature.signers.key", words="",
                      test=lambda one, other: one == other),
        )
    ),
    lambda inner: (
        st.builds(lambda part: Negation(part=part), inner)
        | st.builds(
            lambda every, parts: Junction(every=every, parts=tuple(parts)),
            st.booleans(),
            st.lists(inner, min_size=1, max_size=4),
        )
    ),
    max_leaves=12,
)  # fmt: skip
STATED = st.sampled_from(TEXTS)
# A record of a proof may leave out what it likes; so do these.
SIGNERS = st.builds(Signer, sha256=st.just(UNSET) | STATED, sha1=STATED, md5=STATED, key=TEXT)
SIGNATURES = st.builds(
    Signature,
    verified=st.sampled_from((UNSET, None, True, False)),
    schemes=st.just(UNSET) | st.lists(STATED, max_size=2).map(tuple),
    signers=st.just(UNSET) | st.lists(SIGNERS, max_size=3).map(tuple),
    errors=st.lists(
        st.builds(SigningError, scheme=STATED, reason=st.just(UNSET) | STATED), max_size=2
    ).map(tuple),
)
EMBEDDED = st.builds(
    EmbeddedFile,
    path=STATED,
    kind=STATED,
    size=st.just(1),
    entropy=st.sampled_from((UNSET, 1.5, 2.5)),
)
FILES = st.builds(
    AppFile,
    sha256=st.just("a"),
    package=TEXT,
    signature=st.sampled_from((UNSET, None)) | SIGNATURES,
    embedded=st.sampled_from((UNSET, None)) | st.lists(EMBEDDED, min_size=1, max_size=3).map(tuple),
)


@settings(max_examples=400, deadline=None)
@given(node=NESTED, file=FILES)
def test_both_say_the_same_of_records(node: Node, file: AppFile):
    assert predicate(node)(file) is weigh(node, file)


@settings(max_examples=300, deadline=None)
@given(node=NESTED, file=FILES)
def test_what_holds_of_records_is_explained_by_what_is_stated(node: Node, file: AppFile):
    shown = [each.values for each in held(node, predicate(node), file)]

    assert bool(shown) is (weigh(node, file) is True)
    assert all(isinstance(value, str | int | None) for values in shown for value in values)


def same(parts: int, every: bool) -> Junction:
    leaves = tuple(
        Leaf(field="package", words="", test=f"a{number}".__eq__) for number in range(parts)
    )
    return Junction(every=every, parts=leaves)


@pytest.mark.parametrize("parts", [1, 2, 12, 13, 25, 145, 2000])
def test_long_conditions_become_several_functions(parts: int):
    asked = predicate(same(parts, every=False))

    assert asked(App(user=0, package=f"a{parts - 1}")) is True
    assert asked(App(user=0, package="b")) is False
    assert predicate(same(parts, every=True))(App(user=0, package="a0")) is (parts == 1)


@pytest.mark.parametrize("depth", [1, 11, 12, 13, 40, 200])
def test_deep_conditions_become_several_functions(depth: int):
    node: Node = Leaf(field="debuggable", words="", test=lambda value: value is True)
    for _ in range(depth):
        node = Negation(part=node)

    assert predicate(node)(App(user=0, package="a", debuggable=True)) is (depth % 2 == 0)
    assert predicate(node)(App(user=0, package="a")) is None


def test_what_is_not_a_name_is_never_part_of_an_expression():
    for name in ("x or __import__", "x.y or z", "x.", ".x", "x..y"):
        with pytest.raises(ValueError, match="x"):
            predicate(Leaf(field=name, words="", test=bool))


def test_two_thousand_alternatives_are_compiled_at_once():
    started = time.process_time()

    predicate(same(2000, every=False))

    assert time.process_time() - started < 2
