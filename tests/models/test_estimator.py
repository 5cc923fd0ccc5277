import gc
import os
import sys
import weakref
from io import BytesIO
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

import gantei
import gantei.inference.session
from gantei.errors import (
    DeviceError,
    InferenceError,
    NotInstalledError,
    PhotographError,
    UnknownEstimatorError,
    UnsettledError,
    WeightsError,
)
from gantei.photographs.decoding import EncodedPicture

from ..conftest import SEX, made_picture


def expected_mean(picture):
    """What the made network answers: the mean of the picture as Pillow shrinks it."""
    return np.asarray(Image.fromarray(picture).resize((8, 8), Image.Resampling.BILINEAR)).mean()


def assert_close(actual, expected):
    np.testing.assert_allclose(actual, expected, rtol=1e-5)


def test_a_photograph_goes_in_and_an_age_comes_out(make_estimator):
    picture = made_picture(1)
    prediction = gantei.load(make_estimator()).predict([picture])[0]
    assert_close(prediction.values["age"], expected_mean(picture))
    assert prediction.error is None


def test_a_single_photograph_gives_a_list_of_one(make_estimator, photographs):
    path = photographs / "right/0.png"
    estimator = gantei.load(make_estimator())
    assert estimator.predict(path) == estimator.predict([path])
    assert estimator.predict(str(path))[0].source == str(path)


def test_no_photographs_give_no_predictions(make_estimator):
    assert gantei.load(make_estimator()).predict([]) == []


def test_scale_and_offset_of_the_manifest_are_applied(make_estimator):
    def change(tables):
        tables["output"]["age"] |= {"scale": 0.5, "offset": 3}

    picture = made_picture(1)
    prediction = gantei.load(make_estimator(change=change)).predict(picture)[0]
    assert_close(prediction.values["age"], 0.5 * expected_mean(picture) + 3)


@pytest.mark.parametrize("positive", ["female", "male"])
def test_the_probability_is_named_by_the_positive_label(make_estimator, positive):
    spec = SEX | {"positive": positive}
    estimator = gantei.load(make_estimator(output="sex", factor=1 / 255, spec=spec))
    picture = made_picture(1)
    assert_close(estimator.predict(picture)[0].values[positive], expected_mean(picture) / 255)


def test_a_logit_becomes_a_probability_where_the_manifest_says_so(make_estimator):
    spec = SEX | {"transform": "sigmoid"}
    estimator = gantei.load(make_estimator(output="sex", factor=-0.01, spec=spec))
    picture = made_picture(1)
    logit = -0.01 * expected_mean(picture)
    assert_close(estimator.predict(picture)[0].values["male"], 1 / (1 + np.exp(-logit)))


def test_pixels_are_scaled_and_ordered_as_the_manifest_says(make_estimator):
    def change(tables):
        tables["input"] |= {"scale": {"mean": [10, 20, 30], "std": [1, 2, 4]}, "colour": "bgr"}

    picture = made_picture(1)
    small = np.asarray(Image.fromarray(picture).resize((8, 8), Image.Resampling.BILINEAR))
    scaled = (small[..., ::-1].astype(float) - [10, 20, 30]) / [1, 2, 4]
    estimator = gantei.load(make_estimator(change=change))
    assert_close(estimator.predict(picture)[0].values["age"], scaled.mean())


def test_a_value_outside_the_range_of_training_says_so(make_estimator):
    def change(tables):
        tables["output"]["age"]["range"] = [18, 30]

    warnings = gantei.load(make_estimator(change=change)).predict(made_picture(1))[0].warnings
    assert warnings[0].endswith("lies outside the range seen in training, 18 to 30 years")


def test_every_result_names_what_is_only_assumed(make_estimator):
    def change(tables):
        tables["basis"]["input.crop"] = {"origin": "assumed", "evidence": "Keras does so"}

    prediction = gantei.load(make_estimator(change=change)).predict(made_picture(1))[0]
    assert prediction.warnings[0] == "assumed input.crop = none"
    assert [each.code for each in prediction.findings].count("assumed-fact") == 1


def test_a_bad_photograph_raises_unless_it_is_to_be_recorded(make_estimator, photographs):
    paths = sorted(photographs.rglob("[0-9].png"))
    estimator = gantei.load(make_estimator())
    with pytest.raises(PhotographError, match=r"3\.png"):
        estimator.predict(paths)
    recorded = estimator.predict(paths, on_error="record")
    assert [prediction.error is not None for prediction in recorded] == [
        path.name == "3.png" for path in paths
    ]


