"""What each artifact of the system's records promises: all that it says, and nothing personal."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from scanner.model.evidence import BytesFile
from scanner.model.privacy import UNREADABLE, privacy_classes

from .system_answers import ARTIFACTS, texts

CANARY = "CanaryOfSomebody"
ANSWERS = texts(CANARY)


def statements(artifact):
    return [
        one
        for number, request, data in ANSWERS[artifact.name]
        for one in artifact.readings[number].parse(BytesFile(request, data))
    ]


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_it_states_all_that_it_says_and_nothing_else(artifact):
    said = {(one.entity, field) for one in artifact.states for field in one.names()}
    stated = {
        (type(one), field)
        for one in statements(artifact)
        for field in one.__struct_fields__
        if getattr(one, field) is not UNSET
    }

    assert said == stated


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_nothing_personal_has_a_way_out(artifact):
    classes = {one.entity: privacy_classes(one.entity) for one in artifact.states}
    fields = [(one.entity, field) for one in artifact.states for field in one.names()]

    assert not [field for entity, field in fields if classes[entity][field] in UNREADABLE]
    assert CANARY not in msgspec.json.encode(statements(artifact)).decode()


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_what_is_stated_lies_where_it_is_said_to(artifact):
    for one in artifact.states:
        field, values = one.where or ("", ())
        found = {
            getattr(each, field)
            for each in statements(artifact)
            if type(each) is one.entity and field
        }

        assert found <= set(values)


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_each_file_answers_its_reading(artifact):
    for number, request, _ in ANSWERS[artifact.name]:
        assert artifact.readings[number].fits(request)
