"""Comparing an estimator with what its publisher's own program answered."""

import hashlib

import pytest
from PIL import Image

from gantei.catalogue.entries import shipped
from gantei.command_line import main
from gantei.errors import SettingError, WeightsError
from gantei.estimator.estimator import load
from gantei.estimator.published_answers import (
    Bounds,
    compare_with_published,
    find_named_pictures,
    find_pictures,
)

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


def compared_in(folder, estimator):
    return compare_with_published(estimator, find_named_pictures(estimator.manifest, folder))


def test_a_picture_is_known_by_its_digest_and_answered_as_published(answering, samples):
    (compared,) = compared_in(samples, load(answering(MEAN)))
    assert compared.agrees
    assert str(compared) == f"{NAME}: age {MEAN:.4f}, published {MEAN:.4f}"


def test_another_answer_than_the_published_one_is_an_error_with_both_numbers(answering, samples):
    with pytest.raises(WeightsError) as caught:
        compared_in(samples, load(answering(MEAN + 0.02)))
    assert f"age {MEAN:.4f}, published {MEAN + 0.02:.4f}" in str(caught.value)


def test_a_folder_without_the_pictures_holds_none_which_is_an_error_where_it_is_named(
    answering, tmp_path
):
    manifest = load(answering(MEAN)).manifest
    assert find_pictures(manifest, tmp_path) == []
    with pytest.raises(SettingError, match=rf"none of its pictures .* \({NAME}, by their sha256"):
        find_named_pictures(manifest, tmp_path)


def test_an_estimator_without_published_answers_says_so(make_estimator, samples):
    with pytest.raises(SettingError, match="no answers of its publisher are known"):
        find_named_pictures(load(make_estimator()).manifest, samples)


@pytest.fixture
def hashed(monkeypatch):
    """The names of the files that are hashed, in order."""
    names = []

    def sha256_of(path):
        names.append(path.name)
        return hashlib.sha256(path.read_bytes()).hexdigest()

    monkeypatch.setattr("gantei.estimator.published_answers.sha256_of", sha256_of)
    return names


def test_few_and_small_pictures_are_read_and_those_of_the_published_name_first(
    answering, samples, hashed
):
    manifest = load(answering(MEAN)).manifest
    size = (samples / "renamed.png").stat().st_size
    (samples / "a.png").write_bytes(bytes(size + 1))
    (samples / "b.png").write_bytes(bytes(size))
    (samples / "c.png").mkdir()
    (samples / "d.png").symlink_to("nowhere")
    ((answer, path),) = find_pictures(manifest, samples, Bounds(files=9, bytes=size))
    assert (answer.photograph, path.name) == (NAME, "renamed.png")
    assert hashed == [NAME, "b.png", "renamed.png"]
    hashed.clear()
    assert find_pictures(manifest, samples, Bounds(files=2, bytes=size)) == []
    assert hashed == [NAME, "b.png"]


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
