"""What is stated of profiles, management and networks: all that is promised, nothing personal."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import UNSET

from scanner.artifacts.ios.management import MANAGEMENT
from scanner.artifacts.ios.profile_contents import PROFILE_CONTENTS
from scanner.artifacts.ios.profiles import PROFILES
from scanner.artifacts.ios.recorded.backup_state import BACKUP_STATE
from scanner.artifacts.ios.recorded.known_networks import KNOWN_NETWORKS
from scanner.artifacts.ios.recorded.managed_state import MANAGED_STATE
from scanner.artifacts.ios.recorded.mobile_installation import MOBILE_INSTALLATION
from scanner.artifacts.ios.recorded.network_extensions import NETWORK_EXTENSIONS
from scanner.artifacts.ios.recorded.pair_records import PAIR_RECORDS
from scanner.artifacts.ios.recorded.pairings import PAIRINGS
from scanner.artifacts.ios.recorded.profile_events import PROFILE_EVENTS
from scanner.artifacts.ios.recorded.restrictions import RESTRICTIONS
from scanner.errors import ParseError
from scanner.model.evidence import BytesFile

from .management_texts import texts

WORD = "SomebodysWord"
ARTIFACTS = (
    PROFILE_CONTENTS,
    PROFILE_EVENTS,
    RESTRICTIONS,
    MANAGED_STATE,
    NETWORK_EXTENSIONS,
    KNOWN_NETWORKS,
    PAIRINGS,
    PAIR_RECORDS,
    MOBILE_INSTALLATION,
    BACKUP_STATE,
)


def stated_of(artifact):
    found = []
    for number, request, data in texts(WORD)[artifact.name]:
        try:
            found.extend(artifact.readings[number].parse(BytesFile(request, data)))
        except ParseError:  # of a profile that is there to say so
            assert artifact is PROFILE_CONTENTS
    return found


@pytest.mark.parametrize("artifact", ARTIFACTS, ids=lambda artifact: artifact.name)
def test_all_that_is_promised_is_stated_and_nothing_else(artifact):
    stated = {
        (type(one), field)
        for one in stated_of(artifact)
        for field in one.__struct_fields__
        if getattr(one, field) is not UNSET
    }

    assert {(one.entity, field) for one in artifact.states for field in one.names()} == stated


@pytest.mark.parametrize("artifact", [*ARTIFACTS, MANAGEMENT, PROFILES], ids=lambda one: one.name)
def test_personal_text_has_no_way_out(artifact):
    found = stated_of(artifact)

    assert found
    assert WORD not in msgspec.json.encode(found).decode()
    assert any(WORD.encode() in data for _, _, data in texts(WORD)[artifact.name])
