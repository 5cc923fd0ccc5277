"""Invented people of two groups, whose estimated ages have a slope of 0.8 and a planted effect."""

import numpy as np

from .evaluated import AGE, write_labels, write_results

SLOPE, START = 0.8, 10.0
COLUMNS = ("photograph", "person", "visit", "age", "sex", "camera", "group", "bmi", "stage")


def gapped(healthy=150, cases=150, *, effect=1.5, older=10.0, seed=21, visits=1, repeats=1):
    """Draw people: a record per photograph, cases `older` years older and `effect` years off.

    Three in four have both eyes, whose errors are correlated by 0.5. With several visits, two years
    apart, a case ages by 1.5 years of the estimate more than a year of life brings.
    """
    random = np.random.default_rng(seed)
    records = []
    for number in range(healthy + cases):
        is_case = number >= healthy
        age = float(np.clip(random.normal(55 + older * is_case, 10), 20, 95))
        own = random.normal(0, 10**0.5)
        person = {
            "person": f"p{number}",
            "sex": ("male", "female")[int(random.integers(2))],
            "camera": "AB"[int(random.integers(2))],
            "group": "case" if is_case else "healthy",
            "bmi": f"{random.normal(23, 3):.1f}",
            "stage": str(int(random.integers(3))),
        }
        eyes = ("right", "left") if random.random() < 0.75 else ("right",)
        for visit in range(visits):
            now = age + 2 * visit
            for eye in eyes:
                off = random.normal(0, 10**0.5)
                for repeat in range(repeats):
                    estimate = START + SLOPE * now + own + off + effect * is_case
                    estimate += 0.5 * 2 * visit * is_case + random.normal(0, 1) * (repeats > 1)
                    records.append({
                        **person, "eye": eye, "age": f"{now:.2f}",
                        "visit": f"20{18 + 2 * visit}-06-15",
                        "photograph": f"p{number}-{visit}-{eye}-{repeat}.jpg",
                        "net.age": f"{estimate:.4f}",
                    })  # fmt: skip
    return records


def gap_tables(folder, records, columns=COLUMNS, outputs=(AGE,), name=""):
    """Write results and labels, and give their paths."""
    results = write_results(folder / f"{name}results.csv", records, outputs)
    return results, write_labels(folder / f"{name}labels.csv", records, columns)
