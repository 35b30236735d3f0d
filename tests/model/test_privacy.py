"""Every field of every entity declares what may leave the scanner."""

from __future__ import annotations

import inspect

import pytest

from scanner.model.entities import ENTITIES, AnyEntity, Entity
from scanner.model.privacy import UNREADABLE, privacy_classes


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
def test_every_field_declares_its_class(entity: type[Entity]):
    undeclared = [name for name, privacy in privacy_classes(entity).items() if privacy is None]

    assert [] == undeclared


def test_an_undeclared_field_is_noticed():
    class Leaky(Entity, frozen=True, kw_only=True, tag="leaky"):
        note: str

    assert {"note": None} == privacy_classes(Leaky)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
def test_no_entity_holds_what_may_never_leave(entity: type[Entity]):
    assert not UNREADABLE & set(privacy_classes(entity).values())


def test_the_union_holds_every_entity():
    assert set(ENTITIES) == set(AnyEntity.__args__)


@pytest.mark.parametrize("entity", ENTITIES, ids=lambda entity: entity.__name__)
def test_the_fields_of_a_key_are_always_stated(entity: type[Entity]):
    parameters = inspect.signature(entity).parameters

    assert [inspect.Parameter.empty] * len(entity.key) == [
        parameters[name].default for name in entity.key
    ]
