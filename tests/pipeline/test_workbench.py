"""Rules and queries tried on a device: what is shown of it keeps to the privacy level."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.detect import load
from scanner.detect.workbench import read_query
from scanner.errors import UsageError
from scanner.model.privacy import PrivacyLevel
from scanner.pipeline.workbench import Looked, look, queried, tried
from tests.detect.rule_files import rule_data, write
from tests.pipeline.conftest import TAMPERED
from tests.pipeline.recordings import record

LEVELS: tuple[PrivacyLevel, ...] = ("public", "share", "case")


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> Callable[[PrivacyLevel], Looked]:
    path = record(TAMPERED, "bugreport.zip", tmp_path_factory.mktemp("recordings"))
    held = {level: look(path, privacy=level) for level in LEVELS}
    return held.__getitem__


@pytest.mark.parametrize(("level", "clear"), [("public", False), ("share", True), ("case", True)])
def test_the_values_of_a_near_miss_keep_to_the_level(
    level: PrivacyLevel, clear: bool, looked: Callable[[PrivacyLevel], Looked], tmp_path: Path
):
    asked = {"a": {"source": "dumpstate", "name": "no.such.process"}, "condition": "a"}
    logsource = {"product": "android", "category": "process"}
    tests = {
        "match": [{"source": "dumpstate", "name": "no.such.process"}],
        "no_match": [{"name": "x"}],
    }
    path = write(tmp_path, rule_data(logsource=logsource, detection=asked, tests=tests))
    pack = load([path], shipped=False)

    (each,) = tried(pack, looked(level), near=3)

    shown = {value for near in each.near for match in near.missed for value in match.values}
    names = {"init", "kthreadd", "ksoftirqd/0"}
    assert 3 == len(each.near)
    assert clear == bool(names & shown)


@pytest.mark.parametrize(("level", "clear"), [("public", False), ("share", False), ("case", True)])
def test_a_column_that_no_query_asks_for_is_shown_as_in_the_list_of_entities(
    level: PrivacyLevel, clear: bool, looked: Callable[[PrivacyLevel], Looked]
):
    query = read_query("category: process, source: dumpstate")

    answer = queried(query, looked(level), ["pid", "name"])

    names = {value for row in answer.found for value in row.columns[1].values}
    assert clear == ("init" in names)


@pytest.mark.parametrize(("level", "clear"), [("public", False), ("share", True), ("case", True)])
def test_a_column_that_is_asked_for_is_shown_as_in_a_finding(
    level: PrivacyLevel, clear: bool, looked: Callable[[PrivacyLevel], Looked]
):
    query = read_query("category: process, name|endswith: init")

    answer = queried(query, looked(level), query.columns())

    names = {
        value for row in answer.found for each in row.columns for value in each.values
        if each.field == "name"
    }  # fmt: skip
    assert names
    assert clear == all(str(name).endswith("init") for name in names)


def test_a_path_of_no_known_kind_is_refused(tmp_path: Path):
    with pytest.raises(UsageError):
        look(write(tmp_path, "Dear diary\n", "diary.txt"))
