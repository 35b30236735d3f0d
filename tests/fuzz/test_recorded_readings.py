"""No file of a recorded iPhone may crash a reading: statements of the right types, or our errors.

What is changed is the tree of a property list: values are replaced, doubled and dropped anywhere.
"""

from __future__ import annotations

import plistlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.artifacts import ARTIFACTS
from scanner.model.evidence import EvidenceFile
from tests.artifacts.recorded_answers import answers
from tests.fuzz.test_ios_readings import packed, run, trees

QUIET = settings(max_examples=30, deadline=None)
PARSERS = {artifact.name: [one.parse for one in artifact.readings] for artifact in ARTIFACTS}


def tree(file: EvidenceFile) -> Any:
    """Return the property list that a file is; None where it is none."""
    with file.open() as stream:
        data = stream.read()
    return plistlib.loads(data) if data.startswith((b"bplist00", b"<?xml")) else None


LISTS = {
    (name, PARSERS[name][number], at): (file.request, value)
    for name, files in answers("word").items()
    for at, (number, file) in enumerate(files)
    if (value := tree(file)) is not None
}


def test_most_artifacts_of_property_lists_are_here():
    assert 20 <= len({name for name, *_ in LISTS})


@pytest.mark.parametrize("case", [pytest.param(one, id=f"{one[0]}-{one[2]}") for one in LISTS])
@QUIET
@given(data=st.data())
def test_changed_trees(case, data):
    request, seed = LISTS[case]

    run(case[1], packed(data.draw(trees(seed)), plistlib.FMT_BINARY), request)
