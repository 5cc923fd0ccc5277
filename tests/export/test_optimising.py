"""Lighter variants: measured on photographs that did not calibrate them, kept within limits."""

import csv
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.catalogue.entries import SHIPPED
from gantei.catalogue.store import folder as store_folder
from gantei.command_line import main
from gantei.demo.folder import draw_people
from gantei.errors import (
    AlreadyInstalledError,
    ConversionError,
    ManifestError,
    MissingExtraError,
    SettingError,
    UnsettledError,
    WeightsError,
)
from gantei.manifests.file import FILE_NAME, parse_manifest
from gantei.photographs.listing import list_photographs
from gantei.photographs.persons import person_rule
from gantei.study.collecting import GivenPhotographs, collect

from ..conftest import REGRESSION, SEX, manifest_tables

onnxruntime = pytest.importorskip("onnxruntime")
tomli_w = pytest.importorskip("tomli_w")
onnx = pytest.importorskip("onnx")

from gantei_export.optimisation import (  # noqa: E402
    calibration_split,
    memory,
    optimiser,
    precision,
)
from gantei_export.optimisation.limits import limits_for  # noqa: E402
from gantei_export.optimisation.measurement import drift_of  # noqa: E402

SIDE = 16
COUNT = 100
WIDE = {"age": 1e6, "male": 1.0}


def network():
    """A small convolutional network: `age` and `sex`, float32 (n, 1) each, and a `map`."""
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(3)
    shapes = {"first": (8, 3, 3, 3), "deep": (8, 1, 3, 3), "point": (16, 8, 1, 1)}
    shapes |= {"places": (2, 16, 1, 1)}
    weights = {name: random.normal(0, 0.3, shape) for name, shape in shapes.items()}
    weights |= {"age_head": random.normal(0, 9, (16, 1)), "sex_head": random.normal(0, 2, (16, 1))}
    weights |= {"darkest": np.float64(128), "lightest": np.float64(64)}
    node = helper.make_node
    nodes = [
        node("Transpose", ["photograph"], ["pixels"], perm=[0, 3, 1, 2]),
        node("Sub", ["pixels", "darkest"], ["centred"]),
        node("Div", ["centred", "lightest"], ["scaled"]),
        node("Conv", ["scaled", "first"], ["a"], "first", pads=[1] * 4),
        node("Relu", ["a"], ["b"]),
        node("Conv", ["b", "deep"], ["c"], "deep", pads=[1] * 4, group=8),
        node("Relu", ["c"], ["d"]),
        node("Conv", ["d", "point"], ["e"], "point"),
        node("Relu", ["e"], ["f"]),
        node("GlobalAveragePool", ["f"], ["g"]),
        node("Flatten", ["g"], ["h"]),
        node("MatMul", ["h", "age_head"], ["age"]),
        node("MatMul", ["h", "sex_head"], ["logit"]),
        node("Sigmoid", ["logit"], ["sex"]),
        node("Conv", ["f", "places"], ["map"], "places"),
    ]
    real = TensorProto.FLOAT
    graph = helper.make_graph(
        nodes,
        "small",
        [helper.make_tensor_value_info("photograph", real, ["n", SIDE, SIDE, 3])],
        [
            *(helper.make_tensor_value_info(name, real, ["n", 1]) for name in ("age", "sex")),
            helper.make_tensor_value_info("map", real, ["n", 2, SIDE, SIDE]),
        ],
        [numpy_helper.from_array(one.astype(np.float32), name) for name, one in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"gantei.kept": "facts", "gantei.name": "small"})
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_estimator(folder, weights, change=lambda tables: None):
    folder.mkdir()
    (folder / "model.onnx").write_bytes(weights)
    tables = manifest_tables("small", {"age": REGRESSION, "sex": SEX}, weights, SIDE)
    change(tables)
    (folder / FILE_NAME).write_text(tomli_w.dumps(tables), "utf-8")
    return folder


@pytest.fixture
def estimator(tmp_path):
    """The folder of an estimator called small."""
    return write_estimator(tmp_path / "small", network())


