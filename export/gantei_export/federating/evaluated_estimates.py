"""What a site evaluates: the estimator's own estimates of its photographs, one of each person."""

from collections.abc import Callable
from contextlib import closing

import numpy as np
from numpy.typing import NDArray

from gantei.catalogue.entries import Entry, find_installed
from gantei.errors import GanteiError, SettingError, SignatureError
from gantei.estimator.estimator import Estimator
from gantei.estimator.opening_checks import refuse_unsettled
from gantei.inference.pipeline import estimate
from gantei.manifests.manifest import Manifest, Regression, Weights
from gantei.manifests.output_kinds import output_classes
from gantei.signing.admission import admit
from gantei.statistics.calibration_lines import logits_of
from gantei.statistics.one_per_person import drawn_photographs

from ..adapting.embedding import EmbeddedPhotographs, unreadable
from ..adapting.labelled_photographs import LabelledPhotographs
from ..learning.labelled_embeddings import LabelledEmbeddings
from ..learning.learning_target import LearningTarget


def evaluated_estimator(name: str) -> tuple[Entry, Weights]:
    """Look up an estimator that several sites may evaluate.

    Raises:
        UnknownEstimatorError, NotInstalledError, ManifestError: as `gantei.load`.
        SettingError: it has several outputs, or one of more than two classes.
        UnsettledError: a fact that changes its numbers is unknown.
        SignatureError: it is signed, and not as its publisher signed it.
    """
    entry, weights = find_installed(name)
    if findings := admit(entry, weights):
        raise SignatureError(f"{entry.name}: is not evaluated: {findings[0].text()}")
    refuse_unsettled(entry)
    evaluated_target(entry.manifest)
    return entry, weights


def evaluated_target(manifest: Manifest) -> LearningTarget:
    """Give an estimator's own output as what its sites have labels of.

    Raises:
        SettingError: it has several outputs, or one of more than two classes.
    """
    if len(manifest.output) != 1:
        raise SettingError(
            f"{manifest.name} has {len(manifest.output)} outputs ({', '.join(manifest.output)}); "
            "sites evaluate an estimator of one output together"
        )
    ((output, spec),) = manifest.output.items()
    if isinstance(spec, Regression):
        return LearningTarget(output, "regression", unit=spec.unit)
    classes = tuple(output_classes(spec))
    if len(classes) != 2:
        raise SettingError(
            f"{manifest.name} tells {len(classes)} classes apart; sites evaluate numbers and two "
            "classes together. Evaluate it at each site: gantei evaluate"
        )
    return LearningTarget(output, "binary", classes)


def estimated(
    estimator: Estimator,
    labelled: LabelledPhotographs,
    *,
    allow_grey: bool = False,
    workers: int | None = None,
    advance: Callable[[int], object] = lambda _: None,
) -> EmbeddedPhotographs:
    """Estimate photographs, as `embed` embeds them.

    Args:
        estimator: an open one of one output.
        labelled: the photographs.
        allow_grey: let pictures without colour pass.
        workers: photographs that are decoded at the same time; None: one per core.
        advance: called with the number of photographs that are finished.

    Returns:
        In the place of embeddings, float64 (n, 1): the number, or the logit of the positive class.

    Raises:
        OutputError: no photograph can be read.
        InferenceError: the network fails.
    """
    rows: dict[int, float] = {}
    errors: dict[int, GanteiError] = {}
    results = estimate(
        (each.source for each in labelled.photographs),
        [estimator],
        allow_grey=allow_grey,
        workers=workers,
        eyes=[each.eye for each in labelled.photographs],
    )
    with closing(results):
        for place, result in enumerate(results):
            advance(1)
            if result.error is not None:
                errors[place] = result.error
            else:
                (rows[place],) = result.values[0].values()
    left = labelled.only(
        [*rows], [unreadable(labelled, place, str(error)) for place, error in errors.items()]
    )
    values = np.array([*rows.values()], np.float64)
    if left.target.kind == "binary":
        values = logits_of(values)
    data = LabelledEmbeddings(
        left.target, values[:, None], left.truths, left.persons, left.people, left.ages
    )
    return EmbeddedPhotographs(left, data, {})


def one_of_each(labelled: LabelledPhotographs, chosen: NDArray[np.intp]) -> NDArray[np.intp]:
    """Draw one photograph of each person, as `gantei calibrate` does.

    Args:
        labelled: the photographs.
        chosen: intp (n,), places of those among which is drawn.

    Returns:
        Places among `chosen`, rising.
    """
    keys = [labelled.sha256[place] for place in chosen]
    return np.sort(drawn_photographs(keys, labelled.persons[chosen]))
