"""What is lost from a recording of a demo phone never turns a check into a pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from scanner.detect import load
from tests.pipeline.conftest import PHONES
from tests.pipeline.recorded import Remembering, parts, passed_wrongly, statuses
from tests.pipeline.recordings import androidqf, bugreport, bugreport_text, made, members
from tests.sources.recorded.collected import generator, write

FOLDERS: dict[str, Callable[[str], Mapping[str, bytes]]] = {
    "bugreport": lambda name: members(bugreport(name)),
    "androidqf": lambda name: androidqf(name, nested=False),
    "androidqf with a bugreport": androidqf,
}
WITHOUT_DIGESTS = (
    "getprop.txt",
    "dumpsys.txt",
    "packages.json",
    "settings_secure.txt",
    "mounts.json",
)

pytestmark = pytest.mark.parametrize("name", PHONES)


@pytest.fixture(scope="module")
def worker() -> Remembering:
    return Remembering()


def test_no_section_less_makes_a_check_pass(name: str, worker: Remembering, tmp_path: Path):
    text = tmp_path / "bugreport.txt"
    text.write_bytes(bugreport_text(name))
    whole = statuses(text, worker)
    assert "not_examined" in whole.values()
    assert "pass" in whole.values()

    read = [part for part in parts(text) if part.sha256 is not None]

    assert len(read) > 15
    for part in read:
        less = statuses(text, worker, without=frozenset({part.locator}))
        assert [] == passed_wrongly(whole, less), part.title


def test_no_cut_makes_a_check_pass(name: str, worker: Remembering, tmp_path: Path):
    text, data = tmp_path / "bugreport.txt", bugreport_text(name)
    text.write_bytes(data)
    whole = statuses(text, worker)

    for percent in range(5, 100, 5):
        text.write_bytes(data[: len(data) * percent // 100])
        assert [] == passed_wrongly(whole, statuses(text, worker)), percent


@pytest.mark.parametrize("form", FOLDERS)
def test_no_file_less_makes_a_check_pass(form: str, name: str, worker: Remembering, tmp_path: Path):
    folder = write(tmp_path / "recording", FOLDERS[form](name))
    whole = statuses(folder, worker)
    assert "pass" in whole.values()

    for path in [each for each in folder.rglob("*") if each.is_file()]:
        if path.name.startswith(("bugreport-", "main_entry")):
            continue  # without it, this is no bugreport
        content = path.read_bytes()
        path.unlink()
        expected = decided(whole) if path.name == "bugreport.zip" else whole
        assert [] == passed_wrongly(expected, statuses(folder, worker)), path.name
        path.write_bytes(content)


def decided(whole: dict[str, str]) -> dict[str, str]:
    """Leave out what a list of processes without their programs left open: it goes with that list.

    A collection has a second one, which names the program of each.
    """
    open_by_list = {
        rule.id
        for rule in load().rules
        if rule.category == "process" and "executable" in rule.fields()
    }
    assert open_by_list
    return {
        rule: "pass" if rule in open_by_list and status == "not_examined" else status
        for rule, status in whole.items()
    }


@pytest.mark.parametrize("file", WITHOUT_DIGESTS)
def test_no_file_that_is_cut_makes_a_check_pass(
    file: str, name: str, worker: Remembering, tmp_path: Path
):
    """Of a collection that lists no digests, as older ones do: nothing else tells of the cut."""
    files = generator("androidqf").files(made(name), hashes=False)
    folder = write(tmp_path / "recording", files)
    whole = statuses(folder, worker)

    for percent in range(5, 100, 10):
        (folder / file).write_bytes(files[file][: len(files[file]) * percent // 100])
        assert [] == passed_wrongly(whole, statuses(folder, worker)), percent
