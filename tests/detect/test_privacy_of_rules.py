"""No rule reads a personal or secret field."""

from __future__ import annotations

from typing import ClassVar

import pytest
from msgspec import UNSET, Struct, UnsetType

from scanner.detect.binding import bind
from scanner.detect.problems import Problems
from scanner.detect.rules import Base
from scanner.detect.sigma import Condition, check_detection, fields, read_relation, whole
from scanner.detect.sigma.truth import Junction
from scanner.model.entities import ENTITIES, Entity
from scanner.model.privacy import AppFact, Personal, Secret, System


class Letter(Entity, frozen=True, kw_only=True, tag="letter"):
    """An entity as none may be: of the fields, only the first may be read."""

    key: ClassVar[tuple[str, ...]] = ("package",)

    package: AppFact[str]
    text: Personal[str | UnsetType] = UNSET
    token: Secret[str | None | UnsetType] = UNSET
    undeclared: str | UnsetType = UNSET


class Label(Struct, frozen=True, kw_only=True):
    """A record, whose fields declare no class of their own."""

    text: str


class Parcel(Entity, frozen=True, kw_only=True, tag="parcel"):
    """An entity that holds records of persons."""

    labels: Personal[tuple[Label, ...] | None | UnsetType] = UNSET
    count: System[int | UnsetType] = UNSET


LETTERS = Base(
    name="letters",
    title="Letters",
    platform="android",
    category="letter",
    entity=Letter,
    selections=(),
    conditions=(),
    condition=Condition.of(Junction(every=True, parts=()), lambda _: True),
    proofs=(),
)


@pytest.mark.parametrize("name", ["text", "token", "undeclared"])
@pytest.mark.parametrize("form", ["plain", "modified", "in a list", "referenced"])
def test_a_rule_that_names_such_a_field_does_not_load(name: str, form: str):
    selection = {
        "plain": {name: "x"},
        "modified": {f"{name}|contains": "x"},
        "in a list": [{"package": "x"}, {name: "x"}],
        "referenced": {"package|fieldref": name},
    }[form]
    problems = Problems("rule.yml")

    check_detection({"s": selection, "condition": "s"}, Letter, problems)

    (error,) = problems.errors
    assert "is personal or secret" in error.reason


def test_a_rule_may_name_the_others():
    problems = Problems("rule.yml")

    check_detection({"s": {"package": "x"}, "condition": "s"}, Letter, problems)

    assert [] == problems.errors


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
def test_every_entity_can_be_asked(entity: type[Entity]):
    named = dict.fromkeys(whole(name) for name in fields(entity))

    assert tuple(named) == entity.__struct_fields__


def test_a_leaf_of_a_record_has_the_class_of_its_field():
    found = fields(Parcel)

    assert {"labels.text": "P", "count": "S"} == {name: found[name].privacy for name in found}


def test_no_rule_reads_into_a_personal_record():
    problems = Problems("rule.yml")

    check_detection({"s": {"labels.text": "x"}, "condition": "s"}, Parcel, problems)

    (error,) = problems.errors
    assert "is personal or secret" in error.reason


@pytest.mark.parametrize("name", ["text", "token", "undeclared"])
@pytest.mark.parametrize("key", ["group-by", "field"])
def test_a_correlation_that_reads_such_a_field_does_not_load(name: str, key: str):
    counted = {"gte": 2, "field": name if key == "field" else "package"}
    section = {"type": "value_count", "rules": "letters", "timespan": "1d", "condition": counted}
    if key == "group-by":
        section["group-by"] = name
    problems = Problems("rule.yml")
    relation = read_relation(section, problems)
    assert relation is not None

    bind(relation, [LETTERS], problems, {})

    (error,) = problems.errors
    assert error.reason == f"`{name}` is personal or secret"
