"""`gantei set` and `gantei optimise --reduced-decoding`: an installed estimator is changed."""

import hashlib
import json
import shutil
import tomllib
from io import BytesIO

import numpy as np
import onnx
import pytest
import tomli_w
from PIL import Image

import gantei
from gantei.catalogue.entries import SHIPPED, store
from gantei.command_line import main
from gantei.errors import AlreadyInstalledError, ManifestError, SettingError, WeightsError
from gantei.estimator.verification import verify
from gantei.manifests.file import FILE_NAME, read_manifest
from gantei.photographs.listing import list_photographs
from gantei.system.files import ensure_folder
from gantei_export.changing import change_estimator
from gantei_export.changing.change_estimator import set_facts
from gantei_export.optimisation.limits import limits_for
from gantei_export.optimisation.reduced_decoding import permit_reduced_decoding

from ..conftest import made_picture
from .onnx_models import save, small_model

SETTLED = {"input.scale": "0..1", "output.positive": "male"}


@pytest.fixture
def imported(small_file):
    """An estimator whose scale and positive label nobody has stated."""
    assert main(["import", "my-sex", str(small_file), "--task", "sex"]) == 0
    return store.installed()["my-sex"]


def manifest_in(folder):
    return read_manifest(folder / FILE_NAME)


def state_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_is_set_is_what_an_import_with_the_same_words_would_have_made(
    imported, small_file, capsys
):
    command = [f"{fact}={value}" for fact, value in SETTLED.items()]
    assert main(["set", "my-sex", *command, "--because", "page 3"]) == 0
    assert "Ready: gantei predict DIR --with my-sex" in capsys.readouterr().out
    changed = manifest_in(imported)
    weights = (imported / "model.onnx").read_bytes()
    stated = [word for fact in command for word in ("--set", fact)]
    again = ["import", "my-sex", str(small_file), "--task", "sex", *stated, "--because", "page 3"]
    assert main([*again, "--replace"]) == 0
    assert manifest_in(imported) == changed
    assert (imported / "model.onnx").read_bytes() == weights


def test_the_onnx_files_own_metadata_follow(imported):
    set_facts("my-sex", SETTLED, "page 3")
    model = onnx.load(imported / "model.onnx")
    told = {each.key: each.value for each in model.metadata_props}
    assert told["gantei.output.sex.positive"] == "male (stated)"
    assert "gantei.output.sex.map" in told
    onnx.checker.check_model(model)


def test_golden_values_are_its_own_and_say_so(imported):
    assert manifest_in(imported).golden == []
    set_facts("my-sex", SETTLED, "page 3")
    golden = manifest_in(imported).golden
    assert [each.photograph for each in golden] == [f"golden-{n}.jpg" for n in (1, 2, 3)]
    assert all(each.source.endswith(", not the original") for each in golden)
    assert len({each.values["male"] for each in golden}) == 3
    (report,) = verify(["my-sex"], golden=True)
    assert (report.golden, report.problems) == (3, ())
    before = golden[0].values["male"]
    set_facts("my-sex", {"input.scale": "-1..1"}, "a mail")
    assert manifest_in(imported).golden[0].values["male"] != before
    assert verify(["my-sex"], golden=True)[0].golden == 3


def test_golden_photographs_of_a_mirroring_network_are_of_both_eyes(imported):
    set_facts("my-sex", SETTLED, "page 3")
    before = [each.values["male"] for each in manifest_in(imported).golden]
    set_facts("my-sex", {"input.mirror": "left-eyes"}, "page 4")
    golden = manifest_in(imported).golden
    assert [each.eye for each in golden] == ["left", "right", "left"]
    same = [each.values["male"] == old for each, old in zip(golden, before, strict=True)]
    assert same == [False, True, False]
    assert verify(["my-sex"], golden=True)[0].golden == 3


