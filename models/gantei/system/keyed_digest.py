"""Digests that only the holder of a secret can make again."""

import hmac


def keyed_digest(secret: bytes, text: str) -> str:
    """HMAC-SHA-256 of a text, in hex.

    >>> from gantei.system.keyed_digest import keyed_digest
    >>> keyed_digest(b"Jefe", "what do ya want for nothing?")[:16]  # RFC 4231, test case 2
    '5bdcc146bf60754e'
    """
    return hmac.new(secret, text.encode(), "sha256").hexdigest()
