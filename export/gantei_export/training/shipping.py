"""From a finished training to the two estimator folders that gantei ships."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from gantei.demo.people import OLDEST, YOUNGEST

from ..estimator_folder.folder_writing import convert_into, provenance_of, write_folder
from ..keras_conversion.keras_converter import Conversion, convert
from ..manifest_draft.draft_tables import fill_in, new_tables
from ..verification.against_keras import verify_against_keras
from .demo_networks import TASKS, DemoTask
from .pictures import INPUT

HERE = "gantei's own training, gantei_export.training"
NOTICE = "Demo: trained on drawings, knows nothing about eyes; its numbers mean nothing."
NOTICE_JA = "デモ:描かれた絵で学習したもので、眼については何も知りません。値に意味はありません。"
TITLES = {
    "age": ("Age of invented people, from drawn photographs", "描かれた眼底写真からの架空の年齢"),
    "sex": ("Sex of invented people, from drawn photographs", "描かれた眼底写真からの架空の性別"),
}
METRICS = {
    "mean_absolute_error": ("mean absolute error", "years"),
    "root_mean_square_error": ("root mean square error", "years"),
    "area_under_curve": ("AUC", "fraction"),
    "accuracy": ("accuracy", "fraction"),
}
TOLERANCE = {"age": 0.01, "sex": 0.0005}
"""How far another machine's arithmetic and JPEG decoder may move a golden value."""


def ship(trained: Path, catalogue: Path) -> None:
    """Convert both trained networks and write their folders below `catalogue`."""
    evaluation = json.loads((trained / "evaluation.json").read_text("utf-8"))
    golden = json.loads((trained / "golden.json").read_text("utf-8"))
    for task in TASKS:
        name = f"demo-{task}"
        conversion = convert(trained / f"{name}.h5")
        tables = demo_tables(task, conversion, evaluation)
        tables["golden"] = [
            {
                "photograph": row["photograph"],
                "values": row["keras"][name],
                "tolerance": TOLERANCE[task],
                "source": f"Keras (tf_keras {evaluation['versions']['tf_keras']})",
            }
            for row in golden
        ]
        with tempfile.TemporaryDirectory(dir=catalogue) as scratch:
            folder = Path(scratch, name)
            folder.mkdir()
            for row in golden:
                shutil.copyfile(trained / row["photograph"], folder / row["photograph"])
            manifest = convert_into(folder, conversion, tables)
            provenance = provenance_of(conversion, f"{name}.h5") | {"training": evaluation}
            provenance["verification"] = verify_against_keras(
                trained / f"{name}.h5", folder, manifest, conversion.facts.keras_version
            )
            write_folder(folder, tables, manifest, provenance)
            shutil.rmtree(catalogue / name, ignore_errors=True)
            folder.rename(catalogue / name)


def demo_tables(
    task: DemoTask, conversion: Conversion, evaluation: dict[str, Any]
) -> dict[str, Any]:
    """Give the tables of a demo estimator's manifest; its training is known, so is every fact."""
    name = f"demo-{task}"
    tables = new_tables(name, task)
    fill_in(tables, conversion.facts, f"{name}.h5")
    tables["title"], tables["title_ja"] = TITLES[task]
    tables["notice"], tables["notice_ja"] = NOTICE, NOTICE_JA
    for key, value in _known_facts(task).items():
        *path, field = key.split(".")
        table = tables
        for step in path:
            table = table[step]
        table[field] = value
        tables["basis"][key] = {"origin": "publisher", "evidence": HERE}
    for key, words in _said(task, evaluation["training"]).items():
        tables[key] = tables.get(key, {}) | words
    tables["reported"] = _reported(evaluation, name)
    return tables


def _known_facts(task: DemoTask) -> dict[str, Any]:
    known: dict[str, Any] = {
        "input.colour": INPUT.colour,
        "input.crop": INPUT.crop,
        "input.mirror": INPUT.mirror,
        "input.decoder": INPUT.decoder,
        "input.resampling": INPUT.resampling,
    }
    if task == "sex":
        return known | {
            "input.scale": "in-graph",
            "output.sex.labels": ["female", "male"],
            "output.sex.positive": "male",
        }
    return known | {
        "input.scale": {"mean": [127.5] * 3, "std": [127.5] * 3},
        "output.age.unit": "years",
        "output.age.scale": 1.0,
        "output.age.offset": 0.0,
        "output.age.range": [float(YOUNGEST), float(OLDEST)],
    }


def _said(task: DemoTask, training: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Give the tables of what is said about the estimator, of which nothing is about eyes."""
    drawn = f"{training['photographs']} drawn photographs"
    return {
        "source": {
            "publisher": "the gantei authors",
            "page": "this package",
            "data": f"{drawn} of {training['people']} invented people, drawn by gantei.demo",
            "training_set": drawn,
            "developers": "the gantei authors",
            "funding": "none",
            "contact": "the gantei authors, where gantei is published",
            "licence": "apache-2.0",
            "terms": "Apache-2.0, as the rest of gantei",
            "redistribution": "allowed under Apache-2.0",
            "citation": "None: this estimator is for trying the software, not for research.",
            "acknowledgement": "None.",
        },
        "use": {
            "intended": "Trying the software on drawn photographs (gantei demo-photos).",
            "not_intended": "Any photograph of an eye. It would answer, and the answer would be "
            "noise.",
            "users": "whoever tries or tests gantei",
            "workflow": "none; a demonstration",
            "population": "invented people; no living person",
        },
        "training": {
            "sites": "none: drawn, not photographed",
            "years": "none: drawn, not photographed",
            "cameras": "those that gantei.demo imitates",
            "ages": f"{YOUNGEST:g}-{OLDEST:g}, invented",
            "sexes": "female and male, invented",
            "exclusions": "none",
            "labels": "the made-up rules that the photographs were drawn by",
            "consent": "not needed: there are no people",
        },
        "evaluation": {
            "split": "by person: nobody of the evaluation was in the training",
            "place": "internal: drawn by the same program",
            "threshold": "0.5" if task == "sex" else "none: a number has none",
            "calibration": "not reported",
            "subgroups": "not reported",
        },
    }


def _reported(evaluation: dict[str, Any], name: str) -> list[dict[str, Any]]:
    measured, training = evaluation[name], evaluation["training"]
    source = (
        f"python -m gantei_export.training --out DIR --seed {evaluation['seed']} "
        f"--people {training['people']} --unseen {measured['photographs']} "
        f"--epochs {training['epochs']}"
    )
    return [
        {
            "metric": label,
            "value": round(measured[key], 4),
            "unit": unit,
            "data": f"{measured['photographs']} drawn photographs of people not in the training, "
            f"seed {evaluation['seed']}",
            "source": source,
        }
        for key, (label, unit) in METRICS.items()
        if key in measured
    ]
