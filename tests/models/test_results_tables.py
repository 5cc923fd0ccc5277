"""Tables of results are read back in every format, with what their columns are."""

import json

import numpy as np
import pytest

from gantei.errors import OutputError
from gantei.labels.results_table import read_results

from ..conftest import SEX
from .labelled import AGE, failed, result, results_of, write_results
from .studies import NAMES, run


@pytest.fixture
def age(make_estimator):
    return make_estimator("made-age")


@pytest.fixture
def sex(make_estimator):
    return make_estimator("made-sex", output="sex", factor=1 / 255, spec=SEX)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet", ".jsonl"])
def test_every_format_that_predict_writes_is_read_back(photographs, age, sex, tmp_path, suffix):
    if suffix == ".xlsx":
        pytest.importorskip("openpyxl")
    if suffix == ".parquet":
        pytest.importorskip("pyarrow")
    out = tmp_path / f"results{suffix}"
    run(photographs, "--with", age, "--with", sex, "--out", out, "--persons", "folders")
    table = read_results(out)
    assert [row.photograph for row in table.rows] == NAMES
    assert [row.eye for row in table.rows] == ["left"] * 3 + ["right"] * 3
    assert [row.error_code for row in table.rows] == ["", "cut-off-file", "", "", "", ""]
    assert [each.key for each in table.outputs] == ["made-age.age", "made-sex.sex"]
    assert table.outputs[1].classes == ("female", "male")
    assert table.outputs[1].columns == ("made-sex.male",)
    assert np.isnan(table.values).any(axis=1).tolist() == [False, True, *[False] * 4]
    np.testing.assert_allclose(table.values[:, 0] / 255, table.values[:, 1], rtol=1e-5)
    assert not table.is_changed
    assert table.groups == ()


def test_the_outputs_stand_in_the_run_manifest_and_outside_of_the_identity(
    photographs, age, tmp_path, capsys
):
    out = tmp_path / "results.csv"
    run(photographs, "--with", age, "--out", out)
    path = tmp_path / "results.csv.run.json"
    manifest = json.loads(path.read_bytes())
    (output,) = manifest["outputs"]
    assert output == {
        "estimator": "made-age", "name": "age", "kind": "regression", "unit": "years",
        "classes": [], "positive": None, "columns": ["made-age.age"],
        "weights_sha256": manifest["estimators"][0]["weights_sha256"],
    }  # fmt: skip
    # The table of an older gantei is finished, though it does not say them.
    written = out.stat().st_mtime_ns
    del manifest["outputs"]
    path.write_text(json.dumps(manifest), "utf-8")
    assert run(photographs, "--with", age, "--out", out) == 1
    assert out.stat().st_mtime_ns == written
    with pytest.raises(OutputError, match="does not say what made-age estimates"):
        read_results(out)


def test_an_older_table_has_the_outputs_of_the_installed_estimator_of_the_same_weights(
    photographs, tmp_path
):
    out = tmp_path / "results.csv"
    run(photographs, "--with", "demo-sex", "--out", out)
    now = read_results(out).outputs
    path = tmp_path / "results.csv.run.json"
    manifest = json.loads(path.read_bytes())
    del manifest["outputs"]
    path.write_text(json.dumps(manifest), "utf-8")
    assert read_results(out).outputs == now
    manifest["estimators"][0]["weights_sha256"] = "0" * 64
    path.write_text(json.dumps(manifest), "utf-8")
    with pytest.raises(OutputError, match="an older gantei wrote it"):
        read_results(out)


@pytest.mark.parametrize("name", ["results.jsonl", "results.csv"])
def test_a_table_that_was_edited_is_read_and_says_so(photographs, age, tmp_path, name):
    out = tmp_path / name
    run(photographs, "--with", age, "--out", out, "--plain-csv")
    lines = out.read_text("utf-8").splitlines(keepends=True)
    out.write_text("".join(lines[:-1]), "utf-8")
    table = read_results(out)
    assert len(table.rows) == 5
    assert table.is_changed


