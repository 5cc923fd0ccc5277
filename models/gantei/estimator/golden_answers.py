"""The golden photographs of a manifest: whether an estimator still answers as its original did."""

import math
from pathlib import Path

from ..errors import WeightsError
from ..findings.finding import Finding
from ..inference.network import Network
from ..inference.pipeline import estimate_one
from ..manifests.fields import UNKNOWN
from ..photographs.photograph import open_photograph


def check_golden(estimator: Network, folder: Path) -> int:
    """Answer the golden photographs; return their number.

    Raises:
        WeightsError: an answer is further from the original's than the manifest allows.
        PhotographError: a photograph of `folder` cannot be read.
        InferenceError: the network cannot be run.
    """
    for golden in estimator.manifest.golden:
        eye = None if golden.eye == UNKNOWN else golden.eye
        photograph = open_photograph(folder / golden.photograph, allow_grey=True, eye=eye)
        result = estimate_one(photograph, [estimator])
        if result.error:
            raise result.error
        for name, value in golden.values.items():
            given = result.values[0].get(name, math.nan)
            if not abs(given - value) <= golden.tolerance:
                raise WeightsError(
                    Finding(
                        "golden-answer-differs", estimator=estimator.name, name=name,
                        given=given, photograph=golden.photograph, expected=value,
                    )
                )  # fmt: skip
    return len(estimator.manifest.golden)
