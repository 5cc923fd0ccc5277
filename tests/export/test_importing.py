"""`gantei import`: what a file tells, what stays unknown, and what is refused."""

import dataclasses
import json
import os
import shlex
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from PIL import Image

import gantei
from gantei.catalogue import store
from gantei.catalogue.entries import shipped
from gantei.command_line import main
from gantei.errors import ConversionError
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei_export.file_kinds.downloaded_file import downloaded_file
from gantei_export.keras_conversion.keras_converter import convert
from gantei_export.manifest_draft.draft_tables import fill_in, known_tables

from .hand_written import small_network, write


def run(*arguments):
    return main(["import", *map(str, arguments)])


def settle(*facts):
    return [*(word for fact in facts for word in ("--set", fact)), "--because", "page 3"]


def facts(name):
    manifest = read_manifest(store.installed()[name] / FILE_NAME)
    return {fact.key: (fact.value, fact.basis.origin) for fact in manifest.facts()}


def headed(path, activation, units=1):
    """A hand-written file whose last layer has that activation and so many units."""
    config, weights = small_network()
    head = config["config"]["layers"][-1]["config"]
    head |= {"activation": activation, "units": units}
    random = np.random.default_rng(1)
    name, arrays = list(weights.items())[-1]
    kernel, bias = arrays
    width = arrays[kernel].shape[0]
    weights[name] = {
        kernel: random.normal(size=(width, units)).astype(np.float32),
        bias: random.normal(size=units).astype(np.float32),
    }
    return write(path, config, weights)


def test_what_the_file_tells_is_of_basis_file_and_the_rest_is_not(small_file):
    assert run("my-sex", small_file, "--task", "sex") == 0
    known = facts("my-sex")
    assert known["input.size"][1] == "file"
    assert known["output.sex.transform"] == ("none", "file")
    assert known["input.scale"] == ("unknown", "unknown")
    assert known["output.sex.positive"] == ("unknown", "unknown")
    assert {known[f"input.{key}"][1] for key in ("colour", "crop", "resampling")} == {"assumed"}


def test_the_report_lists_what_is_still_to_be_settled(small_file, capsys):
    run("my-sex", small_file, "--task", "sex")
    text = capsys.readouterr().out
    text, _, open_facts = text.partition("To be settled before it predicts:\n")
    assert [line.split()[0] for line in open_facts.splitlines()[1:3]] == [
        "input.scale",
        "output.sex.positive",
    ]
    assert "-1..1" in open_facts and "gantei set my-sex input.scale=…" in open_facts
    assert [line.split()[0] for line in text.splitlines() if line.startswith("input.")] == [
        "input.size",
        "input.colour",
        "input.crop",
        "input.mirror",
        "input.decoder",
        "input.resampling",
        "input.scale",
    ]


def test_an_unsettled_import_does_not_predict(small_file):
    run("my-sex", small_file, "--task", "sex")
    with pytest.raises(gantei.UnsettledError, match=r"input\.scale, output\.sex\.positive"):
        gantei.load("my-sex")


def test_stated_facts_settle_it_and_keep_the_users_words(small_file, capsys):
    arguments = settle("input.scale=-1..1", "output.positive=male")
    assert run("my-sex", small_file, "--task", "sex", *arguments) == 0
    assert "Ready: gantei predict" in capsys.readouterr().out
    manifest = read_manifest(store.installed()["my-sex"] / FILE_NAME)
    assert manifest.basis["output.sex.positive"].origin == "stated"
    assert manifest.basis["output.sex.positive"].evidence == "page 3"
    assert manifest.input.scale.mean == (127.5, 127.5, 127.5)


def test_the_command_that_is_suggested_settles_what_is_unsettled(small_file, capsys):
    run("my-sex", small_file, "--task", "sex")
    suggested = shlex.split(capsys.readouterr().out.splitlines()[-1])
    values = {"input.scale": "-1..1", "output.sex.positive": "male"}
    filled = [
        f"{word[:-1]}{values[word[:-2]]}" if word[:-2] in values else word.replace("…", "page 3")
        for word in suggested[1:]
    ]
    assert filled[0] == "set"
    small_file.unlink()  # it is not needed any more
    assert main(filled) == 0
    assert "Ready: " in capsys.readouterr().out


