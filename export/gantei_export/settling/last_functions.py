"""Whether a network's numbers are probabilities already: a few people's numbers tell.

What lies within 0 and 1 each time, of several classes with a sum of 1, is a probability; anything
else is none, so a sigmoid or a softmax is still to be applied.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gantei.manifests.manifest import InputSpec

from .candidates import Candidate
from .columns import OutputColumns, columns_of
from .scores import LabelledPerson, Scorer

PROBED = 3
"""People who are asked."""


def possible(
    candidates: Sequence[Candidate],
    classes: Mapping[str, Sequence[str]],
    people: Sequence[LabelledPerson],
    scorer: Scorer,
) -> tuple[Candidate, ...]:
    """Leave out candidates whose last function the network's numbers contradict.

    Nobody is asked where the last function is known.

    Raises:
        WeightsError, InferenceError: the network fails.
    """
    names = [name for name in classes if f"output.{name}.transform" in candidates[0].words]
    if not names:
        return tuple(candidates)
    columns = {name: columns_of(candidates, name, classes[name]) for name in names}
    everything = {name: range(len(each.readers)) for name, each in columns.items()}
    scored = scorer.score(people[:PROBED], columns, everything)
    if not scored.people:
        return tuple(candidates)
    plain = {name: _plain(each, scored.values[name]) for name, each in columns.items()}
    return tuple(
        each
        for each in candidates
        if all((_last(each, name) == "none") == (each.spec in plain[name]) for name in names)
    )


def _plain(columns: OutputColumns, values: NDArray[np.float64]) -> set[InputSpec]:
    """The ways of feeding the network under which it gives probabilities."""
    return {
        reader.spec
        for column, reader in enumerate(columns.readers)
        if _last(reader, columns.name) == "none" and np.isfinite(values[:, column]).all()
    }


def _last(candidate: Candidate, name: str) -> str:
    return candidate.words[f"output.{name}.transform"]
