"""Golden values: what Keras answers for a few drawn photographs that the project keeps."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from gantei.demo import draw_photograph, person
from gantei.photographs.photograph import open_photograph
from gantei.photographs.preprocessing import prepare

from .demo_networks import DemoTask
from .evaluation import answers
from .pictures import FIRST_UNSEEN, INPUT

SCALE = 0.3
"""Share of the camera's size, so that a file stays below 60 kB."""

_VALUE: dict[DemoTask, str] = {"age": "age", "sex": "male"}
PEOPLE = 3


def write_golden(folder: Path, seed: int, networks: Mapping[DemoTask, Any]) -> None:
    """Write photographs `golden-1.jpg`… and `golden.json`, both sexes and several ages among them.

    The values are Keras' answers to the fully decoded JPEG file: years, and the probability of
    male. The people are not in the training, nor, being the 2,000th on, in the test.
    """
    rows = []
    for index in range(1, PEOPLE + 1):
        who = person(seed, FIRST_UNSEEN + 2000 + index)
        eye = who.eyes[-1]
        data = draw_photograph(seed, who, eye, scale=SCALE).jpeg()
        name = f"golden-{index}.jpg"
        (folder / name).write_bytes(data)
        photograph = open_photograph(data)
        pixels = prepare(photograph.pixels(), INPUT)[None].astype(np.uint8)
        values = {
            f"demo-{task}": {_VALUE[task]: float(answers(network, task, pixels)[0])}
            for task, network in networks.items()
        }
        rows.append(
            {
                "photograph": name,
                "sha256": photograph.sha256,
                "person": who.number,
                "eye": eye.side,
                "age": who.age,
                "sex": who.sex,
                "keras": values,
            }
        )
    text = json.dumps(rows, indent=2) + "\n"
    (folder / "golden.json").write_text(text, encoding="utf-8")
