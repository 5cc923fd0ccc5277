"""Keys and signed folders to test with."""

import pytest

from gantei.signing.contents import SIGNATURE_FILE
from gantei.signing.keys import key_id, pem_of, signed
from gantei.signing.signature_file import Envelope, signed_bytes, write_bundle
from gantei.signing.signing import sign_folder
from gantei.signing.trust import add_key


class Publisher:
    """Somebody with a key pair."""

    def __init__(self, folder, curve="SECP256R1", password=None):
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        self.private = ec.generate_private_key(getattr(ec, curve)())
        self.pem = pem_of(self.private.public_key())
        self.id = key_id(self.pem)
        self.password = password
        folder.mkdir(parents=True, exist_ok=True)
        self.key, self.public = folder / "key.pem", folder / "public.pem"
        how = (
            serialization.BestAvailableEncryption(password)
            if password
            else serialization.NoEncryption()
        )
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
        self.key.write_bytes(self.private.private_bytes(*form, how))
        self.public.write_text(self.pem, newline="\n")

    def sign(self, folder, **options):
        """Sign a folder as `gantei sign` does."""
        return sign_folder(folder, self.key, self.password, **options)

    def put(self, folder, payload):
        """Sign any bytes at all, as the content of a folder's signature."""
        signature = signed(self.private, signed_bytes(payload))
        envelope = Envelope(self.id, payload, signature)
        (folder / SIGNATURE_FILE).write_bytes(write_bundle(envelope))

    def trusted(self, *estimators):
        """Have them trusted on this machine."""
        return add_key(self.pem, "A publisher", list(estimators) or None)


@pytest.fixture
def publisher(tmp_path):
    """A publisher whom nobody trusts yet."""
    return Publisher(tmp_path / "publisher")


@pytest.fixture
def signed_folder(make_estimator, publisher):
    """The folder of an estimator `made` with files of many kinds, signed by `publisher`."""
    folder = make_estimator()
    (folder / "card.md").write_text("# made for a test\n")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "figures").mkdir()
    (folder / "figures/一.png").write_bytes(bytes(range(256)))
    publisher.sign(folder)
    return folder
