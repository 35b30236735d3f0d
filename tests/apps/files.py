"""The files of `fixtures/apps/`, and what is expected of each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fixtures.building.oracle import RANGES

APPS = Path(__file__).parents[2] / "fixtures" / "apps"
ROWS: list[dict[str, Any]] = json.loads((APPS / "expected.json").read_text(encoding="utf-8"))
BY_PATH = {row["path"]: row for row in ROWS}


def below(folder: str) -> list[dict[str, Any]]:
    """Return what is expected of the files of a folder; none there is an error."""
    found = [row for row in ROWS if row["path"].startswith(f"{folder}/")]
    assert found, folder
    return found


def content(row: dict[str, Any]) -> bytes:
    return APPS.joinpath(str(row["path"])).read_bytes()


def idsig(row: dict[str, Any]) -> bytes | None:
    beside = APPS / f"{row['path']}.idsig"
    return beside.read_bytes() if beside.exists() else None


def right(row: dict[str, Any], least: str) -> dict[str, Any]:
    """Return what is right: what the oracle says, or the platform where that knows better."""
    assert least in RANGES
    if least in row.get("differences", {}):
        stated = row["differences"][least]
        return {key: stated[key] for key in ("verified", "schemes", "signers")}
    said = row["oracle"][least]
    return {
        "verified": said["exit"] == 0,
        "schemes": said["schemes"],
        "signers": said["signers"] if said["exit"] == 0 else [],
    }
