"""STIX patterns: what of them can be looked up, and what is listed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.detect.feeds.meanings import Meaning, meanings
from scanner.detect.feeds.patterns import Equality, Unusable, alternatives
from scanner.detect.feeds.tokens import PATTERN_LIMIT, PatternError, unescaped

ONE, TWO = ("domain", "one.example.com"), ("domain", "two.example.com")
SHA256 = "0123456789abcdef" * 4
SHA1, MD5 = SHA256[:40], SHA256[:32]


def single(pattern: str) -> tuple[str, str]:
    (found,) = meanings(pattern)
    assert isinstance(found, Meaning), found
    assert () == found.also
    return found.atom


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("domain-name:value", "One.Example.com.", ONE),
        ("hostname:value", "one.example.com", ONE),
        ("domain-name:value", "45.91.0.1", ("ip", "45.91.0.1")),
        ("domain-name:value", "one.example.com/a", ("url", "//one.example.com/a")),
        ("domain-name:value", "one.example.com/12", ("url", "//one.example.com/12")),
        ("domain-name:value", "45.91.0.0/16", ("ip", "45.91.0.0/16")),
        ("domain-name:value", "45.91.0.1:80/a", ("url", "//45.91.0.1:80/a")),
        ("network-traffic:dst_ref.value", "45.91.0.1", ("ip", "45.91.0.1")),
        ("ipv4-addr:value", "45.91.0.1", ("ip", "45.91.0.1")),
        ("ipv4-addr:value", "45.91.0.0/16", ("ip", "45.91.0.0/16")),
        ("ipv6-addr:value", "2A00:0::1", ("ip", "2a00::1")),
        ("url:value", "hxxp://one.example.com/a?b=c", ("url", "http://one.example.com/a?b=c")),
        ("email-addr:value", "A@Example.com", ("email", "a@example.com")),
        ("email-message:from_ref.value", "a@example.com", ("email", "a@example.com")),
        ("process:name", "roleaboutd", ("process", "roleaboutd")),
        ("process:image_ref.name", "roleaboutd", ("file_name", "roleaboutd")),
        ("file:name", "a.plist", ("file_name", "a.plist")),
        ("file:name", "/data/local/tmp/a", ("file_path", "/data/local/tmp/a")),
        ("file:path", "/private/var/tmp/a", ("file_path", "/var/tmp/a")),
        ("file:parent_directory_ref.path", "/var/tmp/a/", ("file_path", "/var/tmp/a")),
        ("directory:path", "/var/tmp/a", ("file_path", "/var/tmp/a")),
        ("file:hashes.md5", MD5, ("md5", MD5)),
        ("file:hashes.'MD5'", MD5.upper(), ("md5", MD5)),
        ("file:hashes.MD5", MD5, ("md5", MD5)),
        ("file:hashes.sha1", SHA1, ("sha1", SHA1)),
        ("file:hashes.'SHA-1'", SHA1, ("sha1", SHA1)),
        ("file:hashes.sha256", SHA256, ("sha256", SHA256)),
        ("file:hashes.'SHA-256'", SHA256, ("sha256", SHA256)),
        ('file:hashes."SHA-256"', SHA256, ("sha256", SHA256)),
        ("file:hashes.'sha256'", SHA256, ("sha256", SHA256)),
        ("file:hashes.SHA-256", SHA256, ("sha256", SHA256)),
        ("file:hashes.SHA_256", SHA256, ("sha256", SHA256)),
        ("file:hashes[sha256]", SHA256, ("sha256", SHA256)),
        ("artifact:hashes.'SHA-256'", SHA256, ("sha256", SHA256)),
        ("app:id", "com.example.spy", ("package", "com.example.spy")),
        ("app:cert.md5", MD5, ("certificate_md5", MD5)),
        ("app:cert.sha1", SHA1, ("certificate_sha1", SHA1)),
        ("app:cert.'SHA-256'", SHA256, ("certificate_sha256", SHA256)),
        ("x509-certificate:hashes.'SHA-256'", SHA256, ("certificate_sha256", SHA256)),
        ("configuration-profile:id", "com.example.profile", ("profile", "com.example.profile")),
        ("android-property:name", "sys.example", ("property", "sys.example")),
        ("adb-key:fingerprint", MD5, ("adb_key", "01:23:45:67:89:AB:CD:EF:" * 2)),
    ],
)
def test_each_path_names_an_observable(path, value, expected):
    expected = (expected[0], expected[1].removesuffix(":"))

    assert expected == single(f"[{path}='{value}']")
    assert expected == single(f"  [ {path}  =  '{value}' ]  ")
    assert expected == single(f"([{path} IN ('{value}')])")


def test_an_equals_sign_may_stand_in_a_value():
    assert ("url", "https://a.example.com/?b=c&d=e") == single(
        "[url:value = 'https://a.example.com/?b=c&d=e']"
    )


def test_a_quote_and_a_backslash_may_stand_in_a_value():
    assert ("file_name", "it's \\ = [x]") == single(r"[file:name = 'it\'s \\ = [x]']")


@pytest.mark.parametrize(
    "pattern",
    [
        "[domain-name:value = 'one.example.com' OR domain-name:value = 'two.example.com']",
        "[domain-name:value = 'one.example.com'] OR [domain-name:value = 'two.example.com']",
        "[domain-name:value IN ('one.example.com', 'two.example.com')]",
        "([(domain-name:value == 'one.example.com') OR domain-name:value='two.example.com'])",
        "[domain-name:value IN ('one.example.com','two.example.com','one.example.com')]",
    ],
)
def test_or_and_in_give_an_alternative_each(pattern):
    assert [Meaning(ONE), Meaning(TWO)] == list(meanings(pattern))


def test_and_in_one_bracket_asks_for_both_on_one_entity():
    pattern = f"[file:name = 'a.apk' AND file:hashes.'SHA-256' = '{SHA256}']"

    assert [Meaning(("file_name", "a.apk"), (("sha256", SHA256),))] == list(meanings(pattern))


def test_and_between_brackets_asks_for_both_anywhere():
    pattern = "[domain-name:value = 'one.example.com'] AND [app:id = 'com.example.spy']"

    assert [Meaning(ONE, (("package", "com.example.spy"),), together=False)] == list(
        meanings(pattern)
    )


def test_and_binds_closer_than_or():
    pattern = f"[app:id='com.example.a' OR app:id='com.example.b' AND app:cert.md5='{MD5}']"

    assert [
        Meaning(("package", "com.example.a")),
        Meaning(("package", "com.example.b"), (("certificate_md5", MD5),)),
    ] == list(meanings(pattern))


def test_and_is_spread_over_or():
    pattern = "[(app:id = 'com.example.a' OR app:id = 'com.example.b') AND app:cert.md5 = '%s']"
    signer = (("certificate_md5", MD5),)

    assert [
        Meaning(("package", "com.example.a"), signer),
        Meaning(("package", "com.example.b"), signer),
    ] == list(meanings(pattern % MD5))


def test_a_name_and_its_folder_are_one_path():
    pattern = "[file:name = 'bh' AND file:parent_directory_ref.path = '/data/local/tmp']"

    assert ("file_path", "/data/local/tmp/bh") == single(pattern)


def test_the_type_of_a_referred_object_asks_for_nothing_more():
    kind, value = "network-traffic:dst_ref.type", "network-traffic:dst_ref.value"
    pattern = f"[{kind} = 'ipv4-addr' AND {value} = '45.9.8.7']"

    assert ("ip", "45.9.8.7") == single(pattern)


def test_a_subset_of_addresses_is_a_network():
    assert ("ip", "45.91.0.0/16") == single("[ipv4-addr:value ISSUBSET '45.91.0.0/16']")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("[domain-name:value MATCHES '.*']", "MATCHES"),
        ("[domain-name:value LIKE '%.example.com']", "LIKE"),
        ("[domain-name:value != 'one.example.com']", "!="),
        ("[domain-name:value <> 'one.example.com']", "<>"),
        ("[file:size > 10]", ">"),
        ("[file:size <= 10]", "<="),
        ("[ipv4-addr:value ISSUPERSET '45.91.0.0/16']", "ISSUPERSET"),
        ("[domain-name:value ISSUBSET 'example.com']", "ISSUBSET is for addresses"),
        ("[domain-name:value NOT = 'one.example.com']", "negation"),
        ("[NOT domain-name:value = 'one.example.com']", "negation"),
        ("[domain-name:value NOT IN ('one.example.com')]", "negation"),
        ("[NOT (domain-name:value = 'one.example.com')]", "negation"),
        ("[EXISTS file:name]", "no value is named"),
        ("[domain-name:value = 'a.example.com'] FOLLOWEDBY [app:id = 'com.example.a']", "order"),
        ("[app:id = 'com.example.a'] WITHIN 5 SECONDS", "a count or a time"),
        ("[app:id = 'com.example.a'] REPEATS 5 TIMES", "a count or a time"),
        (
            "[app:id = 'com.example.a'] START t'2026-01-01T00:00:00Z' STOP t'2026-01-02T00:00:00Z'",
            "a count or a time",
        ),
        ("[process:command_line = 'sh -c x']", "no observable"),
        ("[software:name = 'Spy']", "no observable"),
        ("[windows-registry-key:key = 'HKLM']", "no observable"),
        ("[x-example:thing[*].part = 'x']", "no observable"),
        ("[file:name = 'a' AND file:size = 10]", "no text"),
        ("[file:name = 'a' AND file:x = 'b']", "no observable"),
        ("[file:name = 'a' AND file:name = 'b']", "two values of one object"),
        ("[file:name = 'a' AND app:id = 'com.example.a']", "objects of different kinds"),
        ("[network-traffic:dst_ref.type IN ('ipv4-addr')]", "no value is named"),
        (f"[domain-name:value = '{'a' * 2000}.com']", "1024 characters"),
        ("[network-traffic:dst_ref.type = 'ipv4-addr']", "no observable"),
        ("[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_port = 443]", "text"),
        ("[domain-name:value = '']", "empty"),
        ("[domain-name:value = 'co.uk']", "a public suffix"),
        ("[file:hashes.'SHA-256' = '00']", "hex digits"),
        ("[file:hashes.'SHA-512' = '00']", "no observable"),
        (
            f"[file:name='a' AND file:hashes.md5='{MD5}'] AND [app:id='com.example.a']",
            "several tests joined by AND",
        ),
    ],
)
def test_what_cannot_be_looked_up_says_why(pattern, reason):
    (found,) = meanings(pattern)

    assert isinstance(found, str), found
    assert reason in found


def test_an_alternative_that_cannot_be_looked_up_leaves_the_others():
    pattern = (
        "[domain-name:value = 'one.example.com' OR domain-name:value MATCHES '^a' OR file:size = 3]"
        " OR [domain-name:value = 'two.example.com']"
    )

    found = list(meanings(pattern))

    assert [Meaning(ONE), Meaning(TWO)] == [one for one in found if isinstance(one, Meaning)]
    assert 2 == len([one for one in found if isinstance(one, str)])


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "domain-name:value = 'a'",
        "[domain-name:value = 'a'",
        "[domain-name:value = 'a]",
        "[domain-name:value = ]",
        "[domain-name:value]",
        "[= 'a']",
        "[]",
        "()",
        "[domain-name:value = 'a'] [domain-name:value = 'b']",
        "[domain-name:value = 'a'] AND",
        "[domain-name:value = 'a' AND domain-name:value",
        "[domain-name:value IN ()]",
        "[domain-name:value IN 'a']",
        "[domain-name:value ~ 'a']",
        "[domain-name:value = 'a'] ; drop",
        "rule x { condition: true }",
        "\0",
    ],
)
def test_other_text_is_no_pattern(pattern):
    with pytest.raises(PatternError):
        alternatives(pattern)
    (found,) = meanings(pattern)
    assert isinstance(found, str)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(" * 100_000, "deeper than"),
        ("[" + "(" * 100_000, "deeper than"),
        ("[a:b = '" + "x" * PATTERN_LIMIT + "']", "characters"),
        ("[a:b IN (" + ",".join(["'x'"] * 10_001) + ")]", "10000 alternatives"),
        ("[" + " OR ".join(["a:b='x'"] * 10_001) + "]", "10000 alternatives"),
        (
            "[" + " AND ".join(["(a:b='x' OR a:c='x' OR a:d='x' OR a:e='x')"] * 5) + "]",
            "64 alternatives",
        ),
        ("[a:b IN (" + ",".join(["'x'"] * 9_000) + ")" + " AND a:c='x'" * 10_000 + "]", "20 tests"),
        (" AND ".join(["[a:b='x']"] * 10_000), "20 tests"),
    ],
)
def test_a_pattern_is_read_within_bounds(pattern, reason):
    with pytest.raises(PatternError, match=reason):
        alternatives(pattern)


def test_an_atomic_pattern_with_an_enormous_value_is_listed():
    (found,) = meanings("[url:value = 'https://a.example.com/" + "x" * 10**7 + "']")

    assert isinstance(found, str)


PATHS = st.sampled_from(["domain-name:value", "file:hashes.'SHA-256'", "x-a:b_c.d[*].e"])
EQUALITIES = st.builds(Equality, PATHS, st.text(max_size=20))


def quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


@given(st.text())
def test_a_literal_comes_back(value):
    assert value == unescaped(quoted(value)[1:-1])


def printed(test: Equality | Unusable) -> str:
    assert isinstance(test, Equality)
    return f"{test.path} = {quoted(test.value)}"


@given(
    st.lists(
        st.lists(st.lists(EQUALITIES, min_size=1, max_size=3), min_size=1, max_size=3),
        min_size=1,
        max_size=3,
    )
)
def test_a_printed_pattern_comes_back(wanted):
    pattern = " OR ".join(
        "(" + " AND ".join(f"[{' AND '.join(map(printed, tests))}]" for tests in brackets) + ")"
        for brackets in wanted
    )

    assert [tuple(map(tuple, brackets)) for brackets in wanted] == alternatives(pattern)


@given(st.text(max_size=200) | st.text("[]()'\\=:ab ORANDIT<>!", max_size=200))
def test_any_text_is_a_pattern_or_an_error(text):
    for found in meanings(text):
        assert isinstance(found, Meaning | str)
