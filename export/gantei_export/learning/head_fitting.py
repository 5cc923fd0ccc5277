"""A linear head: ridge regression of a number, logistic regression of classes, its strength chosen.

Embeddings are standardised by the people who are learnt from. The strength of the penalty is the
one with the least mean squared error, or log loss, of photographs of people in folds that the fit
has not seen. Each photograph counts once, since a head is used on photographs: of a person with two
eyes there is more to learn than of one with one. A photograph with changed copies counts once
together with them; copies never judge.
"""

import functools
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantei.errors import SettingError
from gantei.statistics.study_extra import require_study_extra

from .labelled_embeddings import LabelledEmbeddings
from .linear_head import LinearHead
from .logistic_rows import LogisticRows
from .people_split import FOLDS, folds_of
from .ridge_sums import RidgeSums, ridge_heads
from .standardisation import ColumnSums, Standardisation

STRENGTHS: tuple[float, ...] = tuple(float(f"{10 ** (1 + step / 2):.4g}") for step in range(7))
"""Penalties that are tried: 10 to 10,000, each about 3.16 times the one before."""
_CHOOSING = 1e-5
"""Of the gradient's norm where a fit is only to be compared with others."""


@dataclass(frozen=True, slots=True)
class StrengthLoss:
    """A strength, and what photographs of unseen people lose by it.

    Attributes:
        strength: of the penalty: half of it times the squared kernel beside half the summed
            squared error, or minus the summed log-likelihood, on standardised embeddings.
        loss: the mean squared error, in the target's unit squared, or the mean log loss.
    """

    strength: float
    loss: float


@dataclass(frozen=True)
class FittedHead:
    """A head with the strength that was chosen for it.

    Attributes:
        head: on embeddings as they are.
        strength: of its penalty.
        at_edge: whether that is the least or the greatest that was tried, of several, so that one
            beyond might be better.
        strengths: all that were tried, rising; empty where the strength was given.
    """

    head: LinearHead
    strength: float
    at_edge: bool
    strengths: tuple[StrengthLoss, ...]


