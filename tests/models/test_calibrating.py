"""Calibrating an estimator: its record, whom it is made on, and what is refused."""

import json

import numpy as np
import pytest

import gantei
from gantei.calibrations.calibration_file import calibration_json
from gantei.calibrations.calibration_store import calibration_folder
from gantei.calibrations.embedding_distance import relative_distances
from gantei.catalogue.entries import find
from gantei.errors import AlreadyInstalledError, OutputError, SettingError
from gantei.system.memory_limit import MemoryLimit
from gantei.table_files import parquet_batches

from .calibratable import tell_of, write_embeddings, write_tables
from .evaluated import AGE, SEX, people, write_labels

pytest.importorskip("scipy", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")


@pytest.fixture
def ages(tmp_path):
    records = [each | {"patient": each["person"]} for each in people(200)]
    columns = ("photograph", "person", "age", "sex", "camera", "patient")
    return write_tables(tmp_path, "demo-age", AGE, records=records, columns=columns)


@pytest.fixture
def sexes(tmp_path):
    return write_tables(tmp_path, "demo-sex", SEX)


def line_of(ages, **options):
    results, labels, _ = ages
    made = gantei.calibrate("demo-age", results, labels, site="clinic", **options)
    return made.outputs["age"], made


def test_a_number_gets_the_line_of_real_values_on_estimates_by_weights_of_persons(ages):
    record, made = line_of(ages)
    real = np.array([float(each["age"]) for each in ages[2]])
    estimates = np.array([each["demo-age.age"] for each in ages[2]])
    slope, intercept = np.polyfit(estimates, real, 1)  # everybody has two photographs
    assert (record.intercept, record.slope) == pytest.approx((intercept, slope), abs=1e-4)
    assert record.unit == "years"
    assert record.people == made.people.people == 200
    assert sum(each.people for each in record.bands) == 200
    assert min(each.people for each in record.bands) >= 50
    assert 0.85 < record.covered_at_least < 0.89
    assert all(each.down > 0 and each.up > 0 for each in record.bands)


def test_it_is_kept_under_its_site_bound_to_weights_and_labels(ages):
    _, made = line_of(ages)
    (file,) = calibration_folder("demo-age", "clinic").iterdir()
    assert file.read_bytes() == calibration_json(made)
    weights = find("demo-age").manifest.weights
    assert made.estimator == "demo-age"
    assert made.weights_sha256 == weights.sha256
    assert (made.level, made.people.photographs) == (0.9, 400)
    with pytest.raises(AlreadyInstalledError, match="--replace"):
        line_of(ages)
    assert line_of(ages, replace=True)[1].outputs == made.outputs


def test_the_record_counts_people_and_names_nobody(ages):
    _, made = line_of(ages)
    assert made.people.cameras == {"A": 134, "B": 134, "C": 132}
    assert sum(made.people.sexes.values()) == 200
    low, high = made.people.ages
    assert (low, high) == (20, 80)
    told = calibration_json(made).decode()
    assert not any(each["photograph"] in told for each in ages[2])


def test_the_order_of_rows_changes_nothing(tmp_path):
    records = people(120)
    one, other = tmp_path / "one", tmp_path / "other"
    for folder, rows in ((one, records), (other, records[::-1])):
        folder.mkdir()
        results, labels, _ = write_tables(folder, "demo-age", AGE, records=rows)
        gantei.calibrate("demo-age", results, labels, site=folder.name)
    first, second = (
        json.loads((calibration_folder("demo-age", site) / "calibration.json").read_text())
        for site in ("one", "other")
    )
    assert first["outputs"] == second["outputs"]


def test_probabilities_get_a_line_on_their_logits(sexes):
    linear_model = pytest.importorskip("sklearn.linear_model")
    results, labels, records = sexes
    made = gantei.calibrate("demo-sex", results, labels, site="clinic")
    chances = np.array([each["demo-sex.male"] for each in records])
    male = np.array([each["sex"] == "male" for each in records])
    judge = linear_model.LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-13)
    judge.fit(np.log(chances / (1 - chances))[:, None], male)
    record = made.outputs["sex"]
    assert record.classes == ("female", "male")
    assert record.slope == pytest.approx(float(judge.coef_[0, 0]), rel=1e-9)
    assert record.intercepts[0] == pytest.approx(float(judge.intercept_[0]), abs=1e-9)
    assert np.linalg.eigvalsh(np.array(record.covariance)).min() > 0