@pytest.fixture(scope="module")
def photographs(tmp_path_factory):
    """A folder of 100 small photographs."""
    folder = tmp_path_factory.mktemp("photographs")
    random = np.random.default_rng(1)
    for number in range(COUNT):
        colours = random.integers(10, 240, (3, 3, 3), np.uint8)
        picture = Image.fromarray(colours).resize((40, 40), Image.Resampling.BICUBIC)
        picture.save(folder / f"{number}.png")
    return folder


def made(estimator, photographs, precision="int8", limits=WIDE, **options):
    listing = list_photographs([photographs])
    return optimiser.optimise(str(estimator), precision, listing, limits=limits, **options)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def nothing_installed():
    folder = store_folder()
    return not folder.exists() or not [each for each in folder.iterdir() if each.name != ".lock"]


def raw_answers(weights, batches):
    """What an ONNX file answers, by ONNX Runtime alone: (n, 2), age and sex."""
    session = onnxruntime.InferenceSession(weights, providers=["CPUExecutionProvider"])
    rows = [session.run(["age", "sex"], {"photograph": batch}) for batch in batches]
    return np.array([[each.item() for each in row] for row in rows])


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_the_table_is_what_onnx_runtime_alone_answers_for_the_photographs_that_judge(
    estimator, photographs, precision
):
    optimised = made(estimator, photographs, precision)
    spec = gantei.read_manifest(estimator / FILE_NAME).input
    files = sorted(photographs.iterdir())
    judges = [path for path in files if precision == "fp16" or int(digest(path), 16) % 2]
    batches = [gantei.prepare(gantei.read(path), spec)[np.newaxis] for path in judges]
    ours = raw_answers(str(estimator / "model.onnx"), batches)
    theirs = raw_answers(str(optimised.entry.folder / "model.onnx"), batches)
    differences = np.abs(ours - theirs)
    assert differences.max() > 0
    for column, drift in enumerate(optimised.variant.drift):
        expected = differences[:, column]
        assert drift.mean == pytest.approx(expected.mean(), abs=1e-5)
        assert drift.percentile_95 == pytest.approx(np.percentile(expected, 95), abs=1e-5)
        assert drift.largest == pytest.approx(expected.max(), abs=1e-5)
    age, male = optimised.variant.drift
    assert (age.value, age.unit, age.changed_labels) == ("age", "years", None)
    assert (male.value, male.unit) == ("male", "probability")
    assert male.changed_labels == ((ours[:, 1] >= 0.5) != (theirs[:, 1] >= 0.5)).sum()
    calibrated = 0 if precision == "fp16" else COUNT - len(judges)
    assert optimised.variant.measured_on == len(judges)
    assert optimised.variant.calibrated_on == calibrated


@pytest.mark.parametrize("precision", ["fp16", "int8"])
def test_a_variant_is_an_estimator_whose_every_result_names_it(estimator, photographs, precision):
    optimised = made(estimator, photographs, precision)
    name = f"small-{precision}"
    assert optimised.name == name
    assert name in [entry.name for entry in gantei.estimators()]
    variant = gantei.load(name)
    picture = photographs / "0.png"
    answer = variant.predict(picture)[0]
    original = gantei.load(estimator).predict(picture)[0]
    age = optimised.variant.drift[0]
    assert answer.values["age"] == pytest.approx(original.values["age"], abs=2 * age.largest + 1e-5)
    assert answer.warnings[0].startswith(
        f"{precision} variant of small; largest difference from it"
    )
    assert f"age by {age.largest:.3g} years" in answer.warnings[0]
    assert not any("variant" in warning for warning in original.warnings)


def test_a_variant_whose_original_was_imported_anew_is_refused(tmp_path, photographs):
    store_folder().mkdir(parents=True, exist_ok=True)
    original = write_estimator(store_folder() / "small", network())
    made("small", photographs, "fp16")
    gantei.load("small-fp16")
    manifest = original / FILE_NAME
    kept = manifest.read_text("utf-8")
    assert "\nscale = 1\n" in kept
    manifest.write_text(kept.replace("\nscale = 1\n", "\nscale = 2\n"), "utf-8")
    with pytest.raises(
        WeightsError, match=r"made from a different version of small.* gantei optimise small"
    ):
        gantei.load("small-fp16")
    shutil.rmtree(original)
    gantei.load("small-fp16")


