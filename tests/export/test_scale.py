"""What a file tells of the scale of pixels: its own layers, and the first batch normalisation."""

import json

import numpy as np
import pytest

import gantei
from gantei.catalogue.store import installed
from gantei.command_line import main
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei_export.estimator_folder.scale_check import USUAL, doubt_about_scale, misfit
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.manifest_draft.normalization_statistics import FirstNormalization

from .hand_written import convolution, functional, layer, write

SIDE = 32


def of_layers(path, *before, normalised=None):
    """Write a file: layers on pixels, a convolution, perhaps normalised, and a sigmoid."""
    names = ["photo", *(each["config"]["name"] for each in before)]
    layers = [layer("InputLayer", "photo", batch_input_shape=[None, SIDE, SIDE, 3])]
    for previous, each in zip(names, before, strict=False):
        each["inbound_nodes"] = [[[previous, 0, 0, {}]]]
        layers.append(each)
    layers.append(convolution("conv", names[-1], use_bias=False, activation="linear"))
    last, random = "conv", np.random.default_rng(7)
    kernel = random.normal(size=(3, 3, 3, 4)).astype("f4")
    weights = {"conv": {"conv/kernel:0": kernel}}
    if normalised is not None:
        layers.append(
            layer(
                "BatchNormalization", "bn", "conv", axis=[3], epsilon=1e-3, center=True, scale=True
            )
        )
        roles = ("gamma", "beta", "moving_mean", "moving_variance")
        weights["bn"] = {
            f"bn/{role}:0": np.asarray(values, "f4")
            for role, values in zip(roles, normalised(kernel), strict=True)
        }
        last = "bn"
    layers += [
        layer("GlobalAveragePooling2D", "pool", last, data_format="channels_last"),
        layer("Dense", "sex", "pool", units=1, activation="sigmoid", use_bias=True),
    ]
    weights["sex"] = {"sex/kernel:0": np.ones((4, 1), "f4"), "sex/bias:0": np.zeros(1, "f4")}
    return write(path, functional(layers, "sex"), weights)


def rescaling(scale, offset=0.0, name="scaled"):
    return layer("Rescaling", name, scale=scale, offset=offset)


def normalization(mean, variance, name="normal"):
    return layer("Normalization", name, axis=[-1], mean=mean, variance=variance)


def scaling(tmp_path, *layers):
    return convert(of_layers(tmp_path / "scaled.h5", *layers)).facts.scaling


IMAGENET = ([0.485, 0.456, 0.406], [0.229**2, 0.224**2, 0.225**2])


@pytest.mark.parametrize(
    ("layers", "made"),
    [
        ([rescaling(1 / 255)], "0..1"),
        ([rescaling(1 / 127.5, -1.0)], "-1..1"),
        ([rescaling(1 / 255), normalization(*IMAGENET)], "-2.12..2.64"),
        ([normalization([123.68, 116.78, 103.94], [1.0, 1.0, 1.0])], "-124..151"),
        ([normalization([80.0, 45.0, 20.0], [3600.0, 900.0, 100.0])], "-2..23.5"),
    ],
)
def test_layers_that_make_of_0_to_255_what_networks_take_are_assumed_to_get_that(
    tmp_path, layers, made
):
    found = scaling(tmp_path, *layers)
    assert found.in_graph and f"make {made} of pixels" in found.evidence


@pytest.mark.parametrize(
    "layers",
    [
        [rescaling(2.0, -1.0)],  # expects 0..1
        [rescaling(255.0)],
        [rescaling(127.5, 127.5)],
        [normalization(*IMAGENET)],
        [rescaling(1 / 255, name="once"), rescaling(1 / 255, name="twice")],
        [rescaling(0.5)],
    ],
)
def test_layers_that_make_of_0_to_255_what_no_network_takes_leave_the_scale_unknown(
    tmp_path, layers
):
    found = scaling(tmp_path, *layers)
    assert not found.in_graph and "no network is fed" in found.evidence


def test_a_layer_that_changes_nothing_scales_nothing(tmp_path):
    assert scaling(tmp_path, rescaling(1.0)) is None


