"""MVT beside us over one backup of an iPhone, record by record: as a backup, and as a file system.

The backup is `mvt/ios_backup` of the folder that SCANNER_CORPUS names; content is opted in. Of each
kind of record of MVT it is counted how many of ours there are, and how many of MVT's have none of
ours and no reason: those are printed, and end with a status of 1. docs/peers.md has the reasons.
MVT is found as in recordings.py; without it, or without the backup, that is said.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scanner.formats.ios_backup.domains import device_path
from scanner.formats.ios_personal import personal_folder

ROOT = Path(__file__).resolve().parents[1]
Record = Mapping[str, Any]
Entities = Mapping[str, list[Record]]
FEEDS = ("mvt_generated_test", "mvt_unit_test_values")
_STORES = {  # of MVT's records: the name of ours, which counts and never tells
    "sms": "messages",
    "safari_browser_state": "safari_tabs",
    "calendar": "calendar",
    "interaction_c": "interactions",
    "webkit_resource_load_statistics": "webkit_statistics",
    "whatsapp": "whatsapp",
}


def main() -> None:
    """Compare, and print each kind of record on a line."""
    corpus = Path(os.environ.get("SCANNER_CORPUS", ROOT.parent / "shared" / "corpus")) / "mvt"
    program = Path(os.environ.get("MVT_BIN", ROOT / ".venv-mvt" / "bin")) / "mvt-ios"
    if not program.exists() or not corpus.is_dir():
        print(f"  not compared: {program} or {corpus} is not there")
        return
    missed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        backup, copy = folder / "backup", folder / "copy"
        shutil.copytree(corpus / "ios_backup", backup, copy_function=shutil.copyfile)
        lay_out(backup, copy)
        for feed in FEEDS:
            stix = corpus / "indicators" / f"{feed}.stix2"
            for command, path in (("check-backup", backup), ("check-fs", copy)):
                print(f"{command}, {feed}")
                theirs = run_mvt(program, command, path, stix, folder / f"{feed}-{command}")
                ours = run(path, stix, folder / f"{feed}-{command}-ours")
                missed += sum(compared(theirs, ours))
    sys.exit(missed > 0)


def lay_out(backup: Path, target: Path) -> None:
    """Write the files that a backup holds as the copy of a file system."""
    with closing(
        sqlite3.connect(f"{(backup / 'Manifest.db').as_uri()}?immutable=1", uri=True)
    ) as db:
        for file_id, domain, path in db.execute("select fileID, domain, relativePath from Files"):
            stored, place = backup / file_id[:2] / file_id, device_path(domain, path)
            if stored.is_file() and place is not None:
                (target / place[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(stored, target / place[1:])


def run_mvt(program: Path, command: str, path: Path, stix: Path, output: Path) -> Entities:
    """Let MVT check a recording, without a network; return its records by module."""
    environment = os.environ | {
        "HOME": str(output.parent),
        "MVT_NETWORK_ACCESS_ALLOWED": "False",
        "MVT_DATA_FOLDER": str(output.parent / "mvt-data"),
        "MVT_CONFIG_FOLDER": str(output.parent / "mvt-config"),
    }
    quiet = ["--disable-update-check", "--disable-indicator-update-check"]
    words = [str(program), *quiet, command, "-i", str(stix), "-o", str(output), str(path)]
    subprocess.run(words, env=environment, capture_output=True, check=True)
    found = {each.stem: json.loads(each.read_bytes()) for each in output.glob("*.json")}
    return {name: value if isinstance(value, list) else [value] for name, value in found.items()}


def run(path: Path, stix: Path, case: Path) -> Entities:
    """Scan a recording, with its content; return entities and findings by type."""
    words = ["scan", str(path), "-q", "--include-content", "--privacy", "case", "-o", str(case)]
    environment = os.environ | {"SCANNER_HOME": str(case.parent / "home")}
    argv = [sys.executable, "-m", "scanner", *words, "--indicators", str(stix)]
    subprocess.run(argv, env=environment, cwd=ROOT, capture_output=True, check=True)
    found: dict[str, list[Record]] = {}
    report = case / "data" / "report"
    with (report / "entities.jsonl").open("rb") as lines:
        for line in lines:
            entity = json.loads(line)
            found.setdefault(entity["type"], []).append(entity)
    found["finding"] = json.loads((report / "report.json").read_bytes())["findings"]
    return found


def compared(theirs: Entities, ours: Entities) -> Iterator[int]:
    """Print each kind of record; yield how many of MVT's have none of ours and no reason."""
    kinds: dict[str, Callable[[Entities, Entities], Sequence[object]]] = {
        "manifest": files,
        "filesystem": files_of_copy,
        "datausage": traffic,
        "tcc": grants,
        "backup_info": about,
        "global_preferences": preferences,
        "alerts": flags,
        **dict.fromkeys(_STORES, lambda *_: []),
    }
    for name in sorted(theirs.keys() & kinds.keys()):
        missed = kinds[name](theirs, ours)
        if name in _STORES:
            missed = stored(name, theirs[name], ours)
        print(f"  {name:34} {len(theirs[name]):5} of MVT, {len(missed)} without ours or a reason")
        for each in missed:
            print(f"    {each}")
        yield len(missed)