def test_one_image_that_is_given_many_times_gets_one_answer(make_estimator, tmp_path):
    path = tmp_path / "large.jpg"
    Image.fromarray(made_picture(1, side=1500)).save(path)
    estimator = gantei.load(make_estimator())
    for _ in range(5):
        with Image.open(path) as image:
            values = {
                prediction.values.get("age")
                for prediction in estimator.predict([image] * 6, on_error="record")
            }
        assert len(values) == 1
        assert None not in values


def test_batches_of_any_size_give_what_one_photograph_alone_gives(make_estimator, photographs):
    from gantei.inference.pipeline import estimate

    estimator = gantei.load(make_estimator())
    paths = sorted(photographs.rglob("[0-9].png"))
    alone = [answer.values for answer in estimate(paths, [estimator], batch=1)]
    for batch in (2, 3, 4, 16):
        together = list(estimate(paths, [estimator], batch=batch, workers=2))
        assert [answer.values for answer in together] == alone
        assert [answer.error is None for answer in together] == [bool(values) for values in alone]


@pytest.mark.parametrize("eyes", [None, "right"])
def test_a_stream_gives_what_predict_gives_and_takes_few_photographs_ahead(make_estimator, eyes):
    estimator = gantei.load(make_estimator())
    pictures = [made_picture(seed) for seed in range(40)]
    taken = []

    def given():
        for picture in pictures:
            taken.append(picture)
            yield picture

    stream = estimator.stream(given(), workers=2, eyes=eyes)
    assert taken == []
    first = next(stream)
    assert len(taken) <= 10
    values = [first.values, *(prediction.values for prediction in stream)]
    expected = estimator.predict(pictures, workers=1, eyes=eyes)
    assert values == [prediction.values for prediction in expected]


def test_a_folder_stands_for_its_photographs(make_estimator, photographs):
    estimator = gantei.load(make_estimator())
    predictions = estimator.predict(photographs, on_error="record")
    names = sorted(path for path in photographs.rglob("[0-9].png"))
    assert [prediction.source for prediction in predictions] == [str(name) for name in names]


def test_a_prediction_has_the_unit_of_each_value(make_estimator):
    (age,) = gantei.load(make_estimator()).predict(made_picture(1))
    assert (age.units, age.values.keys()) == ({"age": "years"}, {"age"})
    (sex,) = gantei.load("demo-sex").predict(made_picture(1))
    assert sex.units == dict.fromkeys(sex.values, "probability")


@pytest.mark.parametrize(
    "arguments",
    [{"eyes": 5}, {"workers": 0}, {"workers": "2"}, {"on_error": "ignore"}, {"photographs": 5}],
)
def test_arguments_that_make_no_sense_are_setting_errors(make_estimator, arguments):
    estimator = gantei.load(make_estimator())
    with pytest.raises(gantei.SettingError):
        estimator.predict(**{"photographs": made_picture(1)} | arguments)


def test_the_three_steps_by_hand_give_what_predict_gives(make_estimator):
    from gantei.inference.named_results import postprocess
    from gantei.inference.pipeline import infer, prepare
    from gantei.photographs.photograph import open_photograph

    estimator = gantei.load(make_estimator())
    black = np.zeros((64, 64, 3), np.uint8)
    pictures = [made_picture(1), black, made_picture(2)]
    prepared = [prepare(open_photograph(picture), [estimator]) for picture in pictures]
    good = [each for each in prepared if each.error is None]
    rows = iter(infer(estimator, [each.inputs[0] for each in good], size=8))
    answers = [
        postprocess(each, [next(rows)] if each.error is None else [], [estimator])
        for each in prepared
    ]
    expected = estimator.predict(pictures, on_error="record")
    assert [answer.prediction(0).values for answer in answers] == [
        prediction.values for prediction in expected
    ]
    assert "black" in str(answers[1].error)


def test_an_answer_does_not_depend_on_the_estimators_beside_it(make_estimator, photographs):
    from gantei.inference.pipeline import estimate

    first = gantei.load(make_estimator("first"))
    second = gantei.load(make_estimator("second", factor=2.0))
    paths = [photographs / "right/0.png"]
    both = next(iter(estimate(paths, [first, second])))
    assert both.values[0] == next(iter(estimate(paths, [first]))).values[0]
    assert_close(both.values[1]["age"], 2 * both.values[0]["age"])


