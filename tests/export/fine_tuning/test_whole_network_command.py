"""`gantei adapt --whole-network`: from the publisher's file to an estimator, told on a terminal."""

import csv
import json

import pytest

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")

from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei_export.importing.importer import import_estimator

from ..adapting_cases import drawn_eyes

FACTS = {"input.crop": "disc", "input.scale": "-1..1", "output.positive": "male"}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"), people=45)


def arguments(eyes, *more, base="demo-sex"):
    return [
        *("adapt", base, str(eyes.folder), "--labels", str(eyes.labels), "--target", "sex"),
        *("--name", "my-own", "--whole-network", *map(str, more)),
    ]


@pytest.mark.reference
@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_whole_network_is_trained_measured_told_of_and_installed(eyes, tmp_path, capsys):
    pytest.importorskip("tf_keras", reason="needs TensorFlow")
    from .networks import small_network

    file, out = tmp_path / "sex.h5", tmp_path / "report"
    small_network().save(file)
    import_estimator("small-sex", file, task="sex", settings=FACTS, because="made for a test")
    (eyes.folder / "p000-right.png").write_bytes(b"no picture")
    more = ("--weights", file, "--epochs", 2, "--rate", "0.001", "--device", "cpu")
    written = ("--trials", 2, "--out", out, "--json")
    assert main(arguments(eyes, *more, *written, base="small-sex")) == 1
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert told["people"] == {"learnt_from": 29, "kept_aside": 7, "judged_by": 9}
    assert [each["epoch"] for each in told["losses"]] == [0, 1, 2]
    assert told["whole_network"]["trials"] == told["head_alone"]["trials"] == 2
    assert "2 trials: 2 trainings of at most 2 epochs each" in said.err
    assert "all layers of the network of small-sex, trained on" in said.err
    assert "left out: 1 photograph without an estimate" in said.err
    manifest = find("my-own").manifest
    assert manifest.adapted.method == "whole-network"
    assert {each.metric for each in manifest.reported} >= {"AUC", "accuracy"}
    _check_report(out, told)
    assert main(arguments(eyes, *more, "--out", out, "--replace", base="small-sex")) == 2
    assert "--overwrite" in capsys.readouterr().err


def _check_report(out, told):
    assert {path.name for path in (out / "figures").glob("*.svg")} == {
        "roc.svg", "confusion.svg", "losses.svg",
    }  # fmt: skip
    page = (out / "report.html").read_text("utf-8")
    for part in ("participants", "performance", "training", "made-of", "left-out", "limits"):
        assert f'<section id="{part}"' in page
    assert "p001" not in page
    report = json.loads((out / "report.json").read_text("utf-8"))
    assert report["format"] == "gantei adapt"
    assert {key: report[key] for key in told} == told
    losses = rows_of(out / "losses.csv")
    assert [row["epoch"] for row in losses] == ["0", "1", "2"] * 2
    assert float(losses[1]["training_loss"]) == pytest.approx(told["losses"][1]["training"])
    (kept,) = (row["epoch"] for row in losses[:3] if row["kept"] == "yes")
    assert int(kept) == told["best_epoch"]
    trials = rows_of(out / "trials.csv")
    assert {(row["trial"], row["network"]) for row in trials} == {
        ("1", "head"), ("1", "whole"), ("2", "head"), ("2", "whole"),
    }  # fmt: skip
    (left_out,) = rows_of(out / "excluded.csv")
    assert (left_out["name"], left_out["code"]) == ("p000-right.png", "no-estimate")
    methods = (out / "methods.md").read_text("utf-8")
    assert "small-sex (SHA-256 of the file of its weights " in methods
    assert "never mirrored" in methods
    assert "This was done 2 times" in methods
    assert "検証用" in methods


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "needs the publisher's file"),
        (("--weights", "sex.h5", "--curve"), "--curve: cannot be used with --whole-network"),
        (("--weights", "sex.h5", "--augment", "--reach", "3"), "--augment, --reach: cannot"),
        (("--weights", "sex.h5", "--trials", "0"), "--trials 0: a number from 1"),
    ],
)
def test_options_of_a_head_are_refused(eyes, capsys, more, said):
    assert main(arguments(eyes, *more)) == 2
    assert said in capsys.readouterr().err


def test_another_file_than_the_publishers_is_refused(eyes, tmp_path, capsys):
    file = tmp_path / "other.h5"
    file.write_bytes(b"\x89HDF\r\n\x1a\n")
    assert main(arguments(eyes, "--weights", file)) == 2
    assert "give that file" in capsys.readouterr().err
