import base64
import json
import re
import shutil
import subprocess
import sys

import pytest

import gantei
from gantei.errors import (
    AlreadyInstalledError,
    ManifestError,
    MissingExtraError,
    SettingError,
    SignatureError,
    WeightsError,
)
from gantei.estimator.verification import verify
from gantei.signing.contents import SIGNATURE_FILE
from gantei.signing.keys import read_public_key
from gantei.signing.signature_file import signed_bytes
from gantei.system.install_command import how_to_add

from ..signed import Publisher

OPENSSL = shutil.which("openssl")


def openssl(*arguments, **options):
    return subprocess.run([OPENSSL, *arguments], check=True, capture_output=True, **options)


def payload_of(folder):
    bundle = json.loads((folder / SIGNATURE_FILE).read_bytes())
    envelope = bundle["dsseEnvelope"]
    return base64.b64decode(envelope["payload"]), base64.b64decode(envelope["signatures"][0]["sig"])


def test_every_file_is_signed_and_the_signature_alone_is_added(make_estimator, publisher):
    folder = make_estimator()
    before = {path: path.read_bytes() for path in folder.iterdir()}
    signed = publisher.sign(folder)
    assert signed.files == ("estimator.toml", "model.onnx")
    assert signed.key_id == publisher.id
    (folder / SIGNATURE_FILE).unlink()
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("curve", ["SECP256R1", "SECP384R1", "SECP521R1"])
def test_what_one_key_signs_that_key_verifies_and_no_other(make_estimator, tmp_path, curve):
    folder, signer = make_estimator(), Publisher(tmp_path / "signer", curve)
    signer.sign(folder)
    (report,) = verify([str(folder)], signer.public)
    assert (report.signature, report.problems) == ("valid", ())
    (report,) = verify([str(folder)], Publisher(tmp_path / "other", curve).public)
    assert report.signature == "foreign"
    assert signer.id in report.problems[0].text


@pytest.mark.reference
@pytest.mark.parametrize("curve", ["SECP256R1", "SECP384R1", "SECP521R1"])
def test_model_signing_verifies_what_gantei_signs(signed_folder, tmp_path, curve):
    verifying = pytest.importorskip("model_signing.verifying")
    signer = Publisher(tmp_path / "signer", curve)
    signer.sign(signed_folder, replace=True)
    judge = verifying.Config().use_elliptic_key_verifier(public_key=signer.public)
    judge.verify(signed_folder, signed_folder / SIGNATURE_FILE)
    (signed_folder / "card.md").write_text("another card")
    with pytest.raises(ValueError, match=re.escape("card.md")):
        judge.verify(signed_folder, signed_folder / SIGNATURE_FILE)


@pytest.mark.reference
@pytest.mark.parametrize("ignore_git_paths", [True, False])
@pytest.mark.parametrize("curve", ["SECP256R1", "SECP384R1", "SECP521R1"])
def test_gantei_verifies_what_model_signing_signs(signed_folder, tmp_path, curve, ignore_git_paths):
    model_signing = pytest.importorskip("model_signing")
    signer, path = Publisher(tmp_path / "signer", curve), signed_folder / SIGNATURE_FILE
    path.unlink()
    hashing = model_signing.hashing.Config().set_ignored_paths(
        paths=[path], ignore_git_paths=ignore_git_paths
    )
    config = model_signing.signing.Config().set_hashing_config(hashing)
    config.use_elliptic_key_signer(private_key=signer.key).sign(signed_folder, path)
    assert verify([str(signed_folder)], signer.public)[0].problems == ()
    (signed_folder / ".gitignore").touch()  # which model-signing passes by
    (problem,) = verify([str(signed_folder)], signer.public)[0].problems
    assert ".gitignore was added" in problem.text


@pytest.mark.skipif(OPENSSL is None, reason="openssl is not installed")
def test_openssl_agrees_with_signature_and_key_id(signed_folder, publisher, tmp_path):
    payload, signature = payload_of(signed_folder)
    (tmp_path / "message").write_bytes(signed_bytes(payload))
    (tmp_path / "signature").write_bytes(signature)
    files = ["-verify", publisher.public, "-signature", tmp_path / "signature"]
    told = openssl("dgst", "-sha256", *files, tmp_path / "message").stdout
    assert told.strip() == b"Verified OK"
    pem = openssl("pkey", "-in", publisher.key, "-pubout").stdout.decode()
    assert pem == publisher.pem == read_public_key(publisher.public)