def test_a_table_of_results_names_the_variant(estimator, photographs, tmp_path):
    made(estimator, photographs, "fp16")
    out = tmp_path / "results.csv"
    paths = [str(photographs / f"{number}.png") for number in (1, 2)]
    assert main(["predict", *paths, "--with", "small-fp16", "--out", str(out)]) == 0
    rows = list(csv.DictReader(out.read_text("utf-8-sig").splitlines()))
    assert all(float(row["small-fp16.age"]) for row in rows)
    assert all("small-fp16:variant" in row["warning_codes"].split() for row in rows)
    run = json.loads((tmp_path / "results.csv.run.json").read_text())
    assert [each["name"] for each in run["estimators"]] == ["small-fp16"]


def test_the_folder_keeps_what_was_measured_and_drops_what_does_not_hold(tmp_path, photographs):
    def change(tables):
        golden = {
            "photograph": "a.jpg",
            "values": {"age": 1.0},
            "tolerance": 0.1,
            "source": "Keras",
        }
        figure = {"metric": "error", "value": 3.0, "unit": "years", "data": "d", "source": "paper"}
        tables["golden"], tables["reported"] = [golden], [figure]

    estimator = write_estimator(tmp_path / "small", network(), change)
    (estimator / "provenance.json").write_text('{"original": {"file": "small.h5"}}')
    entry = made(estimator, photographs).entry
    manifest = entry.manifest
    assert (manifest.golden, manifest.title) == ([], "Made for a test: small (int8)")
    assert manifest.reported[0].source == "paper; of small in float32, not of this variant"
    assert manifest.variant.of_sha256 == digest(estimator / "model.onnx")
    assert manifest.weights.sha256 == digest(entry.folder / "model.onnx")
    provenance = json.loads((entry.folder / "provenance.json").read_text())
    assert provenance["variant"] == manifest.variant.model_dump(exclude_none=True)
    assert provenance["made_with"].keys() >= {"gantei", "onnx", "onnxruntime", "numpy"}
    assert provenance["original"] == {"original": {"file": "small.h5"}}
    card = (entry.folder / "card.md").read_text("utf-8")
    drift = manifest.variant.drift[0]
    assert "## Variant" in card
    assert f"| age | years | {drift.mean:.3g} |" in card
    model = onnx.load(entry.folder / "model.onnx")
    written = {each.key: each.value for each in model.metadata_props}
    assert written["gantei.name"] == "small-int8"
    assert written["gantei.variant"] == "int8 of small"
    assert written["gantei.kept"] == "facts"


def test_int8_makes_the_pointwise_convolution_8_bits_and_leaves_the_others(estimator, photographs):
    model = onnx.load(made(estimator, photographs).entry.folder / "model.onnx")
    kinds = {one.name: one.data_type for one in model.graph.initializer}
    whole, real = onnx.TensorProto.INT8, onnx.TensorProto.FLOAT
    assert kinds["point_quantized"] == whole
    assert {kinds[name] for name in ("first", "deep", "age_head", "places")} == {real}
    quantised = next(one for one in model.graph.initializer if one.name == "point_quantized")
    values = onnx.numpy_helper.to_array(quantised)
    assert (np.abs(values).reshape(16, -1).max(axis=1) == 64).all()  # per channel, in 7 bits


def test_above_a_limit_nothing_is_installed_and_the_table_is_printed(
    estimator, photographs, capsys
):
    arguments = ["optimise", str(estimator), "--precision", "int8", "--photographs"]
    arguments += [str(photographs), "--limit", "age=1e-9", "--limit", "male=1"]
    assert main(arguments) == 1
    printed = capsys.readouterr().out
    assert "age: the largest difference, " in printed
    assert "above the limit, 1e-09" in printed
    assert "broken" in printed
    assert "male: " not in printed
    assert printed.endswith("small-int8: not installed\n")
    assert nothing_installed()


