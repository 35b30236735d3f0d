"""Comparisons of fleets made in code: with deviant phones and a push, a quiet and a small one."""

from __future__ import annotations

from datetime import timedelta

from msgspec import structs

from scanner.model.findings import Message
from scanner.model.fleet import (
    Appeared,
    DeviceLine,
    FacetCount,
    FleetReport,
    PeerGroup,
    Rare,
    Refused,
    Uniform,
)
from tests.report.examples import AT

GROUP = PeerGroup(name="Example Phone 9 · EX9.261105", basis="model_build", size=413)
WIDE = PeerGroup(name="Example · 16", basis="vendor_release", size=61)
SMALL = PeerGroup(name="ios", basis="platform", size=7, scored=False)
AUTHORITY = Rare(
    facet="certificate_authority",
    value="user 5ed36f99.0",
    peers=0,
    of=412,
    upper=0.00652,
    bits=7.3,
    since="2026-11-19",
)
RARE = (
    AUTHORITY,
    Rare(facet="process", value="root /data/local/tmp/#", peers=0, of=412, upper=0.00652, bits=7.2),
    Rare(
        facet="sideloaded_app",
        value="com.example.sync",
        peers=3,
        of=412,
        upper=0.0182,
        bits=5.7,
        counted=False,
    ),
)
ROOT = Uniform(
    facet="certificate_authority",
    value="user 9b1c77aa.0",
    devices=3412,
    of=3500,
    platform="android",
    first_since="2026-11-18",
    last_since="2026-11-19",
)


def line(number: int, **changes: object) -> DeviceLine:
    made = DeviceLine(
        device=f"d-{number:06x}",
        case=f"20261121T140322Z-d-{number:06x}",
        path=f"/cases/north/20261121T140322Z-d-{number:06x}",
        platform="android",
        model="Example Phone 9",
        build="EX9.261105",
        taken_at=AT,
        group=GROUP,
        score=14.2 / number,
        p_value=0.01 * number,
        chance=min(0.0002 * number**4, 1.0),
        verdict="nothing_found_in_what_was_examined",
    )
    return structs.replace(made, **changes)


def pushed() -> FleetReport:
    """Two deviant phones, a push to all, a window, refused cases."""
    lacking = Rare(facet="app", value="com.example.agent", peers=411, of=412, upper=1.0, bits=0.0)
    return FleetReport(
        schema_version="1.0",
        privacy="share",
        devices=3500,
        given=3512,
        superseded=9,
        reference=("20261101T090000Z-d-00ff00",),
        window=(AT - timedelta(days=7), AT),
        groups=(GROUP, WIDE, SMALL),
        lines=(
            line(1, facts=RARE, deviant=True, findings={"high": 2, "medium": 0, "low": 1}),
            line(
                2,
                facts=RARE[1:2],
                missing=(lacking,),
                deviant=True,
                not_in_reference=(ROOT,),
                unread={"certificate_authority": "no_permission", "profile": "not_selected"},
                verdict="inconclusive",
            ),
            *(line(n, facts=RARE[2:], group=WIDE) for n in range(3, 18)),
            line(
                18,
                platform="ios",
                group=SMALL,
                score=None,
                p_value=None,
                chance=None,
                unread={"profile": "no_permission"},
                model="Example Pad",
                verdict=None,
            ),
        ),
        more=3482,
        uniform=(
            ROOT,
            structs.replace(ROOT, facet="app", value="com.example.agent", lost=True, devices=12),
        ),
        appeared=(
            Appeared(
                facet="certificate_authority",
                value="user 9b1c77aa.0",
                devices=3412,
                before=0,
                of=3500,
                platform="android",
                undated=14,
                first="2026-11-18T03:10",
                last="2026-11-19",
            ),
        ),
        counts=(
            FacetCount(facet="boot", value="verified_boot=green", devices=3498, of=3500),
            FacetCount(
                facet="boot", value="verified_boot=orange", devices=2, of=3500, platform="android"
            ),
        ),
        refused=(
            Refused(
                path="/cases/north/broken",
                error="the case was changed after it was closed",
                remedy="ask for the case again",
                tampered=True,
            ),
            Refused(path="/cases/north/notes.txt", error="not a case"),
        ),
        notes=(Message("fleet.too_small", {"platform": "ios", "count": 7, "least": 20}),),
    )


def within() -> FleetReport:
    """A fleet in which nothing stands out."""
    lines = tuple(structs.replace(each, deviant=False) for each in pushed().lines[2:])
    return structs.replace(
        pushed(), lines=lines, uniform=(), appeared=(), refused=(), window=None, reference=()
    )


def small() -> FleetReport:
    """Too few phones to say anything of one."""
    return structs.replace(
        within(),
        devices=1,
        given=1,
        superseded=0,
        groups=(SMALL,),
        lines=pushed().lines[-1:],
        more=0,
        counts=(),
    )


def empty() -> FleetReport:
    """Nothing could be compared."""
    return structs.replace(
        small(), devices=0, lines=(), groups=(), refused=pushed().refused, window=pushed().window
    )


FLEETS = {
    "pushed": pushed(),
    "within": within(),
    "small": small(),
    "empty": empty(),
    "only_pushed": structs.replace(within(), uniform=(ROOT,)),
    "only_appeared": structs.replace(within(), appeared=pushed().appeared, window=pushed().window),
}
