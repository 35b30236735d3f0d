"""Binary XML: elements and attributes, and what it may lie about."""

from __future__ import annotations

import struct

import pytest

from fixtures.building.axml import Element, Reference, document
from fixtures.building.chunks import POOL, START, added, first, put, string
from scanner.errors import ParseError
from scanner.formats.apk import attributes as a
from scanner.formats.apk.anomalies import ANOMALIES
from scanner.formats.apk.axml import SIZE_LIMIT, BinaryXml, Start
from scanner.formats.apk.strings import POOL_LIMIT
from scanner.formats.apk.values import BOOLEAN, DECIMAL, REFERENCE, STRING, Value
from scanner.formats.inflated import TooLarge

TREE = Element(
    "manifest",
    {"package": "com.example.app", "versionCode": 7},
    (
        Element("application", {"debuggable": True, "label": Reference(0x7F010002)}),
        Element("note", text="text of it"),
    ),
)
NAMED = Element("manifest", {"package": "p"}, (Element("x", {"name": "n"}),))
START_NAMESPACE, RESOURCE_MAP = 0x0100, 0x0180


def read(data: bytes) -> tuple[list[Start | str | None], set[str]]:
    made = BinaryXml(data)
    return list(made.elements()), made.anomalies


def names(data: bytes) -> list[str]:
    return [event.name for event in read(data)[0] if isinstance(event, Start)]


def words(data: bytes) -> set[str]:
    found = read(data)[1]
    assert found <= ANOMALIES.keys()
    return found


@pytest.mark.parametrize("utf8", [False, True])
def test_elements_with_attributes_by_identifier_and_by_name(utf8):
    expected = [
        Start(
            "manifest",
            {
                a.VERSION_CODE: Value(DECIMAL, 7),
                "package": Value(STRING, expected_at(utf8), "com.example.app"),
            },
            1,
        ),
        Start(
            "application",
            {a.LABEL: Value(REFERENCE, 0x7F010002), a.DEBUGGABLE: Value(BOOLEAN, 0xFFFFFFFF)},
            2,
        ),
        None,
        Start("note", {}, 2),
        "text of it",
        None,
        None,
    ]

    assert (expected, set()) == read(document(TREE, utf8=utf8))


def expected_at(utf8: bool) -> int:
    """Return the number that the writer gives to the package's string."""
    found, _ = read(document(TREE, utf8=utf8))
    return found[0].attributes["package"].data


def test_elements_without_their_attributes():
    made = BinaryXml(document(TREE))

    start = next(e for e in made.elements(frozenset({"application"})) if e and e.depth == 2)

    assert {} == start.attributes


@pytest.mark.parametrize("text", ["", "ä\u4e2d\U0001f600", "x" * 200, "y" * 40_000])
@pytest.mark.parametrize("utf8", [False, True])
def test_strings_of_any_length(text, utf8):
    limit = 32767 if utf8 else 32 * 1024
    found, _ = read(document(Element("manifest", {"package": text[:limit]}), utf8=utf8))

    assert text[:limit] == found[0].attributes["package"].text


def test_a_string_longer_than_its_length_can_say():
    found, anomalies = read(document(Element("m", {"package": "y" * 32_768}), utf8=True))

    assert (32_768, set()) == (len(found[0].attributes["package"].text), anomalies)


def test_a_string_in_the_encoding_of_java():
    data = document(Element("m", {"package": "-" * 6}), utf8=True)
    made = data.replace(b"-" * 6, b"\xed\xa0\xbd\xed\xb8\x80")

    assert "\U0001f600" == read(made)[0][0].attributes["package"].text


def test_bytes_that_are_no_text():
    data = document(Element("m", {"package": "-" * 6}), utf8=True)

    assert (
        "\ufffd-----" == read(data.replace(b"-" * 6, b"\xff-----"))[0][0].attributes["package"].text
    )


@pytest.mark.parametrize(
    ("word", "data"),
    [
        ("xml_header", put(document(TREE), "H", 0, 0)),
        ("xml_header", put(document(TREE), "H", 2, 0x1C01)),
        ("xml_header", put(document(TREE), "I", 4, 0xFFFFFFFF)),
        ("xml_header", put(document(TREE), "I", 4, 0)),
        ("xml_string_count", put(document(TREE), "I", 16, 9999)),
        ("xml_chunk", added(document(TREE), 8, struct.pack("<HHI", 0x7777, 8, 8))),
        ("xml_attributes", put(document(TREE), "H", first(document(TREE), START) + 26, 24)),
        ("xml_attributes", put(document(TREE), "H", first(document(TREE), START) + 28, 99)),
        ("xml_name", document(NAMED).replace("name\0".encode("utf-16-le"), b"n\0a\0m\0E\0\0\0")),
        ("xml_namespace", document(NAMED).replace("apk".encode("utf-16-le"), b"A\0P\0K\0")),
        ("xml_nul", document(Element("m", {"package": "a\0b"}))),
        ("xml_strings", put(document(TREE), "H", string(document(TREE), 0), 3)),
    ],
)
def test_a_lie_that_changes_nothing(word, data):
    assert word in words(data)
    assert {"m", "manifest"} & set(names(data))


def test_a_node_with_a_longer_header():
    data = document(NAMED)
    at = first(data, START)
    (size,) = struct.unpack_from("<I", data, at + 4)
    longer = struct.pack("<HHI", START, 20, size + 4) + data[at + 8 : at + 16] + bytes(4)
    made = data[:at] + longer + data[at + 16 :]

    assert ["manifest", "x"] == names(put(made, "I", 4, len(made)))