def test_a_network_that_answers_nan_is_an_error_of_that_photograph(make_estimator):
    estimator = gantei.load(make_estimator(factor=float("nan")))
    prediction = estimator.predict(made_picture(1), on_error="record")[0]
    assert isinstance(prediction.error, WeightsError)
    assert prediction.values == {}


@pytest.mark.parametrize("damage", ["flipped", "short", "long", "missing"])
def test_weights_that_are_not_the_manifests_are_refused(make_estimator, damage):
    folder = make_estimator()
    path = folder / "model.onnx"
    content = bytearray(path.read_bytes())
    match damage:
        case "flipped":
            content[len(content) // 2] ^= 1
        case "short":
            content.pop()
        case "long":
            content.append(0)
    path.write_bytes(content)
    if damage == "missing":
        path.unlink()
    with pytest.raises(WeightsError, match=r"model\.onnx"):
        gantei.load(folder)


def test_weights_outside_the_hashed_bytes_are_refused(make_estimator, tmp_path, monkeypatch):
    import hashlib

    import onnx
    from onnx.external_data_helper import set_external_data

    folder = make_estimator()
    model = onnx.load(folder / "model.onnx")
    factor = next(each for each in model.graph.initializer if each.name == "age-factor")
    factor.raw_data = np.float32([1]).tobytes()
    factor.ClearField("float_data")
    set_external_data(factor, location="outside.bin", offset=0, length=4)
    factor.ClearField("raw_data")
    content = model.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    before = gantei.read_manifest(folder / "estimator.toml").weights
    text = (folder / "estimator.toml").read_text()
    text = text.replace(before.sha256, hashlib.sha256(content).hexdigest())
    text = text.replace(f"bytes = {before.bytes}", f"bytes = {len(content)}")
    (folder / "estimator.toml").write_text(text)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "outside.bin").write_bytes(np.float32([7]).tobytes())
    with pytest.raises(WeightsError, match="cannot open the weights"):
        gantei.load(folder)


def test_a_network_of_another_input_size_is_refused(make_estimator):
    def change(tables):
        tables["input"]["size"] = [9, 8]

    with pytest.raises(WeightsError, match=r"the manifest describes float32 \(n, 9, 8, 3\)"):
        gantei.load(make_estimator(change=change))


def test_weights_with_the_right_hash_that_are_no_network_are_refused(make_estimator):
    import hashlib

    def change(tables):
        tables["weights"]["sha256"] = hashlib.sha256(b"nonsense").hexdigest()
        tables["weights"]["bytes"] = 8

    folder = make_estimator(change=change)
    (folder / "model.onnx").write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match="cannot open the weights"):
        gantei.load(folder)


def test_an_output_that_the_network_lacks_is_named(make_estimator):
    def change(tables):
        tables["output"]["years"] = tables["output"].pop("age")
        tables["basis"] = {
            key.replace("output.age", "output.years"): basis
            for key, basis in tables["basis"].items()
        }

    with pytest.raises(WeightsError, match="no output years; they have age"):
        gantei.load(make_estimator(change=change))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(UnknownEstimatorError, match=r"known: .*joir-sex-mobilenet"):
        gantei.load("joir-sex")


def test_an_estimator_without_weights_here_says_how_to_get_them():
    with pytest.raises(NotInstalledError, match="gantei import joir-sex-mobilenet FILE"):
        gantei.load("joir-sex-mobilenet")


@pytest.mark.parametrize(
    ("table", "key"),
    [("input", "scale"), ("input", "size"), ("input", "colour"), ("input", "resampling")],
)
def test_an_unknown_fact_that_changes_the_numbers_stops_the_estimator(make_estimator, table, key):
    def change(tables):
        tables[table][key] = "unknown"
        tables["basis"][f"{table}.{key}"] = {"origin": "unknown", "evidence": "nobody says"}

    with pytest.raises(UnsettledError, match=rf"gantei set made {table}\.{key}=… --because"):
        gantei.load(make_estimator(change=change))


def test_an_unknown_label_order_stops_the_estimator(make_estimator):
    def change(tables):
        tables["output"]["sex"]["positive"] = "unknown"
        tables["basis"]["output.sex.positive"] = {"origin": "unknown", "evidence": "nobody says"}

    with pytest.raises(UnsettledError, match=r"output\.sex\.positive"):
        gantei.load(make_estimator(output="sex", spec=SEX, change=change))


def test_cuda_that_the_session_did_not_get_is_an_error(make_estimator):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this ONNX Runtime has CUDA")
    with pytest.raises(DeviceError, match=r"\[gpu\]"):
        gantei.load(make_estimator(), device="cuda")


