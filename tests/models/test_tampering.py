"""Under `GANTEI_TRUST=require`, nothing in a signed folder can be altered, added or taken away."""

import base64
import json
import os
import shutil
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import gantei
from gantei.errors import GanteiError, SignatureError
from gantei.signing import judging
from gantei.signing.contents import LARGEST_SIGNATURE, MOST_FILES, SIGNATURE_FILE, contents
from gantei.signing.statement import write_statement
from gantei.signing.trust import trusted_keys

from ..signed import Publisher

FILES = ["estimator.toml", "model.onnx", "card.md", "figures/一.png", SIGNATURE_FILE]
POSITIONS = {"first": 0, "eighth": 7, "middle": 0.5, "last but one": -2, "last": -1}


@pytest.fixture(autouse=True)
def required(monkeypatch, publisher):
    monkeypatch.setenv("GANTEI_TRUST", "require")
    publisher.trusted()


@contextmanager
def copied(folder, parent):
    """A copy to spoil."""
    copy = shutil.copytree(folder, parent / "copy" / folder.name)
    yield copy
    shutil.rmtree(copy)


def refused(folder, *words):
    """See that an estimator does not open, and that the error has these words."""
    with pytest.raises(GanteiError) as caught:
        gantei.load(folder)
    assert all(word in str(caught.value) for word in words), caught.value


def flipped(path, position, by=1):
    content = bytearray(path.read_bytes())
    content[position if isinstance(position, int) else int(position * len(content))] ^= by
    path.write_bytes(content)


def test_as_it_was_signed_it_opens(signed_folder):
    assert gantei.load(signed_folder).remarks == ()


@pytest.mark.parametrize("position", POSITIONS.values(), ids=POSITIONS)
@pytest.mark.parametrize("name", FILES)
def test_a_changed_byte_is_refused(signed_folder, name, position):
    flipped(signed_folder / name, position)
    refused(signed_folder, name)


@pytest.mark.parametrize("name", FILES)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(position=st.floats(0, 1, exclude_max=True), by=st.integers(1, 255))
def test_any_change_of_any_byte_is_refused(signed_folder, tmp_path, name, position, by):
    with copied(signed_folder, tmp_path) as copy:
        flipped(copy / name, position, by)
        refused(copy)


@pytest.mark.parametrize("by", [0x01, 0x20])
def test_no_byte_of_the_signature_is_idle(signed_folder, by, monkeypatch):
    keys, listing = trusted_keys(), contents(signed_folder)
    content = bytearray((signed_folder / SIGNATURE_FILE).read_bytes())
    monkeypatch.setattr(judging, "read_signature", lambda _: bytes(content))

    def state():
        return judging.judge(signed_folder, "made", keys, lambda: listing).state

    for position in range(len(content)):
        content[position] ^= by
        assert state() != "valid"
        content[position] ^= by
    assert state() == "valid"


@pytest.mark.parametrize("name", [*FILES, "empty.txt"])
@pytest.mark.parametrize("more", [b"\x00", b"\n", b" ", b"#"])
def test_a_byte_more_is_refused(signed_folder, name, more):
    with (signed_folder / name).open("ab") as file:
        file.write(more)
    refused(signed_folder, name)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("kept", [0, 1, 0.5, -1])
def test_a_shorter_file_is_refused(signed_folder, name, kept):
    path = signed_folder / name
    content = path.read_bytes()
    path.write_bytes(content[: kept if isinstance(kept, int) else int(kept * len(content))])
    refused(signed_folder, name)


@pytest.mark.parametrize("name", [*FILES, "empty.txt"])
@pytest.mark.parametrize("what", ["removed", "renamed", "in another folder", "a link", "a folder"])
def test_a_file_that_is_not_in_its_place_is_refused(
    signed_folder,
    tmp_path,
    name,
    what,
):
    path = signed_folder / name
    match what:
        case "removed":
            path.unlink()
        case "renamed":
            path.rename(path.with_name("other"))
        case "in another folder":
            path.rename(tmp_path / "away")
            (signed_folder / "inner").mkdir()
            (tmp_path / "away").rename(signed_folder / "inner" / path.name)
        case "a link":
            path.rename(tmp_path / "away")
            path.symlink_to(tmp_path / "away")
        case "a folder":
            path.unlink()
            path.mkdir()
    refused(signed_folder)


