"""Cuts of real file systems: each is told as one, and no file of it is missed."""

from __future__ import annotations

import pytest

from scanner.formats.container import RecordedFile, open_container
from scanner.model.evidence import Locator
from scanner.model.recording import Header, Part
from scanner.model.requests import File, Glob, Survey
from scanner.sources.recorded import survey
from scanner.sources.recorded.ios_filesystem import places_of

pytestmark = pytest.mark.corpus
_EVERY = tuple(Glob(pattern="/private/var" + "/*" * depth) for depth in range(1, 20))


def test_each_file_of_each_cut_lies_somewhere_on_the_phone(corpus):
    paths = sorted((corpus / "ios-ileapp-cases").glob("*/*.zip"))
    missed = []
    for number, path in enumerate(paths):
        container = open_container(path)
        places = places_of(container)
        found = list(survey(RecordedFile(Survey(wanted=_EVERY), path, Locator())))
        header, parts = found[0], [each for each in found if isinstance(each, Part)]
        is_told = isinstance(header, Header) and header.kind == "ios_filesystem"
        told = sum(isinstance(part.request, File) for part in parts)
        placed = all(
            (places.path(each.name) or "").startswith("/private/var/") for each in container.members
        )
        if not (is_told and placed and told == len(container.members) and len(found) == told + 1):
            missed.append(number)

    assert (28, []) == (len(paths), missed)
