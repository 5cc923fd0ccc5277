"""What `gantei settle` concludes of simulated people: python benchmarks/settle_simulations.py.

Nothing is run but the statistics. A cohort has a true candidate, whose labels are logistic in its
output, and rivals: copies of it with more noise, or outputs with errors of their own, in both
orders of labels. Bias and slope of each output are off, labels are wrong in up to 5 %, three people
in four have two eyes. One looks every five people.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2_contingency, contingency, norm

from gantei.statistics.units import EstimateKind
from gantei_export.settling.elimination import ScoredOutput, Tournament
from gantei_export.settling.evidence import FIRST_PEOPLE, likelihood_of
from gantei_export.settling.order_of_labels import order_of_labels

Rng = np.random.Generator
Cohort = tuple[NDArray[np.float64], NDArray[np.float64]]
PEOPLE, LOOK = 400, 5


def distance(auc: float) -> float:
    """Between the means of two classes, in standard deviations."""
    return float(np.sqrt(2) * norm.ppf(auc))


def noise(rng: Rng, people: int) -> NDArray[np.float64]:
    """Of variance 1 by eye, correlated by 0.7 between the eyes; the mean over a person's eyes."""
    both = rng.random(people) < 0.75
    own = np.sqrt(0.3) * rng.normal(size=(2, people))
    return np.sqrt(0.7) * rng.normal(size=people) + np.where(both, own.mean(0), own[0])


def sexes(
    rng: Rng, people: int, auc: float, rivals: list[float], *, own: bool, wrong: float = 0.0
) -> Cohort:
    """Outputs of the truth and its rivals, by AUC, and labels."""
    labels = (rng.random(people) < rng.uniform(0.35, 0.65)).astype(np.intp)
    centred = labels - 0.5
    error = noise(rng, people)
    truth = distance(auc) * centred + error
    columns = [truth]
    for rival in rivals:
        if own:
            shared = rng.uniform(0, 0.5)
            errors = np.sqrt(shared) * error + np.sqrt(1 - shared) * noise(rng, people)
            columns.append(distance(rival) * centred + errors)
        else:
            more = (distance(auc) / max(distance(rival), 1e-3)) ** 2 - 1
            columns.append(truth + np.sqrt(max(more, 0)) * noise(rng, people))
    scores = np.stack(columns, axis=1)
    scores = scores * rng.uniform(0.3, 6, len(columns)) + rng.normal(0, 3, len(columns))
    swapped = rng.random(people) < wrong
    return scores, np.where(swapped, 1 - labels, labels)


def ages(rng: Rng, people: int, error: float, rivals: list[float], *, own: bool) -> Cohort:
    """Outputs of the truth and its rivals, by the ratio of their errors, and ages."""
    age = np.clip(rng.normal(58, rng.uniform(9, 15), people), 18, 95)
    first = error * noise(rng, people)
    columns = [age + first]
    for ratio in rivals:
        if own:
            shared = rng.uniform(0, 0.5)
            other = np.sqrt(1 - shared) * error * noise(rng, people)
            columns.append(age + ratio * (np.sqrt(shared) * first + other))
        else:
            columns.append(age + first + error * np.sqrt(ratio**2 - 1) * noise(rng, people))
    scores = np.stack(columns, axis=1)
    return scores * rng.uniform(0.6, 1, len(columns)) + rng.normal(0, 5, len(columns)), age


def both_orders(columns: int) -> ScoredOutput:
    flipped = np.repeat([False, True], columns)
    return ScoredOutput("it", "binary", np.tile(np.arange(columns), 2), flipped)


def number(columns: int) -> ScoredOutput:
    return ScoredOutput("it", "regression", np.arange(columns))


def race(output: ScoredOutput, cohort: Cohort, people: int = PEOPLE) -> tuple[Tournament, int]:
    """Race, and the number of people at which "no signal" was gone (0: never)."""
    tournament, told = Tournament([output]), 0
    for start in range(0, people, LOOK):
        part = slice(start, start + LOOK)
        tournament.add({"it": (cohort[0][part], cohort[1][part])})
        if not told and tournament.log_no_signal() >= tournament.threshold:
            told = start + LOOK
        if tournament.alive.sum() < 2 and told:
            break
    return tournament, told


