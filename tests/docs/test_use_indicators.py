"""The page on indicators: its commands work, and its lists are those of the code."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from scanner.model.indicators import FeedKind
from scanner.pipeline.feeds.catalogue import OLD_BYTES, VERSIONS
from scanner.pipeline.feeds.download import SECONDS
from scanner.pipeline.feeds.sources import _KEYS, read_sources
from tests.formats.signing import Signer
from tests.pipeline.feeds.made import bundle
from tests.pipeline.recordings import bugreport

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "use-indicators.md").read_text(encoding="utf-8")
SIGNER = Signer(b"1" * 32)


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)


def cells(heading: str) -> list[str]:
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [line.split("|")[1].strip() for line in part.splitlines() if line.startswith("| `")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with everything that the commands name."""
    feed = bundle("one.example.com")
    (tmp_path / "feed.stix2").write_bytes(feed)
    (tmp_path / "signed.stix2").write_bytes(bundle("two.example.com"))
    (tmp_path / "signed.stix2.minisig").write_bytes(SIGNER.sign(bundle("two.example.com")))
    (tmp_path / "minisign.pub").write_text(SIGNER.public_key_file)
    (tmp_path / "domains.txt").write_text("three.example.com\n")
    (tmp_path / "own-feeds").mkdir()
    (tmp_path / "own-feeds" / "a.txt").write_text("four.example.com\n")
    (tmp_path / "indicators.toml").write_text(blocks("toml")[0])
    (tmp_path / "demo-case").write_bytes(bugreport("android-14-tampered"))
    return tmp_path


def test_its_commands_work(folder):
    script = "".join(blocks("sh")).replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")
    done = subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert "own-a: imported (1 indicators)\n" in done.stderr
    assert "signed: imported (1 indicators)\n" in done.stderr


def test_its_sources_are_sources_also_those_that_are_commented_out(folder):
    text = blocks("toml")[0].replace('"RWQ..."', f'"{SIGNER.public_key}"')
    (folder / "all.toml").write_text(re.sub(r"^# ?", "", text, flags=re.MULTILINE))

    assert ["own"] == [each.id for each in read_sources(folder / "indicators.toml")]
    assert ["own", "stalkerware", "pegasus", "partner"] == [
        each.id for each in read_sources(folder / "all.toml")
    ]


def test_it_names_every_kind():
    assert set(get_args(FeedKind)) == {cell.strip("`") for cell in cells("What a feed may be")}


def test_it_names_every_key_of_a_source():
    named = {key for cell in cells("Update from sources") for key in re.findall(r"`(\w+)`", cell)}

    assert set(_KEYS) == named
    assert tomllib.loads(blocks("toml")[0])["source"][0].keys() <= named


def test_its_figures_are_those_of_the_code():
    assert f"The last {VERSIONS} versions" in PAGE
    assert (2**30, 120) == (OLD_BYTES, SECONDS)
    assert "up to 1 GiB" in PAGE
    assert "gets two minutes" in PAGE
