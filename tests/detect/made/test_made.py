"""Made bytes are what readers that others wrote take them for."""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
import yara_x

from scanner.detect.made import Maker
from scanner.detect.made.parts import SIZE_LIMIT
from scanner.detect.problems import Problems


def made(spec: Any) -> bytes:
    problems = Problems("proofs.yml")
    data = Maker(problems).make(spec, ("proof",))
    assert [] == [str(error) for error in problems.errors]
    return data


def refused(spec: Any) -> list[tuple[str, str]]:
    problems = Problems("proofs.yml")
    Maker(problems).make(spec, ("proof",))
    return [(error.where, error.reason) for error in problems.errors]


def read(module: str, spec: Any) -> dict[str, Any]:
    found: dict[str, Any] = yara_x.Module(module).invoke(made(spec))
    return found


def test_a_text_alone_is_its_bytes():
    assert "grün".encode() == made("grün") == made({"text": "grün"})


def test_plain_kinds():
    parts = [{"hex": "00 ff"}, {"repeat": {"of": "ab", "times": 3}}, "c"]

    assert b"\x00\xffabababc" == made({"parts": parts})


@pytest.mark.parametrize(
    ("machine", "named"),
    [("arm", "EM_ARM"), ("aarch64", "EM_AARCH64"), ("x86", "EM_386"), ("x86_64", "EM_X86_64")],
)
def test_elf(machine, named):
    spec = {
        "machine": machine,
        "type": "exec",
        "interpreter": "/system/bin/linker64",
        "needed": ["libc.so"],
        "imports": ["ptrace"],
        "exports": ["JNI_OnLoad"],
        "text": ["hello"],
        "content": {".extra": {"hex": "01 02"}},
    }

    elf = read("elf", {"elf": spec})

    assert (named, "ET_EXEC") == (elf["machine"], elf["type"])
    assert ["", "ptrace", "JNI_OnLoad"] == [symbol["name"] for symbol in elf["dynsym"]]
    names = [".interp", ".dynstr", ".dynsym", ".dynamic", ".rodata", ".extra", ".shstrtab"]
    assert ["", *names] == [section["name"] for section in elf["sections"]]
    assert ["PT_INTERP", "PT_LOAD", "PT_DYNAMIC"] == [one["type"] for one in elf["segments"]]
    data = made({"elf": spec})
    places = {one["name"]: data[one["offset"] :][: one["size"]] for one in elf["sections"]}
    assert b"hello\0" == places[".rodata"]
    assert b"\1\2" == places[".extra"]
    needed = next(entry["val"] for entry in elf["dynamic"] if entry["type"] == "DT_NEEDED")
    assert places[".dynstr"][needed:].startswith(b"libc.so\0")


def test_elf_without_sections_is_still_loaded():
    elf = read("elf", {"elf": {"sections": False, "imports": ["ptrace"]}})

    assert (0, 2) == (elf["number_of_sections"], elf["number_of_segments"])


def test_elf_ends_where_what_is_appended_begins():
    assert made({"elf": {}}) + b"end" == made({"elf": {"append": "end"}})


DEX = {
    "strings": ["https://example.org/"],
    "classes": [
        {"name": "com.example.Hook", "implements": ["java.lang.Runnable"]},
        {"name": "com.example.App", "extends": "android.app.Application"},
    ],
    "methods": ["android.app.Activity.finish", "com.example.App.run"],
}


def test_dex():
    dex = read("dex", {"dex": DEX})

    assert dex["is_dex"]
    assert [
        ("Lcom/example/Hook;", "Ljava/lang/Object;"),
        ("Lcom/example/App;", "Landroid/app/Application;"),
    ] == [(one["class"], one["superclass"]) for one in dex["class_defs"]]
    assert [("Landroid/app/Activity;", "finish"), ("Lcom/example/App;", "run")] == [
        (one["class"], one["name"]) for one in dex["methods"]
    ]
    assert "https://example.org/" in dex["strings"]
    assert sorted(dex["strings"]) == dex["strings"]
    assert dex["map_list"]["size"] == len(dex["map_list"]["items"])