def test_junk_behind_the_root():
    data = document(TREE)

    assert {"xml_chunk"} == words(put(data + b"junk, junk", "I", 4, len(data) + 10))


def test_bytes_behind_the_document_have_no_word_within():
    assert {"xml_header"} ^ words(document(TREE) + bytes(8)) <= {"xml_header"}


def test_a_namespace_that_ends_nowhere():
    data = document(TREE)
    end = len(data) - 24

    assert {"xml_chunk"} == words(put(data, "I", end + 4, 0))


def test_an_element_without_a_size():
    data = document(TREE)

    assert {"xml_chunk"} == words(put(data, "I", first(data, START) + 4, 0))
    assert ["manifest", "application", "note"] == names(put(data, "I", first(data, START) + 4, 0))


def test_an_end_without_a_size():
    data = document(Element("m", {}, (Element("x"), Element("y"))))
    at = data.find(struct.pack("<HH", 0x0103, 16))
    made = put(data, "I", at + 4, 0)

    assert (["m", "x", "y"], {"xml_chunk"}) == (names(made), words(made))


def test_an_element_that_is_cut():
    data = document(TREE)
    at = first(data, START)
    made = put(data[: at + 28], "I", 4, at + 28)

    assert {"xml_chunk", "xml_cut"} == words(made)
    assert [""] == names(made)


@pytest.mark.parametrize("utf8", [False, True])
def test_a_string_that_does_not_end(utf8):
    data = document(Element("m", {"package": "some text"}), utf8=utf8)
    end = string(data, 3) + (2 + 9 if utf8 else 2 + 18)
    found, anomalies = read(put(data, "H", end, 0x4141))

    assert "some text" == found[0].attributes["package"].text
    assert {"xml_strings"} == anomalies


def test_elements_behind_a_pool_without_a_size():
    data = put(document(TREE), "I", 12, 0)

    with pytest.raises(ParseError):
        read(data)


def test_elements_behind_a_map_without_a_size():
    data = document(TREE)
    made = put(data, "I", first(data, RESOURCE_MAP) + 4, 0)

    assert "xml_chunk" in words(made)
    assert ["manifest", "application", "note"] == names(made)


def test_a_header_that_is_longer_and_says_so():
    data = document(TREE)

    assert {"xml_header"} == words(put(added(data, 8, bytes(8)), "H", 2, 16))
    assert ["manifest", "application", "note"] == names(put(added(data, 8, bytes(8)), "H", 2, 16))


def test_a_map_whose_header_lies():
    data = document(TREE)
    found, _ = read(put(data, "H", first(data, RESOURCE_MAP) + 2, 0))

    assert 7 == found[0].attributes[a.VERSION_CODE].data


def test_an_attribute_twice():
    data = document(Element("m", {"versionCode": 1, "versionName": "v"}))
    at = first(data, START) + 16 + 20
    (name,) = struct.unpack_from("<I", data, at + 4)
    found, anomalies = read(put(data, "I", at + 20 + 4, name))

    assert {"xml_duplicate_attribute"} == anomalies
    assert {a.VERSION_CODE: Value(DECIMAL, 1)} == found[0].attributes


def test_more_attributes_than_there_is_room_for():
    data = document(TREE)
    found, anomalies = read(put(data, "H", first(data, START) + 28, 0xFFFF))

    assert {"xml_attributes"} == anomalies
    assert 7 == found[0].attributes[a.VERSION_CODE].data


def test_a_document_that_ends_early():
    data = document(TREE)

    assert "xml_cut" in words(data[: first(data, START) + 100])


def test_a_document_that_is_too_deep():
    tree = Element("x")
    for _ in range(600):
        tree = Element("x", {}, (tree,))

    assert {"xml_limit"} == words(document(tree))


def test_a_string_that_is_not_there():
    data = document(TREE)
    at = first(data, START) + 20
    made = put(data, "I", at, 9999)

    assert "" == read(made)[0][0].name


def test_a_pool_that_is_cut():
    data = document(TREE)
    made = put(put(data, "I", 12, 20), "I", 4, len(data))

    with pytest.raises(ParseError):
        read(made[:28])


@pytest.mark.parametrize("data", [b"", b"\x03\0\x08\0", b"<manifest/>", bytes(100)])
def test_what_is_no_binary_xml_is_an_error(data):
    with pytest.raises(ParseError):
        read(data)


def test_a_document_that_is_too_large_is_an_error():
    with pytest.raises(TooLarge):
        BinaryXml(bytes(SIZE_LIMIT + 1))


def test_strings_that_begin_within_the_numbers_of_them():
    data = document(TREE)
    made = put(data, "I", first(data, POOL) + 20, 28)

    assert "xml_string_count" in words(made)


def test_no_more_text_than_the_limit():
    text = "y" * 32_000
    count = POOL_LIMIT // len(text) + 5
    children = tuple(Element("x", {"package": str(number)}) for number in range(count))
    data = document(Element("manifest", {"package": text}, children))
    at = first(data, POOL)
    # All numbers of strings lead to the long one, which is the fourth.
    (long,) = struct.unpack_from("<I", data, at + 28 + 12)
    (total,) = struct.unpack_from("<I", data, at + 8)
    made = put(data, f"{total - 5}I", at + 28 + 20, *[long] * (total - 5))
    found, anomalies = read(made)

    assert {"xml_strings"} == anomalies
    assert None is found[-3].attributes["package"].text