@pytest.mark.parametrize("name", FILES)
def test_two_files_that_changed_places_are_refused(signed_folder, name):
    path, other = signed_folder / name, signed_folder / "empty.txt"
    path.rename(signed_folder / "between")
    other.rename(path)
    (signed_folder / "between").rename(other)
    refused(signed_folder)


@pytest.mark.parametrize(
    "name",
    [
        "extra.txt",
        ".hidden",
        ".gitignore",
        ".gitattributes",
        ".git/config",
        ".github/x.yml",
        "figures/二.png",
        "new/deep/er.txt",
        "Model.sig",
        "model.sig.bak",
        "ESTIMATOR.TOML ",
        "model.onnx.data",
    ],
)
def test_an_added_file_is_refused_whatever_its_name(signed_folder, name):
    path = signed_folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("added")
    refused(signed_folder, f"{name} was added")


def test_empty_folders_links_and_pipes_are_refused(signed_folder, tmp_path):
    def empty(folder):
        (folder / "new").mkdir()
        return "new/ is an empty folder"

    def link(folder):
        (folder / "new").symlink_to(folder / "figures")
        return "new is a link"

    def pipe(folder):
        os.mkfifo(folder / "new")
        return "new is not a plain file"

    def pipe_for_signature(folder):
        (folder / SIGNATURE_FILE).unlink()
        os.mkfifo(folder / SIGNATURE_FILE)
        return "model.sig is not a plain file"

    kinds = (empty, link, pipe, pipe_for_signature) if hasattr(os, "mkfifo") else (empty, link)
    for make in kinds:
        with copied(signed_folder, tmp_path) as copy:
            refused(copy, make(copy))


def test_too_many_files_are_refused_before_they_are_read(signed_folder):
    for number in range(MOST_FILES):
        (signed_folder / f"{number}").touch()
    refused(signed_folder, f"more than {MOST_FILES} files")


def test_the_signature_of_another_folder_is_refused(
    signed_folder,
    make_estimator,
    publisher,
):
    other = make_estimator("other", factor=2.0)
    publisher.sign(other)
    shutil.copy(other / SIGNATURE_FILE, signed_folder)
    refused(signed_folder, "model.onnx was changed", "card.md was added")


def test_another_estimator_whole_is_refused_where_its_key_does_not_count(
    signed_folder,
    tmp_path,
):
    narrow = Publisher(tmp_path / "narrow")
    narrow.trusted("other-*")
    narrow.sign(signed_folder, replace=True)
    refused(signed_folder, "trusted for other-* only")


def statement(folder, **changes):
    """The tables of a statement that is right for a folder, changed."""
    tables = json.loads(base64.b64decode(bundle_of(folder)["dsseEnvelope"]["payload"]))
    return json.dumps(changed(tables, changes)).encode()


def changed(tables, changes):
    for key, value in changes.items():
        inner = tables
        *steps, last = key.split("__")
        for step in steps:
            inner = inner[step]
        inner[last] = value
    return tables


def bundle_of(folder):
    return json.loads((folder / SIGNATURE_FILE).read_bytes())


def resources(folder):
    return json.loads(statement(folder))["predicate"]["resources"]


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"_type": "https://in-toto.io/Statement/v0.1"}, "_type"),
        ({"predicateType": "https://model_signing/Digests/v0.1"}, "predicateType"),
        ({"predicateType": "https://slsa.dev/provenance/v1"}, "predicateType"),
        ({"predicate__serialization": {"method": "shards", "hash_type": "sha256"}}, "method"),
        ({"predicate__serialization": {"method": "files", "hash_type": "blake2b"}}, "hash_type"),
        ({"predicate__resources": []}, "resources"),
        ({"subject": []}, "subject"),
        ({"subject": [{"name": "made", "digest": {"sha256": "0" * 64}}]}, "not that of the files"),
        ({"subject": [{"name": "made", "digest": {"sha512": "0" * 64}}]}, "subject"),
        ({"more": 1}, "more"),
    ],
)
def test_a_statement_of_another_kind_is_refused_though_it_is_signed(
    signed_folder,
    publisher,
    change,
    word,
):
    publisher.put(signed_folder, statement(signed_folder, **change))
    refused(signed_folder, "model.sig", word)