def test_dex_vouches_for_itself():
    data = made({"dex": DEX | {"append": "behind"}})
    (size,) = struct.unpack_from("<I", data, 32)
    own = data[:size]

    assert b"behind" == data[size:]
    assert zlib.adler32(own[12:]) == struct.unpack_from("<I", own, 8)[0]
    assert hashlib.sha1(own[32:], usedforsecurity=False).digest() == own[12:32]


def test_dex_counts_the_units_of_utf_16():
    data = made({"dex": {"strings": ["ä\U0001f600\0"]}})
    count, start = struct.unpack_from("<II", data, 56)
    places = struct.unpack_from(f"<{count}I", data, start)

    # A sign beyond the first plane is two units of three bytes each, and a zero is two bytes.
    expected = b"\x04\xc3\xa4\xed\xa0\xbd\xed\xb8\x80\xc0\x80\x00"
    assert expected in [data[place : place + len(expected)] for place in places]


def test_a_long_string_of_a_dex():
    text = "x" * 300

    assert text in read("dex", {"dex": {"strings": [text]}})["strings"]


def test_macho():
    spec = {
        "type": "dylib",
        "id": "/usr/lib/x.dylib",
        "dylibs": ["/usr/lib/libSystem.B.dylib"],
        "weak_dylibs": ["/usr/lib/weak.dylib"],
        "rpaths": ["@loader_path/.jbroot"],
        "imports": ["_ptrace"],
        "exports": ["_start"],
        "text": ["hello"],
    }

    macho = read("macho", {"macho": spec})

    names = [b"/usr/lib/x.dylib", b"/usr/lib/libSystem.B.dylib", b"/usr/lib/weak.dylib"]
    assert names == [one["name"] for one in macho["dylibs"]]
    assert [b"@loader_path/.jbroot"] == macho["rpaths"]
    assert [b"_ptrace", b"_start"] == macho["symtab"]["entries"]
    assert (6, "15.0.0") == (macho["filetype"], macho["build_version"]["minos"])
    (section,) = macho["segments"][0]["sections"]
    data = made({"macho": spec})
    assert b"hello\0" == data[section["offset"] :][:6]
    assert macho["sizeofcmds"] + 32 == section["offset"]


def test_fat():
    parts = [{"macho": {"cpu": "arm64"}}, {"macho": {"cpu": "arm64e", "dylibs": ["/x"]}}]

    fat = read("macho", {"fat": parts})

    assert [0, 2] == [one["cpusubtype"] for one in fat["file"]]
    assert b"/x" == fat["file"][1]["dylibs"][0]["name"]


@pytest.mark.parametrize("deflate", [False, True])
def test_apk(deflate):
    spec = {
        "manifest": {"package": "com.example.a"},
        "dex": [{"dex": {}}, {"dex": {}}],
        "members": {"assets/inner.zip": {"zip": {"members": {"x": "y"}}}},
        "deflate": deflate,
    }

    archive = zipfile.ZipFile(io.BytesIO(made({"apk": spec})))

    names = ["AndroidManifest.xml", "classes.dex", "classes2.dex", "assets/inner.zip"]
    assert names == archive.namelist()
    assert archive.testzip() is None
    inner = zipfile.ZipFile(io.BytesIO(archive.read("assets/inner.zip")))
    assert b"y" == inner.read("x")


def test_the_same_bytes_each_time():
    spec = {"apk": {"manifest": {"package": "com.example.a"}, "members": {"x": "y"}}}

    assert made(spec) == made(spec)


def chunks(data: bytes, start: int) -> list[tuple[int, bytes]]:
    """Return kind and bytes of each chunk of a binary XML, as `ResourceTypes.h` says."""
    found = []
    while start < len(data):
        kind, _, size = struct.unpack_from("<HHI", data, start)
        found.append((kind, data[start : start + size]))
        start += size
    return found


