"""Less evidence never makes a check of indicators pass, whatever went wrong."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scanner.detect import ScanFacts
from scanner.detect.indicators import Index, inspect_indicators
from scanner.model.entities import App, Entity, InstalledFile, PackageTrace, User
from scanner.model.evidence import Gap
from scanner.snapshot import Snapshot
from tests.detect.devices import NOW, artifact
from tests.detect.indicators.feeds import feed, indicator

SPY, OK = "com.example.spy", "com.example.ok"
DIGESTS = ("ab" * 32, "cd" * 32)
PACKAGES = artifact("packages", (App, ("user", "package", "installed")), (User, ()))
FILES = artifact("files", (InstalledFile, ()))
TRACES = artifact("traces", (PackageTrace, ("kind", "package", "last_seen")))
ARTIFACTS = (PACKAGES, FILES, TRACES)
INDEX = Index.of(
    [
        feed(
            indicator("package", SPY),
            indicator("sha256", DIGESTS[0]),
            indicator("file_name", "spy.apk"),
            indicator("email", "spy@example.com"),
            indicator("package", OK, id="both", also=(("sha256", DIGESTS[1]),), together=True),
        )
    ],
    NOW,
)

STATED = st.fixed_dictionaries(
    {
        "packages": st.lists(
            st.builds(
                App,
                user=st.just(0),
                package=st.sampled_from((SPY, OK)),
                installed=st.booleans(),
            ),
            max_size=3,
        ),
        "files": st.lists(
            st.builds(
                InstalledFile,
                package=st.sampled_from((SPY, OK)),
                path=st.sampled_from(("/data/app/a/spy.apk", "/data/app/a/b.apk")),
                sha256=st.sampled_from(DIGESTS),
            ),
            max_size=3,
        ),
        "traces": st.lists(
            st.builds(PackageTrace, kind=st.just("database"), package=st.sampled_from((SPY, OK))),
            max_size=2,
        ),
    }
)
HARM = st.dictionaries(
    st.sampled_from([each.name for each in ARTIFACTS]),
    st.tuples(
        st.sampled_from(("truncated", "timeout", "not_selected")),
        st.sampled_from((None, 0)),
        st.integers(0, 2),  # of its entities that are left
    ),
)


def statuses(stated: dict[str, list[Entity]], gaps: list[Gap]) -> dict[str, str]:
    snapshot = Snapshot("android", now=NOW)
    snapshot.add(User(id=0), evidence="users", provenance="os_claimed", rank=0)
    for name, entities in stated.items():
        for entity in entities:
            snapshot.add(entity, evidence=name, provenance="os_claimed", rank=1)
    asked = [each for each in ARTIFACTS if (each.name, "not_selected") not in skipped(gaps)]
    return {
        check.rule: check.status
        for check, _ in inspect_indicators(
            snapshot,
            INDEX,
            platform="android",
            gaps=[gap for gap in gaps if gap.reason != "not_selected"],
            statements=asked,
            facts=ScanFacts(not_selected=tuple(each for each in ARTIFACTS if each not in asked)),
        )
    }


def skipped(gaps: list[Gap]) -> set[tuple[str, str]]:
    return {(gap.artifact, gap.reason) for gap in gaps}


@given(stated=STATED, harm=HARM)
def test_a_gap_never_turns_into_a_pass(stated, harm):
    before = statuses(stated, [])
    left = {
        name: entities if name not in harm else entities[: harm[name][2]]
        for name, entities in stated.items()
    }
    left |= {name: [] for name, (reason, _, _) in harm.items() if reason == "not_selected"}
    gaps = [
        Gap(artifact=name, reason=reason, user=user if name == "packages" else None)
        for name, (reason, user, _) in harm.items()
    ]

    after = statuses(left, gaps)

    assert before.keys() == after.keys()
    gained = {rule for rule in after if after[rule] == "pass" and before[rule] != "pass"}
    assert set() == gained
