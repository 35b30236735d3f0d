"""Skeletons of labels: the same for what a person takes for the same."""

from __future__ import annotations

import pytest

from scanner.formats.apk.skeleton import LIMIT, skeleton


@pytest.mark.parametrize(
    "lookalike",
    [
        "WhatsApp",
        "whatsapp",
        "What sApp",
        "W\u04bbatsApp",
        "Wh\u0430ts\u0410\u0440\u0440",
        "\u03c9hatsapp",
        "What\u200bsApp\u202e",
        "\uff37hatsApp",
        "Wh\u00e4tsApp",
        "VVhatsApp",
        "What-sApp!",
        "\U0001d416hatsApp",
        "What5App",
    ],
)
def test_one_skeleton_for_all_that_look_alike(lookalike):
    assert skeleton("WhatsApp") == skeleton(lookalike)


@pytest.mark.parametrize(
    ("one", "other"), [("lnstagram", "Instagram"), ("G00gle", "Google"), ("Modem", "Modern")]
)
def test_letters_and_digits_that_look_alike(one, other):
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(("one", "other"), [("Signal", "Telegram"), ("Maps", "Mail"), ("a", "b")])
def test_other_labels_have_other_skeletons(one, other):
    assert skeleton(one) != skeleton(other)


@pytest.mark.parametrize("label", ["", " ", "\u200b\u202e", "...", "\u0301"])
def test_what_has_no_shape_has_no_skeleton(label):
    assert None is skeleton(label)


def test_a_skeleton_is_its_own():
    for label in (
        "WhatsApp",
        "Google Play services",
        "\u0421\u0431\u0435\u0440\u0431\u0430\u043d\u043a",
    ):
        assert skeleton(label) == skeleton(skeleton(label) or "")


def test_a_long_label_is_cut():
    assert "a" * LIMIT == skeleton("a" * 10 * LIMIT)
