"""Whether `gantei settle` finds what is hidden: python benchmarks/settle.py --photographs DIR.

Both demo estimators, with every fact of their input and the order of labels hidden, on drawings of
a seed that they were not trained on. The photographs are drawn into DIR once, and every candidate's
scores of every person are computed once; draws of people are taken from them, without replacement
within a draw. `--whole` draws go through `settle` itself, from the files on, with its CPU time.
"""

import argparse
import os
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from gantei.catalogue import entries
from gantei.demo.drawing import draw_photograph
from gantei.demo.folder import file_name
from gantei.demo.people import person
from gantei.inference.session import open_session
from gantei.labels.estimated_output import EstimatedOutput
from gantei.labels.label_table import LabelOptions, read_labels
from gantei.manifests.file import parse_manifest
from gantei.manifests.manifest import Manifest
from gantei.photographs.eyes import Eye
from gantei.photographs.listing import PhotographList, StudyPhotograph
from gantei.system.files import atomic_write
from gantei_export.settling.answers import CandidateNetwork
from gantei_export.settling.candidates import Candidate, Grid
from gantei_export.settling.columns import OutputColumns, columns_of
from gantei_export.settling.open_facts import open_facts
from gantei_export.settling.performance import performance_of
from gantei_export.settling.race import Race, run_race
from gantei_export.settling.scores import Effort, LabelledPerson, ScoredPeople, Scorer
from gantei_export.settling.settle import settle
from gantei_export.settling.verdicts import FactVerdict, verdict_on

SEED = 14
TRUTH = {
    "age": {"input.scale": "-1..1"},
    "sex": {"input.scale": "0..255", "output.sex.positive": "male"},
}
BOTH = {"input.colour": "rgb", "input.crop": "disc", "input.mirror": "none"}
FINE = {"input.decoder": "pillow", "input.resampling": "bilinear"}
UNITS = {"age": "years", "sex": "probability"}
CONFIDENCE = 0.999


def hidden(name: str) -> Manifest:
    """The manifest of a demo estimator, with all that can be settled hidden."""
    tables = entries.find(f"demo-{name}").manifest.tables()
    tables["golden"] = []
    keys = [f"input.{key}" for key in tables["input"] if key != "size"]
    keys += [f"output.{name}.{key}" for key in ("positive", "scale", "offset")]
    for key in keys:
        *path, field_name = key.split(".")
        table = tables
        for step in path:
            table = table[step]
        if field_name in table:
            table[field_name] = "unknown"
            tables["basis"][key] = {"origin": "unknown", "evidence": "hidden"}
    return parse_manifest(tables, f"demo-{name}")


