"""Personal data in backups, sysdiagnoses and file systems appears in no byte that is written.

Ids of the phone and of computers show at level `case` only, moments of use at no level. The index
of a case says where each file lies in its recording: it alone holds names that the phone gave.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.privacy.ios_recordings import KINDS, LATEST, PASSWORD, PLANTED, held, planted
from tests.privacy.test_canary import Canary, Surroundings, seen

NO_ADB = 9  # a port on which nobody listens: no phone is asked for
CHOSEN = ("-vv", "--events", "events", "-f", "json", "-f", "html", "--no-feeds")
OF_CLASS = {name: [each for each in PLANTED if each.privacy == name] for name in ("P", "D")}


@pytest.fixture
def surroundings(tmp_path: Path) -> Surroundings:
    (tmp_path / "own").mkdir()
    own = str(tmp_path / "own")
    return Surroundings(tmp_path, NO_ADB, SCANNER_HOME=own, XDG_RUNTIME_DIR=own)


def shown(surroundings: Surroundings) -> bytes:
    """Return all that was said and written, without the index of the case."""
    said = surroundings.left() + surroundings.left(evidence=True)
    return said.replace((surroundings.folder / "case/data/index.jsonl").read_bytes(), b"")


def given(kind: str, tmp_path: Path) -> tuple[str, ...]:
    secret = tmp_path / "password"
    secret.write_text(PASSWORD)
    return ("--password-file", str(secret)) if kind == "backup" else ()


@pytest.mark.parametrize("kind", KINDS)
def test_no_command_and_no_level_shows_personal_data(
    kind: str, surroundings: Surroundings, tmp_path: Path
):
    path, more = planted(kind, tmp_path / "given"), given(kind, tmp_path)

    assert 0 == surroundings.run("scan", path, "-o", "case", *CHOSEN, *more)
    assert set() == seen(shown(surroundings), [*PLANTED])
    assert b'"type":"crash"' in shown(surroundings)

    full = ("--privacy", "case", "-o", "full", "-f", "html", "-f", "text", "--no-feeds")
    assert 0 == surroundings.run("examine", "case", "--source", path, *full, *more)
    assert 0 == surroundings.run("report", "full/report.json", "-f", "timeline", "--files")
    assert set() == seen(shown(surroundings), OF_CLASS["P"])
    assert seen(shown(surroundings), OF_CLASS["D"])
    kept = (surroundings.folder / "case").glob("data/evidence/*")
    assert {".key"} == {each.suffix for each in kept}  # that of the pseudonyms
    assert [] == [*surroundings.temporary.iterdir()]


def cut(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def scrambled(data: bytes) -> bytes:
    """Take the beginning of lines, and of lists that have none."""
    lines = data.splitlines(keepends=True)
    return b"".join(line[3:-1] if number % 5 == 0 else line for number, line in enumerate(lines))


@pytest.mark.parametrize(("kind", "change"), [("sysdiagnose", scrambled), ("files", cut)])
def test_files_that_are_broken_do_not_show_it_in_errors(
    kind: str, change: object, surroundings: Surroundings, tmp_path: Path
):
    path = planted(kind, tmp_path / "given", change)  # type: ignore[arg-type]

    assert 0 == surroundings.run("scan", path, "-o", "case", "--privacy", "case", *CHOSEN)

    assert set() == seen(shown(surroundings), OF_CLASS["P"])


def test_all_of_it_is_planted(tmp_path: Path):
    lists = planted("backup", tmp_path)  # encrypted but for these
    described = b"".join((lists / f"{name}.plist").read_bytes() for name in ("Info", "Manifest"))
    found = seen(b"\n".join([*map(held, KINDS), described]), [*PLANTED])

    assert set() == {each.place for each in PLANTED} - found - {LATEST}


def test_the_search_finds_what_is_told():
    """The control: a word in any of its forms is found."""
    one: Canary = PLANTED[0]

    assert {one.place} == seen(one.token.upper().encode("utf-16-le"), [*PLANTED])
