"""The pages that people write: links lead somewhere, and promises about form are kept."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted((*ROOT.glob("*.md"), *ROOT.glob("[fr]*/README.md"), *DOCS.rglob("*.md")))
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
STATUSES = (130, 1, 2, 6, 4, 3, 10, 5, 0)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def prose(path: Path) -> str:
    """Return a page without its code, in which a bracket is no link."""
    return re.sub(r"```.*?```|`[^`\n]*`", "", text_of(path), flags=re.DOTALL)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page: those it names, and those code hosting sites make."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), flags=re.MULTILINE)
    named = set(re.findall(r'^<a id="([\w-]+)"></a>$', text_of(path), flags=re.MULTILINE))
    made = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return named | made


def dead(page: Path, link: str) -> bool:
    """Tell whether a link leads nowhere in this checkout; the network is not asked."""
    if re.match(r"https?://", link):
        return False
    target, _, anchor = link.partition("#")
    path = (page.parent / target).resolve() if target else page
    if not path.exists():
        return True
    return bool(anchor) and anchor not in anchors(path)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page))

    assert [] == [link for link in links if dead(page, link)]


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_page_has_one_title(page):
    without_code = re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL)

    assert 1 == len(re.findall(r"^# ", without_code, flags=re.MULTILINE))


def test_every_page_can_be_reached_from_the_readme():
    reached, todo = set(), [ROOT / "README.md"]
    while todo:
        page = todo.pop()
        if page in reached:
            continue
        reached.add(page)
        for link in re.findall(r"\]\(([^)\s#]+)", prose(page)):
            target = (page.parent / link).resolve()
            if target.is_dir():
                todo += target.glob("*.md")
            elif target.suffix == ".md":
                todo.append(target)

    assert set() == set(PAGES) - reached


def test_readme_opens_with_three_sentences_then_the_two_commands():
    title, opening, *_ = text_of(ROOT / "README.md").split("\n\n")
    commands = re.findall(r"^(make \w+)", text_of(ROOT / "README.md"), flags=re.MULTILINE)

    assert title.startswith("# ")
    assert 3 == len(opening.splitlines())
    assert all(line.endswith(".") for line in opening.splitlines())
    assert ["make demo", "make test"] == commands[:2]


def test_readme_lists_every_exit_status_in_order():
    table = text_of(ROOT / "README.md").split("## Exit statuses")[1].split("##")[0]

    assert list(STATUSES) == [int(row) for row in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)]


def test_readme_says_what_does_not_exist():
    assert "## What it does not do yet" in text_of(ROOT / "README.md")


def test_changelog_keeps_its_form():
    text = text_of(ROOT / "CHANGELOG.md")
    versions = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    kinds = set(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))

    assert "[Unreleased]" == versions[0]
    assert all(
        re.fullmatch(r"\[20\d\d\.\d{1,2}\.\d+\] - 20\d\d-\d\d-\d\d", one) for one in versions[1:]
    )
    assert kinds <= {
        *("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"),
        "Rules",
    }
    assert re.search(r"^- ", text, flags=re.MULTILINE)


@pytest.mark.parametrize("page", DECISIONS, ids=named)
def test_a_decision_is_short_and_states_its_cost(page):
    text = text_of(page)

    assert len(text.splitlines()) <= 30
    assert ["Context", "Choice", "Cost"] == re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert text.startswith(f"# {int(page.name[:4])}. ")


def test_decisions_are_numbered_without_a_gap():
    assert list(range(1, len(DECISIONS) + 1)) == [int(page.name[:4]) for page in DECISIONS]