def drawn(folder: Path, people: int, *, only_there: bool) -> list[LabelledPerson]:
    """People with their photographs, drawn where they are missing."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number in range(1, people + 1):
        who = person(SEED, number)
        listed = []
        for eye in who.eyes:
            path = folder / file_name(who, eye)
            if not path.exists() and not only_there:
                with atomic_write(path) as file:
                    file.write(draw_photograph(SEED, who, eye).jpeg())
            listed.append(StudyPhotograph(path, path.name, Eye(eye.side, "file name")))
        if all(each.source.exists() for each in listed):
            truths = {"age": who.age, "sex": float(who.sex == "male")}
            found.append(LabelledPerson(str(number), tuple(listed), truths))
    return found


@dataclass(frozen=True)
class KnownScores:
    """Scores that were computed before, in place of a `Scorer`."""

    values: np.ndarray
    places: dict[str, int]
    columns: OutputColumns
    workers: int = 1
    effort: Effort = field(default_factory=Effort)

    def score(
        self, people: Sequence[LabelledPerson], columns: dict[str, OutputColumns], needed: Any
    ) -> ScoredPeople:
        """Look scores up."""
        (name,) = columns
        rows = [self.places[each.key] for each in people]
        which = [self.columns.readers.index(each) for each in columns[name].readers]
        values = self.values[np.ix_(rows, which)]
        return ScoredPeople(tuple(people), {name: values})


class Measured:
    """One estimator with the scores of everybody under its candidates."""

    def __init__(self, name: str, people: Sequence[LabelledPerson], folder: Path) -> None:
        self.name = name
        self.manifest = hidden(name)
        self.classes = {"sex": ("female", "male")} if name == "sex" else {}
        facts = open_facts(self.manifest, self.classes, {})
        self.grid = Grid(self.manifest, facts, self.classes, {})
        self.candidates = self.grid.coarse()
        self.people = [replace(each, truths={name: each.truths[name]}) for each in people]
        self.columns = columns_of(self.candidates, name, self.classes.get(name, ()))
        places = {each.key: place for place, each in enumerate(self.people)}
        self.known = KnownScores(self._scores(folder), places, self.columns)

    def _scores(self, folder: Path) -> np.ndarray:
        """Compute the scores, or read those of an earlier call."""
        cache = folder / f"scores-{self.name}-{len(self.people)}.npy"
        if cache.exists():
            return np.load(cache)
        entry, weights = entries.find_installed(f"demo-{self.name}")
        content = (entry.folder / weights.file).read_bytes()
        network = CandidateNetwork(self.manifest, open_session(content, "cpu", 1, self.name))
        scorer = Scorer(network, allow_grey=False, workers=1)
        every = {self.name: range(len(self.columns.readers))}
        began = time.process_time()
        scored = scorer.score(self.people, {self.name: self.columns}, every)
        print(
            f"{self.name}: {scorer.effort.photographs} photographs under "
            f"{len(self.candidates)} candidates: {time.process_time() - began:.0f} s of CPU"
        )
        np.save(cache, scored.values[self.name])
        return scored.values[self.name]

    def race(self, people: Sequence[LabelledPerson], candidates: Sequence[Candidate]) -> Race:
        """Run a race on known scores."""
        return run_race(
            candidates, self.classes, (self.name,), people, self.known,  # type: ignore[arg-type]
            confidence=CONFIDENCE,
        )  # fmt: skip

    def verdicts(self, race: Race) -> list[FactVerdict]:
        """What a race has shown of each coarse fact."""
        signal = race.tournament.signal() == "signal"
        return [
            verdict_on(fact, race, UNITS, signal=signal)
            for fact in self.grid.facts
            if not fact.fine
        ]

    def outputs(self) -> dict[str, EstimatedOutput]:
        """Its output as labels are read for it."""
        kind: Any = self.manifest.output[self.name].kind
        classes = self.classes.get(self.name, ())
        unit = UNITS[self.name]
        return {
            self.name: EstimatedOutput(
                self.manifest.name, self.name, kind, unit, classes, (self.name,), ""
            )
        }

    def truth(self) -> dict[str, str]:
        """The values of the facts that were hidden."""
        return BOTH | TRUTH[self.name]


def draws(
    people: Sequence[LabelledPerson], sizes: Sequence[int], seed: int
) -> Iterator[list[LabelledPerson]]:
    """Draw people, none of them twice in a draw; as many as there are, one draw after the other."""
    random = np.random.default_rng(seed)
    for size in sizes:
        yield [people[place] for place in random.choice(len(people), size, replace=False)]


def disjoint(people: Sequence[LabelledPerson], size: int, count: int) -> list[list[LabelledPerson]]:
    """Draws of different people, as long as there are any; then mixed anew."""
    random = np.random.default_rng(1)
    found: list[list[LabelledPerson]] = []
    while len(found) < count:
        order = random.permutation(len(people))
        blocks = [order[start : start + size] for start in range(0, len(order) - size + 1, size)]
        found += [[people[place] for place in block] for block in blocks]
    return found[:count]


def settled(measured: Measured, sample: Sequence[LabelledPerson]) -> dict[str, FactVerdict]:
    """Verdicts of a draw by their keys."""
    race = measured.race(sample, measured.candidates)
    return {each.fact.key: each for each in measured.verdicts(race)}


def tell_draws(measured: Measured, count: int, size: int) -> None:
    """How often each fact is settled rightly, and how often wrongly."""
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    began = time.process_time()
    for sample in disjoint(measured.people, size, count):
        for key, verdict in settled(measured, sample).items():
            if verdict.verdict == "settled":
                (right if verdict.value == measured.truth()[key] else wrong)[key] += 1
    took = (time.process_time() - began) / count
    each = ", ".join(f"{key} {right[key]}" for key in measured.truth())
    print(
        f"{measured.name}: {count} draws of {size}: right {each}; wrong {dict(wrong)}; "
        f"statistics alone {took:.1f} s of CPU a draw",
        flush=True,
    )


def tell_further(measured: Measured, count: int) -> None:
    """How often a wrong fact is settled, in draws of 20 to 150 people."""
    sizes = np.random.default_rng(2).integers(20, 151, count).tolist()
    wrong: list[str] = []
    for sample in draws(measured.people, sizes, 3):
        wrong += [
            f"{key} {verdict.value} of {len(sample)}"
            for key, verdict in settled(measured, sample).items()
            if verdict.verdict == "settled" and verdict.value != measured.truth()[key]
        ]
    print(f"{measured.name}: {count} draws of 20 to 150: wrong {len(wrong)} {wrong}", flush=True)


def tell_hopeless(measured: Measured, count: int) -> None:
    """Shuffled labels, and the true scale taken from the list: what is said."""
    random = np.random.default_rng(4)
    shuffled: Counter[str] = Counter()
    without: Counter[str] = Counter()
    rest = [
        each for each in measured.candidates
        if each.words["input.scale"] != measured.truth()["input.scale"]
    ]  # fmt: skip
    for sample in draws(measured.people, [100] * count, 5):
        truths = random.permutation([each.truths[measured.name] for each in sample])
        mixed = [
            replace(each, truths={measured.name: truth})
            for each, truth in zip(sample, truths.tolist(), strict=True)
        ]
        shuffled[measured.race(mixed, measured.candidates).tournament.signal()] += 1
        race = measured.race(sample, rest)
        said = str(race.tournament.signal())
        if said == "signal":
            (worth,) = performance_of(race, measured.manifest, measured.outputs(), {})
            said = "worse than reported, not applied" if worth.worse else "would be applied"
        without[said] += 1
    print(f"{measured.name}: {count} draws of 100, labels shuffled: {dict(shuffled)}")
    print(
        f"{measured.name}: {count} draws of 100, without the true scale: {dict(without)}",
        flush=True,
    )


def tell_contradictions(measured: Measured, count: int) -> None:
    """Labels flipped where the order is stated and all else known: how often it is noticed."""
    stated = replace(
        next(fact for fact in measured.grid.facts if fact.key == "output.sex.positive"),
        role="checked", before="male", origin="publisher",
    )  # fmt: skip
    found: Counter[str] = Counter()
    known = [
        each for each in measured.candidates
        if all(each.words[key] == word for key, word in BOTH.items())
        and each.words["input.scale"] == "0..255"
    ]  # fmt: skip
    for sample in draws(measured.people, [100] * count, 6):
        flipped = [replace(each, truths={"sex": 1 - each.truths["sex"]}) for each in sample]
        race = measured.race(flipped, known)
        signal = race.tournament.signal() == "signal"
        found[verdict_on(stated, race, UNITS, signal=signal).verdict] += 1
    print(f"sex: {count} draws of 100, labels flipped against what is stated: {dict(found)}")


def tell_whole(measured: Measured, folder: Path, home: Path, count: int) -> None:
    """Draws that go through `settle` itself, from the files on."""
    import shutil

    import tomli_w

    entry, weights = entries.find_installed(f"demo-{measured.name}")
    home.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(entry.folder / weights.file, home / weights.file)
    (home / "estimator.toml").write_text(tomli_w.dumps(measured.manifest.tables()), "utf-8")
    for number, sample in enumerate(disjoint(measured.people, 100, count)):
        labels = home / f"labels-{number}.csv"
        rows = [
            f"{photograph.name},{each.key},{_label(measured.name, each)}"
            for each in sample
            for photograph in each.photographs
        ]
        labels.write_text(f"photograph,person,{measured.name}\n" + "\n".join(rows) + "\n", "utf-8")
        listing = PhotographList(tuple(one for each in sample for one in each.photographs))
        began = time.process_time()
        result = settle(str(home), listing, read_labels(LabelOptions(str(labels))))
        took = time.process_time() - began
        told = {each.fact.key: f"{each.value} {each.verdict}" for each in result.verdicts}
        wrong = [
            each.fact.key for each in result.verdicts
            if each.verdict == "settled"
            and each.value != (measured.truth() | FINE)[each.fact.key]
        ]  # fmt: skip
        share = result.runs / result.full_runs
        print(
            f"{measured.name}: from the files on, 100 people: {took:.1f} s of CPU, {result.runs} "
            f"runs of the network ({share:.1%} of the full grid); wrong {wrong}; {told}",
            flush=True,
        )


def _label(name: str, each: LabelledPerson) -> str:
    truth = each.truths[name]
    return f"{truth}" if name == "age" else ("male" if truth else "female")


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photographs", type=Path, required=True, metavar="DIR")
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--only-there", action="store_true", help="draw none that is missing")
    parser.add_argument("--draws", type=int, default=20)
    parser.add_argument("--further", type=int, default=200)
    parser.add_argument("--hopeless", type=int, default=100)
    parser.add_argument("--whole", type=int, default=2)
    parser.add_argument("--estimators", nargs="+", choices=("sex", "age"), default=["sex", "age"])
    chosen = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    people = drawn(chosen.photographs, chosen.people, only_there=chosen.only_there)
    print(f"{len(people)} people, {sum(len(each.photographs) for each in people)} photographs")
    for name in chosen.estimators:
        measured = Measured(name, people, chosen.photographs)
        tell_draws(measured, chosen.draws, 100)
        tell_whole(
            measured, chosen.photographs, chosen.photographs / f"hidden-{name}", chosen.whole
        )
        tell_further(measured, chosen.further)
        tell_hopeless(measured, chosen.hopeless)
        if name == "sex":
            tell_contradictions(measured, chosen.hopeless)


if __name__ == "__main__":
    main()