def test_what_was_stated_of_the_same_file_stays_stated_and_is_told(small_file, capsys):
    run("my-sex", small_file, "--task", "sex", *settle("input.scale=0..1"))
    assert "Stated before" not in capsys.readouterr().out
    run("my-sex", small_file, "--replace", *settle("output.positive=male"))
    assert "Stated before of this file, and kept: input.scale\n" in capsys.readouterr().out
    run("my-sex", small_file, "--replace", *settle("input.scale=-1..1"))  # stated anew, so not kept
    assert "Stated before of this file, and kept: output.sex.positive\n" in capsys.readouterr().out
    assert facts("my-sex")["input.scale"][1] == "stated"
    assert gantei.load("my-sex").manifest.unsettled() == ()


def test_what_was_stated_of_another_file_is_forgotten(small_file, tmp_path):
    run("my-sex", small_file, "--task", "sex", *settle("input.scale=0..1"))
    run("my-sex", headed(tmp_path / "other.h5", "sigmoid"), "--replace")
    assert facts("my-sex")["input.scale"] == ("unknown", "unknown")


def test_a_file_that_contradicts_the_publisher_is_refused(small_file, monkeypatch, capsys):
    from gantei_export.importing import importer

    known = importer.known_tables

    def with_a_size(manifest):
        tables = known(manifest)
        tables["input"]["size"] = [299, 299]
        return tables

    monkeypatch.setattr(importer, "known_tables", with_a_size)
    assert run("joir-sex-mobilenet", small_file) == 2
    assert "its publisher says input.size = [299, 299], the file" in capsys.readouterr().err


def test_converting_without_its_extra_names_the_command(small_file):
    code = (
        "import sys; sys.modules['h5py'] = None; "
        "from gantei.command_line import main; exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", code, "import", "my-sex", str(small_file), "--task", "sex"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert '[convert]"' in done.stderr


def test_swapped_labels_swap_the_name_of_the_value_and_not_its_number(small_file):
    picture = np.random.default_rng(3).integers(0, 255, (40, 40, 3), np.uint8)
    values = {}
    for label in ("male", "female"):
        name = f"my-{label}"
        arguments = settle("input.scale=-1..1", f"output.positive={label}")
        run(name, small_file, "--task", "sex", *arguments)
        values |= gantei.load(name).predict(picture)[0].values
    assert values["male"] == values["female"]


def test_the_installed_estimator_answers_what_the_network_computes(small_file):
    _, weights = small_network()
    run("my-sex", small_file, "--task", "sex", *settle("input.scale=0..1", "output.positive=male"))
    estimator = gantei.load("my-sex")
    height, width = estimator.manifest.input.size
    picture = np.random.default_rng(3).integers(0, 255, (height, width, 3), np.uint8)
    kernel, bias = (weights["conv"][f"conv/{part}:0"] for part in ("kernel", "bias"))
    padded = np.pad(picture / 255, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), (0, 1))
    maps = np.maximum(np.einsum("hwcij,ijco->hwo", windows, kernel) + bias, 0)
    head = list(weights.values())[-1].values()
    dense, last = head
    logit = maps.mean((0, 1)) @ dense + last
    expected = 1 / (1 + np.exp(-logit))
    np.testing.assert_allclose(estimator.predict(picture)[0].values["male"], expected, atol=1e-5)


def test_age_stays_unsettled_until_somebody_states_its_scale(tmp_path):
    file = headed(tmp_path / "age.h5", "linear")
    run("my-age", file, "--task", "age", *settle("input.scale=-1..1"))
    assert facts("my-age")["output.age.scale"] == ("unknown", "unknown")
    run(
        "my-age",
        file,
        "--task",
        "age",
        "--replace",
        *settle("input.scale=-1..1", "output.scale=100"),
    )
    assert facts("my-age")["output.age.scale"] == (100.0, "stated")
    assert facts("my-age")["output.age.offset"] == (0.0, "stated")


