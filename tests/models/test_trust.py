import base64
import json
import shutil

import pytest

import gantei
from gantei.catalogue.entries import SHIPPED, store
from gantei.command_line import main
from gantei.errors import SettingError, SignatureError
from gantei.signing.contents import SIGNATURE_FILE
from gantei.signing.keys import key_id
from gantei.signing.trust import add_key, revoke_key, trust_path, trusted_keys

from ..signed import Publisher


@pytest.fixture
def require(monkeypatch):
    monkeypatch.setenv("GANTEI_TRUST", "require")


def test_a_signed_estimator_opens_where_its_publisher_is_trusted(require, signed_folder, publisher):
    with pytest.raises(
        SignatureError, match=f"signed by key {publisher.id}, which is not trusted here"
    ):
        gantei.load(signed_folder)
    publisher.trusted()
    assert gantei.load(signed_folder).findings == ()


def test_an_unsigned_estimator_is_refused_where_signatures_are_required(require, make_estimator):
    with pytest.raises(SignatureError, match="it is not signed"):
        gantei.load(make_estimator())


def test_a_revoked_key_counts_no_more(require, signed_folder, publisher):
    publisher.trusted()
    revoke_key(publisher.id[:8], "2026-11-20: stolen")
    with pytest.raises(SignatureError, match="revoked: 2026-11-20: stolen"):
        gantei.load(signed_folder)


def test_a_key_counts_for_the_estimators_it_was_trusted_for(require, signed_folder, publisher):
    publisher.trusted("joir-*", "mad")
    with pytest.raises(SignatureError, match=r"trusted for joir-\*"):
        gantei.load(signed_folder)


def test_a_key_may_be_narrowed_to_names(require, signed_folder, publisher):
    publisher.trusted("joir-*", "ma*")
    assert gantei.load(signed_folder)


def test_what_comes_with_gantei_opens_as_part_of_it_but_not_its_copy_or_its_namesake(
    require, tmp_path
):
    gantei.load("demo-age")
    gantei.load(SHIPPED / "demo-age")
    copy = shutil.copytree(SHIPPED / "demo-age", tmp_path / "demo-age")
    (tmp_path / "link").symlink_to(SHIPPED / "demo-age")  # which may lead elsewhere when it opens
    for folder in (copy, tmp_path / "link"):
        with pytest.raises(SignatureError):
            gantei.load(folder)
    shutil.copytree(copy, store.folder() / "demo-age")
    with pytest.raises(SignatureError):
        gantei.load("demo-age")


def test_warnings_are_for_signatures_that_should_hold_and_do_not(
    make_estimator, signed_folder, publisher
):
    def warnings(folder):
        return tuple(finding.text() for finding in gantei.load(folder).findings)

    assert warnings(make_estimator("unsigned")) == ()
    assert warnings(signed_folder) == ()  # by somebody whom nobody knows
    publisher.trusted()
    assert warnings(signed_folder) == ()
    (signed_folder / "card.md").write_text("mine")
    (signed_folder / ".DS_Store").touch()
    (warning,) = warnings(signed_folder)
    assert ".DS_Store was added, card.md was changed" in warning
    revoke_key(publisher.id, "lost")
    assert "revoked: lost" in warnings(signed_folder)[0]
    (signed_folder / SIGNATURE_FILE).write_text("{}")
    assert "model.sig" in warnings(signed_folder)[0]


@pytest.mark.parametrize("policy", ["", "yes", "Require", "warn "])
def test_another_policy_is_refused(monkeypatch, policy):
    monkeypatch.setenv("GANTEI_TRUST", policy)
    with pytest.raises(SettingError, match="'warn' or 'require'"):
        gantei.load("demo-age")


def test_a_trust_file_that_was_named_has_to_be_there(monkeypatch, tmp_path, publisher):
    monkeypatch.setenv("GANTEI_TRUST_FILE", str(tmp_path / "etc/trust.toml"))
    with pytest.raises(SettingError, match="cannot be read"):
        gantei.load("demo-age")
    publisher.trusted()
    assert trust_path() == tmp_path / "etc/trust.toml"
    assert [*trusted_keys()] == [publisher.id]