def test_a_table_without_its_run_manifest_is_refused_with_what_to_do(tmp_path):
    path = write_results(tmp_path / "results.csv", [result("a.jpg")])
    path = path.rename(tmp_path / "renamed.csv")
    with pytest.raises(OutputError, match=r"needs renamed\.csv\.run\.json beside it"):
        read_results(path)


def told(**others):
    return json.dumps({"table_sha256": "", "outputs": [AGE], **others})


@pytest.mark.parametrize(
    "text",
    [
        *("[]", "{}", "nothing", '{"a": 1', "[" * 100_000),
        *(told(outputs=each) for each in ([1], [], "x", {})),
        *(told(estimators=each) for each in (None, "x", 5, [5])),
        told(estimators=[{"name": "a", "findings": "x"}]),
        told(estimators=[{"name": "a", "findings": 7}]),
        told(estimators=[{"findings": [{"code": "a"}]}]),
    ],
)
def test_a_run_manifest_that_is_none_is_refused(tmp_path, text):
    path = write_results(tmp_path / "results.csv", [result("a.jpg")])
    path.with_name("results.csv.run.json").write_text(text)
    with pytest.raises(OutputError, match=r"results\.csv\.run\.json"):
        read_results(path)


@pytest.mark.parametrize(
    ("values", "what"),
    [
        (("old", 0.5, 0.2, 0.3, 0.5), "missing or no number"),
        (("", 0.5, 0.2, 0.3, 0.5), "missing or no number"),
        (("nan", 0.5, 0.2, 0.3, 0.5), "no finite number"),
        (("4_0", 0.5, 0.2, 0.3, 0.5), "missing or no number"),
        (("４０", 0.5, 0.2, 0.3, 0.5), "missing or no number"),
        ((50, 1.5, 0.2, 0.3, 0.5), "a probability of s.sex"),
        ((50, 0.5, 0.2, 0.3, 0.9), "probabilities of the classes of g.grade"),
    ],
)
def test_values_that_cannot_be_are_refused_with_the_line(tmp_path, values, what):
    with pytest.raises(OutputError, match=rf"results\.csv, line 3: .*{what}"):
        results_of(tmp_path, [result("a.jpg"), result("b.jpg", values=values)])


def test_values_are_read_as_any_program_writes_numbers(tmp_path):
    texts = ("50", "50.", "5e1", "+5E+1", " 50.0 ")
    rows = [result(f"{text}.jpg", values=(text, ".5", 0.2, 0.3, "5e-1")) for text in texts]
    assert results_of(tmp_path, rows).values[:, :2].tolist() == [[50, 0.5]] * len(texts)


def test_a_photograph_that_is_there_twice_is_refused_with_both_lines(tmp_path):
    rows = [result("a.jpg"), result("b.jpg"), result("a.jpg", sha256="0" * 64)]
    with pytest.raises(OutputError, match=r"line 4: a\.jpg is there twice, in .*\.csv, line 2 too"):
        results_of(tmp_path, rows)


def test_a_missing_column_of_values_is_refused(tmp_path):
    other = {"estimator": "x", "name": "age", "kind": "regression", "unit": "years",
             "classes": [], "columns": ["x.age"], "weights_sha256": ""}  # fmt: skip
    with pytest.raises(OutputError, match=r"has no column x\.age"):
        results_of(tmp_path, [result("a.jpg")], outputs=[other])


def test_further_columns_are_groups_and_a_row_without_values_has_a_code(tmp_path):
    lost = failed("c.jpg", site="C") | {"error": "", "error_code": ""}
    table = results_of(tmp_path, [result("a.jpg", site="A"), failed("b.jpg", site="B"), lost])
    assert table.groups == ("site",)
    assert [row.groups["site"] for row in table.rows] == ["A", "B", "C"]
    assert [row.error_code for row in table.rows] == ["", "black-picture", "no-values"]