def pairs_dropped(kind: EstimateKind, cohorts: list[Cohort]) -> int:
    """In how many cohorts of a truth and one rival the truth is eliminated, all at once."""
    scores = np.concatenate([np.stack([each[0][:, k] for each in cohorts], 1) for k in (0, 1)], 1)
    labels = np.tile(np.stack([labels for _, labels in cohorts], axis=1), 2)
    count = len(cohorts)
    likelihood = likelihood_of(kind, 2 * count)
    likelihood.place(scores[:FIRST_PEOPLE], np.arange(2 * count))
    logs = likelihood.predict(scores, labels)
    dropped = np.zeros(count, dtype=bool)
    for people in range(3 * LOOK, PEOPLE + 1, LOOK):
        best, chances = likelihood.best(scores[:people], labels[:people])
        worth = logs[:people] if chances is None else chances
        gaps = worth[:, count:] - worth[:, :count]
        lead = gaps.sum(0) / np.sqrt((gaps**2).sum(0) + 1e-12)
        log_e = logs[:people, count:].sum(0) - best[:count]
        dropped |= (log_e >= np.log(1000)) & (lead >= likelihood.least_lead)
    return int(dropped.sum())


def print_truths(cohorts: int) -> None:
    print(f"\nthe truth eliminated by one rival, of {cohorts} cohorts of {PEOPLE} people")
    for own in (False, True):
        for less in (0.01, 0.03):
            drawn = []
            for seed in range(cohorts):
                rng = np.random.default_rng((1, seed))
                auc = rng.uniform(0.85, 0.97)
                wrong = rng.uniform(0, 0.05)
                drawn.append(sexes(rng, PEOPLE, auc, [auc - less], own=own, wrong=wrong))
            what = "errors of its own" if own else "a copy with more noise"
            print(f"  sex, AUC less {less}, {what}: {pairs_dropped('binary', drawn)}", flush=True)
        for ratio in (1.02, 1.1):
            drawn = []
            for seed in range(cohorts):
                rng = np.random.default_rng((1, seed))
                drawn.append(ages(rng, PEOPLE, rng.uniform(3, 8), [ratio], own=own))
            count = pairs_dropped("regression", drawn)
            print(f"  age, error times {ratio}, {what}: {count}", flush=True)


def needed(name: str, counts: list[int], may: str) -> None:
    """Print the median and the 95th percentile of the people needed."""
    found = np.where(np.array(counts) == 0, np.inf, counts)
    middle, most = np.quantile(found, [0.5, 0.95], method="higher")
    print(f"  {name}: {middle:.0f}/{most:.0f} (may: {may})", flush=True)


def print_people(cohorts: int) -> None:
    print(f"\npeople needed, median/95 %, {cohorts} cohorts")
    seeds = [np.random.default_rng((2, seed)) for seed in range(cohorts)]
    rivals = [0.8, 0.9, 0.95]
    races = [race(both_orders(4), sexes(each, PEOPLE, 0.97, rivals, own=False)) for each in seeds]
    needed("no signal, AUC 0.97", [told for _, told in races], "37/60")
    dropped = np.array([each.dropped_at for each, _ in races])
    needed("flipped, 0.97", dropped[:, 4].tolist(), "37/60")
    for column, may in ((1, "60/90"), (2, "90/225"), (3, "450/600")):
        name = f"copy of AUC {rivals[column - 1]} beside 0.97"
        needed(name, dropped[:, column].tolist(), may)
    for name, auc, wrong, may in (
        ("flipped, 0.97, 2 % wrong labels", 0.97, 0.02, "45/75"),
        ("flipped, 0.85", 0.85, 0.0, "90/150"),
    ):
        races = [
            race(both_orders(1), sexes(each, PEOPLE, auc, [], own=False, wrong=wrong))
            for each in seeds
        ]
        needed(name, [int(each.dropped_at[1]) for each, _ in races], may)
    ratios = [1.5, 1.25, 1.1]
    races = [race(number(4), ages(each, PEOPLE, 5.0, ratios, own=False)) for each in seeds]
    needed("age, no signal", [told for _, told in races], "22/30")
    dropped = np.array([each.dropped_at for each, _ in races])
    for column, may in ((1, "75/150"), (2, "150/300"), (3, "450/750")):
        name = f"age, copy with {ratios[column - 1]} times the error"
        needed(name, dropped[:, column].tolist(), may)


