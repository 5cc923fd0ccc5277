"""Comparing an estimator with what its publisher's own program answered."""

import hashlib

import pytest
from PIL import Image

from gantei.catalogue import shipped
from gantei.command_line import main
from gantei.errors import SettingError, WeightsError
from gantei.estimator import load
from gantei.published_answers import compare_with_published

from ..conftest import made_picture

NAME = "test1.png"


@pytest.fixture
def samples(tmp_path):
    """A folder with a publisher's picture under another name, beside other files."""
    folder = tmp_path / "samples"
    folder.mkdir()
    Image.fromarray(made_picture(1, side=8)).save(folder / "renamed.png")
    Image.fromarray(made_picture(2, side=8)).save(folder / NAME)
    (folder / "readme.txt").write_text("not a picture")
    return folder


@pytest.fixture
def answering(make_estimator, samples):
    """`answering(published)`: an estimator that answers the mean pixel; what was published of it.

    The network does no more than a mean, so the right answer is that of numpy.
    """

    def make(published):
        digest = hashlib.sha256((samples / "renamed.png").read_bytes()).hexdigest()
        answer = {
            "photograph": NAME,
            "sha256": digest,
            "eye": "right",
            "values": {"age": published},
            "tolerance": 0.01,
            "source": "a notebook",
        }
        return make_estimator(change=lambda tables: tables.update(answer=[answer]))

    return make


MEAN = float(made_picture(1, side=8).mean())


def test_a_picture_is_known_by_its_digest_and_answered_as_published(answering, samples):
    (compared,) = compare_with_published(load(answering(MEAN)), samples)
    assert compared.agrees
    assert str(compared) == f"{NAME}: age {MEAN:.4f}, published {MEAN:.4f}"


def test_another_answer_than_the_published_one_is_an_error_with_both_numbers(answering, samples):
    with pytest.raises(WeightsError) as caught:
        compare_with_published(load(answering(MEAN + 0.02)), samples)
    assert f"age {MEAN:.4f}, published {MEAN + 0.02:.4f}; 0.01 is allowed" in str(caught.value)


def test_a_folder_without_the_pictures_compares_nothing_unless_it_must(answering, tmp_path):
    estimator = load(answering(MEAN))
    assert compare_with_published(estimator, tmp_path) == []
    with pytest.raises(SettingError, match=rf"none of its pictures .* \({NAME}, by their sha256"):
        compare_with_published(estimator, tmp_path, required=True)


def test_an_estimator_without_published_answers_says_so(make_estimator, samples):
    with pytest.raises(SettingError, match="no answers of its publisher are known"):
        compare_with_published(load(make_estimator()), samples, required=True)


@pytest.mark.parametrize(("by", "code", "found"), [(0.0, 0, "1 right"), (1.0, 1, "wrong")])
def test_verify_repeats_the_comparison(answering, samples, capsys, by, code, found):
    folder = answering(MEAN + by)
    assert main(["verify", str(folder), "--samples", str(samples)]) == code
    assert found in capsys.readouterr().out.splitlines()[1]


def test_the_catalogue_holds_the_answers_of_the_author_of_the_age_estimator():
    manifest = next(entry.manifest for entry in shipped() if entry.name == "joir-age-swin-b")
    assert [(each.photograph, each.values["age"]) for each in manifest.answer] == [
        ("test1.jpg", 49.743145),
        ("test2.jpg", 39.084404),
    ]
    assert {each.tolerance for each in manifest.answer} == {0.01}