def test_labels_in_memory_do_as_well(sexes):
    results, _, records = sexes
    made = gantei.calibrate("demo-sex", results, records, site="clinic", camera="camera")
    assert made.people.people == 200


def test_embeddings_give_a_reference_in_which_no_row_stands(ages):
    vectors = write_embeddings(ages[0], 400)
    _, made = line_of(ages, embeddings=vectors)
    rows = np.load(vectors)
    distances = relative_distances(rows, made.embeddings)
    assert np.mean(distances > 1) < 0.05
    assert relative_distances(rows[:1] + 30, made.embeddings)[0] > 3
    for vector in (made.embeddings.mean, *made.embeddings.directions):
        assert np.abs(rows - np.array(vector, np.float32)).max(axis=1).min() > 0.1
    assert 0.5 < made.embeddings.rest**0.5 < 1
    steps = np.array(made.embeddings.mean) / 0.25  # at most half of that
    assert (steps == np.round(steps)).all()


def test_embeddings_of_another_run_or_a_changed_table_are_refused(ages):
    vectors = write_embeddings(ages[0], 400)
    np.save(vectors, np.load(vectors)[::-1])
    with pytest.raises(OutputError, match="wrote others"):
        line_of(ages, embeddings=vectors)
    tell_of(vectors, ages[0])
    lines = ages[0].read_text("utf-8-sig").splitlines(keepends=True)
    ages[0].write_text("".join(lines[:-1]), "utf-8-sig")
    with pytest.raises(OutputError, match=r"was changed since .* \.parquet"):
        line_of(ages, embeddings=vectors)


def test_embeddings_as_parquet_are_matched_by_the_names_of_photographs(ages):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    rows = np.load(write_embeddings(ages[0], 400))
    _, made = line_of(ages, embeddings=ages[0].with_name("embeddings.npy"))
    names = [each["photograph"] for each in ages[2]][::-1]
    path = ages[0].with_name("embeddings.parquet")
    columns = {"photograph": names, "embedding": [row.tolist() for row in rows[::-1]]}
    parquet.write_table(pyarrow.table(columns), path)
    tell_of(path, ages[0])
    assert line_of(ages, embeddings=path, replace=True)[1].embeddings == made.embeddings


def test_embeddings_for_which_memory_is_too_small_are_refused_beforehand(ages, monkeypatch):
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    path = ages[0].with_name("embeddings.parquet")
    zeros = pyarrow.array([np.zeros(1_000_000, np.float32)])
    names = [ages[2][0]["photograph"]]
    parquet.write_table(pyarrow.table({"photograph": names, "embedding": zeros}), path)
    tell_of(path, ages[0])
    limit = MemoryLimit(10**7, "machine")
    monkeypatch.setattr(parquet_batches, "memory_limit", lambda: limit)
    with pytest.raises(OutputError, match="a row group takes 9 MB"):
        line_of(ages, embeddings=path)


def test_too_few_people_or_too_few_of_a_class_are_refused(tmp_path):
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, 49)
    with pytest.raises(SettingError, match="49 people with a label; a calibration takes 50"):
        gantei.calibrate("demo-age", results, labels, site="clinic")
    rare = [each for each in people(120) if each["sex"] == "female"]
    rare += [each for each in people(40, 8) if each["sex"] == "male"][:18]
    for number, each in enumerate(rare):
        each["photograph"] = f"{number}.jpg"
        each["person"] = f"{each['person']}-{each['sex']}"
    results, labels, _ = write_tables(tmp_path, "demo-sex", SEX, records=rare)
    with pytest.raises(SettingError, match="9 people are male; it takes 10 of each class"):
        gantei.calibrate("demo-sex", results, labels, site="clinic")
    assert not (calibration_folder("demo-sex", "clinic")).exists()


