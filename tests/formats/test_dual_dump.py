"""Structured text of services."""

from __future__ import annotations

import pytest

from scanner.errors import ParseError
from scanner.formats.dual_dump import DEPTH, LINES, Stated, values
from scanner.formats.lines import outline
from scanner.model.evidence import BytesFile
from scanner.model.requests import Command

TEXT = """\
{
  device={
    name=x=y
    functions=[
      MTP
      PTP
    ]
    ports=[
      {
        role=host
      }
      {
        role=device
      }
    ]
    keys=QAAA== somebody
    QBBB== other
  }
  alone=1
}
outside=1
"""


def stated(text: str):
    return list(values(outline(BytesFile(Command(argv=("x",)), text.encode()))))


def test_values_have_the_names_of_what_holds_them():
    assert [
        Stated(("device", "name"), "x=y", 3),
        Stated(("device", "functions"), "MTP", 5),
        Stated(("device", "functions"), "PTP", 6),
        Stated(("device", "ports", "", "role"), "host", 10),
        Stated(("device", "ports", "", "role"), "device", 13),
        Stated(("device", "keys"), "QAAA== somebody", 16),
        Stated(("alone",), "1", 19),
    ] == stated(TEXT)


@pytest.mark.parametrize(
    "text",
    ["", "a=1\n", "{\n", "{\na={\n}\n", TEXT[: TEXT.index("  alone")], "{\na=[\n}\n"],
)
def test_a_text_that_is_not_closed_is_an_error(text):
    with pytest.raises(ParseError, match="closes it"):
        stated(text)


def test_a_text_that_nests_too_deep_is_an_error():
    with pytest.raises(ParseError, match="levels"):
        stated("{\n" * (DEPTH + 1))


def test_more_lines_than_any_service_prints_are_an_error():
    with pytest.raises(ParseError, match="lines"):
        stated("{\n" + "a=1\n" * LINES)


def test_a_brace_does_not_close_a_list():
    assert [Stated(("a",), "x", 4)] == stated("{\na=[\n}\nx\n]\n}\n")
