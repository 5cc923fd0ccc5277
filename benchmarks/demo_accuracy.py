"""How well the demo estimators find the made-up traces, and what decoding at reduced size changes.

Draws full-size photographs of people that were in no training (another seed), keeps them as JPEG
bytes, and sends them through the installed library as a user would.

    python benchmarks/demo_accuracy.py
    python benchmarks/demo_accuracy.py --photographs 100 --json
"""

import argparse
import json
from collections.abc import Iterator

import numpy as np

import gantei
from gantei.demo import Person, draw_photograph, person

LIMITS = {
    "age_mean_absolute_error": (5.0, "years"),
    "age_decoding_largest_change": (0.1, "years"),
    "sex_area_under_curve": (0.95, ""),
    "sex_decoding_largest_change": (0.005, ""),
}
"""What must hold; the area under the curve is a least value, the others are largest ones."""


def photographs(seed: int, count: int) -> Iterator[tuple[Person, bytes]]:
    """Draw so many photographs, person after person."""
    number = done = 0
    while done < count:
        number += 1
        who = person(seed, number)
        for eye in who.eyes[: count - done]:
            yield who, draw_photograph(seed, who, eye).jpeg()
            done += 1


def area_under_curve(scores: np.ndarray, positive: np.ndarray) -> float:
    """Share of the pairs that are ranked right; a tie counts half."""
    difference = scores[positive][:, None] - scores[~positive][None, :]
    return float(np.mean((difference > 0) + 0.5 * (difference == 0)))


def measure(seed: int, count: int) -> dict[str, float]:
    """Estimate every photograph twice: from its JPEG bytes, and fully decoded."""
    estimators = {"age": gantei.load("demo-age"), "male": gantei.load("demo-sex")}
    truth, found = [], []
    for who, data in photographs(seed, count):
        truth.append((who.age, who.sex == "male"))
        pixels = gantei.read(data)
        found.append(
            [
                [estimator.predict(source)[0].values[name] for source in (data, pixels)]
                for name, estimator in estimators.items()
            ]
        )
    ages, male = (np.array(column) for column in zip(*truth, strict=True))
    answers = np.array(found)
    change = np.abs(answers[..., 0] - answers[..., 1]).max(axis=0)
    return {
        "photographs": count,
        "age_mean_absolute_error": float(np.abs(answers[:, 0, 0] - ages).mean()),
        "age_decoding_largest_change": float(change[0]),
        "sex_area_under_curve": area_under_curve(answers[:, 1, 0], male),
        "sex_decoding_largest_change": float(change[1]),
    }


def main() -> int:
    """Print what was measured beside what must hold; 1 where it does not."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--photographs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=2, help="the training's is 1")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    measured = measure(chosen.seed, chosen.photographs)
    failed = False
    for name, (limit, unit) in LIMITS.items():
        least = name == "sex_area_under_curve"
        good = measured[name] >= limit if least else measured[name] <= limit
        failed |= not good
        if not chosen.json:
            sign = ">=" if least else "<="
            verdict = "ok" if good else "MISSED"
            print(f"{name:32} {measured[name]:8.4f}  must {sign} {limit:g} {unit:5}  {verdict}")
    if chosen.json:
        print(json.dumps(measured, indent=2))
    return int(failed)


if __name__ == "__main__":
    raise SystemExit(main())