def test_the_provenance_tells_what_was_changed(imported):
    set_facts("my-sex", SETTLED, "page 3")
    kept = json.loads((imported / "provenance.json").read_text())
    assert kept["changed"] == [{"facts": ["input.scale", "output.sex.positive"]}]
    assert kept["original"]["file"] == "small.h5"


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"output.transform": "sigmoid"}, "the file itself says none"),
        ({"input.crop": "round"}, "crop"),
        ({"input.nothing": "1"}, "unknown fact"),
        ({"input.size": "9"}, "the file itself says"),
    ],
)
def test_what_cannot_be_leaves_everything_as_it_was(imported, settings, said, capsys):
    before = state_of(imported)
    facts = [f"{key}={value}" for key, value in (SETTLED | settings).items()]
    assert main(["set", "my-sex", *facts, "--because", "x"]) == 2
    assert said in capsys.readouterr().err
    assert state_of(imported) == before
    assert [path.name for path in store.folder().iterdir() if path.is_dir()] == ["my-sex"]


def test_a_signed_estimator_is_copied_and_never_changed(imported, publisher):
    assert main(["sign", str(imported), "--key", str(publisher.key)]) == 0
    before = state_of(imported)
    with pytest.raises(SettingError, match="is signed, and is not changed; name a copy"):
        set_facts("my-sex", SETTLED, "page 3")
    entry = set_facts("my-sex", SETTLED, "page 3", new_name="my-settled")
    assert state_of(imported) == before
    assert before.keys() - {path.name for path in entry.folder.iterdir()} == {"model.sig"}
    assert gantei.load("my-settled").manifest.name == "my-settled"
    with pytest.raises(AlreadyInstalledError):
        set_facts("my-sex", SETTLED, "page 3", new_name="my-settled")


def test_what_comes_with_gantei_or_lies_elsewhere_needs_a_name(imported, tmp_path):
    with pytest.raises(SettingError, match=r"not in the store.* --name demo-sex-changed"):
        set_facts("demo-sex", {"input.crop": "none"}, "x")
    shutil.copytree(imported, tmp_path / "here")
    with pytest.raises(SettingError, match="not in the store"):
        set_facts(str(tmp_path / "here"), SETTLED, "x")
    with pytest.raises(SettingError, match="a name of the catalogue"):
        set_facts("my-sex", SETTLED, "x", new_name="joir-age-swin-b")


@pytest.mark.parametrize("place", [0, 2, 100, -100, -1])
def test_damaged_weights_are_not_given_a_new_digest(imported, place):
    path = imported / "model.onnx"
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(bytes(content))
    with pytest.raises(WeightsError, match="not the file that its manifest describes"):
        set_facts("my-sex", SETTLED, "x")


def with_weights(folder, content):
    """Let a manifest describe other weights."""
    path = folder / FILE_NAME
    tables = tomllib.loads(path.read_text("utf-8"))
    tables["weights"] |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    path.write_text(tomli_w.dumps(tables), "utf-8")
    (folder / "model.onnx").write_bytes(content)


def test_weights_that_are_no_onnx_file_or_lie_elsewhere_are_refused(imported):
    model = onnx.load(imported / "model.onnx")
    with_weights(imported, b"\xff" * 100)
    with pytest.raises(WeightsError, match="is no ONNX file"):
        set_facts("my-sex", SETTLED, "x")
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="estimator.toml")
    with_weights(imported, model.SerializeToString())
    with pytest.raises(WeightsError, match="lie in another file, which is never opened"):
        set_facts("my-sex", SETTLED, "x")


@pytest.mark.parametrize("kept", [{"after": "pixels"}, {"after": "convolution", "gamma": [1]}, 3])
def test_statistics_in_a_damaged_provenance_are_refused_in_words(imported, kept):
    path = imported / "provenance.json"
    if kept != 3:
        numbers = dict.fromkeys(("mean", "deviation", "gamma", "beta"), [1.0] * 5)
        kept = {"layer": "bn", **numbers, **kept}
    path.write_text(json.dumps(json.loads(path.read_text()) | {"first_normalization": kept}))
    with pytest.raises(ManifestError, match=r"provenance\.json: first_normalization is damaged"):
        set_facts("my-sex", SETTLED, "x")


