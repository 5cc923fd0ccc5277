"""Photographs with what is to be learnt from them: joined, embedded, everything accounted for."""

import shutil
from collections import Counter

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.errors import OutputError, SettingError
from gantei.labels.label_table import LabelOptions
from gantei.photographs.eyes import Eye
from gantei.photographs.persons import person_rule
from gantei.study.collecting import GivenPhotographs, collect
from gantei_export.adapting import embedding
from gantei_export.adapting.changed_copies import COPIES, changed_copy
from gantei_export.adapting.embedding import embed
from gantei_export.adapting.kept_embeddings import kept_embeddings
from gantei_export.adapting.labelled_photographs import read_labelled
from gantei_export.adapting.target_choice import TargetOptions, read_target

from .adapting_cases import drawn_eyes


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"), people=6)


def labelled_of(eyes, column="eye", labels=None, options=None, **more):
    target, table = read_target(
        str(labels or eyes.labels), options or LabelOptions(""), TargetOptions(column)
    )
    listing = collect(GivenPhotographs([eyes.folder]))
    return read_labelled(listing, table, target, base="demo-sex", **more)


def codes(labelled):
    return Counter(each.code for each in labelled.exclusions)


@pytest.fixture(scope="module")
def demo_sex():
    return gantei.load("demo-sex", "cpu", threads=1)


def test_every_photograph_has_its_truth_its_person_and_their_age(eyes):
    labelled = labelled_of(eyes)
    rows = {row["photograph"]: row for row in eyes.rows()}
    assert (len(labelled), labelled.people, labelled.target.classes) == (12, 6, ("left", "right"))
    for place, each in enumerate(labelled.photographs):
        row = rows[each.name]
        assert labelled.target.classes[labelled.truths[place]] == row["eye"]
        assert labelled.names[labelled.persons[place]] == row["person"]
        assert labelled.ages[place] == float(row["age"])
        assert isinstance(each.eye, Eye)


@pytest.mark.parametrize("column", ["sex", "age", "camera"])
def test_labels_by_person_give_all_their_photographs(eyes, column):
    first = set()

    def once(row):
        known = row["person"] in first
        first.add(row["person"])
        del row["photograph"], row["eye"]
        return None if known else row

    labels = eyes.relabelled(f"persons-{column}.csv", once)
    target, table = read_target(str(labels), LabelOptions(""), TargetOptions(column))
    listing = collect(GivenPhotographs([eyes.folder], persons=person_rule("names")))
    labelled = read_labelled(listing, table, target, base="demo-sex")
    expected = labelled_of(eyes, column)
    assert labelled.truths.tolist() == expected.truths.tolist()
    assert labelled.persons.tolist() == expected.persons.tolist()


def test_what_has_no_label_or_contradicts_another_is_left_out_with_why(eyes):
    def change(row):
        match row["photograph"]:
            case "p000-right.png":
                row["camera"] = ""
            case "p001-right.png":
                row["sex"] = "female"
            case "p002-right.png":
                return None
        return row

    labelled = labelled_of(eyes, "camera", eyes.relabelled("odd.csv", change))
    assert codes(labelled) == {"no-label": 1, "two-sexes": 2, "no-label-row": 1}
    assert (len(labelled), labelled.people) == (8, 5)
    assert sorted({*labelled.persons.tolist()}) == [0, 1, 2, 3, 4]
    camera_of = {row["photograph"]: row["camera"] for row in eyes.rows()}
    assert [labelled.target.classes[each] for each in labelled.truths] == [
        camera_of[each.name] for each in labelled.photographs
    ]


def test_an_eye_that_labels_and_names_tell_differently_is_left_out(eyes):
    def change(row):
        if row["photograph"] == "p000-right.png":
            row["eye"] = "left"
        return row

    labelled = labelled_of(eyes, labels=eyes.relabelled("eyes.csv", change))
    assert codes(labelled) == {"other-eye": 1}
    assert "left eye" in labelled.exclusions[0].text


def test_ages_that_no_visit_explains_are_neither_learnt_nor_used_to_split(eyes):
    def change(row):
        if row["photograph"] == "p000-right.png":
            row["age"] = "3"
        return row

    labels = eyes.relabelled("ages.csv", change)
    assert codes(labelled_of(eyes, "age", labels)) == {"ages-unexplained": 2}
    cameras = labelled_of(eyes, "camera", labels)
    assert len(cameras) == 12
    assert np.isnan(cameras.ages).sum() == 2


def test_persons_have_to_be_known_or_stated(eyes):
    def nobody(row):
        del row["person"]
        return row

    labels = eyes.relabelled("nobody.csv", nobody)
    with pytest.raises(SettingError, match="--one-photograph-per-person"):
        labelled_of(eyes, "camera", labels)
    stated = labelled_of(eyes, "camera", labels, one_photograph_per_person=True)
    assert stated.people == 12


