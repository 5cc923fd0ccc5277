"""`gantei adapt --architecture`: an estimator of one's own from weights in a file."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

pytest.importorskip("onnx", reason="needs the extra convert")
pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")

import gantei
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.errors import SettingError
from gantei.estimator.verification import verify
from gantei.system.files import sha256_of
from gantei_export.adaptation.new_outputs import cited_outputs, read_files
from gantei_export.adapting.architecture_base import architecture_base

from .adapting_cases import FACTS, drawn_eyes
from .onnx_models import save, small_model
from .weights_files import arrays, legacy

RIGHTS = {"source.terms": "for research alone", "source.data": "ImageNet, 1,281,167 photographs"}


@pytest.fixture(scope="module")
def eyes(tmp_path_factory):
    return drawn_eyes(tmp_path_factory.mktemp("eyes"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A file of a MobileNet's weights, of which none makes its answers too large."""
    made = arrays("MobileNet")
    rng = np.random.default_rng(6)
    for (_, kind), values in made.items():
        if kind != "BatchNormalization":
            values[0][:] = rng.normal(0, np.sqrt(2 / values[0][..., 0].size), values[0].shape)
    return legacy(tmp_path_factory.mktemp("weights") / "mobilenet_notop.h5", made)


def arguments(eyes, *more, facts=FACTS, because="the authors' paper", name="my-eye"):
    settings = [word for key, value in facts.items() for word in ("--set", f"{key}={value}")]
    return [
        *("adapt", "--architecture", "mobilenet", str(eyes.folder), "--labels", str(eyes.labels)),
        *("--target", "eye", "--name", name, *settings, *map(str, more)),
        *(("--because", because) if because else ()),
    ]


def test_a_report_names_the_file_of_weights_and_cites_no_estimator_that_is_gone(weights):
    table = SimpleNamespace(name="folder/labels.csv", sha256="a" * 64)
    with architecture_base("mobilenet", weights, FACTS, "the authors' paper") as folder:
        base = find(str(folder))
        assert cited_outputs(base) == []
        labels, file = read_files(base, table)
    assert (labels.role, labels.name) == ("labels", "labels.csv")
    assert (file.role, file.name, file.sha256) == ("weights", weights.name, sha256_of(weights))
    sex = find("demo-sex")
    assert [each.key for each in cited_outputs(sex)] == ["demo-sex.sex"]
    assert [each.role for each in read_files(sex, table)] == ["labels"]


def test_a_new_head_on_weights_is_installed_as_any_estimator(eyes, weights, capsys):
    given = ("--weights", weights, "--trials", 3, "--json")
    assert main(arguments(eyes, *given, facts=FACTS | RIGHTS)) == 0
    said = capsys.readouterr()
    told = json.loads(said.out)
    assert (told["base"], told["people"], told["trials"]["trials"]) == ("mobilenet", 24, 3)
    assert "terms these weights" not in said.err
    assert "to pass it on, if the terms of mobilenet allow it: gantei sign" in said.err
    entry = find("my-eye")
    manifest = entry.manifest
    assert manifest.adapted.began_with == "weights-file"
    assert (manifest.adapted.of, manifest.adapted.people) == ("mobilenet", 24)
    assert manifest.adapted.of_sha256 == sha256_of(weights) == manifest.source.original_sha256
    assert (manifest.architecture, manifest.source.original_file) == ("MobileNet", weights.name)
    assert {manifest.basis[f"input.{key}"].origin for key in ("size", "crop", "scale")} == {
        "stated"
    }
    assert "preprocess_input" in manifest.basis["input.scale"].evidence
    assert manifest.source.terms == "for research alone"
    assert manifest.basis["source.terms"].origin == "stated"
    assert manifest.source.data.endswith(f"the weights of MobileNet: {RIGHTS['source.data']}")
    card = (entry.folder / "card.md").read_text("utf-8")
    assert f"mobilenet, file of weights sha256 {sha256_of(weights)}" in card
    assert "元の推定器: 重みファイルから始めた mobilenet の埋め込みベクトルに、" in card
    assert main(["show", "my-eye"]) == 0
    assert "adapted from mobilenet, begun from a file of weights: a new head" in (
        capsys.readouterr().out
    )
    assert verify(["my-eye"], golden=True)[0].problems == ()
    (answer,) = gantei.load("my-eye", "cpu").predict([min(eyes.folder.glob("*.png"))])
    assert 0 <= answer.values["right"] <= 1


def test_the_report_names_architecture_and_file_and_other_facts_need_them(
    eyes, weights, tmp_path, capsys
):
    pytest.importorskip("matplotlib", reason="needs the extra study")
    given = ("--weights", weights, "--trials", 2, "--out", tmp_path / "report")
    assert main(arguments(eyes, *given)) == 0
    methods = (tmp_path / "report/methods.md").read_text("utf-8")
    digest = sha256_of(weights)
    assert f"We adapted MobileNet (SHA-256 of the file of its weights {digest[:12]}…)" in methods
    assert f"MobileNet（重みファイルの SHA-256：{digest[:12]}…）を、" in methods
    page = (tmp_path / "report/report.html").read_text("utf-8")
    assert digest in page
    assert "made by fitting a new head on the embeddings of a network" in page
    assert "ほかの推定器と" not in page
    capsys.readouterr()
    assert main(["set", "my-eye", "input.crop=none", "--because", "a test"]) == 2
    said = capsys.readouterr().err
    assert "adapt the file of its weights again (gantei adapt --architecture --set)" in said


