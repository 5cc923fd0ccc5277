"""Messages of a federation: written, signed, and refused in any other form."""

import json
import shutil

import numpy as np
import pytest

from gantei.errors import GanteiError, OutputError, SettingError, SignatureError
from gantei_export.federating.federation_errors import FederationError
from gantei_export.federating.federation_files import (
    SigningKey,
    canonical_json,
    read_message,
    write_message,
)
from gantei_export.federating.message_arrays import array_bytes, arrays_of, describe_arrays
from gantei_export.federating.message_records import RoundMessage, SiteAnswer
from gantei_export.federating.trusted_parties import parties

from ..signed import Publisher

pytest.importorskip("cryptography")
ARRAYS = {
    "masked": np.arange(12, dtype=np.uint64).reshape(6, 2),
    "factors": np.array([0.5, -1.25]),
}
ANSWER = SiteAnswer(
    federation="0f" * 16,
    round=1,
    attempt=1,
    to="ab" * 32,
    weights_sha256="cd" * 32,
    people=40,
    photographs=70,
    mask_key=None,
    arrays=describe_arrays(ARRAYS),
)


@pytest.fixture
def site(tmp_path):
    return Publisher(tmp_path / "keys")


@pytest.fixture
def keys(site):
    return parties([site.public])


@pytest.fixture
def message(tmp_path, site):
    write_message(tmp_path / "site-a-1", ANSWER, ARRAYS, SigningKey(site.key))
    return tmp_path / "site-a-1"


def test_a_message_is_read_as_it_was_written(message, keys, site):
    read = read_message(message, SiteAnswer, keys)
    assert read.record == ANSWER and read.signer == site.id
    assert {name: array.tolist() for name, array in read.arrays.items()} == {
        name: array.tolist() for name, array in ARRAYS.items()
    }


def test_the_digest_is_that_of_what_it_says_whoever_signs_and_whatever_it_is_called(
    tmp_path, message, keys, site
):
    again = tmp_path / "called-otherwise"
    digest = write_message(again, ANSWER, ARRAYS, SigningKey(site.key))
    assert digest == read_message(message, SiteAnswer, keys).digest
    other = write_message(tmp_path / "o", ANSWER.model_copy(update={"people": 41}), ARRAYS,
                          SigningKey(site.key))  # fmt: skip
    assert other != digest


def test_any_byte_altered_is_refused_and_its_folder_named(message, keys):
    draw = np.random.default_rng(5)
    for file in sorted(message.iterdir()):
        content = file.read_bytes()
        places = {0, len(content) - 1, *draw.integers(0, len(content), 60).tolist()}
        for place in places:
            changed = bytearray(content)
            changed[place] ^= 1 << int(draw.integers(0, 8))
            file.write_bytes(changed)
            with pytest.raises(GanteiError, match=message.name):
                read_message(message, SiteAnswer, keys)
        file.write_bytes(content)
    read_message(message, SiteAnswer, keys)


@pytest.mark.parametrize("file", ["federation.json", "sums.bin", "model.sig"])
def test_a_file_cut_off_lengthened_or_gone_is_refused(message, keys, file):
    content = (message / file).read_bytes()
    for changed in (content[:-1], content + b"\0", b""):
        (message / file).write_bytes(changed)
        with pytest.raises(GanteiError, match=message.name):
            read_message(message, SiteAnswer, keys)
    (message / file).unlink()
    with pytest.raises(GanteiError, match=message.name):
        read_message(message, SiteAnswer, keys)


@pytest.mark.parametrize("name", ["labels.csv", ".hidden", "joins/1/photograph.jpg", "joins/x/a"])
def test_a_folder_with_any_other_file_is_refused(message, keys, name):
    (message / name).parent.mkdir(parents=True, exist_ok=True)
    (message / name).write_bytes(b"a,b\n")
    with pytest.raises(FederationError, match=r"holds '.*', which is no file of a message"):
        read_message(message, SiteAnswer, keys)