@pytest.mark.parametrize(
    "name",
    [
        "../card.md",
        "figures/../card.md",
        "./card.md",
        "/etc/passwd",
        "C:/card.md",
        "figures\\card.md",
        "figures//card.md",
        "figures/",
        "",
        "card.md\n",
        "card\x00.md",
        SIGNATURE_FILE,
    ],
)
def test_names_outside_the_folder_are_refused_though_they_are_signed(
    signed_folder,
    publisher,
    name,
):
    digests = {each["name"]: each["digest"] for each in resources(signed_folder)}
    publisher.put(signed_folder, write_statement("made", digests | {name: "0" * 64}))
    refused(signed_folder, "model.sig: ")


def test_a_file_or_a_key_twice_is_refused_though_it_is_signed(
    signed_folder,
    publisher,
):
    right = statement(signed_folder)
    listed = resources(signed_folder)
    publisher.put(
        signed_folder, statement(signed_folder, predicate__resources=[*listed, listed[0]])
    )
    refused(signed_folder, "a file twice")
    publisher.put(signed_folder, right.replace(b'"subject"', b'"subject": [], "subject"', 1))
    refused(signed_folder, "a key twice")
    publisher.put(signed_folder, b"[" * 100_000)
    refused(signed_folder, "no JSON")


@pytest.mark.parametrize(
    "change",
    [
        {"mediaType": "application/vnd.dev.sigstore.bundle+json;version=0.2"},
        {"verificationMaterial__publicKey": {"hint": "0" * 64}},
        {"verificationMaterial__publicKey": {}},
        {"verificationMaterial": {"certificate": {"rawBytes": "MAA="}, "tlogEntries": []}},
        {"verificationMaterial__tlogEntries": [{}]},
        {"verificationMaterial__more": 1},
        {"dsseEnvelope__payloadType": "application/json"},
        {"dsseEnvelope__payload": "e30="},
        {"dsseEnvelope__signatures": []},
        {"dsseEnvelope__signatures": [{"sig": "MAYCAQECAQE=", "keyid": ""}]},
        {"dsseEnvelope__signatures": [{"sig": "", "keyid": ""}]},
        {"dsseEnvelope__signatures": [{"sig": "***", "keyid": ""}]},
        {"more": 1},
    ],
)
def test_a_signature_file_of_another_kind_is_refused(signed_folder, change):
    bundle = changed(bundle_of(signed_folder), change)
    (signed_folder / SIGNATURE_FILE).write_text(json.dumps(bundle, separators=(",", ":")))
    refused(signed_folder)


def test_two_signatures_are_refused_though_one_is_right(
    signed_folder,
):
    bundle = bundle_of(signed_folder)
    bundle["dsseEnvelope"]["signatures"] *= 2
    (signed_folder / SIGNATURE_FILE).write_text(json.dumps(bundle, separators=(",", ":")))
    refused(signed_folder, "signatures")


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"null", b"\xff", b"[" * 9999, b"[" * 900 + b"]" * 900, b'{"a":NaN}', b"1" * 9999],
)
def test_a_signature_that_is_none_is_refused(signed_folder, content):
    (signed_folder / SIGNATURE_FILE).write_bytes(content)
    refused(signed_folder, "model.sig: ")


def test_a_huge_signature_is_refused_unread(signed_folder):
    with (signed_folder / SIGNATURE_FILE).open("ab") as file:
        file.truncate(10**11)
    refused(signed_folder, f"larger than {LARGEST_SIGNATURE} bytes")


def test_the_weights_that_open_are_those_that_were_digested(
    signed_folder,
    make_estimator,
    monkeypatch,
):
    """Another file of the same size in their place, between the judgement and the reading."""
    import gantei.estimator.estimator

    admit = gantei.estimator.estimator.admit

    def admit_and_replace(entry, weights):
        remarks = admit(entry, weights)
        flipped(entry.folder / weights.file, 0.5)
        return remarks

    monkeypatch.setattr(gantei.estimator.estimator, "admit", admit_and_replace)
    refused(signed_folder, "model.onnx")


def test_the_manifest_that_counts_is_the_one_that_was_digested(
    signed_folder,
    monkeypatch,
):
    """A lie when the manifest is looked up, the truth when the signature is judged."""
    import gantei.catalogue.entries

    path = signed_folder / "estimator.toml"
    right = path.read_text("utf-8")
    path.write_text(right.replace('unit = "years"', 'unit = "months"'), "utf-8")
    find = gantei.catalogue.entries.find

    def find_and_replace(name):
        entry = find(name)
        path.write_text(right, "utf-8")
        return entry

    monkeypatch.setattr(gantei.catalogue.entries, "find", find_and_replace)
    with pytest.raises(SignatureError, match="replaced while it was read"):
        gantei.load(signed_folder)
