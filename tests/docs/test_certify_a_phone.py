"""The page on certification: its commands work as they stand, ours and those without our tool."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from scanner.certify.requirements import KINDS
from scanner.certify.signed import wrap
from scanner.certify.status import State
from scanner.formats import dsse
from scanner.formats.signing_keys import read_private
from scanner.pipeline.certify import read_policy
from tests.pipeline.conftest import _of_iphone

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "certify-a-phone.md").read_text(encoding="utf-8")
ALONE = "## Verify without this tool"


def blocks(language: str, page: str = PAGE) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page, flags=re.DOTALL)


def cells(heading: str) -> set[str]:
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    return {line.split("|")[1].strip(" `") for line in part.splitlines() if line.startswith("| `")}


def sh(script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    script = script.replace(".venv/bin/scanner", f"'{sys.executable}' -m scanner")
    return subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", script],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCANNER_HOME": str(folder / "home")},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the page was followed from its beginning to its end."""
    folder = tmp_path_factory.mktemp("certified")
    _of_iphone("ios-26-clean", folder / "demo-case")
    (folder / "policy.yml").write_text(blocks("yaml")[0])
    done = sh("".join(blocks("sh")), folder)

    assert 0 == done.returncode, f"{done.stdout}\n{done.stderr}"
    assert "Signature Verified Successfully" in done.stdout
    assert 'Good "phone-integrity-scanner.certification" signature' in done.stdout
    return folder


def alone(folder: Path) -> list[str]:
    """Return each block of the commands without our tool."""
    part = PAGE.split(ALONE)[1].split("\n## ")[0]
    return [f"cd '{folder}'\n{block}" for block in blocks("sh", part)]


@pytest.mark.parametrize(
    ("block", "name"), [(0, "one.statement.json"), (1, "two.statement.json"), (2, "policy.yml")]
)
def test_a_change_is_seen_without_our_tool(folder, block, name):
    path = folder / name
    whole = path.read_bytes()
    path.write_bytes(
        whole.replace(b"eyJfdHlwZSI6I", b"eyJfdHlwZSI6J") if block == 0 else whole + b" "
    )
    try:
        done = sh(alone(folder)[block], folder)
    finally:
        path.write_bytes(whole)

    assert 0 != done.returncode
    assert 0 == sh(alone(folder)[block], folder).returncode


def test_a_key_of_ecdsa_is_checked_as_the_page_says(folder, tmp_path):
    (command,) = re.findall(r"`(openssl dgst -sha256 -verify [^`]*)`", PAGE)
    take_out = "".join(alone(folder)[0].splitlines(keepends=True)[1:-1])
    curve = "-algorithm EC -pkeyopt ec_paramgen_curve:P-256"
    public = "openssl pkey -in k -pubout -out examiner.pub.pem"
    made = sh(f"openssl genpkey {curve} -out k && {public}", tmp_path)
    assert 0 == made.returncode, made.stderr
    payload = dsse.decode((folder / "one.statement.json").read_bytes()).payload
    envelope = wrap(payload, read_private((tmp_path / "k").read_bytes()))
    (tmp_path / "one.statement.json").write_bytes(dsse.encode(envelope))

    assert "Verified OK\n" == sh(f"{take_out}{command}", tmp_path).stdout


def test_it_names_every_requirement():
    assert set(KINDS) == cells("A policy")


def test_it_names_every_state():
    assert set(get_args(State)) == cells("The fleet")


def test_the_policy_to_start_from_is_one():
    policy = read_policy(ROOT / "docs" / "data" / "policy-example.yml")

    assert 20 == len(policy.requirements)
