"""The photographs of a site as a federation uses them: in an order that no file name decides."""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gantei.estimator.estimator import Estimator
from gantei.labels.exclusions import Exclusion

from ..adapting.embedding import EmbeddedPhotographs, embed
from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.labelled_embeddings import LabelledEmbeddings
from .evaluated_estimates import estimated, one_of_each
from .federation_errors import FederationError
from .message_records import FederationPlan
from .site_people import SitePeople, divided
from .site_state import keep_embeddings, kept_embeddings, private_folder


@dataclass(frozen=True)
class SiteData:
    """What a site takes part with; nothing of it leaves but counts and masked sums.

    Attributes:
        rows: embeddings with their labels, photographs in the order of their digests.
        digest: of photographs, persons and labels, for this site's own state.
        photographs: the sha256 of each that takes part, 32 bytes.
        learnt: the digest of those whose embeddings are summed; None: of an evaluation.
        exclusions: what has no part, and why.
        training: where a whole network is trained, who is learnt from and who is kept aside;
            `rows` are of those who are learnt from alone.
        new: embeddings (n, width) that are to be kept, by `keep_new`; None: they were.
    """

    rows: LabelledEmbeddings = field(repr=False)
    digest: str
    photographs: frozenset[bytes] = field(repr=False)
    learnt: str | None
    exclusions: tuple[Exclusion, ...] = field(repr=False)
    training: SitePeople | None = field(repr=False)
    new: NDArray[np.float64] | None = field(repr=False)

    def keep_new(self, folder: Path) -> None:
        """Keep new embeddings in the site's folder."""
        if self.new is not None:
            keep_embeddings(private_folder(folder), self.new)


def site_data(
    labelled: LabelledPhotographs,
    plan: FederationPlan,
    open_estimator: Callable[[], Estimator],
    folder: Path,
    known: str | None,
    *,
    allow_grey: bool = False,
    workers: int | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> SiteData:
    """Embed a site's photographs, or take the embeddings that were kept of the same ones.

    Args:
        labelled: the site's photographs.
        plan: of the federation.
        open_estimator: opens the one that the plan names; called where something is to be embedded.
        folder: of the site's state.
        known: the digest of what the site joined with; None: it has not joined.
        allow_grey: as of `embed`.
        workers: as of `embed`.
        advance: as of `embed`.

    Raises:
        FederationError: photographs, persons or labels are others than those it joined with.
        OutputError: no photograph can be read.
    """
    order = _order(labelled)
    digest = _digest(labelled, order, plan)
    if known not in (None, digest):
        raise FederationError(
            "photographs, persons or labels are others than those that this site joined with, and "
            "sums over different people give away those who differ. Give the same ones again; to "
            "take part with others, the coordinator has to start another federation"
        )
    vectors = kept_embeddings(folder, len(order)) if known else None
    exclusions, new = labelled.exclusions, None
    if vectors is None:
        look = estimated if plan.purpose == "evaluation" else embed
        found = look(
            open_estimator(), labelled, allow_grey=allow_grey, workers=workers, advance=advance
        )
        new = vectors = _by_photograph(labelled, found)[order]
        exclusions = found.labelled.exclusions
    else:
        advance(len(order))
        exclusions += tuple(_unreadable(labelled, order, vectors))
    readable = order[np.isfinite(vectors).all(axis=1)]
    photographs = frozenset(bytes.fromhex(labelled.sha256[place]) for place in readable)
    rows = _rows(labelled, order, vectors, one_each=plan.purpose == "evaluation")
    training, summed = None, readable
    if plan.purpose == "network":
        of_rows = labelled.only(readable.tolist(), ())
        rows, training = divided(rows, of_rows, plan.head_settings.seed)
        summed = readable[training.learnt]
    learnt = None if plan.purpose == "evaluation" else _digest_of_all(labelled, summed)
    return SiteData(rows, digest, photographs, learnt, exclusions, training, new)


def _by_photograph(
    labelled: LabelledPhotographs, found: EmbeddedPhotographs
) -> NDArray[np.float64]:
    """Give embeddings in the place of each photograph, NaN where one could not be read."""
    places = {id(each): place for place, each in enumerate(labelled.photographs)}
    rows = np.full((len(labelled), found.data.embeddings.shape[1]), np.nan)
    rows[[places[id(each)] for each in found.labelled.photographs]] = found.data.embeddings
    return rows


def _rows(
    labelled: LabelledPhotographs,
    order: NDArray[np.intp],
    vectors: NDArray[np.float64],
    *,
    one_each: bool,
) -> LabelledEmbeddings:
    """Put rows into their order, number persons by their first photograph, drop unreadable ones.

    Of several of a person, `one_each` draws one.
    """
    readable = np.flatnonzero(np.isfinite(vectors).all(axis=1))
    if one_each:
        readable = readable[one_of_each(labelled, order[readable])]
    chosen = order[readable]
    _, first, persons = np.unique(labelled.persons[chosen], return_index=True, return_inverse=True)
    ranks = np.empty(len(first), np.intp)
    ranks[np.argsort(first)] = np.arange(len(first))
    return LabelledEmbeddings(
        labelled.target,
        vectors[readable],
        labelled.truths[chosen],
        ranks[persons],
        len(first),
        labelled.ages[chosen],
    )


def _unreadable(
    labelled: LabelledPhotographs, order: NDArray[np.intp], vectors: NDArray[np.float64]
) -> Iterator[Exclusion]:
    """List the photographs of which no embedding was kept, since they could not be read."""
    for place in order[~np.isfinite(vectors).all(axis=1)].tolist():
        name = labelled.photographs[place].name
        person = labelled.names[int(labelled.persons[place])]
        text = "it could not be read when this site joined"
        yield Exclusion(name, person, name, "no-estimate", text)


def _order(labelled: LabelledPhotographs) -> NDArray[np.intp]:
    keys = [
        (sha256, repr(truth), repr(age), place)
        for place, (sha256, truth, age) in enumerate(
            zip(labelled.sha256, labelled.truths.tolist(), labelled.ages.tolist(), strict=True)
        )
    ]
    return np.array([place for *_, place in sorted(keys)], np.intp)


def _digest_of_all(labelled: LabelledPhotographs, places: NDArray[np.intp]) -> str:
    listed = "\n".join(sorted(labelled.sha256[place] for place in places.tolist()))
    return hashlib.sha256(listed.encode()).hexdigest()


def _digest(labelled: LabelledPhotographs, order: NDArray[np.intp], plan: FederationPlan) -> str:
    digest = hashlib.sha256(json.dumps([plan.weights_sha256, plan.target.output]).encode())
    numbers: dict[int, int] = {}
    for place in order.tolist():
        person = int(labelled.persons[place])
        number = numbers.setdefault(person, len(numbers))
        row = [
            labelled.sha256[place],
            number,
            repr(labelled.truths[place].item()),
            repr(labelled.ages[place].item()),
        ]
        digest.update(json.dumps(row).encode())
    return digest.hexdigest()
