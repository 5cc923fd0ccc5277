import copy
import tomllib

import pytest

from gantei.catalogue.entries import SHIPPED, shipped
from gantei.errors import ManifestError
from gantei.manifests.file import FILE_NAME, manifest_of, parse_manifest, read_manifest

ENTRY = SHIPPED / "joir-sex-mobilenet" / FILE_NAME
SEX = ("joir-sex-efficientnet-b7", "joir-sex-mobilenet")
JOIR = ("joir-age-swin-b", *SEX)


@pytest.fixture
def tables():
    return tomllib.loads(ENTRY.read_text("utf-8"))


def refusal(tables):
    with pytest.raises(ManifestError) as caught:
        parse_manifest(tables, "estimator.toml")
    return str(caught.value)


def test_unknown_key_is_named_with_file_table_and_known_keys(tables):
    tables["input"]["siz"] = [224, 224]
    assert refusal(tables) == (
        "estimator.toml: [input] unknown key 'siz'; known: "
        "size, colour, crop, mirror, decoder, resampling, scale"
    )


def test_missing_key_is_named(tables):
    del tables["input"]["crop"]
    assert refusal(tables).startswith("estimator.toml: [input] missing key 'crop'; known: size")


def test_every_break_is_reported_together(tables):
    del tables["input"]["crop"]
    tables["source"]["page"] = 3
    tables["wrong"] = 1
    assert len(refusal(tables).splitlines()) == 3


@pytest.mark.parametrize(
    ("table", "key", "value", "said"),
    [
        ("input", "size", [224, "224"], "[input.size] expects [height, width]"),
        ("input", "size", [0, 224], "[input.size] expects [height, width]"),
        ("input", "size", [10**9, 224], "[input.size] expects [height, width]"),
        ("input", "colour", "grb", "[input] key 'colour'"),
        ("input", "resampling", "best", "[input] key 'resampling'"),
        ("input", "scale", 255, "[input.scale] expects 'in-graph'"),
        ("input", "scale", {"mean": [1, 2, 3]}, "[input.scale] missing key 'std'"),
        ("input", "scale", {"mean": [0, 0, 0], "std": [0, 1, 1]}, "std must be above 0"),
        ("input", "scale", {"mean": [0, 0, float("nan")], "std": [1, 1, 1]}, "3 numbers"),
        ("source", "page", "", "[source] key 'page'"),
        ("use", "intended", 1, "[use] key 'intended'"),
    ],
)
def test_wrong_values_are_named_by_table_and_key(tables, table, key, value, said):
    tables[table][key] = value
    assert said in refusal(tables)


def test_numbers_are_not_taken_from_text_nor_text_from_numbers(tables):
    tables["format"] = "2"
    assert "key 'format'" in refusal(tables)


def of_format_1(tables):
    old = copy.deepcopy(tables) | {"format": 1}
    for key in ("mirror", "decoder"):
        del old["input"][key], old["basis"][f"input.{key}"]
    return old


def test_a_manifest_of_format_1_mirrors_nothing_and_decodes_by_pillow_as_assumed(tables):
    manifest = parse_manifest(of_format_1(tables), "estimator.toml")
    assumed = {fact.key: fact.value for fact in manifest.assumed()}
    assert assumed == {"input.mirror": "none", "input.decoder": "pillow"}
    assert manifest.format == 2


def test_the_scale_that_format_1_took_from_the_layers_is_an_assumption(tables):
    old = of_format_1(tables)
    old["input"]["scale"] = "in-graph"
    old["basis"]["input.scale"] = {"origin": "file", "evidence": "a Rescaling layer"}
    manifest = parse_manifest(old, "estimator.toml")
    assert manifest.basis["input.scale"].origin == "assumed"
    assert old["basis"]["input.scale"]["origin"] == "file"  # what was read is not changed


