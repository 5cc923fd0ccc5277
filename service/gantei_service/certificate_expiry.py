"""Until when a certificate is valid: Python's `ssl` tells that of a peer's, not of one's own."""

import re
import ssl
from datetime import UTC, datetime

_BLOCK = re.compile(
    r"-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----", re.ASCII | re.DOTALL
)
_VERSION = 0xA0
_UTC_TIME = 0x17


def expiry_of(pem: str) -> datetime:
    """Tell when the first of the certificates of a PEM file expires.

    Raises:
        ValueError: it holds none, or one that is damaged.
    """
    found = [*map(_not_after, _BLOCK.findall(pem))]
    if not found:
        raise ValueError("no certificate")
    return min(found)


def _not_after(pem: str) -> datetime:
    """Read `notAfter` (RFC 5280, section 4.1): certificate, what is signed, the fifth of it."""
    try:
        certificate = _elements(ssl.PEM_cert_to_DER_cert(pem))[0]
        signed = _elements(certificate[1])[0]
        fields = [content for tag, content in _elements(signed[1]) if tag != _VERSION]
        _, (tag, ends) = _elements(fields[3])
    except (IndexError, ValueError) as error:
        raise ValueError("a damaged certificate") from error
    text = ends.decode("ascii")
    if tag == _UTC_TIME:  # of two digits: until 2049
        text = ("19" if text[0] >= "5" else "20") + text
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)


def _elements(der: bytes) -> list[tuple[int, bytes]]:
    """Part the elements that stand behind each other in DER: tag and content of each."""
    found, at = [], 0
    while at < len(der):
        tag, length, at = der[at], der[at + 1], at + 2
        if length & 0x80:
            end = at + (length & 0x7F)
            length, at = int.from_bytes(der[at:end], "big"), end
        found.append((tag, der[at : at + length]))
        at += length
    return found
