import json

import numpy as np
import pytest

from gantei_export.training.evaluation import area_under_curve


def test_area_under_the_curve_is_the_share_of_pairs_ranked_right():
    scores = np.array([0.1, 0.4, 0.35, 0.8], np.float32)
    assert area_under_curve(scores, np.array([0, 0, 1, 1], np.float32)) == 0.75


def test_a_tie_counts_half():
    scores = np.array([0.5, 0.5, 0.2], np.float32)
    assert area_under_curve(scores, np.array([1, 0, 0], np.float32)) == 0.75


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """What the command writes for a handful of people: far too few to learn from."""
    pytest.importorskip("tensorflow")
    pytest.importorskip("tf_keras")
    from gantei_export.training.__main__ import main

    folder = tmp_path_factory.mktemp("training")
    command = [
        "--out",
        str(folder),
        "--people",
        "20",
        "--unseen",
        "3",
        "--epochs",
        "2",
    ]
    assert main(command) == 0
    return folder


def loaded(folder, task):
    import tf_keras

    return tf_keras.models.load_model(folder / f"demo-{task}.h5", compile=False)


@pytest.mark.reference
def test_the_networks_are_keras_2_files_of_a_mobilenet_with_a_small_head(trained):
    allowed = {
        "InputLayer", "Rescaling", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "ReLU",
        "ZeroPadding2D", "GlobalAveragePooling2D", "Dense",
    }  # fmt: skip
    for task in ("age", "sex"):
        network = loaded(trained, task)
        assert {type(layer).__name__ for layer in network.layers} <= allowed
        assert network.input_shape == (None, 160, 160, 3)
        assert network.output_shape == (None, 1)
        assert network.count_params() * 4 < 1_500_000


@pytest.mark.reference
def test_only_the_sex_network_scales_its_input_itself(trained):
    names = {
        task: [layer.name for layer in loaded(trained, task).layers] for task in ("age", "sex")
    }
    assert "scaling" in names["sex"]
    assert "scaling" not in names["age"]


@pytest.mark.reference
def test_the_cut_networks_answer_what_the_whole_one_answers():
    pytest.importorskip("tf_keras")
    from gantei_export.training.demo_networks import AGE_SPREAD, MEAN_AGE, build, cut, network_input

    whole = build()
    pixels = np.random.default_rng(1).integers(0, 256, (2, 160, 160, 3), dtype=np.uint8)
    answers = whole.predict(network_input(pixels, "age"), verbose=0)
    age = cut(whole, "age").predict(network_input(pixels, "age"), verbose=0)
    sex = cut(whole, "sex").predict(network_input(pixels, "sex"), verbose=0)
    np.testing.assert_allclose(age[:, 0], answers[:, 0] * AGE_SPREAD + MEAN_AGE, atol=1e-4)
    np.testing.assert_allclose(sex[:, 0], 1 / (1 + np.exp(-answers[:, 1])), atol=1e-5)


@pytest.mark.reference
def test_the_report_tells_what_was_measured_and_how(trained):
    report = json.loads((trained / "evaluation.json").read_text(encoding="utf-8"))
    assert report["seed"] == 1
    assert report["training"]["people"] == 20
    for task, measure in (("age", "mean_absolute_error"), ("sex", "area_under_curve")):
        measured = report[f"demo-{task}"]
        assert measured["photographs"] == 3
        assert {measure, "decoding_largest_change", "decoding_mean_change"} <= measured.keys()


@pytest.mark.reference
def test_golden_values_are_what_the_saved_networks_answer(trained):
    from gantei.photographs.photograph import open_photograph
    from gantei.photographs.preprocessing import prepare
    from gantei_export.training.demo_networks import network_input
    from gantei_export.training.pictures import INPUT

    rows = json.loads((trained / "golden.json").read_text(encoding="utf-8"))
    assert len(rows) == 3
    for row in rows:
        file = trained / row["photograph"]
        assert file.stat().st_size <= 60_000
        photograph = open_photograph(file)
        assert photograph.sha256 == row["sha256"]
        pixels = prepare(photograph.pixels(), INPUT)[None].astype(np.uint8)
        for task, name in (("age", "age"), ("sex", "male")):
            answer = loaded(trained, task).predict(network_input(pixels, task), verbose=0)
            assert row["keras"][f"demo-{task}"][name] == pytest.approx(answer[0, 0], abs=1e-5)


@pytest.mark.reference
def test_drawn_photographs_are_kept_and_not_drawn_again(trained, monkeypatch):
    from gantei_export.training import __main__ as command

    def refuse(*_):
        raise AssertionError("drawn again")

    monkeypatch.setattr(command, "draw_for_training", refuse)
    monkeypatch.setattr(command, "draw_unseen", refuse)
    arguments = [
        "--out",
        str(trained),
        "--people",
        "20",
        "--unseen",
        "3",
        "--epochs",
        "2",
    ]
    assert command.main(arguments) == 0