def test_a_linear_output_of_a_sex_estimator_may_be_a_logit_and_nobody_guesses(tmp_path):
    run("my-sex", headed(tmp_path / "sex.h5", "linear"), "--task", "sex")
    assert facts("my-sex")["output.sex.transform"] == ("unknown", "unknown")


def test_two_softmax_units_need_their_order_stated(tmp_path):
    file = headed(tmp_path / "sex.h5", "softmax", units=2)
    run("my-sex", file, "--task", "sex")
    assert facts("my-sex")["output.sex.classes"] == ("unknown", "unknown")
    arguments = settle("input.scale=-1..1", "output.classes=female,male")
    run("my-sex", file, "--task", "sex", "--replace", *arguments)
    values = gantei.load("my-sex").predict(np.full((30, 30, 3), (90, 40, 20), np.uint8))[0].values
    assert list(values) == ["female", "male"]
    assert sum(values.values()) == pytest.approx(1)


def test_the_number_of_classes_must_be_the_networks(tmp_path, capsys):
    file = headed(tmp_path / "grade.h5", "softmax", units=3)
    arguments = settle("input.scale=-1..1", "output.classes=none,mild")
    assert run("my-grade", file, "--task", "categorical", *arguments) == 2
    assert "2 labels were stated (none, mild), and the network gives 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("activation", "units", "task", "said"),
    [
        ("softmax", 5, "sex", "the task sex takes one or two"),
        ("softmax", 5, "age", "the task age takes one number"),
        ("sigmoid", 1, "categorical", "the task categorical takes two or more"),
    ],
)
def test_outputs_that_are_not_the_tasks_are_refused(
    activation, units, task, said, tmp_path, capsys
):
    file = headed(tmp_path / "file.h5", activation, units)
    assert run("mine", file, "--task", task) == 2
    assert said in capsys.readouterr().err
    assert store.installed() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "input.scale=0..1"], 'what is set needs --because "who said so'),
        (["--because", "x"], "--because goes with --set"),
        (settle("input.scale=127"), "expects in-graph, 0..255, 0..1, -1..1, or MEAN"),
        (settle("input.scales=0..1"), "unknown fact 'input.scales'; known: input.size"),
        (settle("output.positive=mal"), "none of the labels female, male"),
        (settle("output.scale=1"), "has no fact 'output.sex.scale'"),
        (settle("input.size=224"), "it cannot be another"),
        (settle("input.crop=maybe"), "[input] key 'crop'"),
        (["--set", "input.scale", "--because", "x"], "expects FACT=VALUE"),
        (settle("input.crop=none", "input.crop=disc"), "given twice"),
    ],
)
def test_settings_that_make_no_sense_are_refused(arguments, said, small_file, capsys):
    assert run("my-sex", small_file, "--task", "sex", *arguments) == 2
    assert said in capsys.readouterr().err
    assert store.installed() == {}


def test_an_entry_of_the_catalogue_keeps_its_facts_and_gains_the_files(small_file):
    # The hand-written network is no known architecture, so nothing contradicts the entry.
    assert run("joir-sex-mobilenet", small_file) == 0
    manifest = read_manifest(store.installed()["joir-sex-mobilenet"] / FILE_NAME)
    assert manifest.source.citation.startswith("Miyake M")
    assert manifest.source.original_file == "small.h5"
    assert manifest.basis["output.sex.labels"].origin == "publisher"


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("mine", [], "add --task, one of age, sex"),
        ("../mine", ["--task", "sex"], "words of a-z and 0-9"),
        ("Mine", ["--task", "sex"], "words of a-z and 0-9"),
        ("joir-sex-mobilenet", ["--task", "age"], "is of the task sex, not age"),
    ],
)
def test_names_that_cannot_be_are_refused(name, arguments, said, small_file, capsys):
    assert run(name, small_file, *arguments) == 2
    assert said in capsys.readouterr().err


