"""Personal data in recordings of the demo phones appears in no byte that a command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.simulate import AdbServer
from tests.pipeline.conftest import PHONES
from tests.pipeline.recordings import androidqf, bugreport_text, members, record
from tests.privacy.test_canary import Canary, Surroundings, canaries, seen
from tests.sources.recorded.collected import write

FORMS = ("bugreport.zip", "androidqf.zip")
UNDER_NO_LEVEL = ("P", "X")


@pytest.fixture
def surroundings(tmp_path: Path, adb_server: AdbServer) -> Surroundings:
    return Surroundings(tmp_path, adb_server.port)


def everything(surroundings: Surroundings) -> bytes:
    """All bytes that were said or written: of a recording nothing may lie in a case either."""
    return surroundings.left() + surroundings.left(evidence=True)


def held(path: Path) -> bytes:
    """Return the bytes of a recording, and of the archives in it."""
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data
    inner = []
    for content in members(data).values():
        inner += members(content).values() if content.startswith(b"PK") else [content]
    return b"\n".join(inner)


def of(planted: list[Canary], *classes: str) -> list[Canary]:
    return [each for each in planted if each.privacy in classes]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PHONES)
def test_no_command_and_no_level_shows_personal_data(
    name: str, form: str, surroundings: Surroundings, tmp_path: Path
):
    """Device ids show at level `case` only, what is personal or secret at none."""
    planted, path = canaries(name), record(name, form, tmp_path / "given")
    chosen = ("-vv", "--events", "events", "-f", "json", "-f", "html")

    assert 0 == surroundings.run("scan", path, "-o", "scanned", *chosen)
    assert 0 == surroundings.run("examine", path, "--privacy", "public", "-o", "public")
    assert 0 == surroundings.run("artifacts", "list", "--unread", path, "--json")
    assert set() == seen(everything(surroundings), planted)

    again = ("examine", "scanned", "--source", path, "--privacy", "case", "-o", "case")
    assert 0 == surroundings.run(*again, "-f", "text", "-f", "html")
    assert set() == seen(everything(surroundings), of(planted, *UNDER_NO_LEVEL))
    assert seen(everything(surroundings), of(planted, "D"))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", PHONES)
def test_what_is_planted_is_really_in_the_recording(name: str, form: str, tmp_path: Path):
    planted = canaries(name)

    met = seen(held(record(name, form, tmp_path)), planted)

    assert len(met) >= len(planted) // 2
    assert {each.privacy for each in planted if each.place in met} >= {"P", "D"}


@pytest.mark.parametrize("name", PHONES)
def test_a_broken_recording_does_not_show_it_in_errors(
    name: str, surroundings: Surroundings, tmp_path: Path
):
    """Each line of the text loses a byte or its end, here and there: parsers complain."""
    planted = canaries(name)
    lines = bugreport_text(name).splitlines(keepends=True)
    broken = [
        line if line.startswith((b"---", b"DUMP", b"===")) or number % 7 else line[3:-1]
        for number, line in enumerate(lines)
    ]
    path = tmp_path / "report.txt"
    path.write_bytes(lines[0] + b"".join([*lines[1:20], *broken[20:]]))

    assert 0 == surroundings.run(
        "scan", path, "-vv", "--events", "events", "--privacy", "case", "-o", "case"
    )

    assert set() == seen(everything(surroundings), of(planted, *UNDER_NO_LEVEL))


def test_the_name_that_a_person_gave_to_a_recording_is_nobody_s_business(
    surroundings: Surroundings, tmp_path: Path
):
    """It is said to who typed it, and stands in no file."""
    path = record(PHONES[0], "bugreport.zip", tmp_path / "given")
    path = path.rename(path.with_name("CANARY-P-900 the phone of Ana.zip"))

    assert 0 == surroundings.run("scan", path, "-o", "case", "--events", "events")
    assert 0 == surroundings.run("examine", path, "-o", "report", "--privacy", "case")

    surroundings.said = b""
    assert b"CANARY-P-900" not in everything(surroundings)
    assert [] == list(surroundings.temporary.iterdir())


def test_names_that_somebody_chose_within_a_recording_are_hidden(
    surroundings: Surroundings, tmp_path: Path
):
    """Of what could not be looked into; and of the folder in which all of it lies."""
    folder = tmp_path / "given"
    path = write(folder / "CANARY-P-901 of Ana", androidqf(PHONES[0], nested=False))
    (path / "logs/CANARY-P-902 letter.pdf").symlink_to("nowhere")
    (path / "env.txt").unlink()
    (path / "env.txt").symlink_to("nowhere")

    assert 0 == surroundings.run("scan", folder, "-o", "case", "--events", "events")

    shown = everything(surroundings)
    assert b"androidqf!env.txt" in shown
    surroundings.said = b""
    index = surroundings.folder / "case/data/index.jsonl"  # it has to say where all lies
    shown = everything(surroundings).replace(index.read_bytes(), b"")
    assert b"CANARY-P-90" not in shown
