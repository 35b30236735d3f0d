from __future__ import annotations

import subprocess
import sys

import pytest

from scanner.errors import UsageError
from scanner.report import FORMATS, html, json, render, text
from tests.report.examples import tampered


def test_each_format_is_its_renderer():
    expected = {
        "json": json.render(tampered()),
        "html": html.render(tampered()),
        "text": text.render(tampered()),
    }

    assert expected == {name: make(tampered()) for name, make in FORMATS.items()}
    assert expected["html"] == render(tampered(), "html")


def test_another_format_is_an_error_that_names_the_known_ones():
    with pytest.raises(UsageError, match="no format 'pdf'") as error:
        render(tampered(), "pdf")
    assert error.value.remedy == "one of json, html, text"


def test_a_renderer_is_imported_when_it_is_used():
    code = (
        "import sys, scanner.report; print(sorted({'jinja2', 'rich', 'tomllib'} & {*sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
