"""`gantei golden`: photographs that become part of an estimator, with the right answers."""

import json
import re
import shutil

import numpy as np
import pytest
from PIL import Image

from gantei.catalogue.entries import SHIPPED, find, store
from gantei.command_line import main
from gantei.errors import ConversionError, GanteiError, SettingError, UnsettledError
from gantei.estimator.verification import verify
from gantei_export.changing import golden_change
from gantei_export.changing.golden_change import set_golden

from .onnx_models import DATA

SETTLED = ("--set", "input.scale=0..1", "--set", "output.positive=male", "--because", "page 3")


@pytest.fixture
def photographs(tmp_path):
    """Two drawn photographs, whose names say the eye."""
    folder = tmp_path / "photographs"
    folder.mkdir()
    for number, eye in ((2, "left"), (3, "right")):
        shutil.copyfile(SHIPPED / f"demo-age/golden-{number}.jpg", folder / f"{eye}.jpg")
    return folder


@pytest.fixture
def installed(small_file):
    assert main(["import", "my-sex", str(small_file), "--task", "sex", *SETTLED]) == 0
    return store.installed()["my-sex"]


def test_photographs_take_the_place_of_the_drawn_ones(installed, photographs, capsys):
    assert main(["golden", "my-sex", str(photographs)]) == 0
    said = capsys.readouterr()
    assert "golden-2.jpg" in said.out
    assert "not the original" in said.err
    golden = find("my-sex").manifest.golden
    assert [each.photograph for each in golden] == ["golden-1.jpg", "golden-2.jpg"]
    assert not (installed / "golden-3.jpg").exists()
    same = (installed / "golden-1.jpg").read_bytes() == (photographs / "left.jpg").read_bytes()
    assert same
    (report,) = verify(["my-sex"], golden=True)
    assert (report.problems, report.golden) == ((), 2)


def test_an_import_takes_photographs_as_golden(small_file, photographs):
    command = ["import", "my-sex", str(small_file), "--task", "sex", *SETTLED]
    assert main([*command, "--golden", str(photographs)]) == 0
    assert verify(["my-sex"], golden=True)[0].golden == 2


def test_of_an_estimator_that_mirrors_left_eyes_the_eye_is_kept(installed, photographs):
    assert main(["set", "my-sex", "input.mirror=left-eyes", "--because", "page 4"]) == 0
    entry = set_golden("my-sex", [photographs])
    assert [each.eye for each in entry.manifest.golden] == ["left", "right"]
    assert verify(["my-sex"], golden=True)[0].problems == ()
    (photographs / "left.jpg").rename(photographs / "golden-1.jpg")
    with pytest.raises(SettingError, match=r"which eye it shows\. Put left or right"):
        set_golden("my-sex", [photographs])


def test_without_photographs_those_that_are_golden_are_answered_anew(installed, photographs):
    set_golden("my-sex", [photographs])
    before = find("my-sex").manifest.golden
    path = installed / "estimator.toml"
    wrong = re.sub(r"male = 0\.\d+", "male = 0.123456", path.read_text("utf-8"))
    path.write_text(wrong, "utf-8")
    assert set_golden("my-sex", []).manifest.golden == before


def answering(change):
    """What answers as a framework does, but for `change`."""

    def answers(path, manifest, conversion, batch, asked_by):
        import onnxruntime

        session = onnxruntime.InferenceSession(conversion.to_bytes())
        name = session.get_inputs()[0].name
        return session.run(None, {name: batch})[0] + change, {"keras": "3.9"}

    return answers


def test_the_original_answers_where_its_file_is_given(
    installed, small_file, photographs, monkeypatch
):
    monkeypatch.setattr(golden_change, "original_answers", answering(0.0002))
    entry = set_golden("my-sex", [photographs], original=small_file)
    assert {each.source for each in entry.manifest.golden} == {
        "the original in keras 3.9, on pixels that gantei prepared"
    }
    assert verify(["my-sex"], golden=True)[0].problems == ()
    theirs = [each.values["male"] for each in entry.manifest.golden]
    ours = [each.values["male"] for each in set_golden("my-sex", []).manifest.golden]
    assert [one - other for one, other in zip(theirs, ours, strict=True)] == pytest.approx(
        [0.0002] * 2, abs=1e-6
    )


def test_an_original_that_answers_otherwise_changes_nothing(
    installed, small_file, photographs, monkeypatch
):
    before = {path.name: path.read_bytes() for path in installed.iterdir()}
    monkeypatch.setattr(golden_change, "original_answers", answering(0.01))
    with pytest.raises(ConversionError, match=r"the original answers male = .*, the estimator"):
        set_golden("my-sex", [photographs], original=small_file)
    assert {path.name: path.read_bytes() for path in installed.iterdir()} == before


