"""Results and records of drawn people, some of which are wrong, made without a network."""

import csv

import numpy as np

from .labelled import AGE, SEX, result, write_results


def study(folder, people=1200, seed=1, *, flipped=(3, 40, 77), slips=None, visits=False, sure=True):
    """Write results and labels of people with one or two eyes, and give both paths.

    Args:
        folder: to write into.
        people: how many.
        seed: of the drawing.
        flipped: whose sex is recorded wrong.
        slips: of some persons, what is recorded instead of a real age.
        visits: whether labels have a day of the visit.
        sure: whether the estimates of those are sure, so that they stand first.
    """
    rng = np.random.default_rng(seed)
    male = rng.random(people) < 0.5
    real = np.floor(rng.uniform(25, 90, people))
    rows, labels = [], []
    for each in range(people):
        for eye in ("right", "left")[: 1 + each % 2]:
            logit = 3.6 * (2 * male[each] - 1) + 2.6 * rng.standard_normal()
            if sure and each in flipped:
                logit = 9.0 * (2 * male[each] - 1)
            age = 12 + 0.8 * real[each] + 4 * rng.standard_normal()
            name = f"{each:04}_{eye}.jpg"
            values = (round(age, 3), 1 / (1 + np.exp(-logit)))
            row = result(name, person=f"P{each:04}", eye=eye)
            rows.append(_with(row, values))
            recorded = (slips or {}).get(each, int)(int(real[each]))
            sex = male[each] ^ (each in flipped)
            labels.append([name, f"P{each:04}", recorded, "male" if sex else "female"])
            if visits:
                labels[-1].append("2022-06-15")
    results = write_results(folder / "results.csv", rows, outputs=(AGE, SEX))
    head = ["photograph", "person", "age", "sex", *(["visit"] if visits else [])]
    return results, write_labels(folder / "labels.csv", [head, *labels])


def write_labels(path, lines):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    return path


def _with(row, values):
    for column in ("g.none", "g.mild", "g.severe"):
        del row[column]
    return row | dict(zip(("a.age", "s.male"), values, strict=True))