def facts(name):
    manifest = read_manifest(installed()[name] / FILE_NAME)
    return manifest, {fact.key: fact for fact in manifest.facts()}


def test_a_scale_that_is_stated_holds_whatever_the_layers_do(tmp_path):
    file = of_layers(tmp_path / "in.h5", rescaling(1 / 255))
    arguments = ["import", "my-sex", str(file), "--task", "sex", "--set", "output.positive=male"]
    assert main([*arguments, "--because", "page 3"]) == 0
    _, known = facts("my-sex")
    assert (known["input.scale"].value, known["input.scale"].basis.origin) == (
        "in-graph",
        "assumed",
    )
    assert main([*arguments, "--set", "input.scale=0..1", "--because", "page 3", "--replace"]) == 0
    manifest, known = facts("my-sex")
    assert known["input.scale"].basis.origin == "stated"
    pixels = gantei.load("my-sex").prepare(installed()["my-sex"] / "golden-1.jpg")
    assert 0.3 < pixels.max() <= 1.0
    assert manifest.unsettled() == ()


def test_an_implausible_scale_is_asked_for(tmp_path):
    file = of_layers(tmp_path / "in.h5", rescaling(2.0, -1.0))
    assert main(["import", "my-sex", str(file), "--task", "sex"]) == 0
    manifest, known = facts("my-sex")
    assert "input.scale" in {fact.key for fact in manifest.unsettled()}
    assert "-1..509" in known["input.scale"].basis.evidence


# The first batch normalisation


def trained_on(scale, offset, **changed):
    """Statistics of a convolution on pixels of this scale, worked out on other drawings."""
    from gantei.demo import draw_photograph, person

    who = person(5, 1)
    picture = draw_photograph(5, who, who.eyes[0], scale=0.1).image
    pixels = np.asarray(picture.resize((64, 64)), np.float64) * scale + offset

    def normalised(kernel):
        windows = np.lib.stride_tricks.sliding_window_view(pixels, (3, 3), axis=(0, 1))
        answers = np.einsum("hwcij,ijco->hwo", windows, kernel.astype(np.float64)).reshape(-1, 4)
        found = {
            "gamma": np.full(4, 1.5),
            "beta": np.full(4, 0.3),
            "mean": answers.mean(0),
            "variance": answers.var(0),
        } | changed
        return found["gamma"], found["beta"], found["mean"], found["variance"]

    return normalised


SCALES = {"0..255": (1, 0), "0..1": (1 / 255, 0), "-1..1": (1 / 127.5, -1)}


def imported(tmp_path, trained, stated, *layers):
    file = of_layers(tmp_path / f"{trained}.h5", *layers, normalised=trained_on(*SCALES[trained]))
    arguments = ["--set", f"input.scale={stated}", "--set", "output.positive=male"]
    command = ["import", "my-sex", str(file), "--task", "sex", *arguments]
    assert main([*command, "--because", "page 3", "--replace"]) == 0
    return facts("my-sex")[0]


@pytest.mark.parametrize(
    ("trained", "stated", "doubted"),
    [
        ("0..255", "0..255", False),
        ("0..1", "0..1", False),
        ("-1..1", "-1..1", False),
        ("0..255", "0..1", True),
        ("0..255", "-1..1", True),
        ("0..1", "0..255", True),
        ("-1..1", "0..255", True),
    ],
)
def test_a_scale_that_the_statistics_contradict_is_said_and_no_other(
    tmp_path, capsys, trained, stated, doubted
):
    manifest = imported(tmp_path, trained, stated)
    assert ("Doubtful: input.scale" in capsys.readouterr().out) == doubted
    said = [each.text() for each in manifest.findings() if each.code == "doubtful-fact"]
    assert len(said) == doubted
    if doubted:
        assert f"{trained} fits its mean and deviation" in said[0]
        drawing = installed()["my-sex"] / "golden-1.jpg"
        assert said[0] in gantei.load("my-sex").predict(drawing)[0].warnings
        assert said[0].partition(": ")[2] in (installed()["my-sex"] / "card.md").read_text("utf-8")


