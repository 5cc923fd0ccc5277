"""`gantei adapt`: from photographs and labels to an estimator of one's own, with its report."""

import csv
import json
import shutil

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra convert")
pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import SettingError
from gantei.estimator.verification import verify
from gantei_export.adaptation.adapt import adapt

from .adapting_cases import drawn_eyes


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Embeddings of all photographs, made once."""
    return tmp_path_factory.mktemp("kept") / "embeddings"


@pytest.fixture
def command(eyes, kept):
    """`command(*more, target="eye", labels=…)`: run `gantei adapt` on the drawn eyes."""

    def run(*more, target="eye", labels=None, base="demo-sex", name="my-eye"):
        photographs = [] if "--from" in more else [str(eyes.folder)]
        return main(
            [
                *("adapt", base, *photographs, "--labels", str(labels or eyes.labels)),
                *("--target", target, "--name", name, "--embeddings", str(kept)),
                *("--device", "cpu", *map(str, more)),
            ]
        )

    return run


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_right_and_left_are_learnt_measured_and_installed(eyes, command, capsys):
    assert command("--trials", "5") == 0
    said = capsys.readouterr()
    assert "AUC" in said.out
    assert "the probability of right, against left" in said.err
    assert "gantei evaluate PHOTOGRAPHS --with my-eye" in said.err
    entry = find("my-eye")
    assert entry.manifest.adapted.people == 24
    assert entry.manifest.adapted.photographs == 48
    reported = {each.metric: each for each in entry.manifest.reported}
    assert reported["AUC"].value > 0.9
    assert "mean of 5 splits by person" in reported["AUC"].data
    paths = sorted(eyes.folder.glob("*.png"))
    values = [each.values["right"] for each in gantei.load("my-eye", "cpu").predict(paths)]
    truths = ["right" in path.name for path in paths]
    assert [value > 0.5 for value in values] == truths
    assert verify(["my-eye"], golden=True)[0].problems == ()


def test_what_is_installed_is_the_head_of_all_people(eyes, command):
    command("--trials", "0")
    made = adapt(
        "demo-sex", eyes.folder, eyes.labels, target="eye", name="other-eye", trials=0, device="cpu"
    )
    paths = sorted(eyes.folder.glob("*.png"))[:4]
    explained = gantei.load("my-eye", "cpu").predict(paths, explain=True)
    embeddings = np.array([each.explanation.embedding for each in explained])
    np.testing.assert_allclose(
        [each.values["right"] for each in explained],
        made.fitted.head.estimates(embeddings),
        atol=1e-5,
    )


def test_an_age_is_learnt_in_years(command, capsys):
    assert command("--trials", "3", "--json", target="age", name="my-age") == 0
    told = json.loads(capsys.readouterr().out)
    figures = {each["metric"]: each for each in told["trials"]["figures"]}
    assert (told["output"], told["unit"], told["people"]) == ("age", "years", 24)
    assert figures["mae"]["mean"] < figures["mae"]["naive"]
    spec = find("my-age").manifest.output["age"]
    assert (spec.kind, spec.unit) == ("regression", "years")


def test_the_report_holds_trials_copies_curve_and_no_name_of_a_person(tmp_path, capsys):
    out, few = tmp_path / "report", drawn_eyes(tmp_path / "few", people=12)

    def command(*more):
        return main(
            [
                *("adapt", "demo-sex", str(few.folder), "--labels", str(few.labels)),
                *("--target", "eye", "--name", "my-eye", "--device", "cpu", *map(str, more)),
            ]
        )

    assert command("--augment", "--curve", "--trials", "3", "--out", out) == 0
    assert {path.name for path in (out / "figures").glob("*.svg")} == {
        "roc.svg", "confusion.svg", "learning-curve.svg",
    }  # fmt: skip
    page = (out / "report.html").read_text("utf-8")
    for part in ("performance", "copies", "curve", "made-of", "left-out", "limits", "methods"):
        assert f'<section id="{part}"' in page
    assert "p001" not in page
    told = json.loads((out / "report.json").read_text("utf-8"))
    assert told["format"] == "gantei adapt"
    assert told["augmented"]
    assert told["trials_without_copies"]["trials"] == 3
    assert [each["people"] for each in told["curve"]["sizes"]] == [10]
    rows = rows_of(out / "trials.csv")
    assert {row["trial"] for row in rows} == {"1", "2", "3"}
    methods = (out / "methods.md").read_text("utf-8")
    assert "never mirrored" in methods
    assert "写真ごとの正解率、感度、" in methods
    assert "Learning from augmented copies as well" in capsys.readouterr().err
    assert command("--trials", "3", "--out", out, "--replace") == 2


def test_japanese_labels_in_a_workbook_are_learnt(eyes, command, tmp_path, capsys):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.active.append(["写真", "患者", "白内障", "年齢"])
    for row in eyes.rows():
        word = {"male": "あり", "female": "なし"}[row["sex"]]
        book.active.append([row["photograph"], row["person"], word, f"{row['age']}歳"])
    path = tmp_path / "ラベル.xlsx"
    book.save(path)
    named = ("--photograph", "写真", "--person", "患者", "--age", "年齢", "--trials", "2")
    assert command(*named, target="白内障", labels=path) == 2
    assert "--output" in capsys.readouterr().err
    classes = ("--classes", "なし,あり", "--output", "cataract")
    assert command(*named, *classes, target="白内障", labels=path) == 0
    assert "the probability of あり, against なし" in capsys.readouterr().err
    assert find("my-eye").manifest.output["cataract"].positive == "あり"


def test_labels_of_another_coding_are_refused(eyes, command, capsys):
    def coded(row):
        return row | {"sex": {"male": "1", "female": "2"}[row["sex"]]}

    labels = eyes.relabelled("coded.csv", coded)
    assert command(target="sex", labels=labels) == 2
    assert "--sex-coding" in capsys.readouterr().err
    wrong = ("--sex-coding", "1=male,0=female")
    assert command(*wrong, target="sex", labels=labels) == 2
    assert "the sex '2' is a number" in capsys.readouterr().err
    assert command(
        "--sex-coding", "1=male,2=female", "--trials", "0", target="sex", labels=labels
    ) == 0  # fmt: skip
    assert find("my-eye").manifest.output["sex"].positive == "male"


def test_a_person_spelt_in_two_ways_is_said_to_make_figures_too_good(eyes, command, capsys):
    def spelt(row):
        return row | {"person": row["person"].upper() if row["eye"] == "left" else row["person"]}

    labels = eyes.relabelled("spelt.csv", spelt)
    assert command("--trials", "2", target="sex", labels=labels) == 0
    said = capsys.readouterr().err
    assert "differ in spaces, capitals or leading zeros alone" in said
    assert "learnt from and tested on at once: the figures are too good" in said


def test_a_broken_photograph_is_counted_and_listed(tmp_path, capsys):
    eyes = drawn_eyes(tmp_path, people=14)
    cut = eyes.folder / "p003-left.png"
    cut.write_bytes(cut.read_bytes()[:-900])
    code = main(
        [
            *("adapt", "demo-sex", str(eyes.folder), "--labels", str(eyes.labels), "--target"),
            *("sex", "--name", "my-sex", "--trials", "0", "--out", str(tmp_path / "report")),
        ]
    )
    assert code == 2
    assert "7 people have photographs of 'female'" in capsys.readouterr().err
    code = main(
        [
            *("adapt", "demo-sex", str(eyes.folder), "--labels", str(eyes.labels), "--target"),
            *("eye", "--name", "my-eye", "--trials", "0", "--out", str(tmp_path / "report")),
        ]
    )
    assert code == 1
    assert "left out: 1 photograph without an estimate" in capsys.readouterr().err
    [row] = rows_of(tmp_path / "report/excluded.csv")
    assert (row["name"], row["code"]) == ("p003-left.png", "no-estimate")
    assert find("my-eye").manifest.adapted.photographs == 27


def refused(eyes, word, **given):
    given = {"target": "eye", "name": "my-eye", "trials": 2} | given
    base = given.pop("base", "demo-sex")
    with pytest.raises(SettingError, match=word):
        adapt(base, eyes.folder, given.pop("labels", eyes.labels), **given)


@pytest.fixture
def nothing_is_decoded(monkeypatch):
    """Fail where a photograph is decoded, so that a refusal comes before."""
    from gantei_export.adaptation import adapted

    def decoded(*_, **__):
        raise AssertionError("photographs were decoded")

    monkeypatch.setattr(adapted, "embed", decoded)


@pytest.mark.usefixtures("nothing_is_decoded")
@pytest.mark.parametrize(
    ("word", "given"),
    [
        ("words of a-z", {"name": "My Eye"}),
        ("a name of the catalogue", {"name": "demo-age"}),
        ("from 0 to 1000", {"trials": -1}),
        ("from 0 to 1000", {"trials": 1001}),
        ("with --curve", {"reach": 3.0}),
        ("an accuracy, below 1", {"reach": 1.5, "curve": True}),
        ("there is nothing to learn", {"target": "person"}),
        ("8 people have photographs of 'A'", {"target": "camera"}),
    ],
)
def test_what_cannot_be_learnt_is_refused_before_a_photograph_is_decoded(eyes, word, given):
    refused(eyes, word, **given)


@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_base_that_mirrors_left_eyes_cannot_tell_right_from_left(eyes, make_base):
    def mirror(tables):
        tables["input"]["mirror"] = "left-eyes"

    refused(eyes, "right and left are alike to it", base=str(make_base(mirror)))


@pytest.mark.usefixtures("nothing_is_decoded")
def test_a_taken_name_and_a_report_among_the_photographs_are_refused(eyes, command, capsys):
    shutil.copytree(find("demo-sex").folder, gantei.catalogue.store.folder() / "my-eye")
    assert command() == 2
    assert "--replace" in capsys.readouterr().err
    assert command("--replace", "--out", eyes.folder / "report") == 2
    assert "read as photographs" in capsys.readouterr().err


def test_one_person_is_never_on_both_sides(eyes, kept):
    """Whatever names say, trials split by the persons of the labels."""
    made = adapt(
        "demo-sex", eyes.folder, eyes.labels, target="eye", name="my-eye", trials=4,
        embeddings=kept, device="cpu",
    )  # fmt: skip
    for split in made.splits:
        held_out = {*split.persons.tolist()}
        assert len(held_out) + split.training_people == 24
        assert len(split.persons) + split.training_photographs == 48


def test_a_run_that_was_killed_leaves_no_estimator_and_goes_on(eyes, kept, tmp_path, monkeypatch):
    from gantei_export.adaptation import adapted

    def killed(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(adapted, "fit_head", killed)
    given = {"target": "eye", "name": "my-eye", "trials": 0, "embeddings": kept, "device": "cpu"}
    with pytest.raises(KeyboardInterrupt):
        adapt("demo-sex", eyes.folder, eyes.labels, **given)
    assert "my-eye" not in gantei.catalogue.store.installed()
    monkeypatch.undo()
    monkeypatch.setenv("GANTEI_HOME", str(tmp_path))
    adapt("demo-sex", eyes.folder, eyes.labels, **given)
    assert "my-eye" in gantei.catalogue.store.installed()