def test_within_the_limits_the_command_installs_and_prints_aligned_columns(
    estimator, photographs, capsys
):
    limits = ["--limit", "age=1000", "--limit", "male=1"]
    arguments = ["optimise", str(estimator), "--precision", "fp16", *limits]
    arguments += ["--photographs", str(photographs)]
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    header = next(line for line in lines if line.startswith("VALUE"))
    (row,) = (line for line in lines if line.startswith("male "))
    assert row[header.index("UNIT") :].startswith("probability")
    assert row[header.index("CHANGED") :] == "0"
    assert [line.split()[0] for line in lines if line.split()[1:2] in (["ms"], ["MB"])] == [
        "latency",
        "memory",
        "file",
    ]
    assert main([*arguments, "--json", "--replace"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert (record["name"], record["installed"], record["broken"]) == ("small-fp16", True, [])
    assert record["variant"]["measured_on"] == COUNT
    assert main(["show", "small-fp16"]) == 0
    assert "fp16 against float32 of small" in capsys.readouterr().out


def test_the_parts_follow_from_the_files_alone(estimator, photographs, tmp_path):
    loaded = gantei.load(estimator)
    divided = calibration_split.split_photographs(
        list_photographs([photographs]), loaded, calibrate=True
    )
    calibrating = {digest(path) for path in divided.calibration}
    judging = {digest(path) for path in divided.evaluation}
    assert not calibrating & judging
    assert len(calibrating | judging) == COUNT
    assert {int(each, 16) % 2 for each in calibrating} == {0}
    renamed = tmp_path / "renamed"
    renamed.mkdir()
    for number, path in enumerate(sorted(photographs.iterdir())[::-1]):
        (renamed / f"{number:03}.png").write_bytes(path.read_bytes())
    again = calibration_split.split_photographs(list_photographs([renamed]), loaded, calibrate=True)
    assert [digest(path) for path in again.calibration] == sorted(calibrating)
    assert [digest(path) for path in again.evaluation] == sorted(judging)


def test_one_picture_in_many_encodings_counts_once(estimator, tmp_path):
    folder = tmp_path / "encodings"
    folder.mkdir()
    with Image.open(SHIPPED / "demo-age/golden-1.jpg") as picture:
        for quality in range(40, 96):
            picture.save(folder / f"{quality}.jpg", quality=quality)
        picture.resize((400, 300), Image.Resampling.BICUBIC).save(folder / "smaller.bmp")
        picture.save(folder / "again.webp", lossless=True)
    with pytest.raises(SettingError, match=r"1 different picture can .* \(57 files cannot\)"):
        made(estimator, folder, "fp16")


def test_nobody_whose_name_is_known_is_in_both_parts(estimator, photographs, tmp_path):
    folder = tmp_path / "people"
    folder.mkdir()
    for path in photographs.iterdir():
        person, eye = int(path.stem) // 2, ("left", "right")[int(path.stem) % 2]
        (folder / f"person{person}-{eye}.png").write_bytes(path.read_bytes())
    listing = collect(GivenPhotographs([folder], persons=person_rule("names")))
    parts = calibration_split.split_photographs(listing, gantei.load(estimator), calibrate=True)
    both = (parts.calibration, parts.evaluation)
    calibrating, judging = ({path.name.split("-")[0] for path in part} for part in both)
    assert len(calibrating) + len(judging) == COUNT // 2
    assert not calibrating & judging


def test_too_few_photographs_are_counted(estimator, photographs, tmp_path):
    few = tmp_path / "few"
    few.mkdir()
    for number in range(40):
        (few / f"{number}.png").write_bytes((photographs / f"{number}.png").read_bytes())
    (few / "bad.png").write_bytes(b"no picture")
    even = sum(int(digest(few / f"{number}.png"), 16) % 2 == 0 for number in range(40))
    with pytest.raises(SettingError, match=f"40 .* {even} for calibration and {40 - even} to mea"):
        made(estimator, few)
    assert made(estimator, few, "fp16").variant.measured_on == 40
    (few / "0.png").unlink()
    with pytest.raises(SettingError, match=r"30 different pictures can .* \(1 file cannot\)"):
        for number in range(1, 10):
            (few / f"{number}.png").unlink()
        made(estimator, few, "fp16", replace=True)


def test_bad_and_doubled_photographs_are_left_out_and_reported(
    estimator, photographs, tmp_path, capsys
):
    folder = tmp_path / "mixed"
    folder.mkdir()
    for path in photographs.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "again.png").write_bytes((photographs / "7.png").read_bytes())
    (folder / "torn.png").write_bytes((photographs / "8.png").read_bytes()[:100])
    arguments = ["optimise", str(estimator), "--precision", "fp16", "--limit", "age=1000"]
    assert main([*arguments, "--photographs", str(folder)]) == 0
    printed = capsys.readouterr().out
    assert "left out: again.png: looks the same as 7.png\n" in printed
    assert "left out: torn.png: damaged" in printed
    assert str(folder) not in printed
    assert f"difference on {COUNT} photographs" in printed


def test_no_drawn_eye_is_taken_for_another(tmp_path):
    draw_people(tmp_path / "drawn", 20, 5, scale=0.1, cameras=["A1400"])
    files = sorted((tmp_path / "drawn").rglob("*.jpg"))
    assert len(files) >= 20
    looks = calibration_split._Looks()
    for file in files:
        assert looks.alike(file.name, np.asarray(Image.open(file))) is None


@pytest.fixture
def own_temporary_folder(tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_failing_quantiser_leaves_nothing_behind(
    estimator, photographs, own_temporary_folder, monkeypatch
):
    def fail(*given, **options):
        raise RuntimeError("out of luck")

    with precision.tools():
        monkeypatch.setattr("onnxruntime.quantization.quantize_static", fail)
    with pytest.raises(ConversionError, match="out of luck"):
        made(estimator, photographs)
    assert nothing_installed()
    assert list(own_temporary_folder.iterdir()) == []


def test_an_interrupted_measurement_leaves_nothing_behind(
    estimator, photographs, own_temporary_folder
):
    steps = []

    def advance(count):
        steps.append(count)
        if len(steps) == 2 * COUNT - 3:  # while the variant is being measured
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(estimator, photographs, advance=advance)
    assert nothing_installed()
    assert list(own_temporary_folder.iterdir()) == []


@pytest.mark.parametrize("step", [COUNT + 20, 2 * COUNT - 3], ids=["quantising", "measuring"])
def test_a_killed_process_leaves_the_store_as_it_was(estimator, photographs, tmp_path, step):
    code = (
        "import os, sys; from pathlib import Path\n"
        "from gantei.photographs.listing import list_photographs\n"
        "from gantei_export.optimisation.optimiser import optimise\n"
        "steps = []\n"
        "def advance(count):\n"
        "    steps.append(count)\n"
        "    if len(steps) == int(sys.argv[3]): os._exit(9)\n"
        "listing = list_photographs([Path(sys.argv[2])])\n"
        "optimise(sys.argv[1], 'int8', listing, limits={'age': 1e6, 'male': 1}, advance=advance)\n"
    )
    command = [sys.executable, "-c", code, str(estimator), str(photographs), str(step)]
    temporary = os.environ | {"TMPDIR": str(tmp_path)}
    assert subprocess.run(command, env=temporary, check=False).returncode == 9
    assert nothing_installed()


def test_every_photograph_advances_the_bar_twice(estimator, photographs):
    steps = []
    made(estimator, photographs, advance=steps.append)
    assert sum(steps) == 2 * COUNT


def test_a_taken_name_is_refused_before_any_work(estimator, photographs):
    made(estimator, photographs, "fp16")
    steps = []
    with pytest.raises(AlreadyInstalledError, match="--replace"):
        made(estimator, photographs, "fp16", advance=steps.append)
    assert steps == []
    assert made(estimator, photographs, "fp16", replace=True).entry is not None


def test_a_variant_is_not_optimised_again(estimator, photographs):
    made(estimator, photographs, "fp16")
    with pytest.raises(SettingError, match="is a variant itself: optimise small"):
        made("small-fp16", photographs)


def test_an_unsettled_estimator_is_refused(tmp_path, photographs):
    def change(tables):
        tables["input"]["scale"] = "unknown"
        tables["basis"]["input.scale"] = {"origin": "unknown", "evidence": "nobody says"}

    estimator = write_estimator(tmp_path / "small", network(), change)
    with pytest.raises(UnsettledError):
        made(estimator, photographs)


def test_a_network_without_convolutions_and_products_has_nothing_for_int8(
    make_estimator, photographs
):
    with pytest.raises(ConversionError, match="no convolution"):
        made(make_estimator(), photographs, limits={})


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    estimator, photographs, monkeypatch
):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"\[convert,cpu\]"):
        made(estimator, photographs)