@dataclass(frozen=True)
class TrainingRows:
    """Standardised rows of photographs and of their changed copies.

    Attributes:
        standardisation: of the embeddings.
        basis: float64 (width, r), an orthonormal basis of the rows where they are fewer than an
            embedding is wide; None where they are not. A penalised head lies in it.
        rows: float64 (m, r), in the basis where there is one: the photographs first.
        truths: (m,), as of `LabelledEmbeddings`.
        weights: float64 (m,), which add up to 1 per photograph.
        photographs: intp (m,), whose copy each row is.
    """

    standardisation: Standardisation
    basis: NDArray[np.float64] | None
    rows: NDArray[np.float64]
    truths: NDArray[Any]
    weights: NDArray[np.float64]
    photographs: NDArray[np.intp]

    @classmethod
    def of(cls, data: LabelledEmbeddings) -> "TrainingRows":
        """Stack, weigh and standardise the rows of all photographs."""
        count = len(data)
        rows, copies = np.asarray(data.embeddings, np.float64), 0
        if data.augmented is not None:
            copies = data.augmented.shape[1]
            rows = np.vstack((rows, data.augmented.reshape(count * copies, -1)))
        own = np.arange(count)
        photographs = np.concatenate((own, np.repeat(own, copies)))
        weights = np.full(len(rows), 1 / (1 + copies))
        by = Standardisation.from_sums(ColumnSums.of(rows, weights))
        standard, basis = by.apply(rows), None
        if len(standard) < standard.shape[1]:
            basis, turned = np.linalg.qr(standard.T)
            standard = turned.T
        return cls(by, basis, standard, data.truths[photographs], weights, photographs)

    def on_embeddings(
        self, kernel: NDArray[np.float64], bias: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Give a kernel and a bias on these rows as ones on embeddings."""
        return self.standardisation.undo(
            kernel if self.basis is None else self.basis @ kernel, bias
        )


def fit_head(
    data: LabelledEmbeddings,
    *,
    seed: int = 0,
    draw: int = 0,
    strengths: Sequence[float] = STRENGTHS,
    folds: NDArray[np.intp] | None = None,
) -> FittedHead:
    """Fit a head to all photographs given; the strength is chosen by folds of their people.

    Args:
        data: what to learn from.
        seed: of the folds.
        draw: number of the division into folds.
        strengths: to choose from, above 0; one alone is taken as it is.
        folds: intp (n,), of each photograph, where they are given: no person in two of them.

    Raises:
        SettingError: too few people, no strength, an embedding that is no number, or folds that
            part a person or leave a class without people to learn from.
        MissingExtraError: scipy is not installed.
    """
    tried = _checked(data, strengths)
    rows = TrainingRows.of(data)
    chosen, losses = tried[0], tuple[StrengthLoss, ...]()
    if len(tried) > 1:
        fold = folds_of(data, FOLDS, seed, draw=draw) if folds is None else folds
        losses = _losses(data, rows, tried, _checked_folds(data, fold))
        chosen = min(losses, key=lambda each: each.loss).strength
    kernel, bias = rows.on_embeddings(*_fitted(data, rows, chosen))
    at_edge = len(tried) > 1 and chosen in (tried[0], tried[-1])
    return FittedHead(LinearHead(data.target, kernel, bias), chosen, at_edge, losses)


def _checked(data: LabelledEmbeddings, strengths: Sequence[float]) -> list[float]:
    require_study_extra("learning")
    tried = sorted(set(strengths))
    if not tried or not (tried[0] > 0 and np.isfinite(tried[-1])):
        raise SettingError(f"strengths: one or more numbers above 0, not {list(strengths)}")
    if not len(data) or not np.isfinite(data.embeddings).all():
        raise SettingError("an embedding is no number, or there is none")
    if data.target.kind == "regression":
        if not np.isfinite(data.truths).all():
            raise SettingError(f"{data.target.output}: a label is no number")
        return tried
    present = np.bincount(data.truths, minlength=len(data.target.classes))
    if len(present) > len(data.target.classes) or not present.all():
        raise SettingError(f"{data.target.output}: a class without photographs, or an unknown one")
    return tried


def _checked_folds(data: LabelledEmbeddings, folds: NDArray[np.intp]) -> NDArray[np.intp]:
    """Refuse folds that part a person, or outside which a class has no photograph."""
    pairs = np.unique(np.stack((data.persons, folds)), axis=1)
    if pairs.shape[1] > len(np.unique(data.persons)):
        raise SettingError("a person's photographs are in several folds")
    if data.target.kind != "regression":
        for name, place in zip(data.target.classes, range(len(data.target.classes)), strict=True):
            if len(np.unique(folds[data.truths == place])) < 2:
                raise SettingError(f"{data.target.output}: all people of {name!r} are in one fold")
    return folds


def _losses(
    data: LabelledEmbeddings,
    rows: TrainingRows,
    strengths: Sequence[float],
    folds: NDArray[np.intp],
) -> tuple[StrengthLoss, ...]:
    """Give what photographs in each fold lose by heads of the other folds, by strength."""
    lose = _ridge_losses if data.target.kind == "regression" else _class_losses
    means = lose(data, rows, strengths, folds) / len(data)
    return tuple(StrengthLoss(*map(float, each)) for each in zip(strengths, means, strict=True))


def _ridge_losses(
    data: LabelledEmbeddings,
    rows: TrainingRows,
    strengths: Sequence[float],
    folds: NDArray[np.intp],
) -> NDArray[np.float64]:
    chosen = np.unique(folds)
    sums = {fold: _sums(rows, folds[rows.photographs] == fold) for fold in chosen}
    every = functools.reduce(operator.add, sums.values())
    lost = np.zeros(len(strengths))
    for fold in chosen:
        heads = ridge_heads(every - sums[fold], strengths)
        own = np.flatnonzero(folds == fold)
        judges, truths = rows.rows[own], np.asarray(data.truths, np.float64)[own, None]
        lost += [np.sum((judges @ kernel + bias - truths) ** 2) for kernel, bias in heads]
    return lost


def _class_losses(
    data: LabelledEmbeddings,
    rows: TrainingRows,
    strengths: Sequence[float],
    folds: NDArray[np.intp],
) -> NDArray[np.float64]:
    lost = np.zeros(len(strengths))
    for fold in np.unique(folds):
        own = np.flatnonzero(folds == fold)
        judges = LogisticRows(rows.rows[own], data.truths[own], data.target.columns)
        learners = _class_rows(data, rows, folds[rows.photographs] != fold)
        found = None
        for place in reversed(range(len(strengths))):  # the strongest first: each begins near it
            found = learners.minimum(strengths[place], found, _CHOOSING)
            lost[place] += judges.losses(found).sum()
    return lost


def _fitted(
    data: LabelledEmbeddings, rows: TrainingRows, strength: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    every = np.ones(len(rows.rows), np.bool_)
    if data.target.kind == "regression":
        return ridge_heads(_sums(rows, every), [strength])[0]
    found = _class_rows(data, rows, every).minimum(strength)
    return found[:, :-1].T, found[:, -1]


def _class_rows(
    data: LabelledEmbeddings, rows: TrainingRows, chosen: NDArray[np.bool_]
) -> LogisticRows:
    return LogisticRows(
        rows.rows[chosen], rows.truths[chosen], data.target.columns, rows.weights[chosen]
    )


def _sums(rows: TrainingRows, chosen: NDArray[np.bool_]) -> RidgeSums:
    targets = np.asarray(rows.truths, np.float64)[chosen, None]
    return RidgeSums.of(rows.rows[chosen], targets, rows.weights[chosen])