def test_an_encrypted_key_needs_its_password(make_estimator, tmp_path):
    folder, signer = make_estimator(), Publisher(tmp_path / "signer", password="鍵".encode())
    signer.sign(folder)
    assert verify([str(folder)], signer.public)[0].problems == ()
    for password, words in ((None, "--password-file"), (b"wrong", "cannot be opened")):
        signer.password = password
        with pytest.raises(SettingError, match=words):
            signer.sign(folder, replace=True)


def test_keys_of_other_kinds_are_refused_with_the_reason(make_estimator, publisher, tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256K1, generate_private_key
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        NoEncryption,
        PrivateFormat,
        PublicFormat,
    )

    folder = make_estimator()
    for key in (Ed25519PrivateKey.generate(), generate_private_key(SECP256K1())):
        form = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        publisher.key.write_bytes(key.private_bytes(*form))
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        publisher.public.write_bytes(public)
        with pytest.raises(SettingError, match=r"P-256, P-384 or P-521, and no Ed25519"):
            publisher.sign(folder)
        with pytest.raises(SettingError, match=r"P-256, P-384 or P-521, and no Ed25519"):
            verify([str(folder)], publisher.public)
    for content, words in ((b"none", "no public key"), (b"x" * 30_000, "larger than")):
        publisher.public.write_bytes(content)
        with pytest.raises(SettingError, match=words):
            verify([str(folder)], publisher.public)


def test_a_private_key_is_not_taken_for_a_public_one(signed_folder, publisher):
    with pytest.raises(SettingError, match="stays with its owner"):
        verify([str(signed_folder)], publisher.key)


def test_another_signature_is_not_replaced_unasked(signed_folder, tmp_path):
    other = Publisher(tmp_path / "other")
    with pytest.raises(AlreadyInstalledError, match="--replace"):
        other.sign(signed_folder)
    other.sign(signed_folder, replace=True)
    assert verify([str(signed_folder)], other.public)[0].problems == ()


@pytest.mark.parametrize("name", [".git/config", ".DS_Store", "figures/.hidden"])
def test_hidden_files_are_not_signed_by_mistake(signed_folder, publisher, name):
    path = signed_folder / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    with pytest.raises(SignatureError, match=f"{re.escape(name)} is hidden"):
        publisher.sign(signed_folder, replace=True)


def test_what_is_not_whole_is_not_signed(make_estimator, publisher, tmp_path):
    folder = make_estimator()
    (folder / "link").symlink_to(tmp_path)
    (folder / "empty").mkdir()
    with pytest.raises(SignatureError, match="empty/ is an empty folder, link is a link"):
        publisher.sign(folder)
    (folder / "link").unlink()
    (folder / "empty").rmdir()
    (folder / "model.onnx").write_bytes(b"other")
    with pytest.raises(WeightsError, match="others than"):
        publisher.sign(folder)
    (folder / "estimator.toml").write_text("format = 2")
    with pytest.raises(ManifestError):
        publisher.sign(folder)
    assert not (folder / SIGNATURE_FILE).exists()


def test_without_cryptography_the_command_that_brings_it_is_named(signed_folder, publisher):
    publisher.trusted()
    code = (
        "import sys; sys.modules['cryptography'] = None\n"
        "from pathlib import Path\n"
        "import gantei\n"
        "from gantei.signing.signing import sign_folder\n"
        f"folder, key = Path({str(signed_folder)!r}), Path({str(publisher.key)!r})\n"
        "for call in (lambda: sign_folder(folder, key), lambda: gantei.load(folder)):\n"
        "    try: call()\n"
        "    except gantei.MissingExtraError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == 2 * [f"signatures need cryptography: {how_to_add('sign')}"]
    assert issubclass(MissingExtraError, gantei.GanteiError)