def test_what_was_made_of_weights_is_adapted_again_but_not_trained_as_a_whole(
    eyes, weights, capsys
):
    assert main(arguments(eyes, "--weights", weights, "--trials", 0)) == 0
    assert 'source.terms="…" states them' in capsys.readouterr().err
    again = ("adapt", "my-eye", str(eyes.folder), "--labels", str(eyes.labels))
    again = (*again, "--target", "sex", "--name", "my-sex")
    assert main([*again, "--trials", "0"]) == 0
    adapted = find("my-sex").manifest.adapted
    assert (adapted.of, adapted.began_with) == ("my-eye", "estimator")
    assert adapted.of_sha256 == find("my-eye").manifest.weights.sha256
    assert main([*again, "--replace", "--whole-network", "--weights", str(weights)]) == 2
    assert "Begin with the weights' file again (--architecture)" in capsys.readouterr().err


def test_all_that_is_not_stated_is_named_at_once(eyes, capsys):
    few = {"input.size": "64", "input.crop": "disc"}
    assert main(arguments(eyes, facts=few, because=None)) == 2
    said = capsys.readouterr().err
    assert said.startswith("gantei: --architecture MobileNet: weights hold nothing")
    for key in ("colour", "mirror", "decoder", "resampling", "scale"):
        assert f"--set input.{key}=… (" in said
    assert "--weights FILE" in said
    assert "--because" in said
    assert "input.size=…" not in said
    assert "input.crop=…" not in said


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"input.colour": "bgr"}, "preprocess_input of MobileNet gives rgb"),
        (
            {"output.positive": "left"},
            "--set output.positive: with --architecture, only these facts",
        ),
        ({"input.size": "large"}, "input.size=large: expects HEIGHTxWIDTH"),
        ({"input.crop": "round"}, "key 'crop': input should be 'none', 'disc', 'box'"),
        ({"input.crop": "unknown"}, "state, too: --set input.crop=… (none, disc or box)"),
    ],
)
def test_facts_that_make_no_sense_are_refused(eyes, weights, capsys, change, said):
    assert main(arguments(eyes, "--weights", weights, facts=FACTS | change)) == 2
    assert said in capsys.readouterr().err
    assert "my-eye" not in [entry.name for entry in gantei.estimators()]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "NAME is missing: name an installed estimator"),
        (["demo-sex", "--set", "input.size=64"], "--set and --because go with --architecture"),
        (["demo-sex", "--weights", "w.h5"], "--weights goes with --whole-network, or with"),
        (
            ["demo-sex", "--epochs", "9"],
            "--epochs: go with --whole-network; without it only a head",
        ),
        (
            ["--architecture", "vgg19", "--rate", "1e-3", "--batch", "8", "--patience", "3"],
            "--rate, --batch, --patience: go with --whole-network",
        ),
        (["demo-sex", "--no-augmentation"], "--no-augmentation: go with --whole-network"),
        (["--architecture", "vgg", "--whole-network", "--curve"], "--curve: cannot be used with"),
        (["--architecture", "vgg91"], "; did you mean vgg19?"),
    ],
)
def test_options_that_do_not_go_together_are_refused(eyes, capsys, words, said):
    rest = ["--labels", str(eyes.labels), "--target", "eye", "--name", "my-eye"]
    assert main(["adapt", *words, *rest]) == 2
    assert said in capsys.readouterr().err


def test_photographs_of_a_list_need_no_path(eyes, weights, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(map(str, sorted(eyes.folder.glob("*.png")))))
    more = [str(each) for each in ("--from", listed, "--weights", weights, "--trials", 0)]
    words = [each for each in arguments(eyes, *more) if each != str(eyes.folder)]
    assert main(words) == 0
    assert find("my-eye").manifest.adapted.photographs == 48


def test_a_file_of_another_kind_is_refused(tmp_path):
    file = save(tmp_path / "network.onnx", small_model())
    with (
        pytest.raises(SettingError, match=r"network.onnx: .*ONNX.*takes weights of Keras"),
        architecture_base("mobilenet", file, FACTS, "a test"),
    ):
        pass


def test_a_whole_network_is_trained_from_the_base_and_its_file(
    eyes, weights, tmp_path, monkeypatch
):
    asked = []

    def fine_tune(options, labelled, **others):
        asked.append((options, find(options.base), len(labelled)))
        raise SettingError("enough")

    monkeypatch.setattr("gantei_export.fine_tuning.fine_tune.fine_tune", fine_tune)
    given = ("--weights", weights, "--whole-network", "--epochs", 3)
    assert main(arguments(eyes, *given)) == 2
    ((options, base, photographs),) = asked
    assert (options.weights, options.settings.epochs, photographs) == (weights, 3, 48)
    assert base.manifest.source.original_sha256 == sha256_of(weights)
    assert not base.folder.exists()
