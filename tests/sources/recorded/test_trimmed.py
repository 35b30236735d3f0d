"""Texts of androidqf, of which the end of the last line was cut off."""

from __future__ import annotations

import hashlib

import pytest

from scanner.formats.container import RecordedFile
from scanner.formats.lines import ended_lines, ends_whole
from scanner.model.requests import Command
from scanner.sources.recorded.lists import PS, settings_of

from .collected import Seen, androidqf, write, zipped

GETPROP = Command(argv=("getprop",))


def read_in_place(seen, part):
    """Return the evidence that a part is."""
    code = 0 if part.cut is None else None
    return RecordedFile(part.request, seen.path, part.locator, exit_code=code)


@pytest.mark.parametrize("packed", [True, False])
def test_a_text_as_it_was_collected_has_the_end_that_was_trimmed(tmp_path, packed):
    files = androidqf(processes="ps.txt")
    path = tmp_path / "x"
    if packed:
        path.write_bytes(zipped(files))
    else:
        write(path, files)
    asked = (GETPROP, PS, settings_of("global"))
    seen = Seen(path, asked)
    for request in asked:
        (part,) = (each for each in seen.parts if each.request == request)
        text = files[part.locator.members[-1]]
        file = read_in_place(seen, part)

        assert part.locator.trimmed
        assert part.locator.members[-1] == str(part.locator)
        assert (hashlib.sha256(text).hexdigest(), len(text)) == (part.sha256, part.size)
        assert text + b"\n" == file.read()
        assert text.decode().splitlines() == list(ended_lines(file))
        assert ends_whole(file)


@pytest.mark.parametrize("change", [lambda text: text[:-1], lambda text: text + b"x"])
def test_a_text_that_is_not_as_it_was_collected_has_no_end(tmp_path, change):
    files = androidqf()
    files["getprop.txt"] = change(files["getprop.txt"])
    seen = Seen(write(tmp_path, files), (GETPROP,))
    part = seen.only(lambda each: each.request == GETPROP)
    file = read_in_place(seen, part)

    assert not part.locator.trimmed
    assert files["getprop.txt"] == file.read()
    assert not ends_whole(file)


def test_without_digests_nobody_knows_what_was_trimmed(tmp_path):
    seen = Seen(write(tmp_path, androidqf(hashes=False)), (GETPROP,))
    part = seen.only(lambda each: each.request == GETPROP)

    assert (None, False) == (part.cut, part.locator.trimmed)
    assert not ends_whole(read_in_place(seen, part))


@pytest.mark.parametrize(
    "text",
    [b"", b"[a]: [b]\n", "[a]: [b]".encode("utf-16")],
    ids=["empty", "with its end", "utf-16"],
)
def test_other_texts_are_read_as_they_are(tmp_path, text):
    files = androidqf() | {"getprop.txt": text}
    digests = f"/x/acquisition.log,{'0' * 64}\n/x/getprop.txt,{hashlib.sha256(text).hexdigest()}\n"
    seen = Seen(write(tmp_path, files | {"hashes.csv": digests.encode()}), (GETPROP,))
    part = seen.only(lambda each: each.request == GETPROP)

    assert (None, False) == (part.cut, part.locator.trimmed)
    assert text == seen.bytes_of(part)
