"""One figure of an age gap: of which level and group, and against whom."""

from dataclasses import dataclass, replace

from ..statistics.holm import holm
from ..statistics.measure import Measure
from .gap_rows import GapLevel


@dataclass(frozen=True, slots=True)
class GapFigure:
    """One figure, with where it belongs.

    Attributes:
        measure: the figure with its interval, and p of a difference.
        level: what a row is.
        group: of whom; empty: everybody.
        compared_with: of a difference, the group that is subtracted; else empty.
        term: of the model, the name of the term; else empty.
        p_holm: p after Holm, over the groups that are compared with the reference.
        freedom: degrees of freedom of Student's t.
    """

    measure: Measure
    level: GapLevel
    group: str = ""
    compared_with: str = ""
    term: str = ""
    p_holm: float | None = None
    freedom: float | None = None


def adjusted_for_groups(figures: list[GapFigure]) -> list[GapFigure]:
    """Adjust the p-values of one figure by Holm's method over the groups."""
    after = holm([each.measure.p for each in figures])
    return [replace(each, p_holm=p) for each, p in zip(figures, after, strict=True)]
