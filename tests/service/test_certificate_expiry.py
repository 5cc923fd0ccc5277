"""When a certificate ends, as cryptography reads it."""

from datetime import UTC, datetime

import pytest

pytest.importorskip("fastapi", reason="the service's packages are not installed")
x509 = pytest.importorskip("cryptography.x509", reason="cryptography is not installed")


@pytest.mark.parametrize("until", [(2027, 2, 28), (2049, 12, 31), (2050, 1, 1), (9999, 12, 31)])
def test_the_end_of_a_certificate_is_read_as_cryptography_reads_it(until):
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    from gantei_service.certificate_expiry import expiry_of

    def made(key, end):
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "眼底" * 10)])
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        builder = builder.public_key(key.public_key()).serial_number(2**120)
        builder = builder.not_valid_before(datetime(2020, 1, 1)).not_valid_after(end)
        certificate = builder.sign(key, hashes.SHA256())
        assert certificate.not_valid_after_utc == end
        return certificate.public_bytes(serialization.Encoding.PEM).decode()

    end = datetime(*until, 23, 59, 58, tzinfo=UTC)
    first = made(rsa.generate_private_key(65537, 2048), end)
    assert expiry_of("a remark\n" + first) == end
    later = made(
        ec.generate_private_key(ec.SECP256R1()), datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
    )
    assert expiry_of(later + first) == end
    with pytest.raises(ValueError, match="no certificate"):
        expiry_of("")
    with pytest.raises(ValueError, match="damaged"):
        expiry_of(first[:200] + "\n-----END CERTIFICATE-----")
