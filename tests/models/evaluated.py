"""Tables of results and labels of invented people, as `gantei predict` and a clinic write them."""

import csv
import hashlib
import json

import numpy as np

SEX = {
    "estimator": "net", "name": "sex", "kind": "binary", "unit": "probability",
    "classes": ["female", "male"], "positive": "male", "columns": ["net.male"],
    "weights_sha256": "1" * 64,
}  # fmt: skip
AGE = {
    "estimator": "net", "name": "age", "kind": "regression", "unit": "years", "classes": [],
    "positive": None, "columns": ["net.age"], "weights_sha256": "1" * 64,
}  # fmt: skip
STAGE = {
    "estimator": "net", "name": "stage", "kind": "categorical", "unit": "probability",
    "classes": ["none", "mild", "severe"], "positive": None,
    "columns": ["net.none", "net.mild", "net.severe"], "weights_sha256": "1" * 64,
}  # fmt: skip
LEADING = ("photograph", "sha256", "person", "person_from", "eye", "eye_from")
TRAILING = ("warnings", "warning_codes", "error", "error_code")


def people(count, seed=7, noise=1.0):
    """Draw people with two eyes: of each photograph labels and estimates, as a list of records."""
    random = np.random.default_rng(seed)
    records = []
    for number in range(count):
        male, age = bool(random.integers(2)), float(random.integers(20, 80))
        own = random.normal()
        stage = int(random.integers(3))
        camera = "ABC"[number % 3]
        for eye in ("right", "left"):
            logit = (2 if male else -2) + noise * (own + random.normal())
            scores = np.exp(random.normal(size=3) + 2.0 * (np.arange(3) == stage))
            scores /= scores.sum()
            records.append({
                "photograph": f"{number}-{eye}.jpg", "person": f"p{number}", "eye": eye,
                "sex": "male" if male else "female", "age": f"{age:g}", "camera": camera,
                "stage": STAGE["classes"][stage],
                "net.male": float(1 / (1 + np.exp(-logit))),
                "net.age": age * 0.8 + 10 + 4 * noise * float(own + random.normal()),
                **dict(zip(STAGE["columns"], map(float, scores), strict=True)),
            })  # fmt: skip
    return records


def write_results(path, records, outputs=(SEX, AGE), *, persons=False):
    """Write a table of results with its run manifest; records with `error_code` have no values.

    The file of a photograph holds its name, or what `file` says.
    """
    columns = [column for each in outputs for column in each["columns"]]
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        table = csv.DictWriter(file, [*LEADING, *columns, *TRAILING], extrasaction="ignore")
        table.writeheader()
        for record in records:
            holds = record.get("file", record["photograph"])
            digest = hashlib.sha256(holds.encode()).hexdigest()
            row = {**record, "sha256": digest, "eye_from": "list"}
            row |= {"person_from": "list"} if persons else {"person": ""}
            if record.get("error_code"):
                row |= dict.fromkeys(columns, "")
            table.writerow(row)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run = {"outputs": list(outputs), "table_sha256": digest}
    path.with_name(f"{path.name}.run.json").write_text(json.dumps(run))
    return path


def write_labels(path, records, columns=("photograph", "person", "age", "sex", "camera", "stage")):
    """Write a table of labels."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(records)
    return path
