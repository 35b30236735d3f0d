"""Personal data planted in the demo phones appears in no byte outside of data/evidence."""

from __future__ import annotations

import base64
import json
import os
import shlex
import unicodedata
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import Struct, structs

from scanner.artifacts import ARTIFACTS
from scanner.case import Case
from scanner.detect import load
from scanner.model.artifact import Artifact, Reading, Stated
from scanner.model.entities import Setting
from scanner.pipeline.compose import Examination, Examined
from scanner.pipeline.files import write_report
from scanner.pipeline.host import now
from scanner.pipeline.knowledge import Knowledge
from scanner.pipeline.privacy import Redaction
from scanner.pipeline.reading import EvidenceReader
from scanner.simulate import AdbServer, Faults, Phone, SimulatedPhone, find_phone
from scanner.snapshot import Snapshot
from scanner.worker import Worker
from tests.command import run_scanner
from tests.pipeline.conftest import PHONES
from tests.privacy import leaky


class Canary(Struct, frozen=True):
    """Something planted, and the ways in which it could show."""

    token: str
    place: str
    privacy: str
    forms: frozenset[bytes]


def canaries(name: str) -> list[Canary]:
    planted = json.loads((find_phone(name) / "canaries.json").read_text("utf-8"))
    return [
        Canary(each["token"], each["place"], each["class"], frozenset(forms_of(each["token"])))
        for each in planted
    ]


def forms_of(token: str) -> Iterator[bytes]:
    for text in {token, *(unicodedata.normalize(form, token) for form in ("NFC", "NFD"))}:
        plain = text.encode()
        yield plain.lower()
        yield urllib.parse.quote(text).encode().lower()
        yield json.dumps(text)[1:-1].encode().lower()
        yield plain.hex().encode()
        for coding in ("utf-16-le", "utf-16-be"):
            yield text.encode(coding).lower()
        for offset in range(3):
            # The middle of the token's base64 is the same wherever it begins in a longer text.
            encoded = base64.b64encode(b"\0" * offset + plain)
            yield encoded[4 if offset else 0 : len(encoded) // 4 * 4 - 4].lower()


def seen(data: bytes, planted: list[Canary]) -> set[str]:
    low = data.lower()
    return {each.place for each in planted if any(form and form in low for form in each.forms)}


class Surroundings:
    """A folder in which commands run, and everything that they leave behind."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        self.folder, self.temporary = folder / "work", folder / "tmp"
        self.folder.mkdir()
        self.temporary.mkdir()
        self._environment = {"ANDROID_ADB_SERVER_PORT": str(port), **environment}
        self.said = b""

    def run(self, *words: object) -> int:
        ran = run_scanner(
            words,
            cwd=self.folder,
            env={**os.environ, "TMPDIR": str(self.temporary), **self._environment},
        )
        self.said += ran.stdout + ran.stderr
        return ran.returncode

    def left(self, *, evidence: bool = False) -> bytes:
        """All bytes outside of data/evidence, names included; or those inside of it."""
        found = [] if evidence else [self.said]
        for path in [*self.folder.rglob("*"), *self.temporary.rglob("*")]:
            if ("data/evidence/" in str(path)) == evidence:
                found.append(os.fsencode(path))
                if path.is_file():
                    found.append(path.read_bytes())
        return b"\n".join(found)


@pytest.fixture
def surroundings(tmp_path: Path, adb_server: AdbServer) -> Surroundings:
    return Surroundings(tmp_path, adb_server.port)


def target(phone: SimulatedPhone) -> str:
    return f"android:{phone.address}"


@pytest.mark.parametrize("name", PHONES)
def test_no_command_and_no_format_shows_personal_data(
    name: str, simulate, surroundings: Surroundings
):
    planted = canaries(name)
    phone = simulate(Phone.load(find_phone(name)))

    assert 0 == surroundings.run(
        "scan", target(phone), "-o", "case", "-vv", "--events", "events", "-f", "json", "-f", "html"
    )
    for level in ("public", "share"):
        assert 0 == surroundings.run("examine", "case", "--privacy", level, "-o", level)
    for format_ in ("json", "html", "text"):
        assert 0 == surroundings.run("report", "case", "-f", format_)
    for words in (["verify", "case"], ["case", "info", "case", "--json"], ["devices"]):
        assert 0 == surroundings.run(*words)

    assert set() == seen(surroundings.left(), planted)


@pytest.mark.parametrize("name", PHONES)
def test_at_level_case_device_ids_show_and_nothing_personal(
    name: str, simulate, surroundings: Surroundings
):
    planted = [each for each in canaries(name) if each.privacy != "D"]
    phone = simulate(Phone.load(find_phone(name)))

    assert 0 == surroundings.run("scan", target(phone), "-o", "case", "--privacy", "case")

    assert set() == seen(surroundings.left(), planted)


@pytest.mark.parametrize("name", PHONES)
def test_what_is_planted_was_really_acquired(name: str, simulate, surroundings: Surroundings):
    planted = canaries(name)
    phone = simulate(Phone.load(find_phone(name)))

    surroundings.run("acquire", target(phone), "-o", "case", "-q")

    met = seen(surroundings.left(evidence=True), planted)
    assert len(met) >= len(planted) // 2
    assert {each.privacy for each in planted if each.place in met} >= {"P", "D"}


@pytest.mark.parametrize("name", PHONES)
def test_broken_answers_do_not_show_it_in_errors(name: str, simulate, surroundings: Surroundings):
    planted = canaries(name)
    folder = find_phone(name)
    recorded = json.loads((folder / "phone.json").read_text())["answers"]
    broken = {
        shlex.join(each["argv"]): b"\x01\x02" + (folder / each["stdout"]).read_bytes()[7:]
        for each in recorded
        if each.get("stdout") and "window" not in each["argv"]
    }
    phone = simulate(Phone.load(folder), faults=Faults(replace=broken))

    surroundings.run("scan", target(phone), "-o", "case", "-vv")

    assert set() == seen(surroundings.left(), planted)


@pytest.mark.parametrize("name", PHONES)
def test_a_leaky_parser_is_caught(name: str, simulate, surroundings: Surroundings):
    """The control: were a parser to let personal data out, the search would find it."""
    phone = simulate(Phone.load(find_phone(name)))
    surroundings.run("acquire", target(phone), "-o", "case", "-q")

    write_report(examine_leakily(surroundings.folder / "case"), surroundings.folder / "leak", [])

    assert seen(surroundings.left(), canaries(name))


def examine_leakily(folder: Path) -> Examined:
    """Examine a case with the settings parser replaced by one that takes every setting."""
    case = Case.open(folder)
    (settings,) = (each for each in ARTIFACTS if each.name == "android.settings")
    leaking: Artifact = structs.replace(
        settings,
        readings=tuple(Reading(each.request, leaky.parse) for each in settings.readings),
        states=(Stated(Setting),),
    )
    readable = [case.path / "data" / "evidence"]
    with Worker(
        readable=readable, allow={leaky.__name__: Path(leaky.__file__).parents[2]}
    ) as worker:
        reader = EvidenceReader([leaking], Snapshot("android"), worker)
        for evidence in case.evidence():
            reader.read(evidence, case.file(evidence))
        return Examination(
            acquisition=case.acquisition,
            evidence=case.evidence(),
            reader=reader,
            knowledge=Knowledge(pack=load()),
            redaction=Redaction("share", case.device_key),
            started_at=now(),
        ).conclude()
