"""Scores of people under candidates: photographs are read when a person is looked at.

A row is a person: the mean of their photographs on the scale of `linear_values`. Nothing of a
picture is kept, and a candidate that was dropped is not computed any more.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gantei.errors import PhotographError, drop_tracebacks
from gantei.inference.network import RawOutputs
from gantei.inference.parallel import ordered
from gantei.manifests.manifest import InputSpec
from gantei.photographs.listing import StudyPhotograph

from .answers import CandidateNetwork, linear_values
from .columns import OutputColumns, specs_needed


@dataclass(frozen=True)
class LabelledPerson:
    """A person with known labels.

    Attributes:
        key: what the person is called; it stays on this machine.
        photographs: theirs.
        truths: by output, the number in its unit, or the index of the class; without an entry where
            nothing is known.
        groups: by the variables of `--by`, what the person's photographs agree on.
    """

    key: str
    photographs: tuple[StudyPhotograph, ...]
    truths: Mapping[str, float]
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Effort:
    """What was done.

    Attributes:
        runs: inputs that went through the network.
        photographs: how often a photograph was read.
        failed: photographs that could not be read, by the code of the error.
    """

    runs: int = 0
    photographs: int = 0
    failed: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class ScoredPeople:
    """People with at least one photograph that could be read.

    Attributes:
        people: in the order in which they were given.
        values: by output, float64 (people, columns) or, of several classes, (people, columns,
            classes); NaN in columns that were not needed. Infinite or NaN as well where a column
            cannot be right.
    """

    people: tuple[LabelledPerson, ...]
    values: Mapping[str, NDArray[np.float64]]


Raw = dict[InputSpec, RawOutputs]


@dataclass(frozen=True)
class Scorer:
    """Reads people's photographs, and counts what it takes.

    Attributes:
        network: that of all candidates.
        allow_grey: let pictures without colour pass.
        workers: people who are looked at at the same time.
        advance: called with the number of photographs that were read.
        effort: what was done so far.
    """

    network: CandidateNetwork
    allow_grey: bool
    workers: int
    advance: Callable[[int], object] = lambda _: None
    effort: Effort = field(default_factory=Effort)

    def score(
        self,
        people: Sequence[LabelledPerson],
        columns: Mapping[str, OutputColumns],
        needed: Mapping[str, Sequence[int]],
    ) -> ScoredPeople:
        """Look at people, and score them in the needed columns of each output.

        Photographs that cannot be read are counted and left out; so is a person with none left.

        Raises:
            WeightsError, InferenceError: the network fails.
        """
        specs = specs_needed(columns, needed)

        def answered(person: LabelledPerson) -> tuple[list[Raw], int, list[str]]:
            return self._answered(person, specs)

        kept: list[LabelledPerson] = []
        rows: dict[str, list[NDArray[np.float64]]] = {name: [] for name in columns}
        with closing(ordered(answered, people, self.workers)) as results:
            for person, (photographs, runs, errors) in zip(people, results, strict=True):
                self.effort.runs += runs
                self.effort.photographs += len(photographs)
                self.effort.failed.update(errors)
                self.advance(len(person.photographs))
                if photographs:
                    kept.append(person)
                    for name, each in columns.items():
                        rows[name].append(_row(photographs, each, needed[name]))
        return ScoredPeople(tuple(kept), {name: np.array(each) for name, each in rows.items()})

    def _answered(
        self, person: LabelledPerson, specs: Sequence[InputSpec]
    ) -> tuple[list[Raw], int, list[str]]:
        photographs, runs, errors = [], 0, []
        for listed in person.photographs:
            try:
                raw, taken = self.network.answers(listed, specs, allow_grey=self.allow_grey)
            except PhotographError as error:
                drop_tracebacks(error)
                errors.append(error.code)
            else:
                photographs.append(raw)
                runs += taken
        return photographs, runs, errors


def _row(
    photographs: Sequence[Raw], columns: OutputColumns, needed: Sequence[int]
) -> NDArray[np.float64]:
    """A person's mean in each column, float64 (columns,) or (columns, classes)."""
    categorical = columns.scored.kind == "categorical"
    width = len(columns.classes) if categorical else 1
    row = np.full((len(columns.readers), width), np.nan)
    for column in needed:
        reader = columns.readers[column]
        spec = dict(reader.outputs)[columns.name]
        each = [
            linear_values(raw[reader.spec][columns.name], spec, columns.classes)
            for raw in photographs
        ]
        row[column] = np.mean(each, axis=0)
    return row if categorical else row[:, 0]