def test_axml():
    service = {"name": ".Reader", "permission": "android.permission.BIND", "actions": ["one"]}
    spec = {
        "package": "com.example.a",
        "application": ".App",
        "permissions": ["p"],
        "metadata": {"xposedmodule": "true"},
        "services": [service],
    }
    data = made({"axml": spec})

    kind, head, size = struct.unpack_from("<HHI", data)
    found = chunks(data, head)

    assert (3, 8, len(data)) == (kind, head, size)
    assert [1, 0x180, 0x100] == [kind for kind, _ in found[:3]]
    pool = found[0][1]
    count, _, _, start, _ = struct.unpack_from("<IIIII", pool, 8)
    strings = []
    for place in struct.unpack_from(f"<{count}I", pool, 28):
        (length,) = struct.unpack_from("<H", pool, start + place)
        text = pool[start + place + 2 :][: 2 * length]
        strings.append(text.decode("utf-16-le"))
    elements = [
        strings[struct.unpack_from("<I", chunk, 20)[0]] for kind, chunk in found if kind == 0x102
    ]
    assert [
        *("manifest", "uses-permission", "application", "meta-data"),
        *("service", "intent-filter", "action"),
    ] == elements
    named = next(chunk for kind, chunk in found if kind == 0x102 and len(chunk) == 56)
    assert ["package", "com.example.a"] == [
        strings[number] for number in struct.unpack_from("<II", named, 40)
    ]


@pytest.mark.parametrize(("big", "order"), [(False, "<"), (True, ">")])
@pytest.mark.parametrize("make", ["Ex", "Example"])
def test_tiff(big, order, make):
    data = made({"tiff": {"dng": True, "big_endian": big, "make": make, "append": "END"}})

    _, start = struct.unpack_from(f"{order}HI", data, 2)
    (count,) = struct.unpack_from(f"{order}H", data, start)
    tags = [struct.unpack_from(f"{order}HHI", data, start + 2 + 12 * n) for n in range(count)]
    assert [256, 257, 271, 273, 279, 50706] == [tag for tag, _, _ in tags]
    place = start + 2 + 12 * 2 + 8
    if len(make) >= 4:
        (place,) = struct.unpack_from(f"{order}I", data, place)
    assert make.encode() + b"\0" == data[place : place + len(make) + 1]
    assert b"\0\0\0\0END" == data[start + 2 + 12 * count :]


def test_jpeg():
    data = made({"jpeg": {"comment": "x", "append": "END"}})

    assert data.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\0")
    assert data.endswith(b"\xff\xfe\x00\x03x\xff\xd9END")


@pytest.mark.parametrize(
    ("spec", "where", "reason"),
    [
        (5, "line 1, proof", "no description of bytes"),
        ({"elf": {}, "dex": {}}, "line 1, proof", "no description of bytes"),
        ({"elv": {}}, "line 1, proof.elv", "unknown kind of bytes `elv`"),
        ({"elf": {"name": "x"}}, "line 1, proof.elf", "Object contains unknown field `name`"),
        ({"hex": "0g"}, "line 1, proof.hex", "non-hexadecimal number found in fromhex() arg at"),
        ({"dex": {"methods": ["finish"]}}, "line 1, proof.dex", "a method is a class and a name"),
        ({"fat": ["x"]}, "line 1, proof.fat", "a part that is no Mach-O"),
        (
            {"zip": {"members": {"a": {"elf": {"type": "core"}}}}},
            "line 1, proof.zip.members.a.elf",
            "Invalid enum value 'core'",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(spec, where, reason):
    ((place, said),) = refused(spec)

    assert where == place
    assert said.startswith(reason)


def test_made_bytes_are_bounded():
    much = {"repeat": {"of": "x", "times": SIZE_LIMIT + 1}}
    nested = {"repeat": {"of": {"repeat": {"of": "x", "times": SIZE_LIMIT}}, "times": 2}}
    two = {"parts": [{"repeat": {"of": "x", "times": SIZE_LIMIT}}] * 2}
    negative = {"repeat": {"of": "x", "times": -1}}

    for spec in (much, nested, two, negative):
        ((_, reason),) = refused(spec)
        assert f"more than {SIZE_LIMIT} bytes" in reason


def test_all_bytes_of_one_file_are_bounded():
    problems = Problems("proofs.yml")
    maker = Maker(problems)
    for number in range(10):
        maker.make({"repeat": {"of": "x", "times": SIZE_LIMIT}}, (number,))

    assert problems.errors
    assert len(problems.errors) < 10
