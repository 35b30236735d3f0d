"""What is stated of profiles as files is what their artifacts say that they state."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from scanner.artifacts.ios.configuration_profile import CONFIGURATION_PROFILE
from scanner.artifacts.ios.provisioning import PROVISIONING
from scanner.model.evidence import BytesFile
from scanner.model.requests import ProfileFile
from tests.artifacts.ios import profile_texts


@pytest.mark.parametrize(
    ("artifact", "files"),
    [
        (CONFIGURATION_PROFILE, profile_texts.CONFIGURATION),
        (PROVISIONING, profile_texts.PROVISIONING),
    ],
    ids=lambda each: getattr(each, "name", ""),
)
def test_every_field_is_stated_and_no_other(artifact, files):
    reading = artifact.readings[-1]
    assert isinstance(reading.request, ProfileFile)
    stated = {
        (type(one), field)
        for data in files
        for one in reading.parse(BytesFile(reading.request, data))
        for field in one.__struct_fields__
        if getattr(one, field) is not UNSET
    }

    assert {(one.entity, name) for one in artifact.states for name in one.names()} == stated
