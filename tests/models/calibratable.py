"""Results of the demo estimators, with embeddings and labels, of invented people."""

import hashlib
import json

import numpy as np

from gantei.catalogue.entries import find

from . import evaluated


def output_of(estimator, record):
    """The record of an output as the run manifest of a demo estimator has it."""
    weights = find(estimator).manifest.weights.sha256
    columns = [f"{estimator}.{each.partition('.')[2]}" for each in record["columns"]]
    return {**record, "estimator": estimator, "columns": columns, "weights_sha256": weights}


def renamed(records, estimator):
    """Records of `evaluated.people` under the names of a demo estimator."""
    return [
        {key.replace("net.", f"{estimator}."): value for key, value in record.items()}
        for record in records
    ]


def write_tables(folder, estimator, record, count=200, *, seed=7, columns=None, records=None):
    """Write results and labels; give their paths, and the records."""
    records = renamed(records or evaluated.people(count, seed), estimator)
    results = evaluated.write_results(
        folder / "results.csv", records, (output_of(estimator, record),)
    )
    labels = columns or ("photograph", "person", "age", "sex", "camera")
    return results, evaluated.write_labels(folder / "labels.csv", records, labels), records


def write_embeddings(results, count, *, width=24, odd=()):
    """Write embeddings beside results, and tell their run manifest; `odd` rows lie far away."""
    vectors = np.random.default_rng(3).normal(size=(count, width)).astype(np.float32)
    vectors[list(odd)] += 30
    path = results.with_name("embeddings.npy")
    np.save(path, vectors)
    tell_of(path, results)
    return path


def tell_of(path, results):
    """Name the embeddings in the run manifest."""
    run_path = results.with_name(f"{results.name}.run.json")
    run = json.loads(run_path.read_text())
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    run["embeddings"] = {"file": path.name, "sha256": digest}
    run_path.write_text(json.dumps(run))