def print_verdicts(cohorts: int) -> None:
    print(f"\nverdicts with 100 people, of {cohorts} cohorts")
    none = contradicted = worse = left = 0
    for seed in range(cohorts):
        rng = np.random.default_rng((3, seed))
        scores, labels = sexes(rng, 100, 0.95, [0.9, 0.85], own=False)
        shuffled, _ = race(both_orders(3), (scores, rng.permutation(labels)), 100)
        none += shuffled.signal() == "none of these works"
        stated, _ = race(both_orders(3), (scores, 1 - labels), 100)
        contradicted += stated.signal() == "signal" and not stated.alive[:3].any()
        without, _ = race(both_orders(2), (scores[:, 1:], labels), 100)
        worse += without.alive.any()
        left += int(without.alive.sum())
    print(f"  labels shuffled: none of these works {none}")
    print(f"  labels flipped against the stated order: contradicted {contradicted}")
    print("  the truth (AUC 0.95) not among the candidates (copies of 0.90 and 0.85, both orders):")
    print(f"    some left in {worse}, {left / cohorts:.1f} on average")


def print_classes(cohorts: int) -> None:
    print(f"\nfour classes in an unknown order, 100 people, of {cohorts} cohorts")
    dropped = settled = wrong = contradicted = falsely = 0
    for seed in range(cohorts):
        rng = np.random.default_rng((4, seed))
        labels = rng.choice(4, 100, p=[0.4, 0.3, 0.2, 0.1])
        truth = rng.uniform(1.5, 3) * np.eye(4)[labels] + rng.normal(size=(100, 4))
        outputs = [truth, *(truth + more * rng.normal(size=(100, 4)) for more in (0.5, 1, 3))]
        logs = np.stack(outputs, axis=1) + rng.normal(0, 0.5, 4)
        logs -= np.log(np.exp(logs).sum(2, keepdims=True))
        order = rng.permutation(4)
        logs = logs[:, :, np.argsort(order)]
        shown = ScoredOutput("it", "categorical", np.arange(4), None, 4, any_order=True)
        raced, _ = race(shown, (logs, labels), 100)
        dropped += not raced.alive[0]
        told = order_of_labels(logs[:, 0], labels, stated=order)
        is_settled = np.array(told.settled())
        settled += is_settled.all()
        wrong += (is_settled & (np.array(told.order) != order)).any()
        falsely += told.contradicted()
        stated = order[[1, 0, 2, 3]]
        contradicted += order_of_labels(logs[:, 0], labels, stated=stated).contradicted()
    print(f"  truth eliminated {dropped}; order settled {settled}, wrongly {wrong}; two labels")
    print(f"  swapped: contradicted {contradicted}; right order contradicted {falsely}")


def print_groups(cohorts: int) -> None:
    print("\na camera that goes with sex, and moves the outputs of rivals,")
    print(f"  150 people, {cohorts} cohorts: truth eliminated, warned of, eliminated unwarned")
    for strength in (0.0, 0.1, 0.2, 0.3, 0.4, 0.6):
        dropped = told = unsaid = 0
        for seed in range(cohorts):
            rng = np.random.default_rng((9, seed))
            scores, labels = sexes(rng, 150, rng.uniform(0.85, 0.97), [], own=False)
            camera = rng.random(150) < 0.5 + strength * (labels - 0.5)
            plain = (scores[:, 0] - scores[:, 0].mean()) / scores[:, 0].std()
            moved = [plain + step * camera for step in (0.0, 0.8, -0.8, 0.3)]
            raced, _ = race(both_orders(4), (np.stack(moved, axis=1), labels), 150)
            counts = np.zeros((2, 2), dtype=np.intp)
            np.add.at(counts, (camera.astype(np.intp), labels), 1)
            cramer = contingency.association(counts, method="cramer")
            chance = chi2_contingency(counts, correction=False).pvalue
            warned = cramer >= 0.3 and chance < 0.001
            dropped += not raced.alive[0]
            told += warned
            unsaid += not raced.alive[0] and not warned
        print(f"  Cramér's V {strength}: {dropped}, {told}, {unsaid}", flush=True)


def print_time() -> None:
    rng = np.random.default_rng(5)
    scores, labels = sexes(rng, 100, 0.95, rng.uniform(0.6, 0.94, 239).tolist(), own=False)
    start = time.process_time()
    raced, _ = race(both_orders(240), (scores, labels), 100)
    took = time.process_time() - start
    print(
        f"\n240 candidates in both orders, 100 people, every five: {took:.1f} s of the processor,"
    )
    print(f"  {raced.alive.sum()} left")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cohorts", type=int, default=1000)
    arguments = parser.parse_args()
    print_time()
    print_verdicts(max(arguments.cohorts // 5, 20))
    print_classes(max(arguments.cohorts // 5, 20))
    print_groups(max(arguments.cohorts // 5, 20))
    print_people(max(arguments.cohorts // 5, 20))
    print_truths(arguments.cohorts)


if __name__ == "__main__":
    main()
