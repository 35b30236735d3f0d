"""Rules applied to what is in files: places, routing, bounds."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.detect.yara import YaraPack, prepared
from scanner.detect.yara.walk import scan
from scanner.errors import ParseError
from scanner.model.content import (
    CODE,
    CheckWork,
    Content,
    PassedOver,
    Place,
    RuleText,
    Scanned,
    ScanWork,
    Unscanned,
)
from scanner.model.evidence import Locator
from tests.detect.yara.rule_texts import DEX, ELF, FOREIGN, MANIFEST, MARK, own, pack
from tests.formats.archives import packed, stated

PNG = b"\x89PNG\r\n" + bytes(100) + MARK


@pytest.fixture(scope="module")
def rules(tmp_path_factory) -> YaraPack:
    folder = tmp_path_factory.mktemp("rules")
    return pack(folder, a=own(), b=own("in_dex", "dex", 2), c=FOREIGN)


def scanned(rules: YaraPack, path: Path, data: bytes, **more) -> list[Content]:
    path.write_bytes(data)
    place = Place(locator=Locator(), size=len(data))
    with prepared(rules) as sets:
        work = ScanWork(**({"places": (place,), "sets": sets, "scope": "code"} | more))
        return list(scan(path, work))[1:]


def found(contents: list[Content]) -> dict[str, list[str]]:
    return {
        "!/".join(each.place): [match.rule for match in each.matches]
        for each in contents
        if isinstance(each, Scanned) and each.matches
    }


def missed(contents: list[Content]) -> list[tuple[str, str]]:
    return [("!/".join(one.place), one.reason) for one in contents if isinstance(one, Unscanned)]


def test_members_are_named_from_the_outside_in(rules, tmp_path):
    split = packed([("lib/arm64-v8a/x.so", ELF), ("classes.dex", DEX)])
    data = packed([MANIFEST, ("assets/split.apk", split)])

    contents = scanned(rules, tmp_path / "base.apk", data)

    assert {
        "assets/split.apk!/lib/arm64-v8a/x.so": ["marker", "other"],
        "assets/split.apk!/classes.dex": ["in_dex", "other"],
    } == found(contents)
    (library,) = [one for one in contents if isinstance(one, Scanned) and one.kind == "elf"]
    assert (len(ELF), hashlib.sha256(ELF).hexdigest()) == (library.size, library.sha256)
    assert [207] == [string.offset for string in library.matches[0].strings]


def test_small_resources_are_passed_over_and_large_ones_are_not(rules, tmp_path):
    large = PNG.ljust(64 * 1024, b"x")
    data = packed([MANIFEST, ("small.png", PNG), ("large.png", large), ("small.so", ELF)])

    routed = scanned(rules, tmp_path / "a.apk", data)
    unrouted = scanned(rules, tmp_path / "a.apk", data, routed=False)

    assert {"large.png": ["other"], "small.so": ["marker", "other"]} == found(routed)
    assert found(routed) | {"small.png": ["other"]} == found(unrouted)
    assert [1] == [one.files for one in routed if isinstance(one, PassedOver)]


def test_rules_that_declare_a_kind_see_small_content_of_it(tmp_path):
    rules = pack(tmp_path / "rules", a=own("in_text", "text,elf"), b=FOREIGN)
    data = packed([MANIFEST, ("lib/a.so", MARK), ("a.png", PNG), ("large", MARK * 9999)])

    contents = scanned(rules, tmp_path / "a.apk", data)

    assert {"lib/a.so": ["in_text"], "large": ["in_text", "other"]} == found(contents)


def test_routing_changes_no_match_on_code(rules, tmp_path):
    chosen = random.Random(20)
    beginnings = (
        b"dex\n035\0",
        b"\x7fELF\x02",
        b"\xcf\xfa\xed\xfe",
        b"\x02\x00\x0c\x00",
        b"\x89PNG",
    )
    members = [
        (f"m{number}", chosen.choice(beginnings) + chosen.randbytes(99) + MARK * (number % 3))
        for number in range(200)
    ]
    data = packed([MANIFEST, *members])

    routed = scanned(rules, tmp_path / "a.apk", data)
    unrouted = scanned(rules, tmp_path / "a.apk", data, routed=False)

    assert [one for one in routed if isinstance(one, Scanned)] == [
        one for one in unrouted if isinstance(one, Scanned) and one.kind in CODE
    ]
    assert 50 < len(found(routed))


def test_of_a_phone_only_code_is_read_and_of_named_files_all(rules, tmp_path):
    for data in (MARK, PNG, b'{"text": "' + MARK + b'"}', b"ANDROID BACKUP\n" + MARK):
        assert {} == found(scanned(rules, tmp_path / "x", data))
        assert {"": ["other"]} == found(scanned(rules, tmp_path / "x", data, scope="named"))


def test_an_archive_of_no_app_is_looked_into_for_code_only(rules, tmp_path):
    data = packed([("photo.png", PNG.ljust(99_999, b"x")), ("x.so", ELF)])

    assert {"x.so": ["marker", "other"]} == found(scanned(rules, tmp_path / "x.zip", data))


@pytest.mark.parametrize("first", [b"\xff\xd8\xff\xe0", b"II*\0", b"dex\n035\0"])
def test_an_archive_behind_an_image_or_code_is_found(rules, tmp_path, first):
    data = first + bytes(5000) + packed([("lib/x.so", ELF)])

    assert ["marker", "other"] == found(scanned(rules, tmp_path / "x.dng", data))["lib/x.so"]


def test_a_large_plain_file_is_mapped(rules, tmp_path):
    data = ELF + bytes(5 * 1024 * 1024)

    (one,) = scanned(rules, tmp_path / "x.so", data, member_limit=1024)

    assert isinstance(one, Scanned)
    assert (len(data), hashlib.sha256(data).hexdigest()) == (one.size, one.sha256)
    assert ["marker", "other"] == [match.rule for match in one.matches]


def test_of_what_is_too_large_the_first_part_is_scanned(rules, tmp_path):
    data = packed([MANIFEST, ("x.so", ELF.ljust(9000, b"\0")), ("y.so", ELF)])

    contents = scanned(rules, tmp_path / "a.apk", data, member_limit=1200)

    assert {"x.so": ["marker", "other"], "y.so": ["marker", "other"]} == found(contents)
    assert [("x.so", "truncated")] == missed(contents)


def test_what_cannot_be_opened_is_said_and_the_rest_is_scanned(rules, tmp_path):
    data = packed([MANIFEST, ("locked.so", ELF), ("odd.so", ELF), ("crc.so", ELF), ("x.so", ELF)])
    data = stated(data, "locked.so", flags=1)
    data = stated(data, "odd.so", method=99)
    data = stated(data, "crc.so", crc=1)

    contents = scanned(rules, tmp_path / "a.apk", data)

    assert ["crc.so", "x.so"] == list(found(contents))
    assert {
        ("locked.so", "locked"),
        ("odd.so", "unsupported_version"),
        ("crc.so", "parse_error"),
    } == set(missed(contents))


def test_a_damaged_archive_is_scanned_as_it_stands(rules, tmp_path):
    contents = scanned(rules, tmp_path / "a.apk", b"PK\x03\x04" + bytes(50) + MARK)

    assert {"": ["other"]} == found(contents)
    assert [("", "parse_error")] == missed(contents)


def test_archives_within_archives_end_somewhere(rules, tmp_path):
    data = packed([("x.so", ELF)])
    for depth in range(7):
        data = packed([(f"{depth}.zip", data)])

    contents = scanned(rules, tmp_path / "a.zip", data)

    assert [("6.zip!/5.zip!/4.zip!/3.zip", "truncated")] == missed(contents)


def test_a_bomb_is_cut_off(rules, tmp_path):
    zeros = b"\x7fELF" + bytes(3 * 1024 * 1024)
    data = packed([MANIFEST, *((f"{number}.so", zeros) for number in range(20))])

    contents = scanned(rules, tmp_path / "a.apk", data, total_limit=10 * 1024 * 1024)

    assert "timeout" == missed(contents)[-1][1]
    assert 5 > sum(isinstance(one, Scanned) and one.kind == "elf" for one in contents)


def test_time_is_bounded(rules, tmp_path):
    data = packed([MANIFEST, ("x.so", ELF)])

    contents = scanned(rules, tmp_path / "a.apk", data, place_seconds=0.0)

    assert [("", "timeout")] == missed(contents)


def test_rules_that_hang_are_a_gap(tmp_path):
    """They pass the budget, since they are dear on one content only."""
    dear = (
        'rule dear { strings: $a = "made-marker-0001" condition: $a and '
        "for all i in (0..9223372036854775806): (i >= 0) }"
    )
    rules = pack(tmp_path / "rules", a=dear)
    assert not rules.files[0].slow

    contents = scanned(rules, tmp_path / "x.so", ELF, member_seconds=1.0)

    assert [("", "timeout")] == missed(contents)


HANGS = (
    'rule hangs_{0} {{ strings: $x = "TRIGGERTRIGGER" condition: $x and for any i in '
    "(0..filesize): (for any j in (0..filesize): (uint8(i) == {0} and uint8(j) == {0})) }}"
)
LURE = ELF + b"TRIGGERTRIGGER" + bytes(3 * 1024 * 1024)


def test_a_file_of_rules_that_does_not_end_blinds_no_other(tmp_path):
    texts = {f"n{number}": own(f"own_{number}", number=number) for number in range(2)}
    rules = pack(tmp_path / "rules", a=HANGS.format(7), m=FOREIGN, z=HANGS.format(8), **texts)
    assert [] == [file.name for file in rules.files if file.slow]
    data = packed([MANIFEST, ("a.so", LURE), ("b.so", ELF), ("c.so", LURE), ("d.dex", DEX)])

    contents = scanned(rules, tmp_path / "x.apk", data, member_seconds=1.0)

    others = ["other", *(f"own_{number}" for number in range(2))]
    assert {"a.so": others, "b.so": others, "c.so": others, "d.dex": ["other"]} == found(contents)
    named = {one.place[-1]: one.files for one in contents if isinstance(one, Unscanned)}
    assert {"a.so", "b.so", "c.so", "d.dex"} == named.keys()
    assert {("a.yar", "z.yar")} == set(named.values())


def test_of_a_mapped_file_the_rules_are_applied_apart_too(tmp_path):
    rules = pack(tmp_path / "rules", a=HANGS.format(7), m=own())

    contents = scanned(rules, tmp_path / "x.so", LURE + bytes(2 << 20), member_seconds=1.0)

    assert {"": ["marker"]} == found(contents)
    assert [("a.yar",)] == [one.files for one in contents if isinstance(one, Unscanned)]


def test_another_work_is_refused():
    def steps() -> Iterator[Content]:
        yield from scan(None, CheckWork(source=RuleText(name="a", text="")))

    with pytest.raises(ParseError, match="places to scan"):
        next(steps())