def test_a_key_that_is_not_named_does_not_count(message, tmp_path):
    other = Publisher(tmp_path / "other")
    with pytest.raises(SignatureError, match=r"site-a-1: is signed by key .*, which no --trust"):
        read_message(message, SiteAnswer, parties([other.public]))


def test_a_key_that_is_revoked_here_or_named_twice_is_refused(site):
    with pytest.raises(SettingError, match=r"is the same key as public\.pem"):
        parties([site.public, site.public])
    site.trusted()
    from gantei.signing.trust import revoke_key

    revoke_key(site.id, "stolen in May")
    with pytest.raises(SettingError, match="is revoked here: stolen in May"):
        parties([site.public])


def test_an_answer_is_no_round(message, keys):
    with pytest.raises(FederationError, match=r"federation\.json: is not a round: "):
        read_message(message, RoundMessage, keys)


def test_json_in_another_form_is_refused_even_if_it_is_signed(message, keys, site):
    tables = json.loads((message / "federation.json").read_bytes())
    for text, why in (
        (json.dumps(tables), "not in the canonical form"),
        (json.dumps(tables | {"note": "anna"}), "extra inputs"),
        (json.dumps(tables).replace('"people": 40', '"people": 40, "people": 40'), "key twice"),
        (json.dumps(tables | {"people": 71}), "people: 71, more than photographs"),
        (json.dumps(tables | {"people": 0}), "greater than or equal to 1"),
        (json.dumps(tables | {"people": 10**9, "photographs": 10**9}), "less than or equal"),
        (json.dumps(tables | {"people": float("nan")}), "people"),
    ):
        (message / "federation.json").write_text(text)
        site.sign(message, replace=True, check=lambda folder, found: None)
        with pytest.raises(FederationError, match=why):
            read_message(message, SiteAnswer, keys)


def test_numbers_beyond_what_is_described_are_not_even_read(message, keys, site):
    tables = json.loads((message / "federation.json").read_bytes())
    tables["arrays"][1]["shape"] = [1 << 20, 1 << 10]
    huge = SiteAnswer.model_validate_json(json.dumps(tables))
    (message / "federation.json").write_bytes(canonical_json(huge))
    site.sign(message, replace=True, check=lambda folder, found: None)
    with pytest.raises(FederationError, match="arrays of 8589934608 bytes; at most"):
        read_message(message, SiteAnswer, keys)


def test_numbers_that_are_none_are_refused():
    described = describe_arrays({"a": np.zeros(2)})
    for number in (np.nan, np.inf):
        with pytest.raises(FederationError, match="array a holds NaN or an infinite number"):
            arrays_of(array_bytes({"a": np.array([number, 1.0])}), described, "x")
    with pytest.raises(FederationError, match="15 bytes, where its message says 16"):
        arrays_of(bytes(15), described, "x")
    with pytest.raises(FederationError, match="each once"):
        arrays_of(bytes(32), described + described, "x")
    with pytest.raises(FederationError, match="object is no type that a message holds"):
        describe_arrays({"a": np.array([{}])})


def test_what_is_there_is_not_written_over(message, site):
    with pytest.raises(OutputError, match="exists already"):
        write_message(message, ANSWER, ARRAYS, SigningKey(site.key))


def test_a_message_that_cannot_be_signed_leaves_nothing(tmp_path, site):
    with pytest.raises(SettingError):
        write_message(tmp_path / "out/a", ANSWER, ARRAYS, SigningKey(tmp_path / "no-key.pem"))
    assert list((tmp_path / "out").iterdir()) == []


def test_a_link_in_the_place_of_a_file_is_refused(message, keys, tmp_path):
    shutil.move(message / "sums.bin", tmp_path / "sums.bin")
    (message / "sums.bin").symlink_to(tmp_path / "sums.bin")
    with pytest.raises(GanteiError, match=message.name):
        read_message(message, SiteAnswer, keys)


def test_a_message_has_no_room_for_counts_that_no_site_can_have():
    with pytest.raises(ValueError, match="mask_key: stands in the answer to round 0"):
        SiteAnswer(**(ANSWER.model_dump() | {"mask_key": "00" * 32}))
