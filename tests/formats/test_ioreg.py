"""Entries of a printed registry, and the boot arguments among them."""

from __future__ import annotations

import pytest

from scanner.artifacts.ios.boot import BOOT, parse_tree
from scanner.errors import ParseError
from scanner.formats.ioreg import PROPERTIES_LIMIT, properties
from scanner.model.entities import DeviceState
from scanner.model.evidence import BytesFile
from scanner.model.requests import Diagnostic

REQUEST = Diagnostic(name="ioreg/IODeviceTree.txt")
HEAD = "<class IOService, id 0x100000117, !registered, !matched, active, busy 0, retain 6>"
TREE = """\
+-o Root  <class IORegistryEntry, id 0x100000100, retain 11>
  | {
  |   "boot-args" = <"of another entry">
  | }
  +-o device-tree  HEAD
    +-o chosen  HEAD
    | | {
    | |   "boot-args" = ARGS
    | |   "flag" = <01000000>
    | |   "empty" = <>
    | |   "text" = "plain"
    | |   "number" = 7
    | | }
    | +-o memory-map  HEAD
    |     {
    |       "boot-args" = <"of a third entry">
    |     }
"""


def evidence(text):
    return BytesFile(REQUEST, text.encode())


def tree(args):
    return evidence(TREE.replace("HEAD", HEAD).replace("ARGS", args))


def test_properties_of_an_entry():
    assert {
        "boot-args": "debug=0x8",
        "flag": b"\x01\0\0\0",
        "empty": b"",
        "text": "plain",
    } == properties(tree('<"debug=0x8">'), "chosen")


def test_an_entry_that_is_not_there():
    assert properties(tree("<>"), "chose") is None


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ('<"debug=0x8 -v">', "debug=0x8 -v"),
        ('<"">', None),
        ("<00>", None),
        ("<>", None),
        ("<2d7600>", "-v"),
    ],
)
def test_boot_arguments(args, expected):
    assert [DeviceState(boot_arguments=expected)] == list(parse_tree(tree(args)))


def test_boot_arguments_are_read_from_a_sysdiagnose():
    assert [parse_tree] == [each.parse for each in BOOT.readings if each.fits(REQUEST)]


@pytest.mark.parametrize("args", ["7", "half", '<"'])
def test_arguments_of_another_shape_are_refused(args):
    with pytest.raises(ParseError):
        list(parse_tree(tree(args)))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no tree\n",
        "\0" * 5000,
        f'+-o chosen  {HEAD}\n  {{\n    "boot-args" = <"-v">\n',
        "+-o other  <class>\n",
        "|" * 900_000 + "\n",
    ],
    ids=["empty", "other", "nul", "cut", "without", "bars"],
)
def test_what_is_no_whole_tree_is_refused(text):
    with pytest.raises(ParseError):
        list(parse_tree(evidence(text)))


def test_more_properties_than_any_entry_has_are_refused():
    many = "".join(f'"x{n}" = "y"\n' for n in range(PROPERTIES_LIMIT + 1))

    with pytest.raises(ParseError):
        properties(evidence(f"+-o chosen  {HEAD}\n{many}}}\n"), "chosen")