def test_an_installed_estimator_is_replaced_only_when_asked(small_file, capsys):
    run("my-sex", small_file, "--task", "sex")
    assert run("my-sex", small_file, "--task", "sex") == 2
    assert "--replace" in capsys.readouterr().err
    assert run("my-sex", small_file, "--task", "sex", "--replace") == 0


def test_a_failed_import_leaves_nothing_and_keeps_what_was_there(small_file, tmp_path, own_store):
    run("my-sex", small_file, "--task", "sex")
    before = sorted(path.name for path in own_store.rglob("*"))
    broken = tmp_path / "broken.h5"
    broken.write_bytes(small_file.read_bytes()[:-500])
    assert run("my-sex", broken, "--task", "sex", "--replace") == 2
    assert sorted(path.name for path in own_store.rglob("*")) == before


def test_the_folder_holds_manifest_weights_card_and_provenance(small_file):
    run("my-sex", small_file, "--task", "sex")
    folder = store.installed()["my-sex"]
    assert sorted(path.name for path in folder.iterdir()) == [
        "card.md",
        "estimator.toml",
        "model.onnx",
        "provenance.json",
    ]
    provenance = json.loads((folder / "provenance.json").read_text())
    assert provenance["original"]["bytes"] == small_file.stat().st_size
    assert provenance["verification"] is None
    assert "my-sex" in (folder / "card.md").read_text("utf-8")


def test_the_onnx_file_carries_the_essentials_itself(small_file):
    import onnx

    run("my-sex", small_file, "--task", "sex")
    model = onnx.load(store.installed()["my-sex"] / "model.onnx")
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    assert metadata["gantei.name"] == "my-sex"
    assert metadata["gantei.output.sex.positive"] == "unknown (unknown)"


def test_the_same_import_gives_the_same_bytes(small_file):
    contents = []
    for _ in range(2):
        run("my-sex", small_file, "--task", "sex", "--replace")
        folder = store.installed()["my-sex"]
        contents.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert contents[0] == contents[1]


def test_no_tensorflow_is_imported_by_an_import(small_file):
    code = (
        "import sys; from gantei.command_line import main; code = main(sys.argv[1:]); "
        "print([name for name in sys.modules if name.startswith(('tensorflow', 'keras', 'tf_'))])"
    )
    command = [sys.executable, "-c", code, "import", "my-sex", str(small_file), "--task", "sex"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.splitlines()[-1] == "[]"


def zipped(path, *members, **options):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **options) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return path


def test_a_zip_that_holds_one_file_is_unpacked(small_file, tmp_path):
    content = small_file.read_bytes()
    archive = zipped(
        tmp_path / "sex.zip",
        ("model/README.txt", b"hello"),
        ("model/sex.h5", content),
        ("__MACOSX/model/._sex.h5", b"x"),
    )
    assert run("my-sex", archive, "--task", "sex") == 0
    manifest = read_manifest(store.installed()["my-sex"] / FILE_NAME)
    assert manifest.source.original_file == "sex.zip"


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ([("a.txt", b"x")], "it holds none"),
        ([("a.h5", b"x"), ("b.h5", b"y")], "it holds a.h5, b.h5"),
        ([("../a.h5", b"x")], "would lie outside"),
        ([("/a.h5", b"x")], "would lie outside"),
        ([("a\\..\\..\\b.h5", b"x")], "would lie outside"),
        ([("C:/a.h5", b"x")], "would lie outside"),
        ([("a.h5", bytes(150_000_000))], "claims 150000000 bytes"),
        ([("a.h5", b"no hdf5")], "HDF5"),
    ],
)
def test_archives_that_deceive_are_refused(members, said, tmp_path, capsys):
    assert run("mine", zipped(tmp_path / "a.zip", *members), "--task", "sex") == 2
    assert said in capsys.readouterr().err
    assert store.installed() == {}