def test_the_runtimes_tools_leave_the_import_path_alone(estimator, photographs):
    before = sys.path[:]
    made(estimator, photographs)
    made(estimator, photographs, "fp16")
    assert sys.path == before


def limits(**given):
    tables = manifest_tables("small", {"age": REGRESSION, "sex": SEX}, b"")
    tables["weights"]["bytes"] = 1
    return limits_for(parse_manifest(tables, "small"), given)


def test_limits_stand_in_the_unit_of_each_value():
    assert limits() == {"age": 0.5, "male": 0.02}
    assert limits(age=0.3) == {"age": 0.3, "male": 0.02}
    with pytest.raises(SettingError, match="gives no such value; it gives age, male"):
        limits(sex=0.1)
    for wrong in (0.0, -1.0, float("nan"), float("inf")):
        with pytest.raises(SettingError, match="above 0"):
            limits(male=wrong)


def test_a_unit_without_a_default_asks_for_a_limit():
    spec = REGRESSION | {"unit": "mmHg"}
    tables = manifest_tables("small", {"pressure": spec}, b"")
    tables["weights"]["bytes"] = 1
    manifest = parse_manifest(tables, "small")
    with pytest.raises(SettingError, match=r"pressure is in mmHg.*--limit pressure=NUMBER"):
        limits_for(manifest, {})
    assert limits_for(manifest, {"pressure": 2.0}) == {"pressure": 2.0}