def test_keys_are_added_below_what_stands_there(publisher, tmp_path):
    trust_path().write_text("# our own words\n")
    publisher.trusted()
    other = Publisher(tmp_path / "other", "SECP384R1")
    add_key(other.pem, 'O\'Neill "et al."\n\x7f 眼科', ["a", "b-*"])
    assert trust_path().read_text("utf-8").startswith("# our own words\n\n[[key]]\n")
    first, second = trusted_keys().values()
    assert (first.id, first.publisher, first.estimators) == (publisher.id, "A publisher", ["*"])
    assert second.publisher == 'O\'Neill "et al."\n\x7f 眼科'
    assert second.estimators == ["a", "b-*"]
    with pytest.raises(SettingError, match="twice"):
        publisher.trusted()
    revoke_key(other.id, "a reason")
    assert [key.revoked for key in trusted_keys().values()] == [None, "a reason"]
    for identity, because, words in (
        (other.id, "again", "revoked already"),
        ("", "both", "2 keys"),
        ("zz", "none", "0 keys"),
        (publisher.id, "", "revoked"),
    ):
        with pytest.raises(SettingError, match=words):
            revoke_key(identity, because)
    assert [key.revoked for key in trusted_keys().values()] == [None, "a reason"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("publisher", "publishers", "unknown key 'publishers'; known: id, publisher"),
        ('publisher = "A publisher"\n', "", "missing key 'publisher'"),
        ('id = "', 'revoked = false\nid = "', "revoked"),
        ('id = "', 'revoked = ""\nid = "', "revoked"),
        ('id = "', 'estimators = []\nid = "', "estimators"),
        ('id = "', 'estimators = ["../*"]\nid = "', "estimators"),
        ("[[key]]", "[key]", "key"),
        ("[[key]]", "[[keys]]", "unknown key 'keys'; known: key"),
        ("[[key]]", "[[key", "not TOML"),
        ("PUBLIC KEY", "PRIVATE KEY", "pem"),
        ("MFkw", "MFkx", "id: is not that of the pem"),
    ],
)
def test_a_trust_file_is_read_strictly(publisher, old, new, words):
    publisher.trusted()
    text = trust_path().read_text("utf-8")
    assert old in text
    trust_path().write_text(text.replace(old, new), "utf-8")
    with pytest.raises(SettingError) as caught:
        gantei.load("demo-age")
    assert words in str(caught.value)


def test_keys_are_kept_from_the_command_line(publisher, capsys):
    assert main(["trust", "add", str(publisher.public), "--name", "JOIR", "--for", "joir-*"]) == 0
    assert f"key {publisher.id} of JOIR: for joir-*" in capsys.readouterr().out
    assert main(["trust", "revoke", publisher.id[:12], "--because", "lost"]) == 0
    capsys.readouterr()
    assert main(["trust", "list"]) == 0
    header, row = capsys.readouterr().out.splitlines()
    assert header.split() == ["KEY", "PUBLISHER", "TRUSTED"]
    assert row.split(maxsplit=2) == [publisher.id, "JOIR", "no, revoked: lost"]
    assert main(["trust", "list", "--json"]) == 0
    (key,) = json.loads(capsys.readouterr().out)
    assert (key["id"], key["estimators"], key["revoked"]) == (publisher.id, ["joir-*"], "lost")
    assert main(["trust", "add", str(publisher.key), "--name", "x"]) == 2


@pytest.mark.parametrize("form", ["compressed", "wrapped"])
def test_a_revoked_key_does_not_come_back_in_another_form(publisher, form):
    from cryptography.hazmat.primitives import serialization

    publisher.trusted()
    revoke_key(publisher.id, "2026-11-20: lost")
    if form == "compressed":
        der = publisher.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )
        head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
        body = base64.encodebytes(head + der).decode()
    else:
        body = "".join(publisher.pem.splitlines(keepends=True)[1:-1]).replace("\n", "", 1)
    other = f"-----BEGIN PUBLIC KEY-----\n{body}-----END PUBLIC KEY-----\n"
    table = f'\n[[key]]\nid = "{key_id(other)}"\npublisher = "x"\npem = """\n{other}"""\n'
    trust_path().write_text(trust_path().read_text("utf-8") + table, "utf-8")
    with pytest.raises(SettingError, match="gantei trust add"):
        trusted_keys()


@pytest.mark.parametrize("curve", ["SECP256R1", "SECP384R1", "SECP521R1"])
def test_a_key_on_each_curve_is_taken(tmp_path, curve):
    assert Publisher(tmp_path / "p", curve).trusted().revoked is None