def test_a_session_that_fell_back_to_the_cpu_is_an_error(make_estimator, monkeypatch):
    import onnxruntime

    monkeypatch.setattr(
        onnxruntime,
        "get_available_providers",
        lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"],
    )
    session = onnxruntime.InferenceSession
    monkeypatch.setattr(
        onnxruntime,
        "InferenceSession",
        lambda weights, options, providers: session(
            weights, options, providers=["CPUExecutionProvider"]
        ),
    )
    loaded = []
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: loaded.append("CUDA"))
    gantei.inference.session._load_cuda.cache_clear()
    folder = make_estimator()
    with pytest.raises(DeviceError, match="runs on the CPU"):
        gantei.load(folder, device="cuda")
    assert gantei.load(folder, device="auto").device == "cpu"
    assert loaded == ["CUDA"]  # once, from where pip put it


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere ONNX Runtime counts the cores")
def test_an_inference_has_no_more_threads_than_the_process_has_cores(make_estimator, monkeypatch):
    """ONNX Runtime's own default counts the machine's, and binds threads to them."""
    folder = make_estimator()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert threads_of(gantei.load(folder)) == 1
    assert threads_of(gantei.load(folder, threads=3)) == 3
    monkeypatch.setattr(
        os, "sched_getaffinity", lambda _: {0, 1_000_000}
    )  # tells nothing of itself
    assert threads_of(gantei.load(folder)) == 0


def test_a_refused_photograph_does_not_stay_in_memory(make_estimator, monkeypatch):
    """Its error does, where errors are recorded, and an error knows the frames it came through."""
    decoded = []
    original = EncodedPicture.decode

    def decode(self, scale=1, decoder="pillow"):
        image = original(self, scale, decoder)
        decoded.append(weakref.ref(image))
        return image

    monkeypatch.setattr(EncodedPicture, "decode", decode)
    file = BytesIO()
    Image.new("RGB", (64, 64)).save(file, "PNG")
    gc.disable()
    try:
        predictions = gantei.load(make_estimator()).predict(
            [file.getvalue()] * 3, on_error="record"
        )
        assert [str(each.error) for each in predictions] == [
            f"<bytes {place}>: a black picture; there is nothing to estimate from"
            for place in (1, 2, 3)
        ]
        assert [each() for each in decoded] == [None] * 3
    finally:
        gc.enable()


def test_a_bad_picture_of_several_is_told_by_its_place_and_one_alone_needs_none(make_estimator):
    estimator, black = gantei.load(make_estimator()), np.zeros((64, 64, 3), np.uint8)
    pictures = [made_picture(1), Image.fromarray(made_picture(2)), black]
    assert [each.source for each in estimator.predict(pictures[:2])] == ["<array 1>", "<image 2>"]
    with pytest.raises(PhotographError, match=r"^<array 3>: a black picture"):
        estimator.predict(iter(pictures))
    for ask in (estimator.predict, estimator.prepare):
        with pytest.raises(PhotographError, match=r"^<array>: a black picture"):
            ask(black)


def test_a_network_that_fails_names_the_photograph_that_it_failed_on(make_estimator, monkeypatch):
    estimator = gantei.load(make_estimator())

    def fail(*_):
        raise RuntimeError("no memory")

    monkeypatch.setattr(estimator, "_session", SimpleNamespace(get_providers=list, run=fail))
    with pytest.raises(InferenceError, match=r"^<array 1>: .* could not be run"):
        estimator.predict([made_picture(1)])


def threads_of(estimator):
    return estimator._session.get_session_options().intra_op_num_threads


def test_a_device_nobody_knows_is_an_error(make_estimator):
    with pytest.raises(DeviceError, match="known: auto, cpu, cuda"):
        gantei.load(make_estimator(), device="tpu")


def test_arrays_of_another_shape_or_type_are_refused(make_estimator):
    estimator = gantei.load(make_estimator())
    for array in (np.zeros((1, 8, 8, 3)), np.zeros((8, 8, 3), np.float32)):
        with pytest.raises(ValueError, match="takes float32"):
            estimator.predict_array(array)
    with pytest.raises(ValueError, match=r"takes \(8, 8\)"):
        estimator.predict_array(np.zeros((1, 9, 8, 3), np.float32))


def test_the_callers_array_stays_as_it_was(make_estimator):
    picture = made_picture(1).copy()
    before = picture.copy()
    gantei.load(make_estimator()).predict(picture)
    np.testing.assert_array_equal(picture, before)