def test_a_member_that_is_longer_than_it_claims_is_cut_off(small_file, tmp_path):
    content = small_file.read_bytes()
    archive = zipped(tmp_path / "a.zip", ("a.h5", content))
    data = bytearray(archive.read_bytes())
    claimed = len(content).to_bytes(4, "little")
    for start in (i for i in range(len(data)) if data[i : i + 4] == claimed):
        data[start : start + 4] = (1000).to_bytes(4, "little")
    archive.write_bytes(data)
    with pytest.raises(gantei.ConversionError), downloaded_file(archive):
        pass


@pytest.mark.parametrize("cut", [1, 30, 500])
def test_a_truncated_archive_is_refused(cut, small_file, tmp_path, capsys):
    archive = zipped(tmp_path / "a.zip", ("a.h5", small_file.read_bytes()))
    archive.write_bytes(archive.read_bytes()[:-cut])
    assert run("mine", archive, "--task", "sex") == 2
    assert "cannot be unpacked" in capsys.readouterr().err


def test_a_missing_file_is_named(tmp_path, capsys):
    assert run("mine", tmp_path / "nowhere.h5", "--task", "sex") == 2
    assert "nowhere.h5: no such file" in capsys.readouterr().err


@pytest.mark.reference
def test_verify_writes_the_difference_from_keras_into_the_provenance(tmp_path, capsys):
    keras = pytest.importorskip("tf_keras")
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.layers.Input((32, 32, 3)),
            keras.layers.Conv2D(4, 3, activation="relu"),
            keras.layers.GlobalAveragePooling2D(),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    with pytest.warns(UserWarning, match="HDF5"):
        model.save(tmp_path / "sex.h5")
    arguments = settle("input.scale=-1..1", "output.positive=male")
    assert run("my-sex", tmp_path / "sex.h5", "--task", "sex", "--verify", *arguments) == 0
    assert "largest difference from the original: " in capsys.readouterr().out
    folder = store.installed()["my-sex"]
    verification = json.loads((folder / "provenance.json").read_text())["verification"]
    assert verification["pictures"] == 8
    assert 0 <= verification["largest_difference"] <= 1e-4
    compared = f"{verification['largest_difference']:.1e} of tf_keras {keras.__version__}"
    for row in gantei.load("my-sex").manifest.golden:
        assert row.source.endswith(f", whose network was within {compared} on 8 pictures")

    picture = np.random.default_rng(5).integers(0, 255, (32, 32, 3), np.uint8)
    expected = model.predict(picture[None] / 127.5 - 1, verbose=0)[0, 0]
    Image.fromarray(picture).save(tmp_path / "picture.png")
    actual = gantei.load("my-sex").predict(tmp_path / "picture.png")[0].values["male"]
    assert actual == pytest.approx(float(expected), abs=1e-5)


@pytest.fixture
def known_as_b7(small_file):
    """The tables of a catalogue's EfficientNet-B7, and facts of a file that fits but for that."""
    manifests = [entry.manifest for entry in shipped()]
    known = next(each for each in manifests if each.architecture == "EfficientNet-B7")
    return known_tables(known), convert(small_file).facts


def test_a_file_of_another_architecture_is_not_taken_for_the_catalogues(known_as_b7):
    tables, facts = known_as_b7
    facts = dataclasses.replace(facts, architecture="EfficientNet-B6")
    with pytest.raises(ConversionError, match="and the file is of EfficientNet-B6"):
        fill_in(tables, facts, "weights.h5")


def test_an_architecture_that_is_not_recognised_stays_the_publishers_and_is_said(known_as_b7):
    tables, facts = known_as_b7
    assert facts.architecture is None
    fill_in(tables, facts, "weights.h5")
    assert tables["architecture"] == "EfficientNet-B7"
    assert "not recognised from the file" in tables["basis"]["architecture"]["evidence"]
