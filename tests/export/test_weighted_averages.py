"""Averages of whole networks over sites, masked."""

import numpy as np
import pytest

from gantei.errors import SettingError
from gantei_export.federating.fixed_point import WEIGHTS
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total
from gantei_export.federating.weighted_averages import averaged_weights, weighted_sums

pytest.importorskip("cryptography", reason="masks need cryptography")

SHAPES = [(3, 3, 4, 8), (8,), (8, 2)]


def networks(seed):
    rng = np.random.default_rng(seed)
    return [[rng.normal(0, 0.3, shape).astype(np.float32) for shape in SHAPES] for _ in range(3)]


def test_masked_averages_are_those_of_numpy():
    photographs = [259, 259, 260]
    sites = networks(5)
    keys = [MaskKey(bytes([number]) * 32) for number in (1, 2, 3)]
    public = [key.public for key in keys]
    context = MaskContext(b"networks", 1, 1, bytes(32))
    masked = [
        key.masked(weighted_sums(weights, count), public, context, WEIGHTS)
        for key, weights, count in zip(keys, sites, photographs, strict=True)
    ]
    found = averaged_weights(unmasked_total(masked, WEIGHTS), SHAPES)
    for place, array in enumerate(found):
        expected = np.average([each[place] for each in sites], axis=0, weights=photographs)
        assert (array.dtype, array.shape) == (np.float32, SHAPES[place])
        assert np.abs(array - expected).max() < 1e-7


def test_one_site_repeated_gives_its_own_weights():
    [weights, *_] = networks(6)
    total = sum(weighted_sums(weights, count) for count in (100, 7, 60))
    for found, expected in zip(averaged_weights(total, SHAPES), weights, strict=True):
        assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("weight", "photographs", "said"),
    [(np.nan, 9, "no number"), (1e4, 1000, "beyond"), (1.0, 0, "without any")],
)
def test_what_cannot_be_averaged_is_refused_at_the_site(weight, photographs, said):
    with pytest.raises(SettingError, match=said):
        weighted_sums([np.full((2, 2), weight, np.float32)], photographs)


@pytest.mark.parametrize(("count", "said"), [(300, "has 312 weights"), (313, "cannot be")])
def test_a_total_of_something_else_is_refused(count, said):
    with pytest.raises(SettingError, match=said):
        averaged_weights(np.zeros(count), SHAPES)
