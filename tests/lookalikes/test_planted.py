"""Look-alikes on phones of ours, in every form and of several versions, read like any other."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from scanner.model.findings import LEVELS
from scanner.pipeline import AdbServer as Where
from scanner.pipeline import Options, scan
from scanner.simulate import AdbServer, Phone, SimulatedPhone
from tests.lookalikes import phones
from tests.lookalikes.device import PACK
from tests.lookalikes.harmless import HARMLESS
from tests.lookalikes.planted import FAMILIES, Family, Plant, banker, implant
from tests.lookalikes.recorded import Recorded, accusing, facts, names

CURRENT, OLD = "android-16-clean", "android-8-clean"
# The phone, the version that its texts are printed for, the form of the recording.
PLACES = (
    (CURRENT, None, phones.bugreport),
    (CURRENT, 33, phones.androidqf),
    (CURRENT, 29, phones.bugreport),
    (OLD, None, phones.androidqf),
)
Written = Callable[[Plant], Recorded]


@pytest.fixture(params=PLACES, ids=lambda place: f"{place[0]}-{place[1]}-{place[2].__name__}")
def written(request: pytest.FixtureRequest, tmp_path: Path) -> Written:
    """Write a phone with something planted as a recording."""
    name, sdk, form = request.param

    def write(plant: Plant) -> Recorded:
        return Recorded(form(tmp_path, phones.with_apps(name, plant, sdk=sdk), plant), PACK)

    return write


def together(seed: int) -> Plant:
    """Return all ordinary apps at once."""
    chance = random.Random(seed)
    made = {app.package: app for harmless in HARMLESS for app in harmless(chance).apps}
    return Plant(apps=tuple(made.values()))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)
def test_a_look_alike_is_found(written: Written, family: Family):
    plant = family(random.Random(11))

    verdict, found = written(plant).examined({})

    strong = [each for each in accusing(found) if len(facts(each)) >= 2 and not each.review]
    assert "suspicious" == verdict
    assert any(plant.wanted in names(each) for each in strong)


@pytest.mark.parametrize("seed", range(2))
def test_ordinary_apps_are_not_accused(written: Written, seed: int):
    plant, low = together(seed), LEVELS.index("low")

    verdict, found = written(plant).examined({})

    assert "nothing_found_in_what_was_examined" == verdict
    assert [] == [(each.rule, each.subject) for each in found if LEVELS.index(each.level) > low]


@pytest.mark.parametrize("family", [banker, implant], ids=lambda family: family.__name__)
def test_a_look_alike_is_found_on_a_phone(adb_server: AdbServer, tmp_path: Path, family: Family):
    plant = family(random.Random(2))
    folder = phones.served(tmp_path, phones.with_apps(CURRENT, plant), plant)
    where = Where(host=adb_server.host, port=adb_server.port)
    with SimulatedPhone(Phone.load(folder)) as phone:
        adb_server.connect(phone.address)
        options = Options(output=tmp_path / "case", adb=where)
        report = scan(f"android:{phone.address}", options=options).report
        adb_server.disconnect(phone.address)

    assert "suspicious" == report.verdict
    assert any(plant.wanted in names(each) for each in accusing(report.findings))
