"""Files of YARA rules: what is refused, what is listed, and what a rule says of itself."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from scanner.detect import RuleErrors, load
from scanner.detect.yara.checking import Checker
from scanner.detect.yara.pack import FILE_SIZE_LIMIT, RULE_LIMIT, load_yara
from scanner.errors import RuleError
from scanner.model.content import RuleText
from scanner.worker import Limits
from tests.detect.rule_files import rule_data, write
from tests.detect.yara.rule_texts import FOREIGN, files, own, pack

UUID = "00000000-0000-4000-8000-000000000001"


def wrong(folder: Path, **texts: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(RuleErrors) as raised:
        pack(folder, **texts)
    return [(error.where, error.reason) for error in raised.value.errors]


def test_a_rule_says_what_it_is(tmp_path):
    loaded = pack(tmp_path, android__a=own())
    (file,) = loaded.files
    (rule,) = file.rules

    assert ["yara:android/a.yar", "yara:android/a.yar:marker"] == [
        line.id for line in loaded.lines()
    ]
    assert ("A made marker", "medium", "medium", "test", "compromise") == (
        rule.line.title,
        rule.line.level,
        rule.line.confidence,
        rule.line.status,
        rule.line.rule_class,
    )
    assert ("attack.t1417.001",) == rule.line.tags
    assert ("review_app", "seek_help") == rule.advice
    assert ("https://example.org/a",) == rule.line.references
    assert (("elf",), "android", False) == (file.kinds, file.platform, file.slow)
    assert not rule.review


def test_a_rule_of_others_is_for_review(tmp_path):
    (file,) = pack(tmp_path, a=FOREIGN).files
    (rule,) = file.rules

    assert rule.review
    assert rule.foreign
    assert ("low", "low", "experimental") == (
        rule.line.level,
        rule.line.confidence,
        rule.line.status,
    )
    assert ((), None) == (file.kinds, file.platform)


def test_words_of_others_are_no_words_of_ours(tmp_path):
    text = (
        'rule a { meta: level = "critical" confidence = "confirmed" filetype = "exe" advice = "x"'
    )
    (file,) = pack(tmp_path, a=f'{text} strings: $a = "made-marker" condition: $a }}').files

    assert ("low", "experimental", ()) == (
        file.rules[0].line.confidence,
        file.rules[0].line.status,
        file.rules[0].kinds,
    )


def test_all_errors_of_all_files_come_at_once(tmp_path):
    found = wrong(
        tmp_path,
        a='rule a { condition: }\nrule b { condition: true }\nrule c { strings: $a = "abcd"',
        b='rule a { condition: true }\nrule a { strings: $x = "abcd" condition: true }',
        c=own(),
    )

    assert ["line 1, a", "line 3, c"] == [where for where, _ in found[:2]]
    assert ("line 2, a", "duplicate rule `a`") in found


def test_errors_of_form_hide_no_others(tmp_path):
    text = "\n".join(
        (
            "rule a { condition: true }",
            "rule a { condition: false }",
            "rule b { condition: unheard_of }",
            own().replace('"medium"', '"loud"', 1),
        )
    )

    assert [
        ("line 2, a", "duplicate rule `a`"),
        ("line 3, b", "unknown identifier `unheard_of`"),
        ("line 5, marker.meta.level", "unknown level `loud`"),
    ] == wrong(tmp_path, a=text)


def test_what_is_listed_stands_in_the_order_of_the_file(tmp_path):
    text = "".join(f"rule r{number} {{ condition: unheard_of }}\n" for number in range(1, 12))
    listed = pack(tmp_path, a=text).unusable

    assert [f"a.yar:{number} r{number}" for number in range(1, 12)] == [
        each.params["path"] for each in listed
    ]


def test_rules_beyond_counting_are_refused_even_if_none_could_be_used(tmp_path):
    texts = {
        name: "".join(f"rule r{n}{{condition:{name}}}\n" for n in range(RULE_LIMIT // 2 + 1))
        for name in ("x", "y")
    }
    with pytest.raises(RuleError, match=f"more than {RULE_LIMIT} rules"):
        pack(tmp_path, **texts)


def test_nothing_is_included(tmp_path):
    secret = tmp_path / "secret.yar"
    secret.write_text("rule hidden { condition: true }")

    found = wrong(tmp_path, a=f'include "{secret}"\nrule a {{ condition: filesize > 1 }}')

    assert [("line 1, file", "include statements not allowed")] == found


def test_wrong_words_of_ours_are_errors_with_their_line(tmp_path):
    text = own().replace('"compromise"', '"compromised"').replace("seek_help", "seek_hlp")
    found = wrong(tmp_path, a=text.replace('"elf"', '"elff"'))

    assert ["line 2, marker.meta.class"] == [where for where, _ in found[:1]]
    assert {"advice", "class", "filetype"} == {where.rpartition(".")[2] for where, _ in found}


@pytest.mark.parametrize(
    ("data", "where", "reason"),
    [
        (b"rule a {\n condition: true } // \xff\xfe", "line 2, file", "it is no text in UTF-8"),
        (b"//" + b"a" * FILE_SIZE_LIMIT, "line 1, file", "more than 4 MiB"),
    ],
)
def test_what_is_no_text_or_too_long_is_refused(tmp_path, data, where, reason):
    assert [(where, reason)] == wrong(tmp_path, a=data)


def test_a_huge_file_is_not_read_whole(tmp_path):
    path = tmp_path / "huge.yar"
    with path.open("wb") as stream:
        stream.truncate(100 * 1024 * 1024)

    with pytest.raises(RuleErrors, match="more than 4 MiB"):
        load_yara([(path, "huge.yar")])


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(RuleErrors, match="cannot be read"):
        load_yara([(tmp_path / "none.yar", "none.yar")])


def test_the_same_file_counts_once_and_the_same_name_twice_is_told_apart(tmp_path):
    first = files(tmp_path / "a", x=own("one"))
    again = files(tmp_path / "b", x=own("one"))
    other = files(tmp_path / "c", x=own("two", number=2))

    loaded = load_yara([*first, *again, *other])

    assert ["one", "two"] == [rule.name for file in loaded.files for rule in file.rules]
    assert 2 == len({file.name for file in loaded.files})


def test_a_rule_that_cannot_be_evaluated_is_listed_and_the_rest_run(tmp_path):
    text = """import "dex"
