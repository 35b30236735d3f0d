"""The formulas of a comparison, against values that were worked out by hand."""

from __future__ import annotations

import pytest

from scanner.fleet.statistics import (
    Z,
    at_least,
    benjamini_hochberg,
    bits,
    conformal,
    convolve,
    wilson_upper,
)


@pytest.mark.parametrize(
    ("have", "of", "expected"),
    [
        (0, 412, Z * Z / (412 + Z * Z)),  # with nobody the bound has a short form: 0.65 %
        (0, 1, Z * Z / (1 + Z * Z)),
        (10, 10, 1.0),
        # n = 20, p = 1/20: (0.05 + 2.7055/40 + 1.6449 * sqrt(0.05*0.95/20 + 2.7055/1600)) / 1.13528
        (1, 20, 0.19601),
        (0, 0, 1.0),  # nobody to compare with: nothing is rare
    ],
)
def test_wilson_bound(have, of, expected):
    assert pytest.approx(expected, abs=5e-5) == wilson_upper(have, of)


def test_the_bound_of_nobody_in_412_is_below_one_percent():
    assert 0.0065 == round(wilson_upper(0, 412), 4)


def test_bits_are_halvings():
    assert [0.0, 1.0, 10.0] == [bits(1.0), bits(0.5), bits(1 / 1024)]


def test_values_that_are_as_large_are_counted():
    assert [4, 3, 1, 0] == [at_least([1.0, 2.0, 2.0, 3.0], each) for each in (1.0, 2.0, 3.0, 4.0)]


def test_the_oddest_of_twenty_has_a_conformal_p_of_one_in_twenty():
    scores = [float(each) for each in range(20)]

    assert [1 / 20, 20 / 20] == [conformal(scores, 19.0), conformal(scores, 0.0)]


def test_equals_share_their_conformal_p():
    assert 3 / 4 == conformal([0.0, 5.0, 5.0, 5.0], 5.0)


def test_benjamini_hochberg_of_its_authors():
    # The example of the paper of 1995, section 4: four of fifteen are rejected at 0.05.
    values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
        0.5719, 0.6528, 0.7590, 1.0000,
    ]  # fmt: skip

    assert 0.0095 == benjamini_hochberg(values, 0.05)


def test_nothing_is_kept_where_every_p_is_only_a_rank():
    assert 0.0 == benjamini_hochberg([place / 100 for place in range(1, 101)], 0.2)


def test_two_dice():
    die = [0.0, *[1 / 6] * 6]

    assert pytest.approx(6 / 36) == convolve(die, die)[7]
    assert pytest.approx(1 / 36) == convolve(die, die)[12]
