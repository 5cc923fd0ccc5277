"""A hospital's certificate authority, and clients that trust it."""

import datetime
import ipaddress
import socket
import ssl


class Authority:
    """A certificate authority of a hospital, which signs what it is asked to."""

    def __init__(self, folder):
        self.folder = folder
        self.key, self.certificate = _certificate("Hospital", None, None)
        self.path = self._write("ca.pem", _pem(self.certificate))

    def sign(self, name, password=None):
        """The files of a certificate for 127.0.0.1, and of its key."""
        key, certificate = _certificate(name, self.key, self.certificate)
        return self._write(f"{name}.pem", _pem(certificate)), self._write(
            f"{name}.key", _key_pem(key, password)
        )

    def _write(self, name, content):
        (self.folder / name).write_bytes(content)
        return self.folder / name


def _certificate(name, signer, issuer):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    ours = key if signer is None else signer
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    theirs = x509.AuthorityKeyIdentifier.from_issuer_public_key(ours.public_key())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if issuer is None else issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=signer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(own, critical=False)
        .add_extension(theirs, critical=False)
        .sign(ours, hashes.SHA256())
    )
    return key, certificate


def _pem(certificate):
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _key_pem(key, password):
    from cryptography.hazmat.primitives import serialization as to

    kind = to.BestAvailableEncryption(password) if password else to.NoEncryption()
    return key.private_bytes(to.Encoding.PEM, to.PrivateFormat.PKCS8, kind)


def trusting(authority, **options):
    context = ssl.create_default_context(cafile=authority.path)
    for key, value in options.items():
        setattr(context, key, value)
    return context


def shaken(url, context):
    """Shake hands; gives version and cipher."""
    address = ("127.0.0.1", int(url.rpartition(":")[2]))
    with (
        socket.create_connection(address, timeout=10) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as connection,
    ):
        return connection.version(), connection.cipher()[0]