def test_layers_inside_count_as_part_of_the_scale(tmp_path):
    inside = rescaling(1 / 127.5, -1.0)
    assert imported(tmp_path, "-1..1", "0..255", inside).doubtful() == ()
    (fact,) = imported(tmp_path, "-1..1", "0..1", rescaling(1 / 127.5, -1.0)).doubtful()
    assert "0..255 fits" in fact.basis.doubt


def test_a_network_that_was_never_trained_raises_no_doubt(tmp_path):
    begun = {"gamma": np.ones(4), "beta": np.zeros(4), "mean": np.zeros(4), "variance": np.ones(4)}
    file = of_layers(tmp_path / "new.h5", normalised=trained_on(1, 0, **begun))
    assert convert(file).facts.first_normalization is None


def test_statistics_that_no_usual_scale_fits_raise_no_doubt(tmp_path):
    strange = {"mean": np.full(4, 1e6), "variance": np.full(4, 1e-3)}
    conversion = convert(of_layers(tmp_path / "s.h5", normalised=trained_on(1, 0, **strange)))
    constants = {each.name: each.values for each in conversion.weights}
    spec = {"size": [SIDE, SIDE], "crop": "unknown", "colour": "unknown", "scale": "in-graph"}
    nodes, known = list(conversion.model.graph.node), conversion.facts.first_normalization
    assert misfit("in-graph", spec, nodes, constants, known) > 1000
    assert doubt_about_scale(spec, nodes, constants, known) is None


def test_the_provenance_keeps_what_the_normalisation_knew(tmp_path):
    imported(tmp_path, "0..1", "0..1")
    kept = json.loads((installed()["my-sex"] / "provenance.json").read_text())
    known = FirstNormalization.from_dict(kept["first_normalization"])
    assert (known.layer, known.after) == ("bn", "convolution")
    assert known.gamma == pytest.approx([1.5] * 4)


def test_stating_another_scale_later_takes_the_doubt_away_and_brings_it_back(tmp_path):
    assert len(imported(tmp_path, "0..1", "0..255").doubtful()) == 1
    for scale, doubts in (("0..1", 0), ("0..255", 1)):
        assert main(["set", "my-sex", f"input.scale={scale}", "--because", "a mail"]) == 0
        assert len(facts("my-sex")[0].doubtful()) == doubts


@pytest.mark.reference
@pytest.mark.parametrize("trained", ["0..255", "0..1", "-1..1"])
def test_networks_that_keras_trained_are_doubted_for_the_scales_they_did_not_see(tmp_path, trained):
    keras = pytest.importorskip("tf_keras")
    from gantei.demo import draw_photograph, person

    factor, offset = SCALES[trained]
    pictures = []
    for number in range(1, 7):
        who = person(6, number)
        image = draw_photograph(6, who, who.eyes[0], scale=0.1).image.resize((64, 64))
        pictures.append(np.asarray(image, np.float32) * factor + offset)
    photo = keras.Input((64, 64, 3))
    x = keras.layers.Conv2D(16, 3, 2, padding="same", use_bias=False)(photo)
    x = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=0.8)(x))
    model = keras.Model(photo, keras.layers.Dense(1)(keras.layers.GlobalAveragePooling2D()(x)))
    model.compile("adam", "mse")
    model.fit(np.stack(pictures), np.arange(6.0), batch_size=6, epochs=30, verbose=0)
    model.save(tmp_path / "trained.h5")
    conversion = convert(tmp_path / "trained.h5")
    nodes = list(conversion.model.graph.node)
    constants = {each.name: each.values for each in conversion.weights}
    spec = {"size": [64, 64], "crop": "none", "colour": "rgb"}
    doubted = {
        name
        for name in SCALES
        if doubt_about_scale(
            spec | {"scale": USUAL[name]}, nodes, constants, conversion.facts.first_normalization
        )
    }
    assert trained not in doubted
    assert doubted >= ({"0..1", "-1..1"} if trained == "0..255" else {"0..255"})