def test_one_file_of_two_people_is_of_neither(tmp_path):
    eyes = drawn_eyes(tmp_path, people=3)
    shutil.copy(eyes.folder / "p000-right.png", eyes.folder / "p001-right.png")
    labelled = labelled_of(eyes, "camera")
    assert codes(labelled) == {"copies-contradict": 2}
    assert len(labelled) == 4


def test_embeddings_are_those_of_predict_and_what_is_broken_is_left_out(tmp_path, demo_sex):
    eyes = drawn_eyes(tmp_path, people=3)
    cut = eyes.folder / "p001-left.png"
    cut.write_bytes(cut.read_bytes()[:-500])
    found = embed(demo_sex, labelled_of(eyes))
    assert found.failed == {"cut-off-file": 1}
    assert codes(found.labelled) == {"no-estimate": 1}
    assert found.labelled.exclusions[-1].name == "p001-left.png"
    paths = [each.source for each in found.labelled.photographs]
    explained = demo_sex.predict(paths, explain=True)
    np.testing.assert_array_equal(
        found.data.embeddings, [each.explanation.embedding for each in explained]
    )
    assert len(found.data) == len(found.labelled) == 5
    assert found.data.augmented is None


def test_where_nothing_can_be_read_that_is_said(tmp_path, demo_sex):
    eyes = drawn_eyes(tmp_path, people=1)
    for path in eyes.folder.iterdir():
        path.write_bytes(path.read_bytes()[:100])
    labelled = labelled_of(eyes)
    with pytest.raises(OutputError, match="all 2 photographs are left out"):
        embed(demo_sex, labelled)


def test_copies_are_the_same_each_time_and_none_is_mirrored():
    """A spot at the right stays at the right, whatever else happens to the picture."""
    picture = Image.new("RGB", (200, 200), (120, 60, 40))
    picture.paste((250, 240, 200), (140, 90, 160, 110))
    for number in range(40):
        copy = np.asarray(changed_copy(picture, "ab", number), float).sum(axis=2)
        assert copy[:, 120:180].max() > copy[:, :80].max() + 100
    one, again, other = (changed_copy(picture, "ab", number) for number in (0, 0, 1))
    assert one.tobytes() == again.tobytes() != other.tobytes()


def test_copies_are_embedded_beside_their_photograph(eyes, demo_sex):
    counted = []
    found = embed(demo_sex, labelled_of(eyes), augment=True, advance=counted.append)
    assert sum(counted) == 12 * (1 + COPIES)
    assert found.data.augmented.shape == (12, COPIES, 256)
    assert found.unchanged == 0
    near = np.linalg.norm(found.data.augmented - found.data.embeddings[:, None], axis=2)
    assert near.min() > 0
    far = np.linalg.norm(found.data.embeddings[1:] - found.data.embeddings[:-1], axis=1)
    assert np.median(near) < np.median(far)


def test_kept_embeddings_are_taken_again_and_a_cut_off_record_is_made_anew(
    eyes, demo_sex, tmp_path, monkeypatch
):
    path, labelled = tmp_path / "embeddings", labelled_of(eyes)

    def embedded():
        with kept_embeddings(path, demo_sex.manifest, demo_sex.embedding_width()) as kept:
            known = len(kept)
            return known, embed(demo_sex, labelled, augment=True, kept=kept).data

    _, first = embedded()
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(path.read_bytes()[:-10])
    known, again = embedded()
    assert known == 12 * (1 + COPIES) - 1
    np.testing.assert_array_equal(first.embeddings, again.embeddings)
    np.testing.assert_array_equal(first.augmented, again.augmented)
    assert embedded()[0] == 12 * (1 + COPIES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"photograph,age\n", "no file of embeddings"),
        (b"gantei embeddings 1\n" + 32 * b"x", "other"),
    ],
)
def test_a_file_of_something_else_is_not_written_over(tmp_path, demo_sex, content, said):
    path = tmp_path / "embeddings"
    path.write_bytes(content)
    with (
        pytest.raises(OutputError, match=said),
        kept_embeddings(path, demo_sex.manifest, 256),
    ):
        pass
    assert path.read_bytes() == content


def test_more_photographs_than_memory_is_planned_for_are_refused_undecoded(
    eyes, demo_sex, monkeypatch
):
    labelled = labelled_of(eyes)
    monkeypatch.setattr(embedding, "MOST_NUMBERS", 2 * len(labelled) * 256)
    advanced = []
    with pytest.raises(SettingError, match=r"12 photographs.*copies.* 4 at most; leave --augment"):
        embed(demo_sex, labelled, augment=True, advance=advanced.append)
    assert advanced == []
    assert embed(demo_sex, labelled).data.embeddings.shape == (12, 256)
