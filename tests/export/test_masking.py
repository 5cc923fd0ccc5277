"""Masks of a federation: they cancel exactly in the sum of all sites, and hide each of them."""

import itertools
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from gantei.errors import SettingError
from gantei_export.federating.fixed_point import SUMS, WEIGHTS, added, subtracted
from gantei_export.federating.masking import MaskContext, MaskKey, unmasked_total

pytest.importorskip("cryptography", reason="masks need cryptography")

FEDERATION = b"one federation"
CONTEXT = MaskContext(FEDERATION, 3, 1, bytes(32))
KEYS = [MaskKey(bytes([number]) * 32) for number in range(1, 5)]
PUBLIC = [key.public for key in KEYS]
NUMBERS = some.floats(-SUMS.limit, SUMS.limit, allow_nan=False, width=64)


def masked(values, context=CONTEXT, keys=KEYS, form=SUMS):
    public = [key.public for key in keys]
    return [key.masked(each, public, context, form) for key, each in zip(keys, values, strict=True)]


def as_integers(limbs):
    return [int.from_bytes(row.astype("<u8").tobytes(), "little", signed=True) for row in limbs]


@given(some.lists(NUMBERS, min_size=1, max_size=20))
def test_numbers_become_the_nearest_integers_and_come_back(numbers):
    encoded = SUMS.encoded(np.array(numbers))
    # Python's own integers and fractions are exact.
    assert all(
        abs(Fraction(integer) - Fraction(number) * 2**64) <= Fraction(1, 2)
        for integer, number in zip(as_integers(encoded), numbers, strict=True)
    )
    assert SUMS.decoded(encoded) == pytest.approx(numbers, rel=2**-51, abs=2**-64)


@given(some.lists(some.lists(NUMBERS, min_size=3, max_size=3), min_size=2, max_size=6))
def test_integers_add_up_as_those_of_python(rows):
    encoded = [SUMS.encoded(np.array(row)) for row in rows]
    assert as_integers(added(encoded)) == [
        sum(column) for column in zip(*(as_integers(each) for each in encoded), strict=True)
    ]
    back = subtracted(added(encoded), encoded[0])
    assert np.array_equal(back, added(encoded[1:]))


@settings(max_examples=25, deadline=None)
@given(some.lists(some.lists(NUMBERS, min_size=2, max_size=2), min_size=4, max_size=4))
def test_the_sum_of_masked_sums_is_that_of_unmasked_ones_in_any_order(rows):
    values = [np.array(row) for row in rows]
    unmasked = SUMS.decoded(added([SUMS.encoded(each) for each in values]))
    hidden = masked(values)
    for order in itertools.permutations(hidden):
        assert np.array_equal(unmasked_total(order), unmasked)


def test_weights_of_networks_are_masked_in_one_limb():
    rng = np.random.default_rng(3)
    values = [rng.normal(0, 100, 50).astype(np.float32) for _ in KEYS]
    hidden = masked(values, form=WEIGHTS)
    assert hidden[0].shape == (51, 1)
    total = unmasked_total(hidden, WEIGHTS)
    assert total == pytest.approx(np.sum(values, axis=0, dtype=np.float64), abs=4 * 2.0**-33)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 2.0**53 * 1.001, -1e300])
def test_what_is_no_sum_is_refused_before_it_is_masked(bad):
    with pytest.raises(SettingError, match="a sum is"):
        KEYS[0].masked(np.array([1.0, bad]), PUBLIC, CONTEXT)


def test_the_largest_numbers_of_the_most_sites_keep_their_sign():
    most = np.full((1024, 1), SUMS.limit)
    total = SUMS.decoded(added([SUMS.encoded(-each) for each in most]))
    assert total.tolist() == [-SUMS.limit * 1024]


def test_one_site_alone_looks_uniform_whatever_it_sends():
    zeros, large = (KEYS[0].masked(np.full(4000, value), PUBLIC, CONTEXT) for value in (0.0, 1e12))
    for limbs in (zeros, large):
        shares = limbs.astype(np.float64) / 2.0**64
        assert shares.mean(axis=0) == pytest.approx(0.5, abs=0.02)  # 4 standard errors
        assert np.unique(limbs).size == limbs.size


@pytest.mark.parametrize(
    "other",
    [
        MaskContext(b"another federation", 3, 1, bytes(32)),
        MaskContext(FEDERATION, 4, 1, bytes(32)),
        MaskContext(FEDERATION, 3, 2, bytes(32)),
        MaskContext(FEDERATION, 3, 1, b"\1" * 32),
    ],
)
def test_masks_of_another_context_have_nothing_in_common(other):
    zeros = np.zeros(200)
    first, second = (KEYS[0].masked(zeros, PUBLIC, context) for context in (CONTEXT, other))
    assert not np.isin(first, second).any()
    mixed = [*masked([zeros] * 4)[:3], masked([zeros] * 4, other)[3]]
    with pytest.raises(SettingError, match="do not cancel"):
        unmasked_total(mixed)


def test_a_missing_site_leaves_no_sum():
    hidden = masked([np.ones(3)] * 4)
    with pytest.raises(SettingError, match="do not cancel"):
        unmasked_total(hidden[:3])
    with pytest.raises(SettingError, match="do not cancel"):
        unmasked_total([hidden[0], hidden[0], *hidden[2:]])


@pytest.mark.parametrize(
    ("public", "said"),
    [
        (PUBLIC[:2], "2 sites"),
        ([*PUBLIC, PUBLIC[1]], "each once"),
        (PUBLIC[1:], "each once"),
        ([*PUBLIC[:2], bytes(32)], "is not valid"),  # its secret with anybody would be zero
        ([*PUBLIC[:2], b"short"], "is not valid"),
    ],
)
def test_keys_that_mask_nothing_are_refused(public, said):
    with pytest.raises(SettingError, match=said):
        KEYS[0].masked(np.ones(2), public, CONTEXT)


def test_a_key_never_prints_itself():
    assert "private" not in repr(MaskKey.new())


def test_the_stream_is_that_of_the_published_primitives():
    """A mask made of the same primitives by hand, so that no later version changes it."""
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    own, others = KEYS[0], PUBLIC[1:3]
    expected = 0
    for other in others:
        shared = X25519PrivateKey.from_private_bytes(own.private).exchange(
            X25519PublicKey.from_public_bytes(other)
        )
        info = b"gantei federate: mask of sums, 1\x0eone federation\0\0\0\3\0\0\0\1" + bytes(32)
        info += b"".join(sorted((own.public, other)))
        key = HKDF(SHA256(), 32, None, info).derive(shared)
        stream = Cipher(algorithms.ChaCha20(key, bytes(16)), None).encryptor().update(bytes(16))
        mask = int.from_bytes(stream, "little")
        expected += mask if own.public < other else -mask
    found = own.masked(np.array([5.0]), PUBLIC[:3], CONTEXT)
    assert (as_integers(found)[0] - 5 * 2**64 - expected) % 2**128 == 0