import "androguard"
rule a { condition: dex.link_offset == 1 }
rule b { condition: androguard.app_name("x") }
rule c { condition: b }
""" + own("d")
    loaded = pack(tmp_path, a=text)

    assert ["d"] == [rule.name for rule in loaded.files[0].rules]
    assert ["a.yar:3 a", "a.yar:4 b", "a.yar:5 c"] == [
        message.params["path"] for message in loaded.unusable
    ]
    assert {"rule.unusable"} == {message.id for message in loaded.unusable}
    assert "link_offset" in str(loaded.unusable[0].params["reason"])


def test_private_rules_have_no_check_of_their_own(tmp_path):
    text = 'private rule p { strings: $a = "made-marker" condition: $a } rule q { condition: p }'
    (file,) = pack(tmp_path, a=text).files

    assert ["q"] == [rule.name for rule in file.rules]


SLOW = "rule slow { condition: for all i in (0..9223372036854775806): (i >= 0) }"
JUMPS = "rule jumps { strings: $a = { 61 %s 62 } condition: $a }" % ("[0-1000] 62 " * 200)


@pytest.mark.parametrize(("text", "said"), [(SLOW, "rule.unended"), (JUMPS, "rule.slow")])
def test_a_file_that_is_too_slow_is_set_aside(tmp_path, text, said):
    loaded = pack(tmp_path, a=text, b=own())

    assert [True, False] == [file.slow for file in loaded.files]
    assert [said] == [message.id for message in loaded.unusable]


def test_ordinary_rules_are_within_the_budget(tmp_path):
    many = "\n".join(
        f'rule r{number} {{ strings: $a = "text-{number}-of-many" $b = {{ {number:04x} 4142 }} '
        "condition: any of them }"
        for number in range(2000)
    )

    loaded = pack(tmp_path, a=many, b='import "dex" rule d { condition: dex.header.magic == 1 }')

    assert [False, False] == [file.slow for file in loaded.files]


def test_rules_that_exhaust_the_compiler_are_refused():
    strings = " ".join(f'$a{number} = "abcd{number}" xor wide ascii' for number in range(60_000))
    text = f"rule a {{ strings: {strings} condition: any of them }}"

    with Checker(limits=Limits(seconds=2.0)) as checker:
        begun = time.monotonic()
        with pytest.raises(RuleError, match="within its bounds: the parser took too long"):
            checker.check("a.yar", RuleText(name="a.yar", text=text))
        assert time.monotonic() - begun < 20
        assert ["marker"] == [
            rule.name for rule in checker.check("b.yar", RuleText(name="b.yar", text=own())).rules
        ]


def test_the_digest_tells_packs_apart(tmp_path):
    one = pack(tmp_path / "a", a=own())
    two = pack(tmp_path / "b", a=own("other"))

    assert one.digest != two.digest
    assert one.digest == pack(tmp_path / "c", a=own()).digest


def test_a_folder_may_hold_rules_of_both_kinds(tmp_path):
    files(tmp_path, yara__android__a=own(), draft__b="rule broken {")
    loaded = load([tmp_path], shipped=False)

    assert loaded.yara is not None
    assert ["android/a.yar"] == [file.name for file in loaded.yara.files]
    assert ["yara:android/a.yar", "yara:android/a.yar:marker"] == [
        line.id for line in loaded.lines().rules
    ]
    assert () == loaded.rules


def test_what_is_hidden_holds_no_rules(tmp_path):
    files(tmp_path, yara__a=own(), **{".github__workflows__b": "rule broken {"})
    (tmp_path / ".github/issue.yml").write_text("name: a form")
    (tmp_path / ".draft.yar").write_text("rule broken {")

    loaded = load([tmp_path], shipped=False)

    assert loaded.yara is not None
    assert ["a.yar"] == [file.name for file in loaded.yara.files]


def test_an_id_stands_once_among_all_rules(tmp_path):
    taken = "00000000-0000-4000-8000-000000000007"
    write(tmp_path, rule_data(id=taken, level="low"), "rule.yml")
    files(tmp_path, a=own(), b="\n" + own("again"), c=own("third", number=7))

    with pytest.raises(RuleErrors) as caught:
        load([tmp_path], shipped=False)

    assert [
        (tmp_path / "b.yar", "line 3, again.meta.id", "the id is that of marker in a.yar"),
        (tmp_path / "c.yar", "line 2, third.meta.id", "the id is that of rule.yml"),
    ] == [(Path(one.path), one.where, one.reason) for one in caught.value.errors]


def test_an_id_in_rules_of_others_binds_nobody(tmp_path):
    foreign = FOREIGN.replace("{ strings", f'{{ meta: id = "{UUID}" strings', 1)
    files(tmp_path, a=own(), b=foreign, c=foreign + "\n")

    loaded = load([tmp_path], shipped=False)

    assert loaded.yara is not None
    assert 3 == len(loaded.yara.files)


def test_tags_of_others_are_listed_beside_techniques(tmp_path):
    tagged = FOREIGN.replace("rule other", "rule other : family_a attack_t1417_001 APT")

    (file,) = pack(tmp_path, a=tagged).files

    assert ("attack.t1417.001", "family_a", "APT") == file.rules[0].line.tags


def test_one_file_may_be_named(tmp_path):
    ((path, _),) = files(tmp_path, a=own())
    loaded = load([path], shipped=False)

    assert loaded.yara is not None
    assert ["a.yar"] == [file.name for file in loaded.yara.files]


def test_errors_of_both_kinds_come_together(tmp_path):
    files(tmp_path, a="rule broken {")
    (tmp_path / "b.yml").write_text("title: x")

    with pytest.raises(RuleErrors) as raised:
        load([tmp_path], shipped=False)
    assert {"a.yar", "b.yml"} == {Path(str(error.path)).name for error in raised.value.errors}
