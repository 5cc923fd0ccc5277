"""Masks that cancel in the sum over all sites, so that nobody sees more than the sum.

As Bonawitz et al. 2017 (doi 10.1145/3133956.3133982) mask, without their recovery of sites that
drop out: each two sites agree on a secret by X25519 (RFC 7748), derive a key of it by HKDF-SHA256
(RFC 5869) for this federation, round, attempt and broadcast, and expand that by ChaCha20 (RFC 8439)
to a stream of integers. One of the two adds the stream to its sums, the other subtracts it. Without
the secrets, sums with masks are uniformly distributed whatever the sums are; all masked sums
together add up to the sum of the sums, exactly, modulo 2^128 or 2^64.

What it does not give: whoever hands out false public keys reads along, so keys must be signed by
their sites; all sites but one know that one's sums by subtraction; the sum itself tells what sums
tell; two federations of which one lacks a site differ by that site; and a site that sends nonsense
is not noticed by its numbers.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import MissingExtraError, SettingError
from gantei.system.install_command import how_to_add

from .fixed_point import SUMS, FixedPoint, Limbs, added, subtracted

FEWEST_MASKED_SITES = 3
"""Of two, each knows the other's sums: the total less its own."""
KEY_BYTES = 32
_PURPOSE = b"gantei federate: mask of sums, 1"


@dataclass(frozen=True, slots=True)
class MaskContext:
    """What one set of masks is for; masks of another context have nothing in common with them.

    Attributes:
        federation: its id, 1 to 64 bytes.
        round: its number.
        attempt: of that round.
        broadcast: the sha256 of what every site was sent to answer, 32 bytes: sites that were
            asked different things share no masks, and their sums do not add up.
    """

    federation: bytes
    round: int
    attempt: int
    broadcast: bytes

    def info(self) -> bytes:
        """Write it unambiguously, as bytes.

        Raises:
            SettingError: a part is of another length or below 0.
        """
        if not 0 < len(self.federation) <= 64 or len(self.broadcast) != KEY_BYTES:
            raise SettingError("masks need the federation's id and the sha256 of the round")
        if not (0 <= self.round < 2**32 and 0 <= self.attempt < 2**32):
            raise SettingError(f"round {self.round}, attempt {self.attempt}: no number of a round")
        return (
            _PURPOSE
            + len(self.federation).to_bytes(1, "big")
            + self.federation
            + self.round.to_bytes(4, "big")
            + self.attempt.to_bytes(4, "big")
            + self.broadcast
        )


@dataclass(frozen=True, slots=True, repr=False)
class MaskKey:
    """A site's private key for one federation, from which its masks come.

    Attributes:
        private: 32 bytes, which never leave the site.
    """

    private: bytes

    @classmethod
    def new(cls) -> "MaskKey":
        """Draw one by the system's source of random numbers.

        Raises:
            MissingExtraError: `cryptography` is not installed.
        """
        _require_cryptography()
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes, which all other sites must have as this site signed it."""
        _require_cryptography()
        from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

        return X25519PrivateKey.from_private_bytes(self.private).public_key().public_bytes_raw()

    def masked(
        self,
        values: NDArray[np.floating],
        public_keys: Sequence[bytes],
        context: MaskContext,
        form: FixedPoint = SUMS,
    ) -> Limbs:
        """Write a site's sums as integers and mask them.

        The same key and context must never mask other sums: their difference would be the
        difference of the sums. A site that answers a round again does so in a new attempt.

        Args:
            values: float64 (n,).
            public_keys: of all sites, this one's among them, in any order.
            context: what the masks are for.
            form: how numbers are written.

        Returns:
            uint64 (n + 1, limbs of the form); the last is a masked zero, by which
            `unmasked_total` notices masks that do not cancel.

        Raises:
            SettingError: a value cannot be written, there are fewer than three sites, a key occurs
                twice or is no key, or this site's own is missing.
            MissingExtraError: `cryptography` is not installed.
        """
        integers = form.encoded(np.append(np.asarray(values, np.float64), 0.0))
        for other in self._others(public_keys):
            stream = self._stream(other, context, integers.shape)
            if self.public < other:
                integers = added([integers, stream])
            else:
                integers = subtracted(integers, stream)
        return integers

    def _others(self, public_keys: Sequence[bytes]) -> list[bytes]:
        keys = sorted(public_keys)
        if len(keys) < FEWEST_MASKED_SITES:
            raise SettingError(
                f"{len(keys)} sites: at least {FEWEST_MASKED_SITES} must take part: of "
                "two, each would know the other's sums"
            )
        if len(set(keys)) < len(keys) or self.public not in keys:
            raise SettingError("the public keys of a round are of all its sites, each once")
        return [each for each in keys if each != self.public]

    def _stream(self, other: bytes, context: MaskContext, shape: tuple[int, ...]) -> Limbs:
        """Expand what this site and another share to integers."""
        from cryptography.hazmat.primitives.ciphers import Cipher
        from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20

        # Key and nonce are used for one stream only: the key is derived for this very context.
        cipher = Cipher(ChaCha20(self._shared_key(other, context), bytes(16)), mode=None)
        count = shape[0] * shape[1]
        stream = cipher.encryptor().update(bytes(8 * count))
        return np.frombuffer(stream, "<u8").astype(np.uint64).reshape(shape)

    def _shared_key(self, other: bytes, context: MaskContext) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.x25519 import (
            X25519PrivateKey,
            X25519PublicKey,
        )
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        low, high = sorted((self.public, other))
        try:
            own = X25519PrivateKey.from_private_bytes(self.private)
            secret = own.exchange(X25519PublicKey.from_public_bytes(other))
        except ValueError as error:
            digest = hashlib.sha256(other).hexdigest()
            raise SettingError(f"a site's public key is not valid ({digest[:16]}…)") from error
        return HKDF(SHA256(), KEY_BYTES, salt=None, info=context.info() + low + high).derive(secret)


def unmasked_total(masked: Iterable[Limbs], form: FixedPoint = SUMS) -> NDArray[np.float64]:
    """Add up the masked sums of all sites, which is the sum of their sums: float64 (n,).

    Raises:
        SettingError: there are fewer than three, they have different shapes, or their masks do not
            cancel: a site is missing, or one answered another context or with other keys.
    """
    count = 0

    def counted() -> Iterator[Limbs]:
        nonlocal count
        for each in masked:
            if each.ndim != 2 or each.shape[1] != form.limbs:
                raise SettingError("masked sums are uint64 (n, limbs)")
            count += 1
            yield each

    total = added(counted())
    if count < FEWEST_MASKED_SITES:
        raise SettingError(f"{count} sites: at least {FEWEST_MASKED_SITES} take part")
    if total[-1].any():
        raise SettingError(
            "the masks of these sites do not cancel: one is missing or there twice, or answered "
            "another round or attempt; nothing can be read from their sums"
        )
    return form.decoded(total[:-1])


def _require_cryptography() -> None:
    try:
        import cryptography  # noqa: F401
    except ImportError as error:
        raise MissingExtraError(f"masks need cryptography: {how_to_add('sign')}") from error