@pytest.mark.parametrize(
    ("damage", "match"),
    [
        ("other file", "not the file that my-sex was made from"),
        ("no photograph", r"no photograph \(labels.csv\): name its photographs"),
        ("nothing there", "no such photograph or folder"),
        ("too many", "20 at most"),
        ("damaged", "left.jpg"),
        ("empty", "holds no photograph"),
    ],
)
def test_what_cannot_be_golden_is_refused_and_nothing_changed(
    installed, small_file, photographs, tmp_path, damage, match
):
    before = {path.name: path.read_bytes() for path in installed.iterdir()}
    given, original = [photographs], None
    match damage:
        case "other file":
            original = tmp_path / "other.h5"
            original.write_bytes(small_file.read_bytes() + b"x")
        case "no photograph":
            (photographs / "labels.csv").write_text("photograph,sex\n")
        case "nothing there":
            given = [tmp_path / "nowhere"]
        case "too many":
            given = [photographs / "left.jpg"] * 21
        case "damaged":
            (photographs / "left.jpg").write_bytes(b"\xff\xd8\xff")
        case "empty":
            given = [tmp_path / "empty"]
            given[0].mkdir()
    with pytest.raises(GanteiError, match=match):
        set_golden("my-sex", given, original=original)
    assert {path.name: path.read_bytes() for path in installed.iterdir()} == before


def test_a_dicom_file_is_never_golden(installed, tmp_path):
    pytest.importorskip("pydicom")
    from ..models.dicoms import of_pixels, written

    pixels = np.full((300, 300, 3), (120, 60, 20), np.uint8)
    (tmp_path / "left.dcm").write_bytes(written(of_pixels(pixels)))
    with pytest.raises(SettingError, match="names its patient"):
        set_golden("my-sex", [tmp_path / "left.dcm"])


def test_an_estimator_with_unknown_facts_has_no_golden_photographs(small_file, photographs):
    assert main(["import", "my-sex", str(small_file), "--task", "sex"]) == 0
    with pytest.raises(UnsettledError, match="gantei set my-sex"):
        set_golden("my-sex", [photographs])


def test_a_signed_estimator_stays_and_its_copy_gets_them(installed, photographs, publisher):
    publisher.sign(installed)
    before = {path.name: path.read_bytes() for path in installed.iterdir()}
    with pytest.raises(SettingError, match="is signed, and is not changed"):
        set_golden("my-sex", [photographs])
    copy = set_golden("my-sex", [photographs], new_name="copied")
    assert len(copy.manifest.golden) == 2
    assert {path.name: path.read_bytes() for path in installed.iterdir()} == before


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_png_can_be_golden_a_grey_one_too(installed, tmp_path, mode):
    Image.new(mode, (200, 200), 90 if mode == "L" else (120, 60, 20)).save(tmp_path / "eye.PNG")
    entry = set_golden("my-sex", [tmp_path / "eye.PNG"])
    assert [each.photograph for each in entry.manifest.golden] == ["golden-1.png"]
    assert verify(["my-sex"], golden=True)[0].problems == ()


def test_photographs_that_nothing_could_answer_yet_are_refused_by_an_import(
    small_file, photographs, capsys
):
    command = ["import", "my-sex", str(small_file), "--task", "sex", "--golden", str(photographs)]
    assert main(command) == 2
    assert "afterwards, with gantei golden my-sex" in capsys.readouterr().err
    assert "my-sex" not in store.installed()


def test_what_the_publishers_pictures_were_answered_is_kept(installed, photographs):
    path = installed / "provenance.json"
    kept = json.loads(path.read_text()) | {"published_answers": [{"photograph": "a.jpg"}]}
    path.write_text(json.dumps(kept))
    set_golden("my-sex", [photographs])
    told = json.loads(path.read_text())
    assert told["published_answers"] == kept["published_answers"]
    assert told["changed"][-1] == {"golden": ["left.jpg", "right.jpg"]}


@pytest.mark.reference
def test_keras_itself_answers(photographs):
    pytest.importorskip("tf_keras")
    file = DATA / "tf215-sequential.h5"
    stated = ["--set", "output.sex.classes=female,male", "--because", "our code"]
    command = ["import", "my-sex", str(file), "--task", "sex", *stated]
    assert main([*command, "--verify", "--golden", str(photographs)]) == 0
    by_import = find("my-sex").manifest.golden
    assert by_import[0].source.startswith("the original in tf_keras ")
    assert set_golden("my-sex", [photographs], original=file).manifest.golden == by_import