def test_answers_of_the_publisher_are_not_told_of_an_estimator_that_was_changed(imported):
    path = imported / "provenance.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"published_answers": [1]}))
    set_facts("my-sex", SETTLED, "x")
    assert "published_answers" not in json.loads(path.read_text())


@pytest.mark.parametrize("classes", ["a,b", "a,b,c,d"])
def test_other_labels_than_the_network_has_are_refused_whatever_else_is_open(tmp_path, classes):
    model = small_model()
    dense = np.ones((4, 3), np.float32)
    model.graph.initializer[1].CopyFrom(onnx.numpy_helper.from_array(dense, "dense"))
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 3
    file = save(tmp_path / "net.onnx", model)
    assert main(["import", "my-kind", str(file), "--task", "categorical"]) == 0
    with pytest.raises(SettingError, match=r"labels .* the network gives 3 values"):
        set_facts("my-kind", {"output.classes": classes}, "x")
    set_facts("my-kind", {"output.classes": "a,b,c"}, "x")


def test_an_interrupted_change_leaves_the_estimator_as_it_was(imported, monkeypatch):
    before = state_of(imported)

    def interrupted(*given):
        raise KeyboardInterrupt

    monkeypatch.setattr(change_estimator, "write_folder", interrupted)
    with pytest.raises(KeyboardInterrupt):
        set_facts("my-sex", SETTLED, "x")
    assert state_of(imported) == before


def test_the_number_of_labels_must_be_the_networks(imported):
    with pytest.raises(SettingError, match=r"no fact 'output.sex.classes'"):
        set_facts("my-sex", SETTLED | {"output.classes": "a,b,c"}, "x")


# Decoding at reduced size


@pytest.fixture
def large_photographs(tmp_path):
    """40 JPEGs large enough for an input of 8 px, and one that is not."""
    folder = tmp_path / "large"
    folder.mkdir()
    for number in range(40):
        Image.fromarray(made_picture(number, 1700)).save(folder / f"{number}.jpg", quality=60)
    Image.fromarray(made_picture(50, 300)).save(folder / "small.jpg")
    return list_photographs([folder])


@pytest.fixture
def in_store(make_estimator):
    """A settled estimator of the store; it answers the mean of its input."""
    folder = ensure_folder(store.folder()) / "made"
    shutil.move(make_estimator(), folder)
    return folder


def jpeg(seed):
    file = BytesIO()
    Image.fromarray(made_picture(seed, 1700)).save(file, "JPEG", quality=60)
    return file.getvalue()


def test_reduced_decoding_is_permitted_by_a_measurement_and_written_down(
    in_store, large_photographs
):
    before = gantei.load("made").prepare(jpeg(3))
    limits = {"age": 0.5}
    permitted = permit_reduced_decoding("made", large_photographs, limits=limits)
    assert [name for name, _ in permitted.left_out] == ["small.jpg"]
    manifest = manifest_in(in_store)
    assert manifest.reduced_decoding == permitted.measured
    assert permitted.measured.measured_on == 40
    assert 0 < permitted.measured.drift[0].largest <= 0.5
    assert not np.array_equal(gantei.load("made").prepare(jpeg(3)), before)
    kept = json.loads((in_store / "provenance.json").read_text())
    assert kept["changed"][0]["reduced_decoding"]["measured_on"] == 40
    assert "decoded at reduced size" in (in_store / "card.md").read_text("utf-8")


def test_above_a_limit_every_photograph_is_decoded_in_full_as_before(
    in_store, large_photographs, capsys
):
    before = state_of(in_store)
    folder = str(large_photographs.photographs[0].source.parent)
    command = ["optimise", "made", "--reduced-decoding", "--photographs", folder]
    assert main([*command, "--limit", "age=0.0000001"]) == 1
    assert "broken" in capsys.readouterr().out
    assert state_of(in_store) == before


