"""Traces of protectors, by names."""

from __future__ import annotations

import pytest

from scanner.formats.programs.packers import (
    packer_classes,
    packers,
    packers_of_library,
    packers_of_paths,
    packers_of_program,
)


@pytest.mark.parametrize(
    ("path", "packer"),
    [
        ("lib/arm64-v8a/libjiagu.so", "jiagu"),
        ("assets/libjiagu_x86.so", "jiagu"),
        ("assets/ijiami.dat", "ijiami"),
        ("apkprotect.com/key.dat", "apkprotect"),
        ("lib/armeabi/libshella-2.10.3.so", "tencent"),
    ],
)
def test_names_in_an_archive_tell_of_a_protector(path, packer):
    assert {packer} == packers_of_paths(["AndroidManifest.xml", path])


@pytest.mark.parametrize(
    "path", ["assets/notes/ijiami.dat.txt", "lib/x86/libexample.so", "libjiagu.so/readme", ""]
)
def test_other_names_tell_of_none(path):
    assert set() == packers_of_paths([path])


def test_a_library_is_known_by_its_whole_name():
    assert {"upx"} == packers_of_program(b"", ["UPX0"])
    assert set() == packers_of_library("libjiagu.so.bak")


def test_the_marks_of_upx_lie_at_the_ends_of_a_program():
    assert {"upx"} == packers_of_program(bytes(9000) + b"UPX!" + bytes(20), [])
    assert set() == packers_of_program(bytes(9000) + b"UPX!" + bytes(9000), [])


@pytest.mark.parametrize("name", sorted(packers()))
def test_each_protector_has_a_source_and_a_trace(name):
    one = packers()[name]

    assert one.source
    assert one.libraries or one.prefixes or one.files or one.classes or one.sections


def test_no_trace_is_of_two_protectors():
    traces = [
        trace
        for one in packers().values()
        for trace in (*one.libraries, *one.prefixes, *one.files, *one.classes, *one.sections)
    ]

    assert len(set(traces)) == len(traces)
    assert sum(len(one.classes) for one in packers().values()) == len(packer_classes())
