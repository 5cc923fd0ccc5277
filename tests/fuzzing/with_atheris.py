"""Have libFuzzer choose the recipes by the branches of the converter that they reach.

`pip install atheris`, then `python -m tests.fuzzing.with_atheris -runs=20000 [CORPUS]`. Two bytes
are one number of a recipe. Damaged bytes are left out: over them libhdf5 itself may crash.
"""

import sys
import warnings

import atheris

with atheris.instrument_imports(include=["gantei_export"]):
    from gantei_export.importing import importer  # noqa: F401
    from gantei_export.keras_files import keras_archive  # noqa: F401
    from gantei_export.keras_layers.registry import converters

    converters()  # imports every module of layers

from . import inputs, pool, trial, worker
from .reached import Lines

SEED = 1
LONGEST_RECIPE = 8

_sandbox, _lines = trial.own_sandbox(), Lines()


def try_bytes(data):
    """Try the recipe that some bytes say; libFuzzer keeps those that end in an error."""
    ends = range(2, min(len(data), 2 * LONGEST_RECIPE) + 1, 2)
    recipe = tuple(int.from_bytes(data[end - 2 : end], "little") for end in ends)
    if not recipe or inputs.kind_of(SEED, recipe) == "bytes":
        return -1
    outcome = worker.try_one(SEED, recipe, _sandbox, _lines, whole=False)
    if outcome.word == "FAILED":
        raise AssertionError(f"--seed {SEED} --only {pool.name(recipe)}: {outcome.detail}")
    return 0


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    atheris.Setup([*sys.argv, f"-max_len={2 * LONGEST_RECIPE}", "-rss_limit_mb=4096"], try_bytes)
    atheris.Fuzz()
