"""Adjusted p-values: those of statsmodels, and a place for what could not be compared."""

import numpy as np
import pytest

from gantei.statistics.holm import holm


@pytest.mark.reference
@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_adjusted_p_values_are_those_of_statsmodels(count):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p_values = np.random.default_rng(count).random(count) ** 3
    p_values[count // 2] = p_values[0]
    adjusted = holm(p_values.tolist())
    expected = multitest.multipletests(p_values, method="holm")[1]
    np.testing.assert_allclose(adjusted, expected, rtol=0, atol=1e-12)


def test_a_comparison_that_could_not_be_made_does_not_count():
    assert holm([0.01, None, 0.04]) == [0.02, None, 0.04]
    assert holm([None]) == [None]
    assert holm([]) == []


def test_no_adjusted_p_value_is_above_1():
    assert holm([0.9, 0.8, 0.7]) == [1.0, 1.0, 1.0]