@pytest.mark.parametrize(("change", "said"), [
    (lambda each: each | {"age": str(110 - int(each["age"]))}, "do not rise with the estimate"),
    (lambda each: each | {"age": "50"}, "are the same"),
    (lambda each: each | {"net.age": each["net.age"] * 1e-30}, "hardly differ"),
])  # fmt: skip
def test_ages_that_the_estimates_do_not_follow_are_refused(tmp_path, change, said):
    records = [change(each) for each in people(80)]
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, records=records)
    with pytest.raises(SettingError, match=said):
        gantei.calibrate("demo-age", results, labels, site="clinic")


@pytest.mark.parametrize(("noise", "sexes", "said"), [
    (0.0, ("male", "female"), "part the classes perfectly"),
    (1.0, ("female", "male"), "may be the other way round"),
])  # fmt: skip
def test_classes_that_are_parted_or_turned_around_are_refused(tmp_path, noise, sexes, said):
    other = dict(zip(("male", "female"), sexes, strict=True))
    records = [each | {"sex": other[each["sex"]]} for each in people(80, noise=noise)]
    results, labels, _ = write_tables(tmp_path, "demo-sex", SEX, records=records)
    with pytest.raises(SettingError, match=said):
        gantei.calibrate("demo-sex", results, labels, site="clinic")


def test_without_persons_it_asks_for_them_or_takes_the_word_of_the_user(tmp_path):
    records = [each for each in people(80) if each["eye"] == "right"]
    columns = ("photograph", "age", "sex")
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, records=records, columns=columns)
    with pytest.raises(SettingError, match="--one-photograph-per-person"):
        gantei.calibrate("demo-age", results, labels, site="clinic")
    made = gantei.calibrate(
        "demo-age", results, labels, site="clinic", one_photograph_per_person=True
    )
    assert (made.people.people, made.people.cameras) == (80, {})


def test_results_of_other_weights_or_another_manifest_are_refused(ages):
    run_path = ages[0].with_name("results.csv.run.json")
    run = json.loads(run_path.read_text())
    told = {**run, "estimators": [{"name": "demo-age", "manifest_sha256": "0" * 64}]}
    run_path.write_text(json.dumps(told))
    with pytest.raises(OutputError, match="with another manifest of demo-age"):
        line_of(ages)
    run["outputs"][0]["weights_sha256"] = "0" * 64
    run_path.write_text(json.dumps(run))
    with pytest.raises(OutputError, match="with other weights"):
        line_of(ages)


def test_bands_without_enough_people_for_a_level_have_no_interval(tmp_path):
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, 90)
    made = gantei.calibrate("demo-age", results, labels, site="clinic", level=0.99)
    record = made.outputs["age"]
    assert {(each.down, each.up) for each in record.bands} == {(None, None)}
    assert record.covered_at_least is None
    with pytest.raises(SettingError, match=r"a level of 1; give 0\.5 to 0\.999"):
        gantei.calibrate("demo-age", results, labels, site="other", level=1)
    with pytest.raises(SettingError, match="a level of '90 %'; give a number"):
        gantei.calibrate("demo-age", results, labels, site="other", level="90 %")


def test_bands_are_wider_where_a_level_takes_more_people(tmp_path):
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, 600)
    made = gantei.calibrate("demo-age", results, labels, site="clinic", level=0.99)
    bands = made.outputs["age"].bands
    assert len(bands) == 2
    assert all(each.people >= 199 and each.up > 0 for each in bands)


def test_a_column_of_cameras_that_names_people_is_refused(ages):
    with pytest.raises(SettingError, match="200 different values, which are no cameras"):
        line_of(ages, camera="patient")


def test_a_photograph_without_a_label_takes_no_part(ages):
    records = [each | {"age": "" if each["person"] == "p3" else each["age"]} for each in ages[2]]
    write_labels(ages[1], records, ("photograph", "person", "age", "sex", "camera"))
    _, made = line_of(ages)
    assert (made.people.people, made.people.photographs) == (199, 398)
