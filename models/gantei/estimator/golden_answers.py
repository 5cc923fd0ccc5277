"""The golden photographs of a manifest: whether an estimator still answers as its original did."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

from ..errors import WeightsError
from ..inference.pipeline import answer_one
from ..manifests.fields import UNKNOWN
from ..photographs.photograph import open_photograph

if TYPE_CHECKING:
    from .estimator import Estimator


def check_golden(estimator: "Estimator", folder: Path) -> int:
    """Answer the golden photographs; give their number.

    Raises:
        WeightsError: an answer is further from the original's than the manifest allows.
        PhotographError: a photograph of `folder` cannot be read.
        InferenceError: the network cannot be run.
    """
    for golden in estimator.manifest.golden:
        eye = None if golden.eye == UNKNOWN else golden.eye
        photograph = open_photograph(folder / golden.photograph, allow_grey=True, eye=eye)
        answer = answer_one(photograph, [estimator])
        if answer.error:
            raise answer.error
        for name, value in golden.values.items():
            given = answer.values[0].get(name, math.nan)
            if not abs(given - value) <= golden.tolerance:
                raise WeightsError(
                    f"{estimator.name}: answers {name} = {given:g} to {golden.photograph}, "
                    f"not {value:g} as its original"
                )
    return len(estimator.manifest.golden)