@pytest.mark.parametrize("given", ["age", "age=", "age=much", "=1"])
def test_a_limit_that_is_no_limit_is_refused(estimator, photographs, given, capsys):
    arguments = ["optimise", str(estimator), "--precision", "fp16", "--limit", given]
    assert main([*arguments, "--photographs", str(photographs)]) == 2
    assert "--limit" in capsys.readouterr().err


def test_labels_of_a_categorical_output_change_where_the_likeliest_class_does():
    spec = {"kind": "categorical", "classes": ["none", "mild", "severe"], "transform": "none"}
    tables = manifest_tables("small", {"stage": spec}, b"")
    tables["weights"]["bytes"] = 1
    manifest = parse_manifest(tables, "small")
    ours = [{"none": 0.5, "mild": 0.4, "severe": 0.1}, {"none": 0.1, "mild": 0.2, "severe": 0.7}]
    theirs = [{"none": 0.4, "mild": 0.5, "severe": 0.1}, {"none": 0.1, "mild": 0.3, "severe": 0.6}]
    drift = drift_of(ours, theirs, manifest, limits_for(manifest, {}))
    assert [each.changed_labels for each in drift] == [1, 1, 0]
    assert [each.largest for each in drift] == pytest.approx([0.1, 0.1, 0.1])
    assert [each.kept for each in drift] == [False] * 3


def test_memory_is_that_of_a_process_that_holds_the_network(estimator):
    peak = memory.peak_memory(estimator / "model.onnx", (SIDE, SIDE))
    if peak is None:
        pytest.skip("this system does not tell a process's peak memory")
    assert 10e6 < peak < 500e6


def test_the_variant_table_of_a_manifest_is_strict(estimator, photographs):
    entry = made(estimator, photographs, "fp16").entry
    tables = tomllib.loads((entry.folder / FILE_NAME).read_text("utf-8"))
    assert parse_manifest(tables, "variant") == entry.manifest
    tables["variant"]["drift"][0]["median"] = 1.0
    with pytest.raises(ManifestError, match="unknown key 'median'; known: value, unit, mean"):
        parse_manifest(tables, "variant")
