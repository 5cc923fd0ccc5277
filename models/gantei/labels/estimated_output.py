"""What is evaluated: one output of an estimator, and the columns of results that hold it."""

from dataclasses import dataclass

from ..statistics.units import EstimateKind


@dataclass(frozen=True, slots=True)
class EstimatedOutput:
    """One output of an estimator.

    Attributes:
        estimator: the estimator's name, such as `demo-sex`.
        name: the output's name, such as `sex`.
        kind: what it estimates.
        unit: of a number, such as `years`; `probability` otherwise.
        classes: the labels of a binary output, the negative one first, or of a categorical one in
            its order; empty for a number.
        columns: of the results: one for a number or a binary output, else one per class.
        weights_sha256: digest of the network's file.
    """

    estimator: str
    name: str
    kind: EstimateKind
    unit: str
    classes: tuple[str, ...]
    columns: tuple[str, ...]
    weights_sha256: str

    @property
    def key(self) -> str:
        """Estimator and output, as `demo-sex.sex`."""
        return f"{self.estimator}.{self.name}"
