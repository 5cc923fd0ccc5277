"""What candidates read of each output: those that read the same share a column of scores."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gantei.manifests.manifest import InputSpec

from .candidates import Candidate
from .elimination import ScoredOutput
from .open_facts import in_any_order


@dataclass(frozen=True)
class OutputColumns:
    """The columns of one output.

    Attributes:
        scored: which column each candidate reads, and whether with the labels the other way round.
        readers: for each column a candidate that reads it, of two classes the second as positive.
        classes: the labels in a fixed order; empty for a number.
    """

    scored: ScoredOutput
    readers: tuple[Candidate, ...]
    classes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The output's name."""
        return self.scored.name


def columns_of(candidates: Sequence[Candidate], name: str, classes: Sequence[str]) -> OutputColumns:
    """Sort candidates by what they read of an output."""
    readers: dict[object, Candidate] = {}
    numbers: dict[object, int] = {}
    columns, flipped = [], []
    kind = dict(candidates[0].outputs)[name].kind
    for each in candidates:
        spec = dict(each.outputs)[name]
        turned = spec.kind == "binary" and spec.positive != classes[1]
        order = spec.value_names(name) if spec.kind == "categorical" else ()
        transform = "" if spec.kind == "regression" else spec.transform
        key = each.spec, transform, order
        columns.append(numbers.setdefault(key, len(numbers)))
        flipped.append(turned)
        if key not in readers or not turned:
            readers[key] = each
    scored = ScoredOutput(
        name,
        kind,
        np.array(columns, dtype=np.intp),
        np.array(flipped) if kind == "binary" else None,
        max(len(classes), 2),
        in_any_order(dict(candidates[0].outputs)[name], classes),
    )
    return OutputColumns(scored, tuple(readers.values()), tuple(classes))


def specs_needed(
    columns: Mapping[str, OutputColumns], needed: Mapping[str, Sequence[int]]
) -> tuple[InputSpec, ...]:
    """The ways of feeding the network that the needed columns read, each once."""
    return tuple(
        dict.fromkeys(
            columns[name].readers[column].spec for name in columns for column in needed[name]
        )
    )
