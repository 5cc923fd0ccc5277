"""What `gantei adapt` tells to do next runs as it is printed."""

import shlex
from pathlib import Path

import pytest

pytest.importorskip("onnx", reason="needs the extra convert")
pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("cryptography", reason="needs the extra sign")

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gantei.command_line import main
from gantei.labels.label_table import LabelOptions
from gantei.study.collecting import GivenPhotographs, collect
from gantei_export.adaptation.adapt_options import AdaptOptions
from gantei_export.adaptation.next_commands import next_commands
from gantei_export.adapting.labelled_photographs import read_labelled
from gantei_export.adapting.target_choice import TargetOptions, read_target

from .adapting_cases import drawn_eyes


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"))


def told(eyes, column, *, options=None, labels=None, **given):
    """What is told after learning a column, by the name of each command."""
    chosen = TargetOptions(column, **given)
    target, table = read_target(str(labels or eyes.labels), options or LabelOptions(""), chosen)
    listing = collect(GivenPhotographs([eyes.folder]))
    labelled = read_labelled(listing, table, target, base="demo-sex")
    made = AdaptOptions("demo-sex", "my-eye", chosen)
    return next_commands(made, Path("/a folder/my-eye"), labelled)


def test_commands_with_japanese_columns_run_as_they_are_printed(eyes, tmp_path, capsys):
    def japanese(row):
        word = {"male": "有", "female": "無"}[row["sex"]]
        return {"写真": row["photograph"], "患者 ID": row["person"], "病名": word}

    eyes.relabelled("utf8.csv", japanese)
    text = eyes.labels.with_name("utf8.csv").read_text("utf-8")
    labels = tmp_path / "ラベル.csv"
    labels.write_text(text, encoding="cp932")
    columns = ["--photograph", "写真", "--person", "患者 ID", "--encoding", "cp932"]
    given = [str(eyes.folder), "--labels", str(labels), *columns, "--trials", "0"]
    asked = ["--target", "病名", "--output", "disease", "--name", "my-disease"]
    assert main(["adapt", "demo-sex", *given, *asked, "--device", "cpu"]) == 0
    said = capsys.readouterr().err
    assert "the probability of 有, against 無" in said
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    known = {
        "PHOTOGRAPHS": eyes.folder, "LABELS": labels, "KEY.pem": pem,
        "report": tmp_path / "report", "results.csv": tmp_path / "results.csv",
    }  # fmt: skip
    lines = [line.partition("gantei ")[2] for line in said.splitlines() if ": gantei " in line]
    commands = [[str(known.get(word, word)) for word in shlex.split(each)] for each in lines]
    assert [words[0] for words in commands] == ["predict", "evaluate", "calibrate", "sign"]
    for words in (commands[1], commands[3]):
        assert main(words) == 0, (words, capsys.readouterr().err)


def test_labels_of_right_and_left_are_named_and_what_is_left_out_is_told(eyes):
    predicting, evaluating, calibrating, note, signing = told(eyes, "eye")
    assert "--with my-eye --out results.csv" in predicting
    assert "--labels LABELS --label eye=eye --out report" in evaluating
    assert "--labels LABELS --label eye=eye --site SITE" in calibrating
    assert "people whose eyes have different ones" in note
    assert "'/a folder/my-eye'" in signing


def test_ages_and_coded_sexes_are_named_as_they_were(eyes):
    labels = eyes.relabelled(
        "coded.csv",
        lambda row: {"photograph": row["photograph"], "person": row["person"],
                     "Age (years)": row["age"], "gender": int(row["sex"] == "male")},
    )  # fmt: skip
    options = LabelOptions("", sex="gender", sex_coding={1: "male", 0: "female"})
    evaluating = told(eyes, "gender", options=options, labels=labels)[1]
    assert "--sex gender --sex-coding 1=male,0=female" in evaluating
    options = LabelOptions("", age="Age (years)")
    evaluating = told(eyes, "Age (years)", options=options, labels=labels)[1]
    assert "--labels LABELS --age 'Age (years)' --out" in evaluating
    assert len(told(eyes, "age")) == 4
