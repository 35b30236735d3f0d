"""Files of rules that were found right before: the same rules, and no way around the checks."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from scanner.detect import RuleErrors, RulePack, load
from scanner.detect.checked import Checked
from scanner.detect.documents import parse
from scanner.detect.rules import Rule

RULE = (
    Path(__file__).resolve().parents[2]
    / "rules/sigma/android/change/an-app-is-older-than-before.yml"
)


def plain(pack: RulePack) -> list[object]:
    """Return a pack without its proofs, and of its conditions the fields that they ask for."""
    return [
        (rule.fields(), structs.replace(rule, proofs=(), condition=None))
        if isinstance(rule, Rule)
        else rule.title  # type: ignore[arg-type]
        for rule in pack.rules
    ]


def loaded(home: Path, *folders: Path) -> str:
    """Load rules in a process of its own, as a scan does; return the digest and the number."""
    code = (
        "import sys; from pathlib import Path; from scanner.detect import load;"
        "pack = load([Path(p) for p in sys.argv[1:]], proofs=False);"
        "print(pack.digest, len(pack.rules), sum(len(r.proofs) for r in pack.rules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, folders)],
        env={**os.environ, "SCANNER_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr.strip().splitlines()[-1]


def test_what_is_kept_gives_the_same_rules(tmp_path: Path):
    first, again = loaded(tmp_path), loaded(tmp_path)

    assert first.split()[:2] == again.split()[:2]
    assert again.split()[2] == "0"
    assert list((tmp_path / "cache" / "rules").iterdir())


def test_a_pack_without_proofs_is_the_same_pack():
    assert plain(load()) == plain(load(proofs=False))
    assert load().digest == load(proofs=False).digest


def test_a_cache_that_somebody_changed_is_made_anew(tmp_path: Path):
    first = loaded(tmp_path)
    (kept,) = (tmp_path / "cache" / "rules").iterdir()
    data = kept.read_bytes()
    kept.write_bytes(data[:32] + data[32:].replace(b"medium", b"medium ", 1))

    assert first == loaded(tmp_path)


def test_a_file_that_was_changed_is_checked_again(tmp_path: Path):
    folder = tmp_path / "rules"
    folder.mkdir()
    text = RULE.read_text("utf-8").replace("id: ", "id: f", 1)
    (folder / "own.yml").write_text(RULE.read_text("utf-8"), "utf-8")
    assert loaded(tmp_path / "home", folder).split()[1].isdigit()

    (folder / "own.yml").write_text(text, "utf-8")

    assert "id" in loaded(tmp_path / "home", folder)
    with pytest.raises(RuleErrors):
        load([folder], proofs=False)


def test_nothing_is_kept_of_files_that_nobody_checked(tmp_path: Path):
    checked = Checked(tmp_path)
    file = parse(RULE.read_bytes(), RULE)

    assert checked.get(file.sha256, RULE) is None
    checked.add(file)
    checked.keep()

    kept = Checked(tmp_path).get(file.sha256, RULE)
    assert kept is not None
    assert [document.data for document in kept.documents] == [
        {name: value for name, value in document.data.items() if name != "tests"}
        for document in file.documents
    ]
