"""What is told before a calibration is used, where its people or its labels call for it."""

import hashlib
import shutil

import numpy as np
import pytest

from gantei.calibrating.calibration_cautions import (
    association_of_classes,
    association_with_number,
)
from gantei.calibrations.calibration_file import read_calibration
from gantei.calibrations.calibration_store import calibration_folder
from gantei.catalogue.entries import SHIPPED
from gantei.catalogue.store import installing
from gantei.command_line import main

from .calibratable import write_tables
from .evaluated import AGE, SEX, people

stats = pytest.importorskip("scipy.stats", reason="needs the extra study")
pytest.importorskip("sklearn", reason="needs the extra study")
pytest.importorskip("matplotlib", reason="needs the extra study")


def settle_on(name, labels):
    """Install the demo estimator under a name, with a fact that was fitted on a table of labels."""
    digest = hashlib.sha256(labels.read_bytes()).hexdigest()
    evidence = f"settled: the best of the 5 tried. 80 people with known labels (sha256 {digest})"
    with installing(name) as folder:
        shutil.copytree(SHIPPED / "demo-age", folder, dirs_exist_ok=True)
        manifest = folder / "estimator.toml"
        text = manifest.read_text("utf-8").replace('"demo-age"', f'"{name}"')
        head, rest = text.split('[basis."input.colour"]\n')
        fitted = f'[basis."input.colour"]\norigin = "fitted"\nevidence = "{evidence}"\n'
        manifest.write_text(head + fitted + rest.split("\n", 2)[2], "utf-8")


def test_labels_that_have_settled_the_estimator_are_told_first(tmp_path, capsys):
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE)
    settle_on("my-age", labels)
    write_tables(tmp_path, "my-age", AGE, records=people(200))
    given = ["calibrate", "my-age", str(results), "--labels", str(labels), "--site", "clinic"]
    assert main(given) == 0
    notes = [line for line in capsys.readouterr().err.splitlines() if line.startswith("note:")]
    assert "settled on these same labels" in notes[0]


def test_a_changed_table_of_results_is_told(tmp_path, capsys):
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE)
    lines = results.read_text("utf-8-sig").splitlines(keepends=True)
    results.write_text("".join(lines[:-2]), "utf-8-sig")
    out = tmp_path / "report"
    given = ["calibrate", "demo-age", str(results), "--labels", str(labels), "--site", "clinic"]
    assert main([*given, "--out", str(out)]) in (0, 1)
    assert "was changed after gantei predict wrote it" in capsys.readouterr().err
    told = (out / "methods.md").read_text("utf-8")
    assert "was changed after the run that wrote it" in told
    assert "推定の実行後に変更されており" in told


@pytest.mark.parametrize("others", [20, 120])
def test_cameras_of_few_people_are_counted_and_not_named(tmp_path, capsys, others):
    records = [
        each | {"camera": "Fundus 1" if int(each["person"][1:]) < 100 else f"of {each['person']}"}
        for each in people(100 + others)
    ]
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, records=records)
    given = ["calibrate", "demo-age", str(results), "--labels", str(labels), "--site", "clinic"]
    assert main(given) == 0
    told = capsys.readouterr().err
    assert f"{2 * others} photographs are of cameras with fewer than 10 people each" in told
    made = read_calibration(calibration_folder("demo-age", "clinic"))
    assert made.people.cameras == {"Fundus 1": 200}


def test_too_few_people_are_told_with_why_the_others_have_no_part(tmp_path, capsys):
    records = [
        each | {"age": str(float(each["age"]) + (each["eye"] == "left"))} for each in people(60)
    ]
    results, labels, _ = write_tables(tmp_path, "demo-age", AGE, records=records)
    given = ["calibrate", "demo-age", str(results), "--labels", str(labels), "--site", "clinic"]
    assert main(given) == 2
    told = capsys.readouterr().err
    assert "0 people with a label; a calibration takes 50 at least; left out: 120 of a per" in told
    assert "--visit" in told


def test_estimates_that_tell_nothing_are_told(tmp_path, capsys):
    rng = np.random.default_rng(0)
    records = people(120)
    ages = {each["person"]: str(rng.integers(20, 80)) for each in records}
    sexes = {each["person"]: ("male", "female")[rng.integers(2)] for each in records}
    records = [
        each | {"age": ages[each["person"]], "sex": sexes[each["person"]]} for each in records
    ]
    said = []
    for name, output in (("demo-age", AGE), ("demo-sex", SEX)):
        results, labels, _ = write_tables(tmp_path, name, output, records=records)
        given = ["calibrate", name, str(results), "--labels", str(labels), "--site", "clinic"]
        said.append((main(given), capsys.readouterr().err))
    for code, text in said:
        told = "are no better here than" in text
        refused = "do not rise" in text or "do not follow" in text
        assert (code == 0 and told) or (code == 2 and refused)


def test_the_strength_of_a_camera_is_that_of_scipy():
    rng = np.random.default_rng(1)
    names = [str(each) for each in range(80)]
    sexes = {name: "mf"[rng.integers(2)] for name in names}
    cameras = {name: sexes[name] if rng.random() < 0.8 else "c" for name in names}
    table = stats.contingency.crosstab(
        [cameras[each] for each in names], [sexes[each] for each in names]
    ).count
    expected = stats.contingency.association(table, method="cramer")
    assert association_of_classes(cameras, sexes) == pytest.approx(expected, rel=1e-12)
    ages = {name: 50.0 + 10 * "mfc".index(cameras[name]) + rng.normal() for name in names}
    groups = [[ages[each] for each in names if cameras[each] == camera] for camera in "mfc"]
    f = stats.f_oneway(*groups).statistic
    between, within = len(groups) - 1, len(names) - len(groups)
    share = f * between / (f * between + within)
    assert association_with_number(cameras, ages) == pytest.approx(np.sqrt(share), rel=1e-9)
    mixed = dict(zip(names, rng.permutation(list(cameras.values())), strict=True))
    assert association_of_classes(mixed, sexes) is None
    assert association_with_number(mixed, ages) is None
    assert association_of_classes(dict.fromkeys(names[:10], "a"), sexes) is None