def test_a_manifest_of_format_2_must_say_whether_eyes_are_mirrored(tables):
    del tables["input"]["mirror"]
    assert "[input] missing key 'mirror'" in refusal(tables)


@pytest.mark.parametrize("version", [0, 3, True, 1.0])
def test_a_manifest_of_an_unknown_format_is_refused(tables, version):
    assert "key 'format'" in refusal(of_format_1(tables) | {"format": version})


def test_the_positive_label_must_be_one_of_the_labels(tables):
    tables["output"]["sex"]["positive"] = "mal"
    assert "'mal' is none of the labels female, male" in refusal(tables)


@pytest.mark.parametrize("ends", [[5, 1], [0, -0.5], [1e9, 1e-9]])
def test_a_range_from_high_to_low_is_refused(tables, ends):
    tables["output"]["age"] = {"kind": "regression", "unit": "years", "scale": 1.0}
    tables["output"]["age"] |= {"offset": 0.0, "range": ends}
    assert "expects the lowest value, then the highest" in refusal(tables)


def test_an_output_of_unknown_kind_is_refused(tables):
    tables["output"]["sex"]["kind"] = "ordinal"
    assert "must be one of regression, binary, categorical" in refusal(tables)


def test_every_fact_needs_a_basis(tables):
    del tables["basis"]["input.crop"]
    assert "basis: missing key 'input.crop'" in refusal(tables)


def test_a_basis_must_belong_to_a_fact(tables):
    tables["basis"]["input.crops"] = {"origin": "file", "evidence": "x"}
    assert "basis: unknown key 'input.crops'" in refusal(tables)


def test_a_known_value_cannot_rest_on_unknown(tables):
    tables["input"]["crop"] = "none"
    assert "either both are 'unknown' or neither" in refusal(tables)


def test_an_unknown_value_cannot_rest_on_a_publisher(tables):
    tables["basis"]["input.crop"] = {"origin": "publisher", "evidence": "page 3"}
    assert "either both are 'unknown' or neither" in refusal(tables)


def test_two_values_of_one_name_are_refused(tables):
    sex = tables["output"]["sex"] | {"positive": "male"}
    tables["output"] = {"first": sex, "second": sex}
    tables["basis"] = {
        key: basis for key, basis in tables["basis"].items() if not key.startswith("output")
    } | {
        f"output.{name}.{key}": {
            "origin": "unknown" if sex[key] == "unknown" else "stated",
            "evidence": "x",
        }
        for name in ("first", "second")
        for key in ("labels", "positive", "transform")
    }
    assert "two values have one name: male, male" in refusal(tables)


def test_weights_cannot_be_named_outside_the_folder(tables):
    tables["weights"] = {"file": "../model.onnx", "sha256": "0" * 64, "bytes": 1}
    assert "[weights] key 'file'" in refusal(tables)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[input", b"a = 1\na = 2", b""])
def test_files_that_are_no_manifest_are_refused_by_name(tmp_path, content):
    path = tmp_path / "estimator.toml"
    path.write_bytes(content)
    with pytest.raises(ManifestError, match=r"estimator\.toml: "):
        read_manifest(path)


def test_a_missing_folder_is_told_with_the_command_that_names_it(tmp_path):
    with pytest.raises(ManifestError, match="no such folder; `gantei where NAME`"):
        read_manifest(tmp_path / "demo-age/estimator.toml")


def test_a_missing_file_is_a_manifest_error(tmp_path):
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "estimator.toml")


@pytest.mark.parametrize("name", SEX)
def test_what_nobody_says_of_the_published_estimators_is_unknown(name):
    entry = next(entry for entry in shipped() if entry.name == name)
    manifest = entry.manifest
    assert set(manifest.input.model_dump().values()) == {"unknown"}
    assert manifest.source.original_sha256 == manifest.source.redistribution == "unknown"
    assert entry.state == "not installed"
    assert len(manifest.unsettled()) == 9


