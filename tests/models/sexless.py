"""People whose sex is recorded of some alone, with an outcome that differs between the sexes."""

import numpy as np


def people(count, seed=7, *, missing=0.2, effect=0.8, apart=2.7):
    """Draw people with one or two eyes: of each photograph labels and estimates.

    `hba1c` is `effect` higher in men; `retinopathy` is yes in 15 % of women and 30 % of men.
    `sex` is empty where it is missing, `true` never.
    """
    random = np.random.default_rng(seed)
    records = []
    for number in range(count):
        male, age = bool(random.integers(2)), float(random.integers(30, 80))
        own = random.normal()
        hba1c = effect * male + 0.02 * (age - 55) + random.normal()
        ill = random.random() < (0.3 if male else 0.15)
        true = "male" if male else "female"
        sex = "" if random.random() < missing else true
        site = ("Kyoto", "Osaka")[number % 2]
        for eye in ("right", "left")[: 1 + (random.random() < 0.75)]:
            seen = apart * (male - 0.5) + np.sqrt(0.6) * own + np.sqrt(0.4) * random.normal()
            chance = 1 / (1 + np.exp(-1.6 * apart * seen - 0.3))
            records.append({
                "photograph": f"{number}-{eye}.jpg", "person": f"p{number}", "eye": eye,
                "sex": sex, "true": true, "age": f"{age:g}", "hba1c": f"{hba1c:.4f}",
                "retinopathy": "yes" if ill else "no", "site": site, "net.male": float(chance),
            })  # fmt: skip
    return records


LABELS = ("photograph", "person", "age", "sex", "hba1c", "retinopathy", "site")
