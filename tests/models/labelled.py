"""Tables of results and of labels, made without a network."""

import csv
import hashlib
import json

from gantei.labels.label_table import LabelOptions, read_labels
from gantei.labels.results_table import read_results

AGE = {"estimator": "a", "name": "age", "kind": "regression", "unit": "years", "classes": [],
       "positive": None, "columns": ["a.age"], "weights_sha256": "0" * 64}  # fmt: skip
SEX = {"estimator": "s", "name": "sex", "kind": "binary", "unit": "probability",
       "classes": ["female", "male"], "positive": "male", "columns": ["s.male"],
       "weights_sha256": "1" * 64}  # fmt: skip
GRADE = {"estimator": "g", "name": "grade", "kind": "categorical", "unit": "probability",
         "classes": ["none", "mild", "severe"], "positive": None,
         "columns": ["g.none", "g.mild", "g.severe"], "weights_sha256": "2" * 64}  # fmt: skip
VALUES = ("a.age", "s.male", "g.none", "g.mild", "g.severe")
LEADING = ("photograph", "sha256", "person", "person_from", "eye", "eye_from")
SAID = ("warnings", "warning_codes", "error", "error_code")


def digest(text):
    """The sha256 of a file that holds the text."""
    return hashlib.sha256(text.encode()).hexdigest()


def result(photograph, person="", eye="", values=(50, 0.5, 0.2, 0.3, 0.5), **cells):
    """A row of results; each photograph has a file of its own, unless `sha256` says which."""
    row = dict.fromkeys(SAID, "") | {
        "photograph": photograph,
        "sha256": digest(photograph),
        "person": person,
        "person_from": "list" if person else "",
        "eye": eye,
        "eye_from": "list" if eye else "",
        **dict(zip(VALUES, values, strict=True)),
    }
    return row | cells


def failed(photograph, **cells):
    return result(photograph, values=[""] * 5, error="x", error_code="black-picture", **cells)


def write_results(path, rows, outputs=(AGE, SEX, GRADE), **run):
    """Write the table and its run manifest."""
    further = [key for key in rows[0] if key not in (*LEADING, *VALUES, *SAID)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [*LEADING, *further, *VALUES, *SAID])
        writer.writeheader()
        writer.writerows(rows)
    manifest = {
        "outputs": outputs,
        "estimators": [{"name": "s", "findings": [{"code": "notice"}]}],
        "table_sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        **run,
    }
    path.with_name(f"{path.name}.run.json").write_text(json.dumps(manifest), "utf-8")
    return path


def results_of(tmp_path, rows, **run):
    return read_results(write_results(tmp_path / "results.csv", rows, **run))


def labels_of(tmp_path, text, name="labels.csv", **options):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_labels(LabelOptions(str(path), **options))
