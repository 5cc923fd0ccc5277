"""The path of a GPU, with a CPU in its place: the same values, one way or the other."""

import numpy as np
import pytest

import gantei
from gantei.inference.batches import black
from gantei.inference.cuda_options import CudaOptions
from gantei.inference.pipeline import estimate, infer

from ..conftest import made_picture
from ..explained import explained_network
from ..gpu_stand_in import stand_in_for_gpu

CAFFE = {"colour": "bgr", "scale": {"mean": [103.9, 116.8, 123.7], "std": [1.0, 2.0, 3.0]}}
UNROUNDED = {"resampling": "bicubic-no-antialias"}


@pytest.fixture
def opened(monkeypatch):
    return stand_in_for_gpu(monkeypatch)


def of_input(changed):
    return lambda tables: tables["input"].update(changed)


@pytest.fixture(params=[{}, CAFFE, UNROUNDED], ids=["in-graph", "bgr", "unrounded"])
def both(request, make_estimator, opened):
    """The same estimator on the CPU and on the stand-in."""
    folder = make_estimator(network=explained_network(), change=of_input(request.param))
    return gantei.load(folder, "cpu"), gantei.load(folder, "cuda")


def results(photographs, estimator, **options):
    return [*estimate(sorted(photographs.rglob("[0-9].png")), [estimator], **options)]


def test_a_gpu_gives_the_values_maps_and_errors_of_the_cpu(both, photographs):
    on_cpu, on_gpu = both
    assert (on_cpu.device, on_gpu.device) == ("cpu", "cuda")
    expected = results(photographs, on_cpu, explain="map")
    got = results(photographs, on_gpu, explain="map")
    assert [each.values for each in got] == [each.values for each in expected]
    assert [str(each.error) for each in got] == [str(each.error) for each in expected]
    assert sum(each.error is not None for each in got) == 1
    for one, other in zip(got, expected, strict=True):
        for mine, theirs in zip(one.explanations, other.explanations, strict=True):
            np.testing.assert_array_equal(mine.map, theirs.map)
            np.testing.assert_array_equal(mine.embedding, theirs.embedding)


@pytest.mark.parametrize("batch", [2, 3, 16])
def test_a_photograph_has_its_value_whatever_is_beside_it(both, photographs, batch):
    _, on_gpu = both
    alone = [each.values for each in results(photographs, on_gpu, batch=1)]
    assert [each.values for each in results(photographs, on_gpu, batch=batch)] == alone


def test_a_padded_batch_gives_the_rows_of_the_photographs_alone(both):
    _, on_gpu = both
    inputs = [on_gpu.prepare(made_picture(seed)) for seed in range(3)]
    padded = infer(on_gpu, inputs, size=8)
    assert len(padded) == 3
    for row, each in zip(padded, inputs, strict=True):
        (alone,) = infer(on_gpu, [each])
        np.testing.assert_array_equal(row["age"], alone["age"])


def test_pixels_are_sent_in_a_quarter_of_the_bytes_where_that_is_exact(make_estimator, opened):
    exact = gantei.load(make_estimator(), "cuda")
    unrounded = gantei.load(make_estimator("unrounded", change=of_input(UNROUNDED)), "cuda")
    on_cpu = gantei.load(make_estimator("third"), "cpu")
    assert [each.takes_pixels for each in (exact, unrounded, on_cpu)] == [True, False, False]
    assert [black(each, 2).nbytes for each in (exact, unrounded, on_cpu)] == [384, 1536, 1536]
    assert opened == ["made", "made", "unrounded", "third"]  # the scaling is a network of its own
    with pytest.raises(ValueError, match="takes float32"):
        on_cpu.run(black(exact, 1))


def test_the_network_itself_is_opened_as_its_digest_says(make_estimator, monkeypatch):
    stand_in_for_gpu(monkeypatch)
    folder = make_estimator()
    before = (folder / "model.onnx").read_bytes()
    gantei.load(folder, "cuda").predict(made_picture(1))
    assert (folder / "model.onnx").read_bytes() == before


def test_cuda_options_have_the_names_that_onnx_runtime_knows():
    assert CudaOptions().provider_options() == {
        "cudnn_conv_algo_search": "HEURISTIC",
        "prefer_nhwc": "0",
        "use_tf32": "0",
    }
    other = CudaOptions("EXHAUSTIVE", prefer_nhwc=True, use_tf32=True)
    assert [*other.provider_options().values()] == ["EXHAUSTIVE", "1", "1"]