def test_an_exact_and_a_reduced_estimator_beside_each_other_answer_as_alone(
    in_store, large_photographs
):
    copy = permit_reduced_decoding(
        "made", large_photographs, limits={"age": 0.5}, new_name="made-reduced"
    ).entry
    from gantei.inference.pipeline import estimate

    both = [gantei.load("made"), gantei.load(copy.name)]
    alone = [each.predict(jpeg(3))[0].values for each in both]
    assert alone[0] != alone[1]
    for order in (both, both[::-1]):
        (answer,) = estimate([jpeg(3)], order)
        assert list(answer.values) == (alone if order is both else alone[::-1])


def test_the_run_manifest_says_which_decoding_it_was(in_store, large_photographs, tmp_path):
    photograph = str(large_photographs.photographs[0].source)
    for name, expected in (("made", "full"), ("demo-age", "reduced")):
        table = tmp_path / f"{name}.csv"
        assert main(["predict", photograph, "--with", name, "--out", str(table)]) == 0
        run = json.loads((tmp_path / f"{name}.csv.run.json").read_text())
        assert run["estimators"][0]["decoding"] == expected


def test_too_few_or_picked_out_pixels_are_no_measurement(in_store, large_photographs):
    few = type(large_photographs)(large_photographs.photographs[:20], 0)
    with pytest.raises(SettingError, match=r"20 of the photographs.*32 are needed"):
        permit_reduced_decoding("made", few, limits={"age": 1})
    set_facts("made", {"input.resampling": "nearest"}, "a mail")
    with pytest.raises(SettingError, match="decoded in full; there is nothing to permit"):
        permit_reduced_decoding("made", large_photographs, limits={"age": 1})


@pytest.mark.parametrize("name", ["demo-age", "demo-sex"])
def test_the_demo_estimators_may_decode_at_reduced_size_and_say_what_was_measured(name):
    from gantei.catalogue.entries import find
    from gantei_export.optimisation.reduced_decoding import REDUCED_DEFAULTS

    manifest = find(name).manifest
    measured = manifest.reduced_decoding
    assert measured.measured_on >= 100
    assert {each.value: each.limit for each in measured.drift} == limits_for(
        manifest, {}, REDUCED_DEFAULTS
    )
    assert all(each.kept for each in measured.drift)


def test_what_takes_the_place_of_the_publishers_words_is_said(capsys):
    shutil.copytree(SHIPPED / "demo-age", store.folder() / "copied")
    path = store.folder() / "copied" / FILE_NAME
    path.write_text(path.read_text("utf-8").replace('name = "demo-age"', 'name = "copied"'))
    words = ["output.age.scale=2", "output.age.offset=0", "--because", "a mail"]
    assert main(["set", "copied", *words]) == 0
    said = capsys.readouterr().out
    assert "output.age.scale = 2 takes the place of what its publisher says: 1\n" in said
    assert "output.age.offset = 0 takes the place" not in said  # it is the same


def test_a_factor_alone_leaves_an_offset_that_is_known(small_file):
    file = [str(small_file), "--task", "regression", "--because", "a mail"]
    assert main(["import", "my-age", *file, "--set", "output.scale=100"]) == 0
    assert manifest_in(store.installed()["my-age"]).output["estimate"].offset == 0
    assert main(["set", "my-age", "output.offset=5", "--because", "a mail"]) == 0
    assert main(["set", "my-age", "output.scale=50", "--because", "another"]) == 0
    assert manifest_in(store.installed()["my-age"]).output["estimate"].offset == 5


def test_a_factor_that_gives_every_photograph_the_same_value_is_refused(small_file, capsys):
    file = [str(small_file), "--task", "regression", "--because", "a mail"]
    assert main(["import", "my-age", *file, "--set", "output.scale=0"]) == 2
    assert "scale: 0 would give every photograph the same value" in capsys.readouterr().err
