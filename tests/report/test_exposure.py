"""Known holes: what an owner and an investigator read of them."""

from __future__ import annotations

import pytest
from msgspec import structs

from scanner.model.exposure import Exposure
from scanner.report import html, json, text

from .examples import quiet


def hole(number: int, status: str, **changes: object) -> Exposure:
    made = Exposure(
        cve=f"CVE-2026-{number}",
        title=f"Hole {number} <script>",
        component="kernel",
        status=status,
        fixed_in="2026-03-05",
        known_exploited="2026-03-02",
        security_patch="2026-01-05",
        references=("https://source.android.com/docs/security/bulletin/2026-03-01",),
    )
    return structs.replace(made, **changes)


def exposed(*holes: Exposure):
    return structs.replace(quiet(), exposure=holes)


def test_holes_are_counted_on_the_screen():
    shown = text.render(exposed(hole(1, "lacks_fix"), hole(2, "lacks_fix"), hole(3, "has_fix")))

    assert "lacks the fixes for 2 vulnerabilities" in " ".join(shown.split())
    assert "CVE-2026-1" in shown
    assert "CVE-2026-3" not in shown


def test_a_fix_that_nothing_states_is_no_fix():
    undecided = hole(
        1, "not_examined", reason="field_not_stated", unstated="security_patch", security_patch=None
    )
    for shown in (text.render(exposed(undecided)), html.render(exposed(undecided))):
        assert "whether this build has the fix" in " ".join(shown.split())


def test_the_details_name_each_hole_and_who_it_concerns():
    page = html.render(exposed(hole(1, "lacks_fix", limited_to="phones with a Mali GPU")))

    assert '<section id="exposure"' in page
    assert "CVE-2026-1" in page
    assert "phones with a Mali GPU" in page
    assert "2026-03-02" in page
    assert "<script>" not in page


@pytest.mark.parametrize("status", ["has_fix", "not_concerned"])
def test_what_is_closed_or_does_not_concern_is_not_listed(status):
    page = html.render(exposed(hole(1, status)))

    assert "CVE-2026-1" not in page
    assert "holds the fixes of all listed vulnerabilities" in page


def test_a_report_without_the_section_shows_none():
    assert 'id="exposure"' not in html.render(quiet())
    assert 'href="#exposure"' not in html.render(quiet())


def test_it_comes_back_from_json():
    report = exposed(hole(1, "lacks_fix"))

    assert report == json.load(json.render(report))
