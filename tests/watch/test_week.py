"""A week of several phones in seconds: no phone that comes is missed, nothing is told twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from scanner.simulate import SimulatedPhone
from scanner.watch import Pace
from tests.watch.conftest import HOUR, Changing, Script, Stage, run

DAY = 24 * HOUR
PHONES = 3


def test_a_week_of_three_phones(
    stage: Stage, plugged: Callable[..., tuple[SimulatedPhone, Changing]]
):
    """Each comes in the morning and goes in the evening, but for one which stays away."""
    phones = [plugged(f"WEEK{number}", http_proxy="192.0.2.1:8080") for number in range(PHONES)]
    script: Script = []
    comes: Counter[int] = Counter()
    for number, (phone, _) in enumerate(phones):
        for day in range(0, 7, 3 if number == 0 else 2):
            at = day * DAY + 8 * HOUR + number * 600
            comes[number] += 1
            script.append((at, lambda phone=phone: stage.connect(phone)))  # type: ignore[misc]
            script.append((at + 3 * HOUR, lambda phone=phone: stage.disconnect(phone)))  # type: ignore[misc]
    pace = Pace(interval=12 * HOUR, deep_every=0, silence=60 * HOUR)
    settings = stage.settings(*(f"android:{phone.address}" for phone, _ in phones), pace=pace)

    told = run(settings, script, until=7 * DAY)

    attached = [event for event in told if event.event == "attached"]
    scanned = [event for event in told if event.event == "scanned"]
    deeper = sum(event.trigger == "finding" for event in scanned)
    assert sum(comes.values()) == len(attached) == len(scanned) - deeper
    found = [(event.device, event.fingerprint) for event in told if event.event == "finding"]
    assert PHONES == len(found) == len(set(found)) == deeper
    assert 2 == sum(event.event == "silent" for event in told)
    assert sorted({event.id for event in told}) == [event.id for event in told]
