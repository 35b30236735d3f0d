"""The walk-through of an artifact, followed in a copy of the project: its code runs as printed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "add-an-artifact.md"
FILES = (
    "scanner/model/entities/sleep.py",
    "scanner/artifacts/android/sleep_exemptions.py",
    "tests/artifacts/test_sleep_exemptions.py",
)


def insert(path: Path, before: str, text: str) -> None:
    """Insert a line where the walk-through asks for one."""
    source = path.read_text(encoding="utf-8")
    assert 1 == source.count(before), f"{path.name}: {before!r}"
    path.write_text(source.replace(before, text + before), encoding="utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """Return a copy of the project in which the walk-through was followed."""
    copy = tmp_path_factory.mktemp("copy")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scanner", copy / "scanner", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "style", copy / "tests" / "style", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", copy)
    text = PAGE.read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    for name, block in zip(FILES, blocks, strict=True):
        assert f"`{name}`" in text
        path = copy / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block, encoding="utf-8")

    entities = copy / "scanner" / "model" / "entities" / "__init__.py"
    insert(
        entities,
        "from scanner.model.entities.system import (",
        "from scanner.model.entities.sleep import SleepExemption\n",
    )
    insert(entities, "\n    | Socket\n", "\n    | SleepExemption")
    insert(entities, "\n    Socket,\n    Network,", "\n    SleepExemption,")
    insert(entities, '\n    "Socket",\n', '\n    "SleepExemption",')
    registry = copy / "scanner" / "artifacts" / "__init__.py"
    listed = "from scanner.artifacts.android.sleep_exemptions import SLEEP_EXEMPTIONS\n"
    insert(registry, "\nARTIFACTS", f"\n{listed}")
    source = registry.read_text(encoding="utf-8")
    registry.write_text(
        re.sub(r"(\nARTIFACTS.* = \()", r"\1SLEEP_EXEMPTIONS, ", source), encoding="utf-8"
    )
    return copy


def run(copy: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *argv], cwd=copy, capture_output=True, text=True, check=False
    )


def test_its_tests_pass_and_so_do_the_house_rules(copy):
    tests = ("tests/artifacts/test_sleep_exemptions.py", "tests/style/test_artifacts.py")
    done = run(copy, "pytest", "-q", "-p", "no:cacheprovider", *tests)

    assert 0 == done.returncode, done.stdout
    assert "android.sleep_exemptions" in run(copy, "pytest", "-q", "--collect-only", *tests).stdout


def test_its_code_is_as_tidy_as_ours(copy):
    done = run(copy, "ruff", "check", "--no-cache", *FILES)

    assert 0 == done.returncode, done.stdout


def test_every_field_of_its_entity_has_a_class(copy):
    code = (
        "from scanner.model.entities import ENTITIES, SleepExemption;"
        "from scanner.model.privacy import privacy_classes;"
        "assert SleepExemption in ENTITIES and None not in privacy_classes(SleepExemption).values()"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=copy, check=False)

    assert 0 == done.returncode
