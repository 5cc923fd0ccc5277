"""Which of an output's classes is which label, of three or more, and how certain that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError

from .class_fits import fit_best_order, fit_in_order
from .class_likelihood import ClassLikelihood
from .evidence import FIRST_PEOPLE


@dataclass(frozen=True)
class LabelOrder:
    """The order of labels that fits best.

    Attributes:
        order: which of the network's classes each label of the table is, from 0.
        log_e: for each label, the log e-value against every order in which it is another class.
        log_e_stated: log e-value against the stated order; None where none is stated.
    """

    order: tuple[int, ...]
    log_e: tuple[float, ...]
    log_e_stated: float | None

    def settled(self, confidence: float = 0.999) -> tuple[bool, ...]:
        """Say of each label whether its class is settled."""
        return tuple(bool(each >= -np.log1p(-confidence)) for each in self.log_e)

    def contradicted(self, confidence: float = 0.999) -> bool:
        """Say whether the people contradict the stated order."""
        return self.log_e_stated is not None and self.log_e_stated >= -np.log1p(-confidence)


def order_of_labels(
    scores: NDArray[np.float64], labels: NDArray[np.intp], stated: Sequence[int] | None = None
) -> LabelOrder:
    """Tell the order of labels, of one candidate, by assignment instead of trying each order.

    An e-value is the product of one-step-ahead predictions in whatever order has fitted best so
    far, over the largest likelihood of the orders that it speaks against. As `Evidence`, it may be
    looked at after any number of people.

    Args:
        scores: log-probabilities in the network's order, float64 (people, classes).
        labels: intp (people,), from 0, in the table's order.
        stated: which class each label is, as somebody states it.

    Raises:
        SettingError: fewer people than `FIRST_PEOPLE`.
    """
    if len(labels) < FIRST_PEOPLE:
        raise SettingError(f"an order of labels is read from {FIRST_PEOPLE} people or more")
    classes = scores.shape[1]
    likelihood = ClassLikelihood(1, classes, any_order=True)
    likelihood.place(scores[:FIRST_PEOPLE, None], np.array([0]))
    product = float(likelihood.predict(scores[:, None], labels).sum())
    best = fit_best_order(scores[None], labels).order[0]
    against = []
    for label in range(classes):
        forbidden = np.zeros((classes, classes), dtype=bool)
        forbidden[label, best[label]] = True
        other = fit_best_order(scores[None], labels, forbidden=forbidden)
        against.append(product - float(other.log_likelihood[0]))
    log_e_stated = None
    if stated is not None:
        fits = fit_in_order(scores[None], labels, np.array([stated], dtype=np.intp))
        log_e_stated = product - float(fits.log_likelihood[0])
    return LabelOrder(tuple(best.tolist()), tuple(against), log_e_stated)
