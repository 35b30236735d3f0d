"""Lists of stalkerware in YAML."""

from __future__ import annotations

import pytest

from scanner.detect.problems import RuleErrors

from .bundles import read, reasons, values

SHA1 = "0123456789ABCDEF0123456789ABCDEF01234567"
APP = f"""\
# apps
- name: Example Spy
  names:
  - Example Spy
  - Other Name
  type: stalkerware
  packages: [com.example.spy, com.example.spy]
  certificates:
  - {SHA1}
  - nonsense
  websites:
  - www.example.com
  - example.org
  distribution:
  - get.example.com
  certificate_organizations:
  - Example
  c2:
    ips:
    - 45.91.0.1
    domains:
    - c2.example.com
- name: Family App
  type: watchware
  packages:
  - com.example.family
"""


def test_packages_signers_and_servers_count_and_websites_do_not(tmp_path):
    feed = read(tmp_path, APP, "list.yaml")

    assert "stalkerware" == feed.kind
    assert [
        ("package", "com.example.spy"),
        ("certificate_sha1", SHA1.lower()),
        ("ip", "45.91.0.1"),
        ("domain", "c2.example.com"),
        ("package", "com.example.family"),
    ] == values(feed.indicators)
    assert [("Example Spy", "Other Name")] * 4 + [("Family App",)] == [
        one.names for one in feed.indicators
    ]
    assert [
        "no fingerprint of a certificate",
        "no observable that is looked up",
        "where an app is offered: a visit leaves nothing on the phone",
    ] == reasons(feed)
    assert 5 == feed.unusable_count


def test_an_app_of_open_use_has_a_low_confidence(tmp_path):
    feed = read(tmp_path, APP, "list.yaml")

    assert [None, None, None, None, 25] == [one.confidence for one in feed.indicators]


def test_all_errors_of_a_file_are_said_at_once_with_their_lines(tmp_path):
    first = "- name: A\n  packages: com.example.a\n"
    text = first + "- name: [x]\n- name: B\n  c2:\n    ips: {a: b}\n- C\n- name: D\n  c2: x\n"

    with pytest.raises(RuleErrors) as caught:
        read(tmp_path, text, "list.yaml")

    assert [
        "line 2, 0.packages",
        "line 3, 1.name",
        "line 6, 2.c2.ips",
        "line 7, 3",
        "line 9, 4.c2",
    ] == [error.where for error in caught.value.errors]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("- name: a\n" + " " * (16 * 1024 * 1024), "more than 16777216 bytes"),
        ("- name: &a x\n  names: [*a]\n", "an alias"),
        ("- name: !!python/object/apply:os.system [x]\n", "a tag"),
        ("- name: !!str x\n", "a tag"),
        ("- name: a\n  name: b\n", "stands twice"),
        ("- name: a\n  ? [x]\n  : y\n", "a key that is no text"),
        ("- name: " + "[" * 100 + "]" * 100, "deeper than 8"),
        ("- name: " + "[" * 100_000, "deeper than 8"),
        ("- name: a\n  packages: [" + "a," * 200_001 + "]\n", "200000 values"),
        ("- name: a\n---\n- name: b\n", "more than one document"),
        ("- name: 'a\n", "no YAML"),
        ("- name: a\n b: c\n", "no YAML"),
        ("- name: \x07\n", "no YAML"),
    ],
)
def test_what_is_no_plain_list_is_refused(tmp_path, text, reason):
    with pytest.raises(RuleErrors, match=reason):
        read(tmp_path, text, "list.yaml")


def test_a_bomb_of_aliases_is_refused_at_the_first(tmp_path):
    rows = [f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]

    with pytest.raises(RuleErrors, match="an alias"):
        read(tmp_path, "- name: a\n  l0: &l0 [x]\n" + "\n".join(rows), "list.yaml")


def test_apps_of_iphones_are_named_by_their_bundles(tmp_path):
    feed = read(tmp_path, "- name: Spy\n  ios_bundles:\n  - com.example.Spy\n", "list.yaml")

    assert [("package", "com.example.Spy")] == values(feed.indicators)
    assert 0 == feed.unusable_count
