"""Estimates beside the photographs of a data set of Ray Data."""

import atexit
import os
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from ..errors import SettingError
from ..inference.inputs import each_photograph
from ..inference.session import Device
from ..system.cores import cores
from ..table_files.optional_packages import arrow
from .cluster import import_ray, local_ray
from .estimate_tables import EstimateTables
from .placement import place_actors

if TYPE_CHECKING:
    from ray.data import Dataset

PHOTOGRAPH = "photograph"
"""The column of the data set that is made of paths."""
_BLOCK = 128
"""Paths in a block of it, which goes to an actor as a whole."""
_BATCH = 32
"""Rows that an actor takes at once; on a GPU they go through the networks together, by 16."""
_OWN_RAY = ExitStack()
"""Holds a Ray that is started here."""
atexit.register(_OWN_RAY.close)


def predict(  # noqa: PLR0913 - what a study chooses, and where it runs
    photographs: "Dataset | str | os.PathLike[str] | Iterable[str | os.PathLike[str]]",
    estimators: str | Sequence[str],
    *,
    column: str = PHOTOGRAPH,
    eye_column: str | None = None,
    embeddings: bool = False,
    allow_grey: bool = False,
    calibrations: Sequence[str] = (),
    actors: int | None = None,
    gpu: bool = False,
) -> "Dataset":
    """Estimate on Ray, and give each photograph's row with its estimates, in the same order.

    The data set is lazy, as others of Ray Data are. Where an actor ends, Ray Data starts it anew
    and its rows are estimated again. Paths alone start Ray as `local_ray` does; make a data set
    within `local_ray`, or it starts Ray by Ray's own settings. Only connect to trusted clusters.

    Args:
        photographs: a data set; or paths and folders, which the actors need to see too.
        estimators: names, or folders that the actors see too.
        column: of a data set, with paths, bytes of files, or records of `bytes` and `path`.
        eye_column: with `right`, `left`, `detect` or nothing; None: names of files tell.
        embeddings: also add `NAME.embedding`, float32 (d,), for each estimator.
        allow_grey: accept pictures without colour.
        calibrations: sites of `gantei calibrate`, for all estimators, or `NAME=SITE` for one.
        actors: how many; None: one for each GPU, or for each CPU of Ray but one, which reads.
        gpu: give each actor a GPU.

    Returns:
        Behind its own columns those of `gantei predict`: `sha256`, `eye`, `eye_from`, the values,
        float32, and `warnings`, `warning_codes`, `error` and `error_code`.

    Raises:
        MissingExtraError, SettingError: Ray is not installed, or has too few CPUs or GPUs.
        RayTaskError: when rows are asked for: a column is missing or in the way; estimators fail.

    >>> gantei.ray.predict("demo", ["demo-age"]).take(1)[0]["demo-age.age"]
    44.1...
    """
    given = _data_set(photographs, column, eye_column, (actors or cores()) + 1)
    names = [estimators] if isinstance(estimators, str) else list(estimators)
    device: Device = "cuda" if gpu else "cpu"
    options, count = place_actors(
        names, device, calibrations, actors, None, allow_grey=allow_grey, cpus_left=1
    )
    from ray import data

    estimated = given.map_batches(
        EstimateTables,
        fn_constructor_args=(options, column, eye_column),
        fn_constructor_kwargs={"embeddings": embeddings},
        batch_size=_BATCH,
        batch_format="pyarrow",
        compute=data.ActorPoolStrategy(size=count),
        num_cpus=options.threads,
        num_gpus=1 if gpu else None,
    )
    estimated.context.execution_options.preserve_order = True
    return estimated


def _data_set(photographs: Any, column: str, eye_column: str | None, cpus: int) -> "Dataset":
    """Give the data set, or make one of paths, in a Ray that is connected or is started here."""
    ray = import_ray()
    if not ray.is_initialized():
        _OWN_RAY.enter_context(local_ray(cpus))
    from ray import data

    if isinstance(photographs, data.Dataset):
        return photographs
    if column != PHOTOGRAPH or eye_column is not None:
        raise SettingError("column and eye_column are of a data set, not of paths")
    return data.from_arrow(_path_tables(photographs))


def _path_tables(
    photographs: "str | os.PathLike[str] | Iterable[str | os.PathLike[str]]",
) -> list[Any]:
    """Put paths into tables of one column, each a block of the data set.

    Raises:
        SettingError: some of them are no paths.
        OutputError: a folder cannot be read, or there are no photographs in it.
    """
    pyarrow, _ = arrow()
    paths = []
    for each in each_photograph(photographs):
        if not isinstance(each, str | os.PathLike):
            raise SettingError(
                f"photographs are paths or a data set of Ray Data, not {type(each).__name__}"
            )
        paths.append(os.path.abspath(each))  # noqa: PTH100 - an actor has a folder of its own
    if not paths:
        raise SettingError("there are no photographs: give paths, a folder or a data set")
    starts = range(0, len(paths), _BLOCK)
    return [pyarrow.table({PHOTOGRAPH: paths[start : start + _BLOCK]}) for start in starts]