def test_what_the_author_of_the_age_estimator_says_of_its_input_is_settled_and_sourced():
    manifest = next(entry.manifest for entry in shipped() if entry.name == "joir-age-swin-b")
    assert manifest.input.mirror == "left-eyes"
    # 0..1, less ImageNet's mean, by its deviation, as torchvision's transforms do it
    mean, std = manifest.input.scale.mean, manifest.input.scale.std
    low = [-each / by for each, by in zip(mean, std, strict=True)]
    high = [(255 - each) / by for each, by in zip(mean, std, strict=True)]
    assert low == pytest.approx([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225])
    assert high == pytest.approx([0.515 / 0.229, 0.544 / 0.224, 0.594 / 0.225])
    assert [fact.key for fact in manifest.assumed()] == ["input.crop", "input.resampling"]
    assert not manifest.unsettled()
    for fact in manifest.facts():
        if fact.basis.origin == "publisher" and fact.key != "output.age.range":
            assert "keimy1007/JOIR_age" in fact.basis.evidence


def test_the_published_figures_are_those_of_the_releases():
    reported = {
        entry.name: [(figure.metric, figure.value) for figure in entry.manifest.reported]
        for entry in shipped()
        if entry.name in JOIR
    }
    age = [("mean absolute error", 2.39)]
    assert reported == {
        "joir-age-swin-b": age,
        "joir-sex-efficientnet-b7": [("accuracy", 0.92), ("AUC", 0.971)],
        "joir-sex-mobilenet": [("accuracy", 0.912)],
    }


@pytest.mark.parametrize("name", JOIR)
def test_what_no_public_text_says_of_the_people_and_the_licence_is_unknown(name):
    manifest = next(entry.manifest for entry in shipped() if entry.name == name)
    training, evaluation = manifest.training, manifest.evaluation
    unknown = {training.years, training.cameras, training.sexes, training.consent}
    unknown |= {evaluation.place, evaluation.threshold, evaluation.calibration}
    unknown |= {evaluation.subgroups, manifest.source.contact, manifest.source.licence}
    assert unknown == {"unknown"}
    for table in (manifest.use, training, evaluation):  # and what is said has its source
        for key, text in table:
            if text != "unknown" and key != "not_intended":
                place = {"Use": "use", "Training": "training", "ReportedEvaluation": "evaluation"}
                basis = manifest.basis[f"{place[type(table).__name__]}.{key}"]
                assert basis.origin == "publisher"


def test_the_name_of_a_shipped_folder_is_that_of_its_estimator():
    assert all(entry.folder.name == entry.name for entry in shipped())


@pytest.mark.parametrize(
    "line",
    [
        ".".join(["a"] * 300_000) + " = 1",
        "x = { y = { " + " . ".join(['"a"'] * 100_000) + " = 1 } }",
        "[" + ".".join(["'a b'"] * 100_000) + "]",
    ],
)
def test_a_key_of_so_many_parts_that_reading_takes_an_hour_is_refused(line):
    with pytest.raises(ManifestError, match="more than 20 parts"):
        manifest_of(line.encode(), "estimator.toml")


@pytest.mark.parametrize("text", ["x" * 900_000, "-, " * 300_000, '"' * 900_000, "a b. " * 180_000])
def test_text_that_is_no_long_key_is_soon_told_from_one(text):
    with pytest.raises(ManifestError, match="not TOML"):
        manifest_of(text.encode(), "estimator.toml")


def test_no_more_breaks_are_named_than_a_person_reads(tables):
    lines = refusal(tables | {f"key{number}": 1 for number in range(1000)}).splitlines()
    assert len(lines) == 51
    assert lines[-1] == "estimator.toml: and 950 more"


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_no_json_holds_are_refused(tables, value):
    tables["reported"] = [
        {"metric": "AUC", "value": value, "unit": "1", "data": "made", "source": "made"}
    ]
    assert "finite number" in refusal(tables)
