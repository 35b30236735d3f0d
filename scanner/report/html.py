"""One HTML file: the owner first, then the investigator; nothing remote, no script."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import datetime
from functools import cache, partial
from importlib.resources import files

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from scanner.formats.text import safe_text
from scanner.model.findings import Message
from scanner.model.report import Report
from scanner.report import benchmarks
from scanner.report.change_words import field_words, value_words
from scanner.report.messages import named, text
from scanner.report.outline import alike, by_level, outline

LONGEST = 2000  # characters of any one text; report.json has them whole
_ELSEWHERE = frozenset(
    f"{name}.html.j2"
    for name in ("page", "diff", "timeline", "fleet", "since", "changes", "change_macros")
)
_PATH = re.compile(r"[ML0-9 .-]*")


def render(report: Report, *, language: str = "en") -> str:
    """Return the report as one HTML document."""
    arranged = outline(report, language)
    return document(
        "report.html.j2",
        language,
        r=report,
        o=arranged,
        since=arranged.since,
        benchmarks=benchmarks.arrange(report.benchmarks, language),
        acquisition=report.run.acquisition,
        numbers={line.id: number for number, line in enumerate(report.evidence, start=1)},
        rule_numbers={rule.id: number for number, rule in enumerate(report.rules.rules, start=1)},
        finding_numbers={each.finding.id: each.number for each in arranged.all},
        finding_titles={each.finding.id: each.title for each in arranged.all},
        titles=arranged.titles,
    )


def document(name: str, language: str = "en", **given: object) -> str:
    """Return the page that a template makes of what it is given, with our texts and our style."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template(name)
        .render(
            given,
            lang=language,
            style=Markup(style),  # noqa: S704  our own file, and its digest is all that may style
            style_digest=digest,
            t=partial(_ui, language),
            say=partial(text, language=language),
            named=partial(named, language=language),
            words=partial(value_words, language=language),
            field=partial(field_words, language=language),
            by_level=by_level,
            alike=alike,
        )
    )


def prepare() -> None:
    """Compile the templates of a report; those of other documents wait until they are asked for."""
    for name in _environment().list_templates(extensions=["j2"]):
        if name not in _ELSEWHERE:
            _environment().get_template(name)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("scanner.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_visible,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(shown=_shown, plain=_plain, when=_when, grouped=_grouped, path=_path)
    return environment


@cache
def _style() -> str:
    return (files("scanner.report") / "templates" / "style.css").read_text("utf-8")


def _ui(language: str, id: str, **params: str | int) -> str:
    return text(Message(id, params), language)


def _visible(value: object) -> object:
    """Make every text visible and bounded, whatever a template forgot; markup is ours."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    if len(value) <= LONGEST and value.isascii() and value.isprintable():
        return value
    return safe_text(value, LONGEST)


def _shown(value: object, limit: int = 200) -> str:
    return safe_text(str(value), limit)


def _plain(value: str | int | bool | None) -> str | int:
    """Return a matched value as `report.json` writes it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else value


def _when(value: datetime) -> str:
    """Return the time with its own offset: a device's year 9999 has no UTC."""
    return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", " UTC")


def _grouped(value: int) -> str:
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _path(value: str) -> Markup:
    """Return the path of a picture whole, since it is made of numbers and nothing else."""
    if not _PATH.fullmatch(value):
        raise ValueError("not the path of a picture")
    return Markup(value)  # noqa: S704  see above
