"""What is lost from a recording never turns a check into a pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpus.conftest import REPORTS
from tests.pipeline.recorded import Remembering, parts, passed_wrongly, statuses

pytestmark = pytest.mark.corpus

OLD = ("bugreport_aidldeadlock.txt", "bugreport_hybriddeadlock.txt")


@pytest.fixture(params=[*REPORTS, *OLD], scope="module")
def text(request, corpus, bugreport, tmp_path_factory) -> Path:
    path: Path = tmp_path_factory.mktemp("report") / "bugreport.txt"
    name = request.param
    known = name in REPORTS
    path.write_bytes(
        bugreport(name) if known else (corpus / "android-bugreports" / name).read_bytes()
    )
    return path


def test_no_section_less_makes_a_check_pass(text) -> None:
    worker = Remembering()
    whole = statuses(text, worker)
    assert "not_examined" in whole.values()
    for part in parts(text):
        if part.sha256 is not None:
            less = statuses(text, worker, without=frozenset({part.locator}))
            assert passed_wrongly(whole, less) == [], part.title


def test_no_cut_makes_a_check_pass(text, tmp_path) -> None:
    worker = Remembering()
    whole, data = statuses(text, worker), text.read_bytes()
    cut = tmp_path / "cut.txt"
    for percent in range(5, 100, 5):
        cut.write_bytes(data[: len(data) * percent // 100])
        assert passed_wrongly(whole, statuses(cut, worker)) == [], percent
