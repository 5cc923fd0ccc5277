"""What a table says of photographs that lie outside a calibration, and what is made of it then."""

import json

import pytest

from gantei.calibrations.calibration_store import save_calibration
from gantei.catalogue.entries import find
from gantei.command_line import main
from gantei.labels.results_table import read_results

from .. import calibrated
from .studies import rows, run

AGE = find("demo-age").manifest
CAMERAS = calibrated.PEOPLE.model_copy(update={"cameras": {"Topcon NW400": 300, "Ｃａｎｏｎ": 50}})


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """Photographs of six drawn people of seed 7, small."""
    folder = tmp_path_factory.mktemp("drawn") / "photographs"
    assert main(["demo-photos", str(folder), "--people", "6", "--seed", "7", "--scale", "0.3"]) == 0
    return folder


@pytest.fixture
def predicted(drawn, tmp_path):
    """`predicted(options…, changes of the calibration…)`: the table of demo-age."""

    def fill(*options, name="results.csv", **changes):
        told = {"embeddings": calibrated.reference(limit=1e6)} | changes
        save_calibration(calibrated.calibration_of(AGE, **told), replace=True)
        out = tmp_path / name
        run(drawn, "--with", "demo-age", "--calibration", "clinic", "--out", out, *options)
        return out

    return fill


def codes(row):
    return row["warning_codes"].split()


def test_the_distance_stands_behind_the_values(predicted):
    found = rows(predicted())
    columns = list(found[0])
    assert columns.index("demo-age.distance") == columns.index("demo-age.age.high") + 1
    assert all(0 < float(row["demo-age.distance"]) < 1 for row in found)
    assert not any("demo-age:unlike-calibrated" in codes(row) for row in found)


def test_photographs_unlike_those_calibrated_on_are_counted_and_can_be_refused(predicted, capsys):
    near = calibrated.reference(limit=1e-3)
    found = rows(predicted(embeddings=near))
    assert all("demo-age:unlike-calibrated" in codes(row) for row in found)
    assert "unlike the photographs calibrated on (unlike-calibrated)" in capsys.readouterr().err
    refused = rows(predicted("--refuse", "unlike-calibrated", name="r.csv", embeddings=near))
    assert {row["error_code"] for row in refused} == {"unlike-calibrated"}
    assert not any(row["demo-age.distance"] or row["demo-age.age.low"] for row in refused)


def test_a_list_tells_cameras_which_are_compared_in_any_case_and_width(
    predicted, drawn, tmp_path, capsys
):
    names = sorted(path.name for path in drawn.glob("*.jpg"))[:4]
    cameras = ["TOPCON  nw400", "canon", "Nidek", ""]
    lines = "\n".join(f"{name},{camera}" for name, camera in zip(names, cameras, strict=True))
    listed = tmp_path / "list.csv"
    listed.write_text(f"photograph,Camera\n{lines}\n", "utf-8")
    out = predicted("--from", listed, "--root", drawn, people=CAMERAS)
    found = {row["photograph"]: row for row in rows(out)}
    others = [name for name in found if "demo-age:other-camera" in codes(found[name])]
    assert others == [names[2]]
    said = found[names[2]]["warnings"]
    assert "its camera is Nidek, and the calibration was made on Topcon NW400, Ｃａｎｏｎ" in said
    assert json.loads(out.with_name("results.csv.run.json").read_bytes())["cameras"] == "list"
    assert "not compared" not in capsys.readouterr().err


def test_where_nothing_tells_cameras_the_run_manifest_says_so_and_no_row_does(predicted):
    out = predicted(people=CAMERAS)
    assert json.loads(out.with_name("results.csv.run.json").read_bytes())["cameras"] == "unknown"
    assert not any("demo-age:other-camera" in codes(row) for row in rows(out))


def test_maps_and_embeddings_stand_beside_a_calibrated_table(predicted, tmp_path):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    vectors = tmp_path / "vectors.npy"
    out = predicted("--maps", tmp_path / "maps", "--embeddings", vectors)
    assert len(list((tmp_path / "maps").glob("*.png"))) == len(rows(out))
    assert vectors.exists()


def test_an_evaluation_of_a_calibrated_table_is_that_of_the_plain_one(
    predicted, drawn, tmp_path, capsys
):
    pytest.importorskip("sklearn", reason="needs the extra study")
    plain = tmp_path / "plain.csv"
    run(drawn, "--with", "demo-age", "--out", plain)
    figures = []
    for table in (plain, predicted()):
        folder = tmp_path / f"{table.stem}-evaluation"
        labels = ["--labels", drawn / "labels.csv", "--out", folder]
        assert main(["evaluate", *map(str, [table, *labels])]) == 0
        figures.append((folder / "metrics.csv").read_bytes())
    assert figures[0] == figures[1]
    assert read_results(plain).groups == ()


def test_crops_of_a_calibrated_table_show_a_finding_of_the_calibration(predicted, drawn, tmp_path):
    table = predicted(embeddings=calibrated.reference(limit=1e-3))
    page = tmp_path / "odd.html"
    options = ["--from", table, "--root", drawn, "--with", "demo-age"]
    shown = ["--show", "unlike-calibrated", "--out", page]
    assert main(["crops", *map(str, [*options, *shown])]) == 0
    assert "unlike the photographs calibrated on" in page.read_text("utf-8")
