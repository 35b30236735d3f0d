"""What is an answer at all."""

from __future__ import annotations

import pytest

from scanner.artifacts.android.answer import answer
from scanner.errors import ParseError

from .evidence import evidence

FAILURES = (
    "\nException occurred while dumping:\njava.lang.NullPointerException\n\tat a.B.c(D.java:1)\n",
    "Failed to write while dumping service package: Broken pipe\n",
)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_service_that_failed_while_it_printed_gave_no_whole_answer(failure):
    with pytest.raises(ParseError, match="the service failed"):
        answer(evidence(f"Packages:\n  x\n{failure}", "dumpsys", "package"))


def test_such_words_elsewhere_in_a_line_are_content():
    file = evidence("Packages:\n  Exception occurred while dumping: x\n", "dumpsys", "package")

    assert file is answer(file)
