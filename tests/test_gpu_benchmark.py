"""benchmarks/gpu.py works, so that a machine with a GPU is not needed to find out."""

import json
import subprocess
import sys

import numpy as np
import pytest

from .sources import TOP

pytest.importorskip("h5py")
SCRIPT = TOP / "benchmarks/gpu.py"


def benchmark(tmp_path, *options):
    command = [sys.executable, SCRIPT, "--cache", tmp_path / "cache", "--out", tmp_path / "out"]
    done = subprocess.run(
        [str(each) for each in [*command, "--dry-run-on-cpu", *options]],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    rows = json.loads((tmp_path / "out/gpu.json").read_text("utf-8"))
    return done, rows, (tmp_path / "out/gpu.md").read_text("utf-8")


def test_every_measure_runs_on_a_cpu_and_finds_that_batches_agree(tmp_path):
    done, rows, text = benchmark(tmp_path)
    assert [row for row in rows if "error" in row] == []
    assert done.returncode == 0, done.stderr
    measured = {row["measure"] for row in rows if "absent" not in row}
    assert measured >= {"ceiling", "agreement", "network alone", "predict", "options", "work"}
    agreements = [row for row in rows if row["measure"] == "agreement"]
    assert {row["network"] for row in agreements} == {"MobileNet", "EfficientNet-B7", "Swin-B"}
    assert all(row["ok"] for row in agreements)
    assert all(row["photographs_per_s"] > 0 for row in rows if "photographs_per_s" in row)
    assert text.startswith("# A dry run on the CPU: its numbers mean nothing")
    assert "| MobileNet | predict | 2 |" in text


def test_what_there_is_no_time_for_is_said_and_is_a_failure(tmp_path):
    done, rows, text = benchmark(tmp_path, "--limit", "1")
    assert done.returncode == 1
    assert all(row["error"] == "there was no time left" for row in rows[1:])
    assert "| ceilings |  | there was no time left |" in text


def test_operations_are_counted_as_by_hand(tmp_path, monkeypatch):
    from onnx import numpy_helper, parser, save

    monkeypatch.syspath_prepend(str(TOP / "benchmarks"))
    from gpu_work import gigaflops

    model = parser.parse_model(
        '<ir_version: 8, opset_import: ["": 17]> g (float[n, h, w, 3] x) => (float[n, a] y)'
        "{ t = Transpose<perm = [0, 3, 1, 2]>(x) c = Conv<pads = [1, 1, 1, 1]>(t, kernel)"
        " r = Relu(c) p = GlobalAveragePool(r) f = Flatten(p) y = MatMul(f, dense) }"
    )
    for name, shape in (("kernel", (8, 3, 3, 3)), ("dense", (8, 5))):
        model.graph.initializer.append(numpy_helper.from_array(np.ones(shape, np.float32), name))
    save(model, tmp_path / "model.onnx")
    by_hand = 2 * (3 * 3 * 3) * (8 * 10 * 20) + 2 * 8 * 5
    assert gigaflops(tmp_path / "model.onnx", (10, 20)) == pytest.approx(by_hand / 1e9)