def files(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return the rows of the list of files that we do not tell, but for those with a reason."""
    told = {each["path"] for each in ours["file"]}
    numbered = Counter(each["path"].rpartition("/")[0] for each in ours["file"])
    pictures = ours["backup"][0]["pictures"]
    left: list[object] = []
    why: Counter[str] = Counter()
    for each in theirs["manifest"]:
        path = device_path(each["domain"], each["relative_path"])
        if not each["relative_path"]:
            why["the folder that a domain is"] += 1
        elif each["domain"] == "CameraRollDomain" and each["flags"] == 1:
            why["of the camera roll: counted"] += 1
        elif path in told:
            why["by its path"] += 1
        elif path and (folder := personal_folder(path)) and numbered[folder]:
            why["of a name that a person may have given: by a number"] += 1
        else:
            left.append(path)
    if why["of the camera roll: counted"] != pictures:
        left.append(f"{pictures} pictures")
    for reason, count in why.items():
        print(f"      {count:5} {reason}")
    return left


def files_of_copy(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return the files of a file system that we do not tell; of its folders nothing is told."""
    told = {each["path"] for each in ours["file"]}
    numbered = {each.rpartition("/")[0] for each in told}
    places = [_place(each["path"]) for each in theirs["filesystem"]]
    folders = {place.rpartition("/")[0] for place in places}
    return [
        place
        for place in places
        if place not in told | folders and personal_folder(place) not in numbered
    ]


def _place(path: str) -> str:
    return path[path.index("/private") :] if "/private" in path else f"/{path}"


def traffic(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return the programs with traffic that we do not tell; a UUID before a name is no program."""
    told = {each[field] for each in ours["traffic_record"] for field in ("process", "bundle")}
    return [
        str(each["proc_name"])
        for each in theirs["datausage"]
        if not each["proc_name"].startswith("MISSING")  # MVT's own word for a gap
        and told.isdisjoint((each["bundle_id"] or "-", *each["proc_name"].split("/", 1)))
    ]


def grants(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return the grants that we do not tell alike."""
    told = {(each["service"], each["client"], each["decision"]) for each in ours["privacy_grant"]}
    stated = {(each["service"], each["client"], each["auth_value"]) for each in theirs["tcc"]}
    return sorted(map(str, stated - told))


def about(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return what a backup says of its phone and we do not; persons' names and numbers aside."""
    (stated,) = theirs["backup_info"]
    build, device = ours["build"][0], ours["device_identity"][0]
    told: dict[str, object] = {
        "Build Version": build["build"],
        "Product Version": build["release"],
        "Product Type": build["model"],
        "Serial Number": device["serial"],
        "Unique Identifier": device["udid"],
    }
    left: list[object] = [
        name for name, value in told.items() if stated[name].lower() != str(value).lower()
    ]
    apps = {each["package"] for each in ours["app"]}
    return [*left, *(set(stated["Installed Applications"]) - apps)]


def preferences(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return whether the one preference that MVT judges is told otherwise."""
    stated = [
        each["value"]
        for each in theirs["global_preferences"]
        if each["entry"] == "LDMGlobalEnabled"
    ]
    told = [each.get("lockdown_mode") for each in ours["device_state"]]
    return [] if list(map(bool, stated)) == told else [stated, told]


def stored(name: str, records: Iterable[Record], ours: Entities) -> Sequence[object]:
    """Return whether fewer records of a store were read; what they hold is told by no output."""
    # Beside messages MVT lists chats and pairs of numbers, which name no address.
    counted = sum(each.get("record_type") is None for each in records)
    read = [each["records"] for each in ours["content_source"] if each["name"] == _STORES[name]]
    return [] if read and read[0] >= counted else [(counted, read)]


def flags(theirs: Entities, ours: Entities) -> Sequence[object]:
    """Return what MVT flags and we do not: values of indicators, and two heuristics."""
    found = {
        (each["indicator"]["type"], each["indicator"]["value"])
        for each in ours["finding"]
        if each.get("indicator")
    }
    values = {value for _, value in found}
    left: list[object] = []
    for each in theirs["alerts"]:
        matched = each["matched_indicator"]
        if matched is not None:
            told = matched["value"] in values
        elif each["module"] == "datausage":
            told = bool(ours.get("row_gap")) or "not found" in each["message"]
        else:
            told = any("lockdown_mode" in state for state in ours["device_state"])
        if not told:
            left.append((each["module"], each["message"]))
    return left


if __name__ == "__main__":
    main()
